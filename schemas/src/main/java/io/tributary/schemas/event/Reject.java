package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Input that was refused, with nothing of it lost.
 *
 * <p>Bound: of more than {@value #MAX_RAW} bytes only the beginning is kept, so that a reject is a record that Kafka
 * takes, whatever was refused; how many there were, and where the whole can be read, it says.
 *
 * @param reason why
 * @param detail one sentence for a person, without personal data
 * @param origin where it came from
 * @param raw the bytes as they came, without the line ending; at most the first {@value #MAX_RAW}
 * @param length of what was refused, in bytes
 * @param sentAt when it was sent, milliseconds since 1970, if whoever sent it says so because its record has no time;
 *     else 0
 */
public record Reject(RejectReason reason, String detail, Origin origin, byte[] raw, long length, long sentAt) {
    /** Most bytes that are kept: 1 MiB, as much as an event may have. */
    public static final int MAX_RAW = EventLimits.MAX_BYTES;

    /** For channels between operators of one release; never kept in state. */
    public static final Codec<Reject> CODEC = new Codec<>() {
        @Override
        public void write(Reject reject, DataOutput out) throws IOException {
            Wire.writeString(reject.reason.id(), out);
            Wire.writeString(reject.detail, out);
            Origin.CODEC.write(reject.origin, out);
            Wire.writeBytes(reject.raw, out);
            Wire.writeVarLong(reject.length, out);
            Wire.writeVarLong(reject.sentAt, out);
        }

        @Override
        public Reject read(DataInput in) throws IOException {
            return new Reject(
                    RejectReason.byId(Wire.readString(in)),
                    Wire.readString(in),
                    Origin.CODEC.read(in),
                    Wire.readBytes(in),
                    Wire.readVarLong(in),
                    Wire.readVarLong(in));
        }
    };

    /** Keeps what fits of {@code raw}. */
    public Reject {
        raw = beginning(raw);
    }

    /** @param raw all bytes of what was refused */
    public Reject(RejectReason reason, String detail, Origin origin, byte[] raw) {
        this(reason, detail, origin, raw, raw.length);
    }

    /** @param raw the bytes of what was refused, or their beginning */
    public Reject(RejectReason reason, String detail, Origin origin, byte[] raw, long length) {
        this(reason, detail, origin, raw, length, 0);
    }

    /** The same, which was sent at an instant that its record does not tell. */
    public Reject sentAt(long instant) {
        return new Reject(reason, detail, origin, raw, length, instant);
    }

    /** What is kept of refused bytes: all of them, or the first {@value #MAX_RAW}. */
    public static byte[] beginning(byte[] refused) {
        return refused.length <= MAX_RAW ? refused : Arrays.copyOf(refused, MAX_RAW);
    }

    /** Whether {@link #raw} is only the beginning of what was refused. */
    public boolean isCut() {
        return length > raw.length;
    }
}
