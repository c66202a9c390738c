package io.tributary.operators.testing;

import io.tributary.operators.serialization.WireType;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;

/**
 * Runs a keyed function of two inputs.
 *
 * @param <A> type of the first input
 * @param <B> type of the second input
 * @param <O> type of the main output
 */
public final class KeyedCoHarness<A, B, O> extends OperatorHarness<O> {
    private final KeyedTwoInputStreamOperatorTestHarness<String, A, B, O> harness;

    /** @param restored state to start from, or null */
    public KeyedCoHarness(
            KeyedCoProcessFunction<String, A, B, O> function,
            KeySelector<A, String> firstKey,
            KeySelector<B, String> secondKey,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        this(
                new KeyedTwoInputStreamOperatorTestHarness<>(
                        new KeyedCoProcessOperator<>(function), firstKey, secondKey, Types.STRING),
                output,
                restored);
    }

    private KeyedCoHarness(
            KeyedTwoInputStreamOperatorTestHarness<String, A, B, O> harness,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        super(harness, output, restored);
        this.harness = harness;
    }

    public void processFirst(A element, long timestamp) throws Exception {
        harness.processElement1(element, timestamp);
    }

    public void processSecond(B element, long timestamp) throws Exception {
        harness.processElement2(element, timestamp);
    }

    @Override
    public void watermark(long instant) throws Exception {
        harness.processBothWatermarks(new Watermark(instant));
    }
}
