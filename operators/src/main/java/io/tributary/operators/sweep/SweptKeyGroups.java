package io.tributary.operators.sweep;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Key groups of which all keys have been looked at.
 *
 * @param target for what
 * @param first the first one
 * @param last the last one
 */
public record SweptKeyGroups(long target, int first, int last) {
    public static final Codec<SweptKeyGroups> CODEC = new Codec<>() {
        private static final byte FORMAT = 1;

        @Override
        public void write(SweptKeyGroups swept, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarLong(swept.target, out);
            Wire.writeVarInt(swept.first, out);
            Wire.writeVarInt(swept.last, out);
        }

        @Override
        public SweptKeyGroups read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "swept key groups", in);
            return new SweptKeyGroups(Wire.readVarLong(in), Wire.readVarInt(in), Wire.readVarInt(in));
        }
    };

    /**
     * What all keys of a range of key groups have been looked at for.
     *
     * @param all of which each key group is in one, whoever had it before
     * @return 0 if a key group is in none
     */
    static long leastOf(Iterable<SweptKeyGroups> all, int first, int last) {
        long least = Long.MAX_VALUE;
        int covered = 0;
        for (SweptKeyGroups swept : all) {
            int common = Math.min(last, swept.last) - Math.max(first, swept.first) + 1;
            if (common > 0) {
                covered += common;
                least = Math.min(least, swept.target);
            }
        }
        return covered == last - first + 1 ? least : 0;
    }
}
