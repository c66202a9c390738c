package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A trigger that has fired at a deadline and may have to be taken back.
 *
 * @param trigger its name
 * @param anchor the event with which it began
 * @param key what its events have in common beside the customer; empty for nothing
 * @param firedAt milliseconds since 1970
 * @param toldAt when it had waited for long enough, milliseconds since 1970
 * @param until what becomes known later does not take it back, milliseconds since 1970
 */
record Retractable(String trigger, String step, EventOrder anchor, String key, long firedAt, long toldAt, long until) {
    /** Part of a state, which has a format. */
    static final Codec<Retractable> CODEC = new Codec<>() {
        @Override
        public void write(Retractable one, DataOutput out) throws IOException {
            Wire.writeString(one.trigger, out);
            Wire.writeString(one.step, out);
            EventOrder.CODEC.write(one.anchor, out);
            Wire.writeString(one.key, out);
            out.writeLong(one.firedAt);
            Wire.writeVarLong(one.toldAt - one.firedAt, out);
            Wire.writeVarLong(one.until - one.toldAt, out);
        }

        @Override
        public Retractable read(DataInput in) throws IOException {
            String trigger = Wire.readString(in);
            String step = Wire.readString(in);
            EventOrder anchor = EventOrder.CODEC.read(in);
            String key = Wire.readString(in);
            long firedAt = in.readLong();
            long toldAt = firedAt + Wire.readVarLong(in);
            return new Retractable(trigger, step, anchor, key, firedAt, toldAt, toldAt + Wire.readVarLong(in));
        }
    };

    static Retractable of(Trigger fired) {
        return new Retractable(
                fired.trigger().name(),
                fired.step(),
                fired.anchor(),
                fired.key(),
                fired.firedAt(),
                fired.toldAt(),
                fired.toldAt() + fired.trigger().definition().grace().toMillis());
    }

    /** Whether something that becomes known may take it back. */
    boolean mayEndBy(EventOrder late, long knownAt) {
        return toldAt < knownAt && knownAt <= until && late.timestamp() <= toldAt;
    }

    String id() {
        return Trigger.id(trigger, anchor, key, step);
    }
}
