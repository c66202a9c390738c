package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/**
 * A trigger that waits to be told: until it fires a while after the event that has completed it, or until quiet hours are
 * over.
 *
 * @param trigger its name
 * @param version of the definition by which it was found
 * @param step what in the trigger fires
 * @param anchor the event with which it began
 * @param key what its events have in common beside the customer; empty for nothing
 * @param firedAt milliseconds since 1970
 * @param until when it is told, milliseconds since 1970
 * @param payload what it tells, a JSON object
 * @param because why it fires
 */
record Waiting(
        String trigger,
        int version,
        String step,
        EventOrder anchor,
        String key,
        long firedAt,
        long until,
        String payload,
        List<Trigger.Reason> because)
        implements Comparable<Waiting> {
    /** So many of a customer may wait; one more is held back. */
    static final int MOST = 100;

    private static final Comparator<Waiting> ORDER = Comparator.comparing(Waiting::trigger)
            .thenComparing(Waiting::step)
            .thenComparing(Waiting::anchor)
            .thenComparing(Waiting::key);

    private static final Codec<Trigger.Reason> REASON = new Codec<>() {
        @Override
        public void write(Trigger.Reason reason, DataOutput out) throws IOException {
            Wire.writeString(reason.condition(), out);
            Wire.writeString(reason.observed(), out);
        }

        @Override
        public Trigger.Reason read(DataInput in) throws IOException {
            return new Trigger.Reason(Wire.readString(in), Wire.readString(in));
        }
    };

    /** Part of a state, which has a format. */
    static final Codec<Waiting> CODEC = new Codec<>() {
        @Override
        public void write(Waiting one, DataOutput out) throws IOException {
            Wire.writeString(one.trigger, out);
            Wire.writeVarInt(one.version, out);
            Wire.writeString(one.step, out);
            EventOrder.CODEC.write(one.anchor, out);
            Wire.writeString(one.key, out);
            out.writeLong(one.firedAt);
            Wire.writeVarLong(one.until - one.firedAt, out);
            Wire.writeString(one.payload, out);
            Wire.writeAll(one.because, REASON, out);
        }

        @Override
        public Waiting read(DataInput in) throws IOException {
            String trigger = Wire.readString(in);
            int version = Wire.readVarInt(in);
            String step = Wire.readString(in);
            EventOrder anchor = EventOrder.CODEC.read(in);
            String key = Wire.readString(in);
            long firedAt = in.readLong();
            long until = firedAt + Wire.readVarLong(in);
            return new Waiting(
                    trigger, version, step, anchor, key, firedAt, until, Wire.readString(in), Wire.readAll(REASON, in));
        }
    };

    Waiting {
        because = List.copyOf(because);
    }

    static Waiting of(Trigger trigger, long until) {
        return new Waiting(
                trigger.trigger().name(),
                trigger.trigger().version(),
                trigger.step(),
                trigger.anchor(),
                trigger.key(),
                trigger.firedAt(),
                until,
                trigger.payload(),
                trigger.because());
    }

    Waiting until(long later) {
        return new Waiting(trigger, version, step, anchor, key, firedAt, later, payload, because);
    }

    boolean isSame(Trigger fired) {
        return trigger.equals(fired.trigger().name())
                && step.equals(fired.step())
                && anchor.equals(fired.anchor())
                && key.equals(fired.key());
    }

    boolean isOf(CartTrigger other, String ofStep) {
        return trigger.equals(other.name()) && step.equals(ofStep);
    }

    /**
     * What is told when it has waited.
     *
     * @param holds the trigger as it is defined now
     * @param recipient the customer then
     */
    Trigger told(CartTrigger holds, String customerId, Recipient recipient) {
        return new Trigger(
                new CartTrigger(holds.definition(), version),
                step,
                customerId,
                anchor,
                firedAt,
                until,
                key,
                payload,
                because,
                recipient);
    }

    @Override
    public int compareTo(Waiting other) {
        return ORDER.compare(this, other);
    }
}
