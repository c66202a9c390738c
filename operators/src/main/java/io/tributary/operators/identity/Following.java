package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.identity.Identifier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A device that follows a person, in the chain of those who do.
 *
 * @param person whom the device follows
 * @param next the device that has followed the person before, or null
 */
public record Following(Identifier person, Identifier next) {
    private static final byte FORMAT = 1;

    public static final Codec<Following> CODEC = new Codec<>() {
        @Override
        public void write(Following following, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Identifier.CODEC.write(following.person, out);
            out.writeBoolean(following.next != null);
            if (following.next != null) {
                Identifier.CODEC.write(following.next, out);
            }
        }

        @Override
        public Following read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a follower", in);
            return new Following(Identifier.CODEC.read(in), in.readBoolean() ? Identifier.CODEC.read(in) : null);
        }
    };
}
