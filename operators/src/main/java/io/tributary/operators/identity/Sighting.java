package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * What is new about who is who: an event that shows persons together, or the first login on a device. Sightings order as
 * they are taken in: by the instant from which on they are known, then in the order of events, of one event the persons
 * before the login.
 *
 * @param knownAt from when on decisions know of it, milliseconds since 1970
 * @param order the event's
 * @param persons all that the event shows, strongest first; of a login the one who logs in
 * @param device on which it is the first login, or null
 */
public record Sighting(long knownAt, EventOrder order, List<Identifier> persons, Identifier device)
        implements Comparable<Sighting> {
    private static final byte FORMAT = 1;

    public static final Codec<Sighting> CODEC = new Codec<>() {
        @Override
        public void write(Sighting sighting, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            EventOrder.CODEC.write(sighting.order, out);
            Wire.writeVarLong(sighting.knownAt - sighting.order.timestamp(), out);
            Wire.writeAll(sighting.persons, Identifier.CODEC, out);
            out.writeBoolean(sighting.device != null);
            if (sighting.device != null) {
                Identifier.CODEC.write(sighting.device, out);
            }
        }

        @Override
        public Sighting read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a sighting", in);
            EventOrder order = EventOrder.CODEC.read(in);
            long knownAt = order.timestamp() + Wire.readVarLong(in);
            List<Identifier> persons = Wire.readAll(Identifier.CODEC, in);
            return new Sighting(knownAt, order, persons, in.readBoolean() ? Identifier.CODEC.read(in) : null);
        }
    };

    /** Persons that an event shows together. */
    static Sighting together(long knownAt, EventOrder order, List<Identifier> persons) {
        return new Sighting(knownAt, order, persons, null);
    }

    /** The first login on a device: what the device did before is the person's. */
    static Sighting firstLogin(long knownAt, EventOrder order, Identifier device, Identifier person) {
        return new Sighting(knownAt, order, List.of(person), device);
    }

    boolean isLogin() {
        return device != null;
    }

    @Override
    public int compareTo(Sighting other) {
        int byInstant = Long.compare(knownAt, other.knownAt);
        if (byInstant != 0) {
            return byInstant;
        }
        int byOrder = order.compareTo(other.order);
        return byOrder != 0 ? byOrder : Boolean.compare(isLogin(), other.isLogin());
    }
}
