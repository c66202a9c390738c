package io.tributary.schemas.definition;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.Origin;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A record of {@code cdp.definitions.v1} as it came.
 *
 * @param key may be null
 * @param value null for one that has been deleted
 */
public record DefinitionInbound(Origin origin, byte[] key, byte[] value) {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<DefinitionInbound> CODEC = new Codec<>() {
        @Override
        public void write(DefinitionInbound inbound, DataOutput out) throws IOException {
            Origin.CODEC.write(inbound.origin, out);
            writeNullable(inbound.key, out);
            writeNullable(inbound.value, out);
        }

        private static void writeNullable(byte[] bytes, DataOutput out) throws IOException {
            out.writeBoolean(bytes != null);
            if (bytes != null) {
                Wire.writeBytes(bytes, out);
            }
        }

        @Override
        public DefinitionInbound read(DataInput in) throws IOException {
            return new DefinitionInbound(Origin.CODEC.read(in), readNullable(in), readNullable(in));
        }

        private static byte[] readNullable(DataInput in) throws IOException {
            return in.readBoolean() ? Wire.readBytes(in) : null;
        }
    };
}
