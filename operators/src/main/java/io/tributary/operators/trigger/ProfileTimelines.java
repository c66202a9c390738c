package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What has been so of the profile of a customer, as far as a decision that waits for the watermark may still ask: in which of
 * the segments that triggers ask for it was, and in which time zone. Not thread-safe.
 *
 * <p>Bound: {@value #MAX_TURNS} turns of each; of more, which takes that many ahead of the watermark, the oldest go.
 */
public final class ProfileTimelines {
    static final int MAX_TURNS = 200;

    /** The value of a membership that there is. */
    private static final String IN = "";

    /**
     * A membership begins or ends, or a value is another one.
     *
     * @param from the instant from which on that is so, milliseconds since 1970; the least long for ever
     * @param value null for no membership, or no value
     */
    public record Turn(long from, String value) {
        private static final Codec<Turn> CODEC = new Codec<>() {
            @Override
            public void write(Turn turn, DataOutput out) throws IOException {
                out.writeLong(turn.from);
                Wire.writeNullable(turn.value, Wire.STRING, out);
            }

            @Override
            public Turn read(DataInput in) throws IOException {
                return new Turn(in.readLong(), Wire.readNullable(Wire.STRING, in));
            }
        };

        /** Of a membership. */
        public Turn(long from, boolean isIn) {
            this(from, membership(isIn));
        }

        /** Nothing else is known. */
        public static Turn always(String value) {
            return new Turn(Long.MIN_VALUE, value);
        }

        /** Of a membership of which nothing else is known. */
        public static Turn always(boolean isIn) {
            return always(membership(isIn));
        }
    }

    private static final Codec<List<Turn>> TURN_LIST = new Codec<>() {
        @Override
        public void write(List<Turn> turns, DataOutput out) throws IOException {
            Wire.writeAll(turns, Turn.CODEC, out);
        }

        @Override
        public List<Turn> read(DataInput in) throws IOException {
            return Wire.readAll(Turn.CODEC, in);
        }
    };

    /** Of {@link #turns}. */
    static final Codec<SortedMap<String, List<Turn>>> TURNS = new Codec<>() {
        @Override
        public void write(SortedMap<String, List<Turn>> turns, DataOutput out) throws IOException {
            Wire.writeMap(turns, Wire.STRING, TURN_LIST, out);
        }

        @Override
        public SortedMap<String, List<Turn>> read(DataInput in) throws IOException {
            return new TreeMap<>(Wire.readMap(Wire.STRING, TURN_LIST, in));
        }
    };

    /** Without a format of its own: part of values that have one. */
    static final Codec<ProfileTimelines> PART = new Codec<>() {
        @Override
        public void write(ProfileTimelines timelines, DataOutput out) throws IOException {
            TURNS.write(timelines.byName, out);
        }

        @Override
        public ProfileTimelines read(DataInput in) throws IOException {
            ProfileTimelines timelines = new ProfileTimelines();
            timelines.byName.putAll(TURNS.read(in));
            return timelines;
        }
    };

    private static final byte FORMAT = 2;

    public static final Codec<ProfileTimelines> CODEC = new Codec<>() {
        @Override
        public void write(ProfileTimelines timelines, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            PART.write(timelines, out);
        }

        @Override
        public ProfileTimelines read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "timelines of a profile", in);
            return PART.read(in);
        }
    };

    /** Of each the turns, ascending, one an instant. */
    private final SortedMap<String, List<Turn>> byName = new TreeMap<>();

    /** The value of a membership. */
    public static String membership(boolean isIn) {
        return isIn ? IN : null;
    }

    /**
     * A membership has begun or ended, behind all that is known of it.
     *
     * @param from milliseconds since 1970; before the last turn it counts as of that
     */
    public void turn(String segment, long from, boolean isIn) {
        turn(segment, from, membership(!isIn), membership(isIn));
    }

    /**
     * A value is another one, behind all that is known of it.
     *
     * @param from milliseconds since 1970; before the last turn it counts as of that
     * @param before what it was, if nothing is known
     * @param value null for none
     */
    public void turn(String name, long from, String before, String value) {
        List<Turn> turns = byName.computeIfAbsent(name, unknown -> new ArrayList<>(List.of(Turn.always(before))));
        int last = turns.size() - 1;
        long at = Math.max(from, turns.get(last).from);
        if (turns.get(last).from == at) {
            turns.remove(last--);
        }
        if (last < 0 || !Objects.equals(turns.get(last).value, value)) {
            turns.add(new Turn(at, value));
        }
        if (turns.size() > MAX_TURNS) {
            turns.remove(0);
        }
    }

    /**
     * Takes in what somebody knows who knows all: it replaces what is known from its first turn on.
     *
     * @param known by name, ascending
     */
    public void state(Map<String, List<Turn>> known) {
        known.forEach((name, others) -> {
            List<Turn> turns = byName.computeIfAbsent(name, unknown -> new ArrayList<>(others.size()));
            long first = others.get(0).from;
            turns.removeIf(turn -> turn.from >= first);
            turns.addAll(others);
        });
    }

    /**
     * Drops what nobody can ask for ahead of the watermark.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void forgetBehind(long watermark) {
        for (List<Turn> turns : byName.values()) {
            while (turns.size() > 1 && turns.get(1).from <= watermark) {
                turns.remove(0);
            }
        }
    }

    /** Drops what nobody asks for any more. */
    public void keepOnly(Collection<String> names) {
        byName.keySet().retainAll(names);
    }

    /** Whether the customer was in a segment at an instant, milliseconds since 1970, with all that happened at it; null if nobody knows. */
    Boolean isIn(String segment, long instant) {
        Turn turn = at(segment, instant);
        return turn == null ? null : turn.value != null;
    }

    /** What was so at an instant, milliseconds since 1970, with all that happened at it; null for nothing, or if nobody knows. */
    String value(String name, long instant) {
        Turn turn = at(name, instant);
        return turn == null ? null : turn.value;
    }

    private Turn at(String name, long instant) {
        Turn last = null;
        for (Turn turn : byName.getOrDefault(name, List.of())) {
            if (turn.from <= instant) {
                last = turn;
            }
        }
        return last;
    }

    /** Null if nothing is known of it. */
    public List<Turn> turns(String name) {
        List<Turn> turns = byName.get(name);
        return turns == null ? null : List.copyOf(turns);
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }
}
