package io.tributary.operators.testing;

import io.tributary.operators.serialization.WireType;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/**
 * Runs a keyed function of one input.
 *
 * @param <I> type of the input
 * @param <O> type of the main output
 */
public final class KeyedHarness<I, O> extends OperatorHarness<O> {
    private final KeyedOneInputStreamOperatorTestHarness<String, I, O> harness;

    /** @param restored state to start from, or null */
    public KeyedHarness(
            KeyedProcessFunction<String, I, O> function,
            KeySelector<I, String> key,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        this(
                new KeyedOneInputStreamOperatorTestHarness<>(new KeyedProcessOperator<>(function), key, Types.STRING),
                output,
                restored);
    }

    private KeyedHarness(
            KeyedOneInputStreamOperatorTestHarness<String, I, O> harness,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        super(harness, output, restored);
        this.harness = harness;
    }

    public void process(I element, long timestamp) throws Exception {
        harness.processElement(element, timestamp);
    }

    @Override
    public void watermark(long instant) throws Exception {
        harness.processWatermark(instant);
    }
}
