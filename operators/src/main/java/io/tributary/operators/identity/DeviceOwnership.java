package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whose a device was, and when.
 *
 * <p>A login is an {@code identify} or {@code alias} that carries device and person, or the earliest event that does.
 * From a login on the device is the person's, until the next one; before the first login it is that one's; without any
 * login it is nobody's. The person of an event is its strongest person identifier, quarantined or not. Events may be
 * noted in any order.
 *
 * <p>Bound: {@value #MAX_LOGINS} logins. Of more, the oldest goes that stands between two of the same person, which
 * changes no owner in what has come in order; else the oldest. So it takes that many changes of hands until something is forgotten:
 * then what was before the oldest that is left counts as its person's, and a forgotten person's next event as a login.
 */
public final class DeviceOwnership {
    public static final int MAX_LOGINS = 1_000;

    /** Without a format of its own: part of values that have one. */
    static final Codec<DeviceOwnership> CODEC = new Codec<>() {
        @Override
        public void write(DeviceOwnership ownership, DataOutput out) throws IOException {
            Wire.writeVarInt(ownership.logins.size(), out);
            for (Map.Entry<EventOrder, Login> login : ownership.logins.entrySet()) {
                EventOrder.CODEC.write(login.getKey(), out);
                FragmentId.CODEC.write(login.getValue().person, out);
                out.writeBoolean(login.getValue().explicit);
            }
            Wire.writeMap(ownership.earliest, FragmentId.CODEC, EventOrder.CODEC, out);
        }

        @Override
        public DeviceOwnership read(DataInput in) throws IOException {
            DeviceOwnership ownership = new DeviceOwnership();
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                ownership.logins.put(EventOrder.CODEC.read(in), new Login(FragmentId.CODEC.read(in), in.readBoolean()));
            }
            ownership.earliest.putAll(Wire.readMap(FragmentId.CODEC, EventOrder.CODEC, in));
            return ownership;
        }
    };

    /**
     * Whose a device is.
     *
     * @param since the person's last login, milliseconds since 1970, or the first one if it is still to come
     */
    public record Owner(FragmentId person, long since) {}

    /** @param explicit whether it is a login also if it is not the earliest of its person */
    private record Login(FragmentId person, boolean explicit) {}

    private final TreeMap<EventOrder, Login> logins = new TreeMap<>();
    private final Map<FragmentId, EventOrder> earliest = new HashMap<>(2);

    /** Whether an event that carries the device, as its first, and a person is a login, as far as is known. */
    boolean isLogin(EventOrder order, EventType type, FragmentId person) {
        EventOrder known = earliest.get(person);
        return type == EventType.IDENTIFY || type == EventType.ALIAS || known == null || order.compareTo(known) < 0;
    }

    /**
     * Takes an event in that carries the device, as its first, and a person.
     *
     * @param person the event's strongest person identifier
     * @return whether it is a login
     */
    public boolean note(EventOrder order, EventType type, FragmentId person) {
        if (!isLogin(order, type, person)) {
            return false;
        }
        EventOrder known = earliest.get(person);
        boolean explicit = type == EventType.IDENTIFY || type == EventType.ALIAS;
        if (known == null || order.compareTo(known) < 0) {
            if (known != null && !logins.get(known).explicit) {
                logins.remove(known);
            }
            earliest.put(person, order);
        }
        logins.put(order, new Login(person, explicit));
        if (logins.size() > MAX_LOGINS && !forgetRepetitions(Long.MAX_VALUE, 1)) {
            forgetOldest();
        }
        return true;
    }

    /**
     * Drops what changes no owner: of logins of one person in a row all but the first and the last. No login in time comes
     * between them any more.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void forgetBehind(long watermark) {
        forgetRepetitions(watermark, Integer.MAX_VALUE);
    }

    /** @return whether there was any */
    private boolean forgetRepetitions(long watermark, int most) {
        int forgotten = 0;
        FragmentId beforeLast = null;
        Map.Entry<EventOrder, Login> last = null;
        for (Map.Entry<EventOrder, Login> next : List.copyOf(logins.entrySet())) {
            if (forgotten == most || next.getKey().timestamp() > watermark) {
                break;
            }
            FragmentId person = next.getValue().person;
            if (last != null && last.getValue().person.equals(person) && person.equals(beforeLast)) {
                logins.remove(last.getKey());
                forgotten++;
            } else {
                beforeLast = last == null ? null : last.getValue().person;
            }
            last = next;
        }
        return forgotten > 0;
    }

    private void forgetOldest() {
        FragmentId person = logins.pollFirstEntry().getValue().person;
        earliest.remove(person);
        for (Map.Entry<EventOrder, Login> login : logins.entrySet()) {
            if (login.getValue().person.equals(person)) {
                earliest.put(person, login.getKey());
                break;
            }
        }
    }

    /** To whom the device belongs at an event, or null if nobody has logged in. */
    public Owner ownerAt(EventOrder order) {
        Map.Entry<EventOrder, Login> last = logins.floorEntry(order);
        return last == null
                ? first()
                : new Owner(last.getValue().person, last.getKey().timestamp());
    }

    /** To whom belongs what the device did before the first login; null if nobody has logged in. */
    public Owner first() {
        return logins.isEmpty()
                ? null
                : new Owner(
                        logins.firstEntry().getValue().person, logins.firstKey().timestamp());
    }

    /** Whether a login is the first of all. */
    boolean isFirst(EventOrder login) {
        return !logins.isEmpty() && logins.firstKey().equals(login);
    }

    /** How many logins are kept. */
    public int size() {
        return logins.size();
    }
}
