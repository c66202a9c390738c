package io.tributary.operators.sweep;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which keys get their turn, on each state backend. */
class SweepOperatorTest {
    private static final int MAX_PARALLELISM = 8;

    /** Keeps a number for each key, which all keys are told; a key {@code -k} removes the key {@code k}. */
    private static final class Told extends SweepFunction<String, String, Long, String> {
        @Serial
        private static final long serialVersionUID = 1L;

        private long target;
        private transient ValueState<Long> state;

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
        List<MapStateDescriptor<?, ?>> none = List.of();
        var harness = new KeyedTwoInputStreamOperatorTestHarness<String, String, Long, String>(
                new SweepOperator<>(new Told(), none),
                key -> key.replace("-", ""),
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

    private static int mails(AbstractStreamOperatorTestHarness<String> harness, int most) throws Exception {
        int run = 0;
        while (run < most && harness.getTaskMailbox().hasMail()) {
            harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
            run++;
        }
        return run;
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
            mails(harness, 10);
            harness.processElement1("later", 0);
            for (int i = 90; i < 100; i++) {
                harness.processElement1("-k" + i, 0);
            }
            mails(harness, Integer.MAX_VALUE);

            assertThat(harness.extractOutputValues())
                    .as("who comes later is right, and of who goes nothing comes back")
                    .containsAll(expected(0, 90, "7"))
                    .doesNotHaveDuplicates()
                    .doesNotContain("later 7");
            harness.processElement2(8L, 0);
            harness.getOutput().clear();
            mails(harness, Integer.MAX_VALUE);
            assertThat(harness.extractOutputValues()).hasSize(91).contains("later 8");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theEndOfTheInputWaitsForTheSweep(StateBackend backend) throws Exception {
        try (var harness = start(backend, 1, 0, null)) {
            know(harness, 20);
            harness.processElement2(7L, 0);
            mails(harness, 3);
            harness.getOperator().finish();

            assertThat(harness.extractOutputValues()).containsExactlyInAnyOrderElementsOf(expected(0, 20, "7"));
            assertThat(mails(harness, Integer.MAX_VALUE))
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
            mails(harness, 10);
            swept.addAll(harness.extractOutputValues());
            state = harness.snapshot(1, 1);
        }
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var harness = start(backend, 2, subtask, state)) {
                harness.processElement2(7L, 0);
                mails(harness, Integer.MAX_VALUE);
                swept.addAll(harness.extractOutputValues());
            }
        }
        assertThat(swept).containsExactlyInAnyOrderElementsOf(expected(0, 40, "7"));
    }
}
