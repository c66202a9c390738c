package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What reaches a customer, {@code c_} and 16 hexadecimal digits. */
public sealed interface CustomerMessage {
    /** In the order in which what causes them happens. */
    Comparator<CustomerMessage> BY_CAUSE =
            Comparator.comparingLong(CustomerMessage::knownAt).thenComparing(CustomerMessage::because);

    String customerId();

    FragmentId fragmentId();

    /** From when on decisions know of it, milliseconds since 1970. */
    long knownAt();

    /** The event that is or has caused it. */
    EventOrder because();

    /** Whether what the fragment does from here on is the customer's, and what it has done before is not. */
    default boolean startsAnew() {
        return this instanceof Put || (this instanceof Retract retract && retract.isErasure());
    }

    /** An event of one of the customer's fragments. */
    record Event(String customerId, FragmentId fragmentId, CustomerEvent event) implements CustomerMessage {
        @Override
        public long knownAt() {
            return event.knownAt();
        }

        @Override
        public EventOrder because() {
            return event.order();
        }
    }

    /**
     * A fragment has come.
     *
     * @param canonical the customer's strongest identifier
     * @param from canonical identifier of the customer that it has left; the fragment itself if it was one of its own
     * @param first the fragment's first event, or null if it has none
     * @param newDevices the devices that it does not carry yet at this instant, with the first event that will
     * @param ledger what the fragment has done, or null without an event
     */
    record Put(
            String customerId,
            Identifier fragment,
            Identifier canonical,
            Identifier from,
            EventOrder first,
            Map<Identifier, EventOrder> newDevices,
            FragmentLedger ledger,
            List<WatchedEvent> watched,
            long knownAt,
            EventOrder because)
            implements CustomerMessage {
        @Override
        public FragmentId fragmentId() {
            return FragmentId.of(fragment);
        }
    }

    /**
     * A fragment has gone.
     *
     * @param into the customer that has it now; null if it was erased
     * @param first the fragment's first event, or null if it has none
     * @param newDevices the devices that it does not carry yet at this instant
     */
    record Retract(
            String customerId,
            Identifier fragment,
            String into,
            EventOrder first,
            Set<Identifier> newDevices,
            long knownAt,
            EventOrder because)
            implements CustomerMessage {
        @Override
        public FragmentId fragmentId() {
            return FragmentId.of(fragment);
        }

        /** Whether all that the fragment has done is to be forgotten. */
        boolean isErasure() {
            return into == null;
        }
    }

    /**
     * A note of the customer's own: an event that may be the first of a fragment or the first with a device, to be
     * looked at again in the order of events.
     */
    record Sight(String customerId, FragmentId fragmentId, List<Identifier> devices, long knownAt, EventOrder because)
            implements CustomerMessage {}

    Codec<CustomerMessage> CODEC = new Codec<>() {
        private static final byte FORMAT = 4;
        private static final byte EVENT = 0;
        private static final byte PUT = 1;
        private static final byte RETRACT = 2;
        private static final byte SIGHT = 3;

        @Override
        public void write(CustomerMessage message, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            if (message instanceof Event event) {
                out.writeByte(EVENT);
                Wire.writeString(event.customerId, out);
                FragmentId.CODEC.write(event.fragmentId, out);
                CustomerEvent.CODEC.write(event.event, out);
            } else if (message instanceof Put put) {
                out.writeByte(PUT);
                writeCause(put, out);
                Identifier.CODEC.write(put.fragment, out);
                Identifier.CODEC.write(put.canonical, out);
                Identifier.CODEC.write(put.from, out);
                out.writeBoolean(put.first != null);
                if (put.first != null) {
                    EventOrder.CODEC.write(put.first, out);
                    Wire.writeMap(put.newDevices, Identifier.CODEC, EventOrder.CODEC, out);
                    FragmentLedger.CODEC.write(put.ledger, out);
                    Wire.writeAll(put.watched, WatchedEvent.CODEC, out);
                }
            } else if (message instanceof Retract retract) {
                out.writeByte(RETRACT);
                writeCause(retract, out);
                Identifier.CODEC.write(retract.fragment, out);
                Wire.writeNullableString(retract.into, out);
                out.writeBoolean(retract.first != null);
                if (retract.first != null) {
                    EventOrder.CODEC.write(retract.first, out);
                    Wire.writeAll(retract.newDevices, Identifier.CODEC, out);
                }
            } else if (message instanceof Sight sight) {
                out.writeByte(SIGHT);
                writeCause(sight, out);
                FragmentId.CODEC.write(sight.fragmentId, out);
                Wire.writeAll(sight.devices, Identifier.CODEC, out);
            }
        }

        private static void writeCause(CustomerMessage message, DataOutput out) throws IOException {
            Wire.writeString(message.customerId(), out);
            EventOrder.CODEC.write(message.because(), out);
            Wire.writeVarLong(message.knownAt() - message.because().timestamp(), out);
        }

        @Override
        public CustomerMessage read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a message to a customer", in);
            byte kind = in.readByte();
            String customerId = Wire.readString(in);
            if (kind == EVENT) {
                return new Event(customerId, FragmentId.CODEC.read(in), CustomerEvent.CODEC.read(in));
            }
            EventOrder because = EventOrder.CODEC.read(in);
            long knownAt = because.timestamp() + Wire.readVarLong(in);
            switch (kind) {
                case PUT -> {
                    Identifier fragment = Identifier.CODEC.read(in);
                    Identifier canonical = Identifier.CODEC.read(in);
                    Identifier from = Identifier.CODEC.read(in);
                    boolean hasEvents = in.readBoolean();
                    return new Put(
                            customerId,
                            fragment,
                            canonical,
                            from,
                            hasEvents ? EventOrder.CODEC.read(in) : null,
                            hasEvents ? Wire.readMap(Identifier.CODEC, EventOrder.CODEC, in) : Map.of(),
                            hasEvents ? FragmentLedger.CODEC.read(in) : null,
                            hasEvents ? Wire.readAll(WatchedEvent.CODEC, in) : List.of(),
                            knownAt,
                            because);
                }
                case RETRACT -> {
                    Identifier fragment = Identifier.CODEC.read(in);
                    String into = Wire.readNullableString(in);
                    boolean hasEvents = in.readBoolean();
                    return new Retract(
                            customerId,
                            fragment,
                            into,
                            hasEvents ? EventOrder.CODEC.read(in) : null,
                            hasEvents ? Set.copyOf(Wire.readAll(Identifier.CODEC, in)) : Set.of(),
                            knownAt,
                            because);
                }
                case SIGHT -> {
                    FragmentId fragment = FragmentId.CODEC.read(in);
                    return new Sight(customerId, fragment, Wire.readAll(Identifier.CODEC, in), knownAt, because);
                }
                default -> throw new IOException("no message to a customer of kind " + kind);
            }
        }
    };
}
