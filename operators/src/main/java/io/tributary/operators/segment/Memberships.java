package io.tributary.operators.segment;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The segments that a customer is in, by number, and since when. Not thread-safe.
 *
 * <p>Bound: the segments that are defined, of a parametric one its {@code max_values}.
 */
public final class Memberships {
    private static final byte FORMAT = 1;

    public static final Codec<Memberships> CODEC = new MembershipsCodec();

    /** Ascending; the first {@link #count} are used. */
    private int[] segments = new int[4];

    private long[] since = new long[4];
    private int count;

    /** Of parametric segments: since when, by segment and value. */
    private final SortedMap<Integer, SortedMap<String, Long>> parametric = new TreeMap<>();

    boolean contains(int segment) {
        return Arrays.binarySearch(segments, 0, count, segment) >= 0
                || (!parametric.isEmpty() && parametric.containsKey(segment));
    }

    /** Since when, by value; empty if the customer is in it with none. */
    SortedMap<String, Long> values(int segment) {
        return Collections.unmodifiableSortedMap(parametric.getOrDefault(segment, Collections.emptySortedMap()));
    }

    /** Milliseconds since 1970; of a segment that is not parametric and that the customer is in. */
    long since(int segment) {
        return since[Arrays.binarySearch(segments, 0, count, segment)];
    }

    /** The same of one of {@link #segments}, by its place among them. */
    long sinceOf(int place) {
        return since[place];
    }

    /** The segments that are not parametric, ascending. */
    int[] segments() {
        return Arrays.copyOf(segments, count);
    }

    /** The parametric segments, ascending. */
    SortedMap<Integer, SortedMap<String, Long>> parametric() {
        return Collections.unmodifiableSortedMap(parametric);
    }

    /** How many memberships there are in parametric segments. */
    int parametricCount() {
        return parametric.isEmpty()
                ? 0
                : parametric.values().stream().mapToInt(Map::size).sum();
    }

    public boolean isEmpty() {
        return count == 0 && parametric.isEmpty();
    }

    /** The customer has come into a segment. */
    void enter(int segment, String value, long at) {
        if (value != null) {
            parametric.computeIfAbsent(segment, none -> new TreeMap<>()).put(value, at);
            return;
        }
        int place = -Arrays.binarySearch(segments, 0, count, segment) - 1;
        if (count == segments.length) {
            segments = Arrays.copyOf(segments, 2 * count);
            since = Arrays.copyOf(since, 2 * count);
        }
        System.arraycopy(segments, place, segments, place + 1, count - place);
        System.arraycopy(since, place, since, place + 1, count - place);
        segments[place] = segment;
        since[place] = at;
        count++;
    }

    /** The customer has left a segment. */
    void exit(int segment, String value) {
        if (value != null) {
            SortedMap<String, Long> values = parametric.get(segment);
            values.remove(value);
            if (values.isEmpty()) {
                parametric.remove(segment);
            }
            return;
        }
        int place = Arrays.binarySearch(segments, 0, count, segment);
        System.arraycopy(segments, place + 1, segments, place, count - place - 1);
        System.arraycopy(since, place + 1, since, place, count - place - 1);
        count--;
    }

    /** A difference to the one before is short: customers come into many segments at once. */
    private static final class MembershipsCodec implements Codec<Memberships> {
        @Override
        public void write(Memberships memberships, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarInt(memberships.count, out);
            int segment = 0;
            long since = 0;
            for (int i = 0; i < memberships.count; i++) {
                Wire.writeVarInt(memberships.segments[i] - segment, out);
                Wire.writeSigned(memberships.since[i] - since, out);
                segment = memberships.segments[i];
                since = memberships.since[i];
            }
            Wire.writeVarInt(memberships.parametric.size(), out);
            for (var entry : memberships.parametric.entrySet()) {
                Wire.writeVarInt(entry.getKey(), out);
                Wire.writeVarInt(entry.getValue().size(), out);
                for (var value : entry.getValue().entrySet()) {
                    Wire.writeString(value.getKey(), out);
                    Wire.writeSigned(value.getValue() - since, out);
                    since = value.getValue();
                }
            }
        }

        @Override
        public Memberships read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "memberships", in);
            Memberships memberships = new Memberships();
            int count = Wire.readVarInt(in);
            memberships.count = count;
            memberships.segments = new int[Math.max(4, count)];
            memberships.since = new long[Math.max(4, count)];
            int segment = 0;
            long since = 0;
            for (int i = 0; i < count; i++) {
                segment += Wire.readVarInt(in);
                since += Wire.readSigned(in);
                memberships.segments[i] = segment;
                memberships.since[i] = since;
            }
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                SortedMap<String, Long> values = new TreeMap<>();
                memberships.parametric.put(Wire.readVarInt(in), values);
                for (int more = Wire.readVarInt(in); more > 0; more--) {
                    String value = Wire.readString(in);
                    since += Wire.readSigned(in);
                    values.put(value, since);
                }
            }
            return memberships;
        }
    }
}
