package io.tributary.operators.clock;

import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class EventIntakeTest {
    private static final long BOUND = 10_000;
    private static final int MAX_PARALLELISM = 8;

    @Test
    void marksAsLateWhatIsAtOrBehindThePartitionsWatermark() throws Exception {
        try (Intake intake = new Intake(1, 0, null)) {
            intake.event("newest", 0, minute(10));
            intake.event("in-time", 0, minute(10) - BOUND);
            intake.event("late", 0, minute(10) - BOUND - 1);
            intake.event("very-late", 0, minute(1));

            assertThat(intake.drain()).containsExactly("newest", "in-time", "late (late)", "very-late (late)");
        }
    }

    @Test
    void keepsAClockPerPartition() throws Exception {
        try (Intake intake = new Intake(1, 0, null)) {
            intake.event("far", 0, minute(60));
            intake.event("behind-in-another-partition", 1, minute(1));
            intake.event("behind-in-the-same-partition", 0, minute(1));

            assertThat(intake.drain())
                    .containsExactly("far", "behind-in-another-partition", "behind-in-the-same-partition (late)");
        }
    }

    @Test
    void letsATickMoveThePartitionsClockAndPassesNoneOn() throws Exception {
        try (Intake intake = new Intake(1, 0, null)) {
            intake.process(new Inbound.Tick(minute(10), Origin.record("cdp.events.v1", 0, 0)));
            intake.event("behind-the-tick", 0, minute(9));
            intake.event("in-another-partition", 1, minute(9));

            assertThat(intake.drain()).containsExactly("behind-the-tick (late)", "in-another-partition");
        }
    }

    @Test
    void neverMovesAClockBackwards() throws Exception {
        try (Intake intake = new Intake(1, 0, null)) {
            intake.process(new Inbound.Tick(minute(10), Origin.record("cdp.events.v1", 0, 0)));
            intake.process(new Inbound.Tick(minute(2), Origin.record("cdp.events.v1", 0, 1)));
            intake.event("still-late", 0, minute(9));

            assertThat(intake.drain()).containsExactly("still-late (late)");
        }
    }

    @Test
    void movesTheClockNoFurtherThanTheInstantAtWhichTheEventWasReceived() throws Exception {
        try (Intake intake = new Intake(1, 0, null)) {
            CustomerEvent ahead = track("ahead", "Page Opened", minute(4)).event();
            intake.process(new Inbound.Accepted(ahead, minute(1), Origin.record("cdp.events.v1", 0, 0)));
            intake.event("in-time", 0, minute(1));

            assertThat(intake.drain()).containsExactly("ahead", "in-time");
        }
    }

    @Test
    void putsRejectsAsideWithTheirBytesAndTheirPlace() throws Exception {
        byte[] raw = "{\"no\":".getBytes(StandardCharsets.UTF_8);
        try (Intake intake = new Intake(1, 0, null)) {
            intake.process(EventParser.withDefaults().parse(raw, Origin.record("cdp.events.v1", 3, 17), 5L));

            assertThat(intake.drain()).isEmpty();
            List<OutboundRecord> rejects = new ArrayList<>();
            intake.harness.getSideOutput(EventIntake.REJECTS).forEach(record -> rejects.add(record.getValue()));
            assertThat(rejects).singleElement().satisfies(reject -> {
                assertThat(reject.topic()).isEqualTo("cdp.rejects.v1");
                assertThat(reject.key()).isEqualTo("cdp.events.v1-3:17");
                assertThat(new String(reject.value(), StandardCharsets.UTF_8))
                        .contains("\"reason\":\"not_json\"", "\"raw\":\"eyJubyI6\"", "\"offset\":17");
            });
        }
    }

    /** In base64 a whole record would be a third larger than any record that the broker takes. */
    @Test
    void putsTheBeginningOfARecordBeyondTheLimitAside() throws Exception {
        byte[] raw = new byte[(4 << 20) - 100];
        try (Intake intake = new Intake(1, 0, null)) {
            intake.process(EventParser.withDefaults().parse(raw, Origin.record("cdp.events.v1", 3, 17), 5L));

            List<OutboundRecord> rejects = new ArrayList<>();
            intake.harness.getSideOutput(EventIntake.REJECTS).forEach(record -> rejects.add(record.getValue()));
            assertThat(rejects).singleElement().satisfies(reject -> {
                assertThat(reject.value()).hasSizeLessThan(1_400_000);
                assertThat(new String(reject.value(), StandardCharsets.UTF_8))
                        .contains("\"reason\":\"too_large\"", "\"raw_length\":" + raw.length, "\"offset\":17");
            });
        }
    }

    @Test
    void decidesAlikeAfterARestore() throws Exception {
        OperatorSubtaskState state;
        try (Intake intake = new Intake(1, 0, null)) {
            intake.event("newest", 0, minute(10));
            state = intake.snapshot();
        }
        try (Intake intake = new Intake(1, 0, state)) {
            intake.event("late-by-what-was-read-before", 0, minute(9));

            assertThat(intake.drain()).containsExactly("late-by-what-was-read-before (late)");
        }
    }

    @Test
    void keepsAPartitionsClockWhenItMovesToAnotherSubtask() throws Exception {
        OperatorSubtaskState both;
        try (Intake first = new Intake(2, 0, null);
                Intake second = new Intake(2, 1, null)) {
            first.event("p0", 0, minute(10));
            second.event("p1", 1, minute(20));
            both = AbstractStreamOperatorTestHarness.repackageState(first.snapshot(), second.snapshot());
        }
        for (int subtask = 0; subtask < 3; subtask++) {
            OperatorSubtaskState share =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(both, MAX_PARALLELISM, 2, 3, subtask);
            try (Intake intake = new Intake(3, subtask, share)) {
                intake.event("late-in-p0", 0, minute(9));
                intake.event("in-time-in-p1", 1, minute(20) - BOUND);
                intake.event("late-in-p1", 1, minute(19));

                assertThat(intake.drain())
                        .as("subtask %d", subtask)
                        .containsExactly("late-in-p0 (late)", "in-time-in-p1", "late-in-p1 (late)");
            }
        }
    }

    @Test
    void takesTheNewestClockOfAPartitionThatHasMovedBetweenSubtasks() throws Exception {
        OperatorSubtaskState both;
        try (Intake former = new Intake(2, 0, null);
                Intake present = new Intake(2, 1, null)) {
            former.event("before-the-move", 0, minute(5));
            present.event("after-the-move", 0, minute(30));
            both = AbstractStreamOperatorTestHarness.repackageState(former.snapshot(), present.snapshot());
        }
        OperatorSubtaskState whole =
                AbstractStreamOperatorTestHarness.repartitionOperatorState(both, MAX_PARALLELISM, 2, 1, 0);
        try (Intake intake = new Intake(1, 0, whole)) {
            intake.event("late", 0, minute(29));

            assertThat(intake.drain()).containsExactly("late (late)");
        }
    }

    /** However many files there were, and whatever they are called. */
    @Test
    void takesFilesForABeginningThatAllPartitionsHaveInCommon() throws Exception {
        OperatorSubtaskState state;
        try (Intake intake = new Intake(1, 0, null)) {
            CustomerEvent first = track("first", "Page Opened", minute(5)).event();
            CustomerEvent last = track("last", "Page Opened", minute(10)).event();
            intake.process(new Inbound.Accepted(first, minute(5), Origin.line("may.jsonl", 1)));
            intake.process(new Inbound.Accepted(last, minute(10), Origin.row("june.csv", 1)));
            intake.process(new Inbound.Tick(minute(10) + BOUND + 1, Origin.line("history", 0)));

            assertThat(intake.drain()).containsExactly("first", "last");
            state = intake.snapshot();
        }
        try (Intake intake = new Intake(1, 0, state)) {
            intake.event("in-time", 0, minute(10) + 1);
            intake.event("also-in-another-partition", 1, minute(11));
            intake.event("as-old-as-the-files", 0, minute(10));
            intake.event("older-in-another-partition", 1, minute(5));

            assertThat(intake.drain())
                    .containsExactly(
                            "in-time",
                            "also-in-another-partition",
                            "as-old-as-the-files (late)",
                            "older-in-another-partition (late)");
        }
    }

    /** The operator with one line per event, and {@code (late)} where it is marked. */
    private static final class Intake implements AutoCloseable {
        private final OneInputStreamOperatorTestHarness<Inbound, CustomerEvent> harness;

        Intake(int parallelism, int subtask, OperatorSubtaskState restored) throws Exception {
            harness = new OneInputStreamOperatorTestHarness<>(
                    new ProcessOperator<>(new EventIntake(BOUND)), MAX_PARALLELISM, parallelism, subtask);
            harness.getExecutionConfig().enableObjectReuse();
            ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig()).setGenericTypes(false);
            harness.setup(WireType.CUSTOMER_EVENT.info().createSerializer(new SerializerConfigImpl()));
            if (restored != null) {
                harness.initializeState(restored);
            }
            harness.open();
        }

        void process(Inbound inbound) throws Exception {
            harness.processElement(inbound, 5);
        }

        void event(String messageId, int partition, long at) throws Exception {
            process(track(messageId, "Page Opened", at).in(partition, 0));
        }

        List<String> drain() {
            List<String> events = harness.extractOutputValues().stream()
                    .map(event -> event.messageId() + (event.isLate() ? " (late)" : ""))
                    .toList();
            harness.getOutput().clear();
            return events;
        }

        OperatorSubtaskState snapshot() throws Exception {
            return harness.snapshot(1, 1);
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
