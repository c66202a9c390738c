package io.tributary.operators.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.Mails;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which keys get their turn, and when, on each state backend. */
class SweepOperatorTest {
    private static final int MAX_PARALLELISM = 8;

    /**
     * Keeps a number for each key, which all keys are told; {@code -k} removes the key {@code k}. By {@code k@5} it awaits a
     * turn at 5, by {@code k!5} a timer of the function's own.
     */
    private static final class Told extends SweepFunction<String, String, Long, String> {
        @Serial
        private static final long serialVersionUID = 1L;

        private final boolean firesTimersInTurns;
        private long target;
        private transient ValueState<Long> state;

        Told(boolean firesTimersInTurns) {
            this.firesTimersInTurns = firesTimersInTurns;
        }

        @Override
        protected boolean firesTimersInTurns() {
            return firesTimersInTurns;
        }

        @Override
        public void open(OpenContext context) {
            state = getRuntimeContext().getState(new ValueStateDescriptor<>("told", Types.LONG));
        }

        @Override
        public void processElement(String element, ReadOnlyContext context, Collector<String> out) throws Exception {
            if (element.startsWith("-")) {
                state.clear();
            } else {
                state.update(target);
            }
            if (element.contains("@")) {
                awaitTurn(Long.parseLong(element.substring(element.indexOf('@') + 1)));
            } else if (element.contains("!")) {
                context.timerService()
                        .registerEventTimeTimer(Long.parseLong(element.substring(element.indexOf('!') + 1)));
            } else if (element.equals("record")) {
                out.collect(element);
            }
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) {
            out.collect(context.getCurrentKey() + "!" + timestamp);
        }

        @Override
        protected void turn(long instant, ReadOnlyContext context, Collector<String> out) {
            out.collect(
                    context.getCurrentKey() + "@" + instant + " told " + target + " at " + context.currentWatermark());
        }

        @Override
        public void processBroadcastElement(Long told, Context context, Collector<String> out) {
            target = told;
        }

        @Override
        protected String stateOfEveryKey() {
            return "told";
        }

        @Override
        protected long target() {
            return target;
        }

        @Override
        protected void sweep(ReadOnlyContext context, Collector<String> out) throws Exception {
            if (state.value() != null && state.value() < target) {
                state.update(target);
                out.collect(context.getCurrentKey() + " " + target);
            }
        }
    }

    private static Stream<StateBackend> backends() {
        return Stream.of(new EmbeddedRocksDBStateBackend(), new HashMapStateBackend());
    }

    private static KeyedTwoInputStreamOperatorTestHarness<String, String, Long, String> start(
            StateBackend backend, int parallelism, int subtask, OperatorSubtaskState restored) throws Exception {
        return start(new Told(false), backend, parallelism, subtask, restored);
    }

    private static KeyedTwoInputStreamOperatorTestHarness<String, String, Long, String> start(
            Told function, StateBackend backend, int parallelism, int subtask, OperatorSubtaskState restored)
            throws Exception {
        List<MapStateDescriptor<?, ?>> none = List.of();
        var harness = new KeyedTwoInputStreamOperatorTestHarness<String, String, Long, String>(
                new SweepOperator<>(function, none, Types.LONG),
                element -> element.replaceAll("-|[@!].*", ""),
                null,
                Types.STRING,
                MAX_PARALLELISM,
                parallelism,
                subtask);
        harness.setStateBackend(backend);
        harness.setup();
        if (restored != null) {
            harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    restored, MAX_PARALLELISM, 1, parallelism, subtask));
        }
        harness.open();
        return harness;
    }

    private static void know(KeyedTwoInputStreamOperatorTestHarness<String, String, Long, String> harness, int keys)
            throws Exception {
        for (int i = 0; i < keys; i++) {
            harness.processElement1("k" + i, i);
        }
    }

    private static List<String> expected(int from, int to, String told) {
        return Stream.iterate(from, i -> i < to, i -> i + 1)
                .map(i -> "k" + i + " " + told)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void eachKeyHasItsTurnWhateverComesAndGoesMeanwhile(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 100);
            harness.processElement2(7L, 0);
            Mails.run(harness, 10);
            harness.processElement1("later", 0);
            for (int i = 90; i < 100; i++) {
                harness.processElement1("-k" + i, 0);
            }
            Mails.run(harness, Integer.MAX_VALUE);

            assertThat(harness.extractOutputValues())
                    .as("who comes later is right, and of who goes nothing comes back")
                    .containsAll(expected(0, 90, "7"))
                    .doesNotHaveDuplicates()
                    .doesNotContain("later 7");
            harness.processElement2(8L, 0);
            harness.getOutput().clear();
            Mails.run(harness, Integer.MAX_VALUE);
            assertThat(harness.extractOutputValues()).hasSize(91).contains("later 8");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theEndOfTheInputWaitsForTheSweep(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 20);
            harness.processElement2(7L, 0);
            Mails.run(harness, 3);
            harness.getOperator().finish();

            assertThat(harness.extractOutputValues()).containsExactlyInAnyOrderElementsOf(expected(0, 20, "7"));
            assertThat(Mails.run(harness, Integer.MAX_VALUE))
                    .as("of the one under way")
                    .isOne();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whoHasTheKeysAfterARestoreGoesOn(StateBackend backend) throws Exception {
        OperatorSubtaskState state;
        List<String> swept = new ArrayList<>();
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 40);
            harness.processElement2(7L, 0);
            Mails.run(harness, 10);
            swept.addAll(harness.extractOutputValues());
            state = harness.snapshot(1, 1);
        }
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var harness = start(backend, 2, subtask, state)) {
                harness.processElement2(7L, 0);
                Mails.run(harness, Integer.MAX_VALUE);
                swept.addAll(harness.extractOutputValues());
            }
        }
        assertThat(swept).containsExactlyInAnyOrderElementsOf(expected(0, 40, "7"));
    }

    // ------------------------------------------------------------------------------------------- what the watermark
    // brings

    private static void await(
            KeyedTwoInputStreamOperatorTestHarness<String, String, Long, String> harness, int keys, String instant)
            throws Exception {
        for (int i = 0; i < keys; i++) {
            harness.processElement1("k" + i + instant, i);
        }
    }

    private static List<String> turns(int from, int to, String rest) {
        return Stream.iterate(from, i -> i < to, i -> i + 1)
                .map(i -> "k" + i + rest)
                .toList();
    }

    /** Records, watermarks and states of watermarks, in the order in which they left. */
    private static List<String> drain(AbstractStreamOperatorTestHarness<String> harness) {
        List<String> all = new ArrayList<>();
        for (Object sent : harness.getOutput()) {
            if (sent instanceof StreamRecord<?> record) {
                all.add(record.getValue().toString());
            } else if (sent instanceof Watermark mark) {
                all.add("watermark " + mark.getTimestamp());
            } else {
                all.add(sent.equals(WatermarkStatus.IDLE) ? "idle" : sent.toString());
            }
        }
        harness.getOutput().clear();
        return all;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void recordsComeBetweenTheTurnsOfALeap(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 100, "@5");
            Mails.run(harness, Integer.MAX_VALUE);
            harness.processBothWatermarks(new Watermark(9));
            int records = 0;
            while (records < 1_000 && !harness.getOutput().contains(new Watermark(9))) {
                harness.processElement1("record", 0);
                records++;
                Mails.run(harness, 1);
            }

            List<String> sent = drain(harness);
            assertThat(records).as("a key after every second record").isBetween(195, 205);
            assertThat(sent.subList(0, 30)).filteredOn("record"::equals).hasSizeBetween(15, 20);
            assertThat(sent).containsAll(turns(0, 100, "@5 told 0 at 9")).endsWith("watermark 9");
            assertThat(sent).hasSize(100 + records + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void recordsComeBetweenTimersThatFireInTurns(StateBackend backend) throws Exception {
        try (var harness = start(new Told(true), backend, 1, 0, null)) {
            await(harness, 100, "!5");
            await(harness, 10, "@4");
            harness.processBothWatermarks(new Watermark(9));
            assertThat(drain(harness))
                    .as("fire at once")
                    .hasSize(SweepOperator.TIMERS_PER_TURN)
                    .allMatch(sent -> sent.endsWith("!5"));
            harness.processElement2(7L, 0);
            harness.processBothWatermarks(new Watermark(12));
            int records = 0;
            while (records < 1_000 && !harness.getOutput().contains(new Watermark(12))) {
                harness.processElement1("record", 0);
                records++;
                Mails.run(harness, 1);
            }

            List<String> sent = drain(harness);
            assertThat(sent.stream().filter(one -> one.endsWith("!5"))).hasSize(100 - SweepOperator.TIMERS_PER_TURN);
            assertThat(sent.subList(0, 50)).contains("record");
            assertThat(sent)
                    .as("what is told for all waits, and so does the watermark")
                    .containsAll(turns(0, 10, "@4 told 0 at 9"))
                    .containsSubsequence("k0@4 told 0 at 9", "watermark 9", "watermark 12");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void timersThatHaveNotFiredYetDoSoAfterARestore(StateBackend backend) throws Exception {
        OperatorSubtaskState state;
        List<String> sent;
        try (var harness = start(new Told(true), backend, 1, 0, null)) {
            await(harness, 100, "!5");
            harness.processBothWatermarks(new Watermark(9));
            Mails.run(harness, 1);
            sent = drain(harness);
            assertThat(sent).hasSizeBetween(SweepOperator.TIMERS_PER_TURN, 99);
            state = harness.snapshot(1, 1);
        }
        try (var harness = start(new Told(true), backend, 1, 0, state)) {
            Mails.run(harness, Integer.MAX_VALUE);
            sent.addAll(drain(harness));
        }

        assertThat(sent).endsWith("watermark 9");
        assertThat(sent.subList(0, 100)).containsExactlyInAnyOrderElementsOf(turns(0, 100, "!5"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void withoutRecordsTurnsFollowEachOther(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 20, "@5");
            await(harness, 20, "@3");
            await(harness, 20, "@10");
            harness.processBothWatermarks(new Watermark(9));
            assertThat(Mails.run(harness, Integer.MAX_VALUE)).isBetween(39, 41);

            List<String> sent = drain(harness);
            assertThat(sent.subList(0, 20)).containsExactlyInAnyOrderElementsOf(turns(0, 20, "@3 told 0 at 9"));
            assertThat(sent.subList(20, 40)).containsExactlyInAnyOrderElementsOf(turns(0, 20, "@5 told 0 at 9"));
            assertThat(sent.subList(40, sent.size())).containsExactly("watermark 9");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whoeverIsNotYetAllowedWaitsForTheNextTick(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 100);
            harness.processElement2(7L, 0);
            for (int ticks = 1; ticks <= 3; ticks++) {
                Mails.runDue(harness, Integer.MAX_VALUE);
                assertThat(harness.extractOutputValues()).hasSize(ticks * SweepOperator.KEYS_PER_TICK);
                harness.getProcessingTimeService().advance(SweepOperator.TICK - 1);
                assertThat(harness.getTaskMailbox().hasMail()).isFalse();
                harness.getProcessingTimeService().advance(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theMoreRecordsCameTheMoreKeysFollow(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 100);
            harness.processElement2(7L, 0);
            Mails.runDue(harness, Integer.MAX_VALUE);
            for (int i = 0; i < 15; i++) {
                harness.processElement1("record", 0);
            }
            harness.getOutput().clear();
            harness.getProcessingTimeService().advance(SweepOperator.TICK);
            Mails.runDue(harness, Integer.MAX_VALUE);
            assertThat(harness.extractOutputValues())
                    .hasSize(SweepOperator.KEYS_PER_TICK + 15 * SweepOperator.KEYS_PER_RECORD);

            harness.getOutput().clear();
            harness.getProcessingTimeService().advance(SweepOperator.TICK);
            Mails.runDue(harness, Integer.MAX_VALUE);
            assertThat(harness.extractOutputValues())
                    .as("of a tick in which none came")
                    .hasSize(SweepOperator.KEYS_PER_TICK);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsDueWaitsForNoTick(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 100, "@5");
            harness.processBothWatermarks(new Watermark(9));
            Mails.runDue(harness, Integer.MAX_VALUE);

            assertThat(drain(harness)).hasSize(101).endsWith("watermark 9");
            assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theEndOfTheInputWaitsForNoTick(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 100, "@5");
            harness.processElement2(7L, 0);
            harness.processBothWatermarks(new Watermark(9));
            Mails.runDue(harness, Integer.MAX_VALUE);
            harness.processBothWatermarks(Watermark.MAX_WATERMARK);
            harness.getOperator().finish();

            assertThat(drain(harness))
                    .containsAll(turns(0, 100, "@5 told 7 at 9"))
                    .containsAll(expected(0, 100, "7"));
            harness.getProcessingTimeService().advance(SweepOperator.TICK);
            assertThat(harness.getTaskMailbox().hasMail()).as("of a last tick").isFalse();
            assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aTaskMayStopInTheMiddle(StateBackend backend) throws Exception {
        List<String> sent = new ArrayList<>();
        OperatorSubtaskState savepoint;
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 100);
            await(harness, 20, "@5");
            harness.processElement2(7L, 0);
            harness.processBothWatermarks(new Watermark(9));
            assertThat(Mails.run(harness, 10)).isEqualTo(10);
            sent.addAll(drain(harness));
            savepoint = harness.snapshot(1, 0);

            // As Flink does before it lets the mails run that are there.
            harness.getTaskMailbox().quiesce();
            Mails.run(harness, Integer.MAX_VALUE);
        }
        try (var harness = start(backend, 1, 0, savepoint)) {
            harness.processElement2(7L, 0);
            Mails.run(harness, Integer.MAX_VALUE);
            sent.addAll(drain(harness));
        }
        assertThat(sent).contains("watermark 9").containsAll(expected(0, 100, "7"));
        assertThat(sent.stream().filter(one -> one.contains("@5"))).hasSize(20);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aWatermarkThatBringsNothingGoesOnAtOnce(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 20, "@5");
            harness.processBothWatermarks(new Watermark(4));

            assertThat(drain(harness)).containsExactly("watermark 4");
            assertThat(harness.getTaskMailbox().hasMail()).isFalse();
            assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void timersOfTheFunctionsOwnDoNotWait(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 20, "@3");
            await(harness, 20, "!5");
            harness.processBothWatermarks(new Watermark(9));

            assertThat(drain(harness).subList(0, 20)).containsExactlyInAnyOrderElementsOf(turns(0, 20, "!5"));
            harness.processBothWatermarks(new Watermark(11));
            Mails.run(harness, Integer.MAX_VALUE);
            assertThat(harness.numEventTimeTimers()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aLaterWatermarkDoesNotHoldBackTheFirst(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 10, "@5");
            await(harness, 10, "@15");
            await(harness, 1, "!17");
            await(harness, 10, "@25");
            harness.processBothWatermarks(new Watermark(9));
            Mails.run(harness, 3);
            drain(harness);
            harness.processBothWatermarks(new Watermark(19));
            harness.processBothWatermarks(new Watermark(29));
            assertThat(drain(harness)).startsWith("k0!17");
            Mails.run(harness, Integer.MAX_VALUE);

            List<String> sent = drain(harness);
            assertThat(sent)
                    .filteredOn(any -> any.startsWith("watermark"))
                    .containsExactly("watermark 9", "watermark 29");
            assertThat(sent.subList(0, sent.indexOf("watermark 9"))).allMatch(any -> any.contains("@5 "));
            assertThat(sent.subList(sent.indexOf("watermark 9") + 1, sent.size() - 1))
                    .containsAll(turns(0, 10, "@15 told 0 at 29"))
                    .containsAll(turns(0, 10, "@25 told 0 at 29"))
                    .hasSize(20);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whoHasTheKeysAfterARestoreGivesTheRestTheirTurns(StateBackend backend) throws Exception {
        OperatorSubtaskState state;
        List<String> taken = new ArrayList<>();
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 40, "@5");
            await(harness, 40, "@15");
            harness.processBothWatermarks(new Watermark(9));
            Mails.run(harness, 10);
            taken.addAll(drain(harness));
            assertThat(taken).hasSizeBetween(10, 12);
            state = harness.snapshot(1, 1);
        }
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var harness = start(backend, 2, subtask, state)) {
                Mails.run(harness, Integer.MAX_VALUE);
                List<String> sent = drain(harness);
                assertThat(sent).as("no watermark has to come").endsWith("watermark 9");
                taken.addAll(sent.subList(0, sent.size() - 1));
                harness.processBothWatermarks(new Watermark(7));
                assertThat(drain(harness))
                        .as("what has passed does not come back")
                        .isEmpty();
            }
        }
        assertThat(taken).containsExactlyInAnyOrderElementsOf(turns(0, 40, "@5 told 0 at 9"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsToldHoldsFromTheWatermarkAtWhichItWasReceived(StateBackend backend) throws Exception {
        OperatorSubtaskState state;
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 10, "@5");
            await(harness, 10, "@15");
            harness.processBothWatermarks(new Watermark(9));
            harness.processElement2(7L, 0);
            Mails.run(harness, 3);
            state = harness.snapshot(1, 1);
            Mails.run(harness, Integer.MAX_VALUE);
            assertThat(drain(harness))
                    .containsAll(turns(0, 10, "@5 told 0 at 9"))
                    .containsAll(expected(0, 10, "7"));
        }
        try (var harness = start(backend, 1, 0, state)) {
            Mails.run(harness, 2);
            harness.processBothWatermarks(new Watermark(19));
            Mails.run(harness, Integer.MAX_VALUE);

            List<String> sent = drain(harness);
            assertThat(sent.subList(0, sent.indexOf("watermark 9"))).allMatch(any -> any.contains("@5 told 0"));
            assertThat(sent)
                    .filteredOn(any -> any.contains("@"))
                    .containsAll(turns(0, 10, "@15 told 7 at 19"))
                    .filteredOn(any -> any.contains("@15"))
                    .hasSize(10);
            assertThat(sent).containsAll(expected(0, 10, "7"));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsBeyondTheLastWatermarkOfABoundedLogHasNoTurn(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 10, "@5");
            await(harness, 10, "@15");
            harness.processBothWatermarks(new Watermark(9));
            Mails.run(harness, 2);
            harness.processBothWatermarks(Watermark.MAX_WATERMARK);
            harness.getOperator().finish();

            List<String> sent = drain(harness);
            assertThat(sent.subList(0, 10)).containsExactlyInAnyOrderElementsOf(turns(0, 10, "@5 told 0 at 9"));
            assertThat(sent.subList(10, sent.size())).containsExactly("watermark 9", "watermark " + Long.MAX_VALUE);
            assertThat(harness.numEventTimeTimers()).as("and keeps awaiting it").isEqualTo(10);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whoHasNothingMoreToSayHasSaidTheWatermarkBefore(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            await(harness, 3, "@5");
            harness.processBothWatermarks(new Watermark(9));
            harness.processWatermarkStatus1(WatermarkStatus.IDLE);
            harness.processWatermarkStatus2(WatermarkStatus.IDLE);
            Mails.run(harness, Integer.MAX_VALUE);

            assertThat(drain(harness)).hasSize(5).endsWith("watermark 9", "idle");
        }
    }
}
