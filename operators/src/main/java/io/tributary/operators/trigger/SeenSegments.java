package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether a customer was in the segments for which triggers ask that name an event, with all that had happened at its instant.
 *
 * @param isIn by segment, of those of which it was known
 */
record SeenSegments(SortedMap<String, Boolean> isIn) {
    /** Nobody asks, or nothing is known. */
    static final SeenSegments NONE = new SeenSegments(Collections.emptySortedMap());

    private static final Codec<Boolean> BOOLEAN = new Codec<>() {
        @Override
        public void write(Boolean value, DataOutput out) throws IOException {
            out.writeBoolean(value);
        }

        @Override
        public Boolean read(DataInput in) throws IOException {
            return in.readBoolean();
        }
    };

    /** Part of values that have a format. */
    static final Codec<SeenSegments> CODEC = new Codec<>() {
        @Override
        public void write(SeenSegments seen, DataOutput out) throws IOException {
            Wire.writeMap(seen.isIn, Wire.STRING, BOOLEAN, out);
        }

        @Override
        public SeenSegments read(DataInput in) throws IOException {
            Map<String, Boolean> isIn = Wire.readMap(Wire.STRING, BOOLEAN, in);
            return isIn.isEmpty() ? NONE : new SeenSegments(new TreeMap<>(isIn));
        }
    };

    SeenSegments {
        isIn = Collections.unmodifiableSortedMap(isIn);
    }

    /**
     * As of an instant.
     *
     * @param segments for which triggers ask
     * @param instant milliseconds since 1970
     */
    static SeenSegments at(long instant, Collection<String> segments, ProfileTimelines profile) {
        if (segments.isEmpty() || profile.isEmpty()) {
            return NONE;
        }
        SortedMap<String, Boolean> isIn = new TreeMap<>();
        for (String segment : segments) {
            Boolean is = profile.isIn(segment, instant);
            if (is != null) {
                isIn.put(segment, is);
            }
        }
        return isIn.isEmpty() ? NONE : new SeenSegments(isIn);
    }
}
