package io.tributary.operators.identity;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The messages that one identity key has sent lately: a retry of one of them is a duplicate.
 *
 * <p>A message is kept for {@value #HORIZON_HOURS} hours of event time from the instant at which it was known: its own
 * time or, if it came late, when it came. So a phone's batch of the day before yesterday may be retried like any other.
 *
 * <p>Bound: {@value #MAX_IDS} ids, those that were known last, within {@value #HORIZON_HOURS} hours before the newest;
 * 26 bytes each at most. A retry beyond either bound counts as a new event. Ids are kept as the first eight bytes of
 * their SHA-256.
 */
public final class RecentMessages {
    public static final int MAX_IDS = 1_000;
    public static final int HORIZON_HOURS = 24;
    public static final long HORIZON_MILLIS = HORIZON_HOURS * 3_600_000L;

    /** Knows no late messages. */
    private static final byte FORMAT_IN_TIME = 1;

    private static final byte FORMAT = 2;

    /**
     * Binary form: format, count, then per message its instant as a difference to the one before and its hash. Format 2,
     * which has late messages, has also by how much each was late; it is used only where there are any.
     */
    public static final Codec<RecentMessages> CODEC = new Codec<>() {
        @Override
        public void write(RecentMessages messages, DataOutput out) throws IOException {
            boolean late = messages.hasLate();
            out.writeByte(late ? FORMAT : FORMAT_IN_TIME);
            Wire.writeVarInt(messages.size, out);
            long previous = 0;
            for (int i = 0; i < messages.size; i++) {
                Wire.writeVarLong(messages.knownAt[i] - previous, out);
                out.writeLong(messages.ids[i]);
                if (late) {
                    Wire.writeVarLong(messages.lateBy[i], out);
                }
                previous = messages.knownAt[i];
            }
        }

        @Override
        public RecentMessages read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT && format != FORMAT_IN_TIME) {
                throw new IOException("recent messages of an unknown format: " + format);
            }
            int size = Wire.readVarInt(in);
            RecentMessages messages = new RecentMessages(size + 1);
            messages.size = size;
            long previous = 0;
            for (int i = 0; i < size; i++) {
                previous += Wire.readVarLong(in);
                messages.knownAt[i] = previous;
                messages.ids[i] = in.readLong();
                if (format == FORMAT) {
                    messages.lateBy[i] = Wire.readVarLong(in);
                }
            }
            return messages;
        }
    };

    /** When each was known, milliseconds since 1970, ascending. */
    private long[] knownAt;

    /** How much earlier than that its own time is; mostly 0. */
    private long[] lateBy;

    private long[] ids;
    private int size;

    public RecentMessages() {
        this(4);
    }

    private RecentMessages(int capacity) {
        knownAt = new long[capacity];
        lateBy = new long[capacity];
        ids = new long[capacity];
    }

    /**
     * Takes a message in, unless it is a duplicate.
     *
     * @param timestamp the event's time, milliseconds since 1970
     * @param known from when on it is known: its time, or later if it came late
     * @return whether the message is new
     */
    public boolean admit(String messageId, long timestamp, long known) {
        long id = Hashes.prefix(Hashes.sha256(messageId));
        for (int i = size - 1; i >= 0; i--) {
            if (ids[i] == id && Math.abs(knownAt[i] - lateBy[i] - timestamp) <= HORIZON_MILLIS) {
                return false;
            }
        }
        insert(id, timestamp, known);
        forget();
        return true;
    }

    private void insert(long id, long timestamp, long known) {
        if (size == ids.length) {
            knownAt = Arrays.copyOf(knownAt, size * 2);
            lateBy = Arrays.copyOf(lateBy, size * 2);
            ids = Arrays.copyOf(ids, size * 2);
        }
        int at = size;
        while (at > 0 && knownAt[at - 1] > known) {
            knownAt[at] = knownAt[at - 1];
            lateBy[at] = lateBy[at - 1];
            ids[at] = ids[at - 1];
            at--;
        }
        knownAt[at] = known;
        lateBy[at] = known - timestamp;
        ids[at] = id;
        size++;
    }

    private void forget() {
        long horizon = knownAt[size - 1] - HORIZON_MILLIS;
        int first = Math.max(0, size - MAX_IDS);
        while (knownAt[first] < horizon) {
            first++;
        }
        if (first > 0) {
            size -= first;
            System.arraycopy(knownAt, first, knownAt, 0, size);
            System.arraycopy(lateBy, first, lateBy, 0, size);
            System.arraycopy(ids, first, ids, 0, size);
        }
    }

    private boolean hasLate() {
        for (int i = 0; i < size; i++) {
            if (lateBy[i] != 0) {
                return true;
            }
        }
        return false;
    }

    /** The instant after which no message of this key can be a duplicate any more, milliseconds since 1970. */
    public long expiresAt() {
        return knownAt[size - 1] + HORIZON_MILLIS + 1;
    }

    public int size() {
        return size;
    }
}
