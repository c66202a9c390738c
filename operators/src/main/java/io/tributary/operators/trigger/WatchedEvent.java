package io.tributary.operators.trigger;

import io.tributary.operators.identity.FragmentId;
import io.tributary.schemas.cel.CelValues;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.definition.EventSequence.Correlation;
import io.tributary.schemas.definition.MergerEvent;
import io.tributary.schemas.definition.SegmentEvent;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An event that a trigger of a sequence names, and what triggers look at of it; or a change of a membership.
 *
 * @param name of a track call its event, else the call's type; of a change of a membership a {@link SegmentEvent#name}
 * @param knownAt from when on decisions know of it, milliseconds since 1970: its time, or later if it came late
 * @param fragment to which it belongs: what it goes with from customer to customer; null for a change of a membership, which
 *     is the customer's own
 * @param orderId of an order, or null: of two reports of one order the earlier counts
 * @param repeats the fragment of an earlier report of the order, as long as both are the same customer's; else null
 * @param fields as expressions name them behind {@code event}; {@link EventWatch} says how many
 * @param keys what it is about, by what triggers correlate by
 * @param cart the customer's as of the event, as far as triggers look at it; null before that is decided, or if none does
 * @param segments in which the customer was, as far as triggers ask; null before that is decided, or if none does
 */
public record WatchedEvent(
        EventOrder order,
        String name,
        long knownAt,
        FragmentId fragment,
        String orderId,
        FragmentId repeats,
        SortedMap<String, Object> fields,
        SortedMap<Correlation, List<String>> keys,
        SeenCart cart,
        SeenSegments segments)
        implements Comparable<WatchedEvent> {
    private static final List<String> OF_EVERY_EVENT = List.of("name", "message_id", "timestamp");
    private static final Correlation[] CORRELATIONS = Correlation.values();

    /** Part of values that have a format. */
    public static final Codec<WatchedEvent> CODEC = new Codec<>() {
        @Override
        public void write(WatchedEvent event, DataOutput out) throws IOException {
            EventOrder.CODEC.write(event.order, out);
            Wire.writeString(event.name, out);
            Wire.writeVarLong(event.knownAt - event.order.timestamp(), out);
            Wire.writeNullable(event.fragment, FragmentId.CODEC, out);
            Wire.writeNullableString(event.orderId, out);
            Wire.writeNullable(event.repeats, FragmentId.CODEC, out);
            Wire.writeMap(event.fields, Wire.STRING, CelValues.CODEC, out);
            out.writeByte(event.keys.size());
            for (var keys : event.keys.entrySet()) {
                out.writeByte(keys.getKey().ordinal());
                Wire.writeAll(keys.getValue(), Wire.STRING, out);
            }
            Wire.writeNullable(event.cart, SeenCart.CODEC, out);
            Wire.writeNullable(event.segments, SeenSegments.CODEC, out);
        }

        @Override
        public WatchedEvent read(DataInput in) throws IOException {
            EventOrder order = EventOrder.CODEC.read(in);
            String name = Wire.readString(in);
            long knownAt = order.timestamp() + Wire.readVarLong(in);
            FragmentId fragment = Wire.readNullable(FragmentId.CODEC, in);
            String orderId = Wire.readNullableString(in);
            FragmentId repeats = Wire.readNullable(FragmentId.CODEC, in);
            SortedMap<String, Object> fields = new TreeMap<>(Wire.readMap(Wire.STRING, CelValues.CODEC, in));
            SortedMap<Correlation, List<String>> keys = new TreeMap<>();
            for (int rest = in.readByte(); rest > 0; rest--) {
                keys.put(CORRELATIONS[in.readByte()], List.copyOf(Wire.readAll(Wire.STRING, in)));
            }
            SeenCart cart = Wire.readNullable(SeenCart.CODEC, in);
            SeenSegments segments = Wire.readNullable(SeenSegments.CODEC, in);
            return new WatchedEvent(order, name, knownAt, fragment, orderId, repeats, fields, keys, cart, segments);
        }
    };

    /** One of which nobody has seen yet how the customer stood. */
    WatchedEvent(
            EventOrder order,
            String name,
            long knownAt,
            FragmentId fragment,
            String orderId,
            FragmentId repeats,
            SortedMap<String, Object> fields,
            SortedMap<Correlation, List<String>> keys) {
        this(order, name, knownAt, fragment, orderId, repeats, fields, keys, null, null);
    }

    /** The event with the cart as of it. */
    WatchedEvent with(SeenCart seen) {
        return new WatchedEvent(order, name, knownAt, fragment, orderId, repeats, fields, keys, seen, segments);
    }

    /** The event with the segments in which the customer was. */
    WatchedEvent with(SeenSegments seen) {
        return new WatchedEvent(order, name, knownAt, fragment, orderId, repeats, fields, keys, cart, seen);
    }

    /** The event as one that reports an order again, or for the first time if that is null. */
    WatchedEvent repeating(FragmentId earlier) {
        return new WatchedEvent(order, name, knownAt, fragment, orderId, earlier, fields, keys, cart, segments);
    }

    /** Whether another one reports the same order earlier. */
    boolean isRepetitionOf(WatchedEvent other) {
        return orderId != null && orderId.equals(other.orderId) && other.compareTo(this) < 0;
    }

    /** Whether it is the customer's own, and goes with no fragment: the change of a membership or a merger. */
    boolean isSegmentChange() {
        return fragment == null;
    }

    private String title() {
        SegmentEvent change = SegmentEvent.ofName(name);
        return change != null ? change.title() : name.equals(MergerEvent.NAME) ? MergerEvent.TITLE : name;
    }

    /** Whether it is the change of a membership that takes another one of the same instant back. */
    boolean undoes(WatchedEvent other) {
        if (!isSegmentChange() || !other.isSegmentChange() || order.timestamp() != other.order.timestamp()) {
            return false;
        }
        SegmentEvent change = SegmentEvent.ofName(name);
        SegmentEvent before = SegmentEvent.ofName(other.name);
        return change != null
                && before != null
                && change.isEntered() != before.isEntered()
                && fields.equals(other.fields);
    }

    /** Whether it came late. */
    boolean isLate() {
        return knownAt > order.timestamp();
    }

    /** What it is about; for triggers that correlate by the customer alone one empty text. */
    List<String> keys(Correlation correlation) {
        return correlation == Correlation.CUSTOMER ? List.of("") : keys.getOrDefault(correlation, List.of());
    }

    /** As expressions see it. */
    Map<String, Object> variable() {
        return new Variable();
    }

    private Object field(String called) {
        return switch (called) {
            case "name" -> title();
            case "message_id" -> order.messageId();
            case "timestamp" -> Instant.ofEpochMilli(order.timestamp());
            default -> fields.get(called);
        };
    }

    /** What every event has is made when somebody asks for it. */
    private final class Variable extends AbstractMap<String, Object> {
        @Override
        public Object get(Object name) {
            return name instanceof String text ? field(text) : null;
        }

        @Override
        public boolean containsKey(Object name) {
            return get(name) != null;
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            Map<String, Object> all = new HashMap<>(fields);
            OF_EVERY_EVENT.forEach(called -> all.put(called, field(called)));
            return all.entrySet();
        }
    }

    @Override
    public int compareTo(WatchedEvent other) {
        return order.compareTo(other.order);
    }
}
