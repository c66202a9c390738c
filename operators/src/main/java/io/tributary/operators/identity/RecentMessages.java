package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The messages that one identity key has sent lately: a retry of one of them is a duplicate.
 *
 * <p>Bound: the newest {@value #MAX_IDS} ids within {@value #HORIZON_HOURS} hours of event time before the newest one,
 * 16 bytes each at most. A retry beyond either bound counts as a new event. Ids are kept as the first eight bytes of
 * their SHA-256.
 */
public final class RecentMessages {
    public static final int MAX_IDS = 1_000;
    public static final int HORIZON_HOURS = 24;
    public static final long HORIZON_MILLIS = HORIZON_HOURS * 3_600_000L;

    private static final byte FORMAT = 1;

    /** Binary form: format, count, then per message its time as a difference to the one before and its hash. */
    public static final Codec<RecentMessages> CODEC = new Codec<>() {
        @Override
        public void write(RecentMessages messages, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeVarInt(messages.size, out);
            long previous = 0;
            for (int i = 0; i < messages.size; i++) {
                Wire.writeVarLong(messages.times[i] - previous, out);
                out.writeLong(messages.ids[i]);
                previous = messages.times[i];
            }
        }

        @Override
        public RecentMessages read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("recent messages of an unknown format: " + format);
            }
            RecentMessages messages = new RecentMessages();
            int size = Wire.readVarInt(in);
            messages.ids = new long[size + 1];
            messages.times = new long[size + 1];
            messages.size = size;
            long previous = 0;
            for (int i = 0; i < size; i++) {
                previous += Wire.readVarLong(in);
                messages.times[i] = previous;
                messages.ids[i] = in.readLong();
            }
            return messages;
        }
    };

    /** Ascending by time. */
    private long[] times = new long[4];

    private long[] ids = new long[4];
    private int size;

    /**
     * Takes a message in, unless it is a duplicate.
     *
     * @param timestamp the event's time, milliseconds since 1970
     * @return whether the message is new
     */
    public boolean admit(String messageId, long timestamp) {
        long id = Hashes.prefix(Hashes.sha256(messageId));
        for (int i = size - 1; i >= 0; i--) {
            if (ids[i] == id && Math.abs(times[i] - timestamp) <= HORIZON_MILLIS) {
                return false;
            }
        }
        insert(id, timestamp);
        forget();
        return true;
    }

    private void insert(long id, long timestamp) {
        if (size == ids.length) {
            times = java.util.Arrays.copyOf(times, size * 2);
            ids = java.util.Arrays.copyOf(ids, size * 2);
        }
        int at = size;
        while (at > 0 && times[at - 1] > timestamp) {
            times[at] = times[at - 1];
            ids[at] = ids[at - 1];
            at--;
        }
        times[at] = timestamp;
        ids[at] = id;
        size++;
    }

    private void forget() {
        long horizon = times[size - 1] - HORIZON_MILLIS;
        int first = Math.max(0, size - MAX_IDS);
        while (times[first] < horizon) {
            first++;
        }
        if (first > 0) {
            size -= first;
            System.arraycopy(times, first, times, 0, size);
            System.arraycopy(ids, first, ids, 0, size);
        }
    }

    /** The instant after which no message of this key can be a duplicate any more, milliseconds since 1970. */
    public long expiresAt() {
        return times[size - 1] + HORIZON_MILLIS + 1;
    }

    public int size() {
        return size;
    }
}
