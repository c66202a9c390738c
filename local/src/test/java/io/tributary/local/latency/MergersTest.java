package io.tributary.local.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.local.latency.Mergers.Found;
import io.tributary.local.latency.Mergers.Trace;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MergersTest {
    private final Mergers mergers = new Mergers(1, 1);
    private final Merger first = mergers.get(0);
    private final Merger second = mergers.get(1);

    @Test
    void aDeviceIsKnownWhenBothHaveItsCustomer() {
        mergers.profileInKafka(first.loser());
        mergers.profileInKafka("c_0000000000000000");
        assertThat(mergers.known()).isZero();

        mergers.inSearch(both(), new Found(Set.of(first.loser(), second.loser()), Set.of()), 0);
        assertThat(mergers.known()).isEqualTo(1);
        assertThat(mergers.wantedInSearch()).isEmpty();
    }

    @Test
    void isInKafkaWithTheLastOfItsTraces() {
        mergers.sent(0, 1_000);
        mergers.inKafka(Trace.CHANGE, first.loser(), first.winner(), first.cause(), 2_000);
        mergers.inKafka(Trace.END, first.loser(), 3_000);
        assertThat(mergers.seenInKafka()).isZero();

        mergers.inKafka(Trace.ALIAS, first.loser(), first.winner(), first.cause(), 4_000);
        mergers.inKafka(Trace.ALIAS, first.loser(), first.winner(), first.cause(), 5_000);
        assertThat(mergers.seenInKafka()).isEqualTo(1);

        complete(second, 1, 10_000, 10_700);
        mergers.inSearch(both(), new Found(both(), Set.of()), 11_000);
        mergers.inSearch(both(), new Found(Set.of(), both()), 12_000);
        assertThat(mergers.areComplete()).isTrue();
    }

    @Test
    void tracesOfAnythingElseAreNone() {
        mergers.inKafka(Trace.END, first.loser(), 500);
        mergers.sent(0, 1_000);
        mergers.inKafka(Trace.CHANGE, first.loser(), second.winner(), first.cause(), 2_000);
        mergers.inKafka(Trace.CHANGE, first.loser(), first.winner(), second.cause(), 2_000);
        mergers.inKafka(Trace.CHANGE, second.winner(), first.winner(), first.cause(), 2_000);
        mergers.inKafka(Trace.ALIAS, first.loser(), first.winner(), first.cause(), 2_000);
        mergers.inKafka(Trace.CHANGE, first.loser(), first.winner(), first.cause(), 2_000);

        assertThat(mergers.seenInKafka()).isZero();
    }

    @Test
    void isInElasticsearchWhenTheLoserIsGoneAndSomebodyWasMergedFromIt() {
        mergers.inSearch(both(), new Found(both(), Set.of()), 0);
        mergers.sent(0, 1_000);
        assertThat(mergers.wantedInSearch()).containsExactly(first.loser());

        mergers.inSearch(both(), new Found(both(), both()), 2_000);
        mergers.inSearch(both(), new Found(Set.of(), Set.of()), 3_000);
        assertThat(mergers.seenInSearch()).isZero();

        mergers.inSearch(Set.of(second.loser()), new Found(Set.of(), both()), 4_000);
        assertThat(mergers.seenInSearch()).as("nobody asked about it").isZero();

        mergers.inSearch(both(), new Found(Set.of(), both()), 5_000);
        assertThat(mergers.seenInSearch()).isEqualTo(1);
        assertThat(mergers.wantedInSearch()).isEmpty();
    }

    @Test
    void countsWhatCameAfterTheWarmUpOnceAllAreSeen() {
        complete(first, 0, 1_000, 9_000);
        mergers.inSearch(both(), new Found(Set.of(), both()), 9_000);
        assertThat(mergers.areComplete()).isFalse();
        assertThatThrownBy(mergers::kafka).isInstanceOf(IllegalStateException.class);

        complete(second, 1, 10_000, 10_700);
        mergers.inSearch(both(), new Found(Set.of(), both()), 12_000);

        assertThat(mergers.kafka().ascending()).containsExactly(Duration.ofNanos(700));
        assertThat(mergers.search().ascending()).containsExactly(Duration.ofNanos(2_000));
    }

    @Test
    void whateverIsNewIsProgress() {
        long before = mergers.progress();
        mergers.profileInKafka(first.loser());
        mergers.sent(0, 1_000);
        complete(second, 1, 1_000, 2_000);

        assertThat(mergers.progress()).isEqualTo(before + 4);
    }

    private void complete(Merger merger, int number, long sent, long seen) {
        mergers.sent(number, sent);
        mergers.inKafka(Trace.END, merger.loser(), seen);
        mergers.inKafka(Trace.CHANGE, merger.loser(), merger.winner(), merger.cause(), seen);
        mergers.inKafka(Trace.ALIAS, merger.loser(), merger.winner(), merger.cause(), seen);
    }

    private Set<String> both() {
        return Set.of(first.loser(), second.loser());
    }
}
