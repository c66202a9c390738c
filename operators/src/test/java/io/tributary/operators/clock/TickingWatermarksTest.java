package io.tributary.operators.clock;

import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.junit.jupiter.api.Test;

class TickingWatermarksTest {
    private static final long BOUND = 10_000;
    private static final Origin ORIGIN = Origin.record("cdp.events.v1", 0, 0);

    private final TickingWatermarks strategy = new TickingWatermarks(BOUND);
    private final WatermarkGenerator<Inbound> generator = strategy.createWatermarkGenerator(null);
    private final Emitted emitted = new Emitted();

    @Test
    void staysSilentUntilTheLogSaysWhatTimeItIs() {
        generator.onPeriodicEmit(emitted);
        generator.onEvent(EventParser.withDefaults().parse(new byte[0], ORIGIN, minute(1)), minute(1), emitted);
        generator.onPeriodicEmit(emitted);

        assertThat(emitted.instants).isEmpty();
        assertThat(emitted.idle).isFalse();
    }

    @Test
    void followsTheNewestEventByTheBoundAndAMillisecond() {
        see(track("a", "Page Opened", minute(2)).in(0, 0));
        see(track("b", "Page Opened", minute(1)).in(0, 1));

        assertThat(emitted.instants).containsExactly(minute(2) - BOUND - 1);
    }

    @Test
    void advancesByTicksAlone() {
        see(new Inbound.Tick(minute(1), ORIGIN));
        see(new Inbound.Tick(minute(2), ORIGIN));
        see(new Inbound.Tick(minute(2), ORIGIN));
        see(new Inbound.Tick(minute(1), ORIGIN));

        assertThat(emitted.instants).containsExactly(minute(1) - BOUND - 1, minute(2) - BOUND - 1);
    }

    @Test
    void movesNoFurtherThanTheInstantAtWhichAnEventWasReceived() {
        see(new Inbound.Accepted(track("a", "Page Opened", minute(4)).event(), minute(1), ORIGIN));

        assertThat(emitted.instants).containsExactly(minute(1) - BOUND - 1);
    }

    @Test
    void neverFollowsTheWallClockNorDeclaresAPartitionIdle() {
        see(new Inbound.Tick(minute(1), ORIGIN));
        for (int i = 0; i < 1_000; i++) {
            generator.onPeriodicEmit(emitted);
        }

        assertThat(emitted.instants).hasSize(1);
        assertThat(emitted.idle).isFalse();
    }

    @Test
    void agreesWithTheIntakeOnWhatIsLate() {
        PartitionClocks clocks = new PartitionClocks(BOUND);
        clocks.advance("p", minute(2));
        see(new Inbound.Tick(minute(2), ORIGIN));
        long watermark = emitted.instants.get(0);

        assertThat(clocks.knownAt("p", watermark)).as("late").isEqualTo(watermark + 1);
        assertThat(clocks.knownAt("p", watermark - 500)).as("late").isEqualTo(watermark + 1);
        assertThat(clocks.knownAt("p", watermark + 1)).as("in time").isEqualTo(watermark + 1);
        assertThat(clocks.knownAt("p", watermark + 9)).as("in time").isEqualTo(watermark + 9);
        assertThat(clocks.knownAt("another", watermark)).isEqualTo(watermark);
    }

    @Test
    void stampsEventsAndTicksWithTheirOwnTime() {
        var assigner = strategy.createTimestampAssigner(null);

        assertThat(assigner.extractTimestamp(
                        track("a", "Page Opened", minute(3)).in(0, 0), 7))
                .isEqualTo(minute(3));
        assertThat(assigner.extractTimestamp(new Inbound.Tick(minute(4), ORIGIN), 7))
                .isEqualTo(minute(4));
        assertThat(assigner.extractTimestamp(EventParser.withDefaults().parse(new byte[0], ORIGIN, 7), 7))
                .isEqualTo(7);
    }

    private void see(Inbound inbound) {
        generator.onEvent(inbound, 0, emitted);
        generator.onPeriodicEmit(emitted);
    }

    private static final class Emitted implements WatermarkOutput {
        private final List<Long> instants = new ArrayList<>();
        private boolean idle;

        @Override
        public void emitWatermark(Watermark watermark) {
            instants.add(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            idle = true;
        }

        @Override
        public void markActive() {
            idle = false;
        }
    }
}
