package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A place among what waits for the same instant.
 *
 * @param instant milliseconds since 1970
 * @param number from 0, in the order of arrival
 */
public record Slot(long instant, int number) {
    /** A key in state, which has no format: its bytes say which entry is meant. */
    public static final Codec<Slot> CODEC = new Codec<>() {
        @Override
        public void write(Slot slot, DataOutput out) throws IOException {
            out.writeLong(slot.instant);
            Wire.writeVarInt(slot.number, out);
        }

        @Override
        public Slot read(DataInput in) throws IOException {
            return new Slot(in.readLong(), Wire.readVarInt(in));
        }
    };
}
