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
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * In which of the segments that triggers ask for a customer has been, as far as a decision that waits for the watermark may
 * still ask. Not thread-safe.
 *
 * <p>Bound: {@value #MAX_TURNS} turns of each segment that triggers ask for; of more, which takes that many ahead of the
 * watermark, the oldest go.
 */
public final class ProfileTimelines {
    static final int MAX_TURNS = 200;

    /**
     * A membership begins or ends.
     *
     * @param from the instant from which on that is so, milliseconds since 1970; the least long for ever
     */
    public record Turn(long from, boolean isIn) {
        private static final Codec<Turn> CODEC = new Codec<>() {
            @Override
            public void write(Turn turn, DataOutput out) throws IOException {
                out.writeLong(turn.from);
                out.writeBoolean(turn.isIn);
            }

            @Override
            public Turn read(DataInput in) throws IOException {
                return new Turn(in.readLong(), in.readBoolean());
            }
        };

        /** Nothing else is known. */
        public static Turn always(boolean isIn) {
            return new Turn(Long.MIN_VALUE, isIn);
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
            TURNS.write(timelines.bySegment, out);
        }

        @Override
        public ProfileTimelines read(DataInput in) throws IOException {
            ProfileTimelines timelines = new ProfileTimelines();
            timelines.bySegment.putAll(TURNS.read(in));
            return timelines;
        }
    };

    private static final byte FORMAT = 1;

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
    private final SortedMap<String, List<Turn>> bySegment = new TreeMap<>();

    /**
     * A membership has begun or ended, behind all that is known of it.
     *
     * @param from milliseconds since 1970; before the last turn it counts as of that
     */
    public void turn(String segment, long from, boolean isIn) {
        List<Turn> turns = bySegment.computeIfAbsent(segment, unknown -> new ArrayList<>(List.of(Turn.always(!isIn))));
        int last = turns.size() - 1;
        long at = Math.max(from, turns.get(last).from);
        if (turns.get(last).from == at) {
            turns.remove(last--);
        }
        if (last < 0 || turns.get(last).isIn != isIn) {
            turns.add(new Turn(at, isIn));
        }
        if (turns.size() > MAX_TURNS) {
            turns.remove(0);
        }
    }

    /**
     * Takes in what somebody knows who knows all: it replaces what is known from its first turn on.
     *
     * @param known by segment, ascending
     */
    public void state(Map<String, List<Turn>> known) {
        known.forEach((segment, others) -> {
            List<Turn> turns = bySegment.computeIfAbsent(segment, unknown -> new ArrayList<>(others.size()));
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
        for (List<Turn> turns : bySegment.values()) {
            while (turns.size() > 1 && turns.get(1).from <= watermark) {
                turns.remove(0);
            }
        }
    }

    /** Drops the segments that nobody asks for any more. */
    public void keepOnly(Collection<String> segments) {
        bySegment.keySet().retainAll(segments);
    }

    /** Whether the customer was in a segment at an instant, milliseconds since 1970, with all that happened at it; null if nobody knows. */
    Boolean isIn(String segment, long instant) {
        Boolean isIn = null;
        for (Turn turn : bySegment.getOrDefault(segment, List.of())) {
            if (turn.from <= instant) {
                isIn = turn.isIn;
            }
        }
        return isIn;
    }

    /** Null if nothing is known of the segment. */
    public List<Turn> turns(String segment) {
        List<Turn> turns = bySegment.get(segment);
        return turns == null ? null : List.copyOf(turns);
    }

    public boolean isEmpty() {
        return bySegment.isEmpty();
    }
}
