package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the pattern of a deadline sees of an event.
 *
 * @param order the event's place among all events; its kind tells an order from a cart event
 * @param begins whether the event begins what the pattern waits for
 */
public record CartStep(EventOrder order, boolean begins) {
    /** Part of matching state, which has a format. */
    public static final Codec<CartStep> CODEC = new Codec<>() {
        @Override
        public void write(CartStep step, DataOutput out) throws IOException {
            EventOrder.CODEC.write(step.order, out);
            out.writeBoolean(step.begins);
        }

        @Override
        public CartStep read(DataInput in) throws IOException {
            return new CartStep(EventOrder.CODEC.read(in), in.readBoolean());
        }
    };
}
