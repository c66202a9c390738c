package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * An event's place in the total order of events: (timestamp, kind, message id, SHA-256 of the raw line). Message ids
 * compare by UTF-16 units, digests by their first eight bytes.
 *
 * @param timestamp milliseconds since 1970
 * @param digest the first eight bytes of the SHA-256 of the raw bytes, compared unsigned
 */
public record EventOrder(long timestamp, EventKind kind, String messageId, long digest)
        implements Comparable<EventOrder> {
    public static final Codec<EventOrder> CODEC = new Codec<>() {
        @Override
        public void write(EventOrder order, DataOutput out) throws IOException {
            out.writeLong(order.timestamp);
            out.writeByte(order.kind.ordinal());
            Wire.writeString(order.messageId, out);
            out.writeLong(order.digest);
        }

        @Override
        public EventOrder read(DataInput in) throws IOException {
            return new EventOrder(
                    in.readLong(), EventKind.byOrdinal(in.readByte()), Wire.readString(in), in.readLong());
        }
    };

    /** The place before all that happens at an instant, milliseconds since 1970. */
    public static EventOrder beginningOf(long instant) {
        return new EventOrder(instant, EventKind.COMMAND, "", 0);
    }

    @Override
    public int compareTo(EventOrder other) {
        int byTime = Long.compare(timestamp, other.timestamp);
        if (byTime != 0) {
            return byTime;
        }
        int byKind = kind.compareTo(other.kind);
        if (byKind != 0) {
            return byKind;
        }
        int byMessage = messageId.compareTo(other.messageId);
        return byMessage != 0 ? byMessage : Long.compareUnsigned(digest, other.digest);
    }
}
