package io.tributary.benchmarks;

import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.CustomerEvent;
import java.nio.ByteBuffer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The least that a profile job could do: reads one value of a given size, counts in it, writes it back, and passes the
 * event on.
 *
 * <p>State: one value of fixed size per customer, as long as the customer.
 */
final class ValueRewriter extends KeyedProcessFunction<String, CustomerEvent, OutboundRecord> {
    private final int valueBytes;
    private transient ValueState<byte[]> value;

    /** @param valueBytes size of the value, at least 8 */
    ValueRewriter(int valueBytes) {
        this.valueBytes = Math.max(Long.BYTES, valueBytes);
    }

    @Override
    public void open(OpenContext openContext) {
        value = getRuntimeContext()
                .getState(new ValueStateDescriptor<>(
                        "skeleton-value", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(CustomerEvent event, Context context, Collector<OutboundRecord> out) throws Exception {
        byte[] bytes = value.value();
        if (bytes == null) {
            bytes = incompressible(context.getCurrentKey());
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long count = buffer.getLong(0) + 1;
        buffer.putLong(0, count);
        value.update(bytes);
        out.collect(new OutboundRecord(
                Topic.CUSTOMER_EVENTS,
                context.getCurrentKey(),
                context.getCurrentKey() + ":" + count,
                "io.tributary.skeleton.v1",
                event.timestamp(),
                count,
                event.json()));
    }

    /** A value as dense as a real one: zeros would be compressed away. */
    private byte[] incompressible(String key) {
        byte[] bytes = new byte[valueBytes];
        long next = key.hashCode() * 0x9E3779B97F4A7C15L + 1;
        for (int i = Long.BYTES; i < bytes.length; i++) {
            next ^= next << 13;
            next ^= next >>> 7;
            next ^= next << 17;
            bytes[i] = (byte) next;
        }
        return bytes;
    }
}
