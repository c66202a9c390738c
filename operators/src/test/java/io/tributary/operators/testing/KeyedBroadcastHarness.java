package io.tributary.operators.testing;

import io.tributary.operators.serialization.WireType;
import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;

/**
 * Runs a keyed function that also hears what is told to all.
 *
 * @param <A> type of the keyed input
 * @param <B> type of what is told to all
 * @param <O> type of the main output
 */
public class KeyedBroadcastHarness<A, B, O> extends OperatorHarness<O> {
    private final KeyedTwoInputStreamOperatorTestHarness<String, A, B, O> harness;

    /** @param restored state to start from, or null */
    public KeyedBroadcastHarness(
            KeyedBroadcastProcessFunction<String, A, B, O> function,
            List<MapStateDescriptor<?, ?>> toldToAll,
            KeySelector<A, String> key,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        this(new CoBroadcastWithKeyedOperator<>(function, toldToAll), key, output, restored);
    }

    KeyedBroadcastHarness(
            CoBroadcastWithKeyedOperator<String, A, B, O> operator,
            KeySelector<A, String> key,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        this(new KeyedTwoInputStreamOperatorTestHarness<>(operator, key, null, Types.STRING), output, restored);
    }

    private KeyedBroadcastHarness(
            KeyedTwoInputStreamOperatorTestHarness<String, A, B, O> harness,
            WireType<O> output,
            OperatorSubtaskState restored)
            throws Exception {
        super(harness, output, restored);
        this.harness = harness;
    }

    public final void process(A element, long timestamp) throws Exception {
        harness.processElement1(element, timestamp);
    }

    public final void tellAll(B element) throws Exception {
        harness.processElement2(element, 0);
    }

    @Override
    public void watermark(long instant) throws Exception {
        harness.processBothWatermarks(new Watermark(instant));
    }
}
