package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventType;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Something on a device that waits for the watermark, because it must be taken in in order: a login, or an event that
 * names nobody, whose owner depends on the logins. By the instant from which on it is known, then in the order of events.
 */
public sealed interface Waiting extends Comparable<Waiting> {
    EventOrder order();

    /** From when on decisions know of it, milliseconds since 1970. */
    long knownAt();

    @Override
    default int compareTo(Waiting other) {
        int byInstant = Long.compare(knownAt(), other.knownAt());
        return byInstant != 0 ? byInstant : order().compareTo(other.order());
    }

    /** An event that names a person, on the device. The event itself does not wait. */
    record Login(EventOrder order, long knownAt, EventType type, Identifier device, Identifier person)
            implements Waiting {}

    /** An event that names nobody. */
    record Anonymous(CustomerEvent event) implements Waiting {
        @Override
        public EventOrder order() {
            return event.order();
        }

        @Override
        public long knownAt() {
            return event.knownAt();
        }
    }

    Codec<Waiting> CODEC = new Codec<>() {
        private static final byte FORMAT = 1;
        private static final byte LOGIN = 0;
        private static final byte ANONYMOUS = 1;

        @Override
        public void write(Waiting waiting, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            if (waiting instanceof Login login) {
                out.writeByte(LOGIN);
                EventOrder.CODEC.write(login.order, out);
                Wire.writeVarLong(login.knownAt - login.order.timestamp(), out);
                out.writeByte(login.type.ordinal());
                Identifier.CODEC.write(login.device, out);
                Identifier.CODEC.write(login.person, out);
            } else if (waiting instanceof Anonymous anonymous) {
                out.writeByte(ANONYMOUS);
                CustomerEvent.CODEC.write(anonymous.event, out);
            }
        }

        @Override
        public Waiting read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "something that waits", in);
            byte kind = in.readByte();
            if (kind == ANONYMOUS) {
                return new Anonymous(CustomerEvent.CODEC.read(in));
            }
            EventOrder order = EventOrder.CODEC.read(in);
            long knownAt = order.timestamp() + Wire.readVarLong(in);
            EventType type = EventType.byOrdinal(in.readByte());
            return new Login(order, knownAt, type, Identifier.CODEC.read(in), Identifier.CODEC.read(in));
        }
    };
}
