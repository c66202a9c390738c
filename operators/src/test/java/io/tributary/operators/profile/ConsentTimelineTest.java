package io.tributary.operators.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.testing.Codecs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ConsentTimelineTest {
    /** Whatever has been forgotten, and however late something comes: what is ahead of the watermark is answered right. */
    @Property
    void knowsTheLastWordAtEveryInstantAheadOfTheWatermark(
            @ForAll("statements") List<Consent.Statement> statements, @ForAll long seed) throws IOException {
        Random random = new Random(seed);
        ConsentTimeline timeline = new ConsentTimeline();
        List<Consent.Statement> said = new ArrayList<>();
        long watermark = 0;
        for (Consent.Statement statement : statements) {
            timeline.state(statement);
            said.add(statement);
            watermark += random.nextInt(4) == 0 ? random.nextInt(10) : 0;
            timeline.forgetBehind(watermark);
            timeline = Codecs.roundTrip(ConsentTimeline.CODEC, timeline);
            for (long at = watermark; at <= 51; at++) {
                assertThat((timeline.at(at) == Word.REFUSED)).as("at %d", at).isEqualTo(refuses(said, at));
            }
        }
    }

    @Provide
    Arbitrary<List<Consent.Statement>> statements() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 50),
                        Arbitraries.of(true, false),
                        Arbitraries.longs().between(-30, 20))
                .as((at, granted, lateBy) -> new Consent.Statement(at, granted, at + Math.max(0, lateBy)))
                .list()
                .ofMaxSize(50);
    }

    @Test
    void keepsOfWhatTheWatermarkHasPassedOnlyTheNewest() {
        ConsentTimeline timeline = new ConsentTimeline();
        for (long at : List.of(40L, 10L, 30L, 20L)) {
            timeline.state(new Consent.Statement(at, true));
        }
        timeline.forgetBehind(9);
        assertThat(timeline.statements())
                .extracting(Consent.Statement::timestamp)
                .containsExactly(10L, 20L, 30L, 40L);
        timeline.forgetBehind(30);
        assertThat(timeline.statements())
                .extracting(Consent.Statement::timestamp)
                .containsExactly(30L, 40L);
        timeline.forgetBehind(Long.MAX_VALUE);
        assertThat(timeline.statements())
                .extracting(Consent.Statement::timestamp)
                .containsExactly(40L);
    }

    /** Some shops state consent on every event: far ahead of the watermark that is a long list of the same. */
    @Test
    void forgetsNothingThatMattersOfWhatIsRepeatedBeyondItsBound() {
        ConsentTimeline timeline = new ConsentTimeline();
        List<Consent.Statement> said = new ArrayList<>();
        for (long at = 1; at <= 5_000; at++) {
            Consent.Statement statement = new Consent.Statement(at, at / 100 % 3 == 0);
            timeline.state(statement);
            said.add(statement);
            assertThat(timeline.statements()).hasSizeLessThanOrEqualTo(ConsentTimeline.MAX_STATEMENTS);
        }

        assertThat(timeline.statements()).hasSize(ConsentTimeline.MAX_STATEMENTS);
        for (long at = 0; at <= 5_001; at++) {
            assertThat((timeline.at(at) == Word.REFUSED)).as("at %d", at).isEqualTo(refuses(said, at));
        }
    }

    @Test
    void letsRefusalsLastLongerWhereACustomerChangesEachTimeBeyondItsBound() {
        ConsentTimeline timeline = new ConsentTimeline();
        List<Consent.Statement> said = new ArrayList<>();
        for (long at = 1; at <= 1_000; at++) {
            Consent.Statement statement = new Consent.Statement(at, at % 2 == 0);
            timeline.state(statement);
            said.add(statement);
        }

        assertThat(timeline.statements()).hasSize(ConsentTimeline.MAX_STATEMENTS);
        for (long at = 0; at <= 1_001; at++) {
            assertThat((timeline.at(at) == Word.REFUSED) || !refuses(said, at))
                    .as("never consent where there was a refusal, at %d", at)
                    .isTrue();
        }
        assertThat((timeline.at(1_000) == Word.REFUSED))
                .as("the newest are exact")
                .isFalse();
        assertThat((timeline.at(999) == Word.REFUSED)).isTrue();
    }

    /** The rule, told plainly: the latest statement that is known counts, of those at one instant the refusal, and silence is consent. */
    private static boolean refuses(List<Consent.Statement> said, long at) {
        long latest = said.stream()
                .filter(statement -> statement.knownAt() <= at)
                .mapToLong(Consent.Statement::timestamp)
                .max()
                .orElse(Long.MIN_VALUE);
        return said.stream()
                .anyMatch(statement ->
                        statement.knownAt() <= at && statement.timestamp() == latest && !statement.granted());
    }
}
