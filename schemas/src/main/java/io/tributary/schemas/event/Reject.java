package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Input that was refused, with nothing of it lost.
 *
 * @param reason why
 * @param detail one sentence for a person, without personal data
 * @param origin where it came from
 * @param raw the bytes as they came, without the line ending
 */
public record Reject(RejectReason reason, String detail, Origin origin, byte[] raw) {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<Reject> CODEC = new Codec<>() {
        @Override
        public void write(Reject reject, DataOutput out) throws IOException {
            Wire.writeString(reject.reason.id(), out);
            Wire.writeString(reject.detail, out);
            Origin.CODEC.write(reject.origin, out);
            Wire.writeBytes(reject.raw, out);
        }

        @Override
        public Reject read(DataInput in) throws IOException {
            return new Reject(
                    RejectReason.byId(Wire.readString(in)),
                    Wire.readString(in),
                    Origin.CODEC.read(in),
                    Wire.readBytes(in));
        }
    };
}
