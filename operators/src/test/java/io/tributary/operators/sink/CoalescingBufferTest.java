package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;
import org.junit.jupiter.api.Test;

class CoalescingBufferTest {
    private static final RetrySchedule SCHEDULE =
            new RetrySchedule(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final AtomicInteger coalesced = new AtomicInteger();
    private final CoalescingBuffer buffer = new CoalescingBuffer(SCHEDULE, coalesced::incrementAndGet);

    @Test
    void keepsTheHighestVersionInWhateverOrderVersionsCome() {
        add("a", 2);
        add("a", 3);
        add("a", 1);

        assertThat(drain()).containsExactly(write("a", 3));
        assertThat(coalesced).hasValue(2);
        assertThat(buffer.totalSizeInBytes()).isZero();
    }

    @Test
    void dropsAFailedWriteIfANewerOneIsThere() {
        add("a", 2);

        fail(write("a", 1), 0);

        assertThat(buffer.waiting()).isZero();
        assertThat(drain()).containsExactly(write("a", 2));
    }

    @Test
    void hidesAFailedWriteUntilItsPauseIsOverButNotFromACheckpoint() {
        fail(write("a", 1), 1_000);

        assertThat(buffer.isEmpty()).isTrue();
        assertThat(buffer.getBufferedState()).hasSize(1);
        assertThat(buffer.nextRelease()).isEqualTo(1_100);
        buffer.release(1_099);
        assertThat(buffer.isEmpty()).isTrue();
        buffer.release(1_100);
        assertThat(drain()).containsExactly(write("a", 1));
    }

    @Test
    void pausesLongerAfterEachFailureUpToTheLongest() {
        for (long pause : new long[] {100, 200, 400, 800, 1_000, 1_000}) {
            fail(write("a", 1), 0);
            assertThat(buffer.nextRelease()).isEqualTo(pause);
            buffer.release(pause);
            drain();
        }
    }

    @Test
    void letsANewerWriteInheritThePauseAndTheTimeOfTheFirstFailure() {
        fail(write("a", 1), 0);

        add("a", 2);

        assertThat(buffer.isEmpty()).isTrue();
        assertThat(buffer.failingSince(5_000)).isZero();
        buffer.release(100);
        assertThat(drain()).containsExactly(write("a", 2));
    }

    @Test
    void forgetsAnOlderWaitingWriteWhenANewerOneWasApplied() {
        fail(write("a", 1), 0);

        buffer.settled(write("a", 2), true);

        assertThat(buffer.waiting()).isZero();
        assertThat(buffer.failingSince(5_000)).isEqualTo(5_000);
    }

    @Test
    void keepsAWaitingWriteWhenAnotherVersionWasRefused() {
        fail(write("a", 1), 0);

        buffer.settled(write("a", 2), false);
        buffer.release(100);

        assertThat(drain()).containsExactly(write("a", 1));
    }

    @Property
    void neverLosesTheHighestVersionOfADocument(
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 3) Integer> ids,
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 9) Integer> versions,
            @ForAll @Size(max = 60) List<Boolean> failures) {
        var own = new CoalescingBuffer(SCHEDULE, () -> {});
        Map<String, Long> highest = new HashMap<>();
        Map<String, Long> sent = new HashMap<>();
        int steps = Math.min(ids.size(), Math.min(versions.size(), failures.size()));
        for (int i = 0; i < steps; i++) {
            var write = write("d" + ids.get(i), versions.get(i));
            highest.merge(write.id(), write.version(), Math::max);
            own.add(new RequestEntryWrapper<>(write, write.size()), false);
            var polled = failures.get(i) ? own.poll() : null;
            if (polled != null) {
                own.failed(polled.getRequestEntry(), i);
                own.add(polled, true);
            }
        }
        own.release(Long.MAX_VALUE);
        assertThat(own.waiting()).isZero();
        for (var next = own.poll(); next != null; next = own.poll()) {
            sent.merge(next.getRequestEntry().id(), next.getRequestEntry().version(), Math::max);
        }
        assertThat(sent).isEqualTo(highest);
        assertThat(own.totalSizeInBytes()).isZero();
    }

    private void add(String id, long version) {
        var write = write(id, version);
        buffer.add(new RequestEntryWrapper<>(write, write.size()), false);
    }

    private void fail(DocumentWrite write, long now) {
        buffer.failed(write, now);
        buffer.add(new RequestEntryWrapper<>(write, write.size()), true);
    }

    private List<DocumentWrite> drain() {
        var all = new ArrayList<DocumentWrite>();
        for (var next = buffer.poll(); next != null; next = buffer.poll()) {
            all.add(next.getRequestEntry());
        }
        return all;
    }

    private static DocumentWrite write(String id, long version) {
        return DocumentWrite.delete("index", id, version);
    }
}
