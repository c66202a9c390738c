package io.tributary.operators.segment;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.time.Timestamps;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How far a customer's memberships have come. Not thread-safe. Without a format of its own: part of values that have one. */
public final class SegmentClock {
    /** No instant. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final Codec<SegmentClock> CODEC = new Codec<>() {
        @Override
        public void write(SegmentClock clock, DataOutput out) throws IOException {
            Wire.writeSigned(clock.now, out);
            boolean isDue = clock.due != NEVER;
            out.writeBoolean(isDue);
            if (isDue) {
                Wire.writeSigned(clock.due - clock.now, out);
            }
        }

        @Override
        public SegmentClock read(DataInput in) throws IOException {
            SegmentClock clock = new SegmentClock();
            clock.now = Wire.readSigned(in);
            clock.due = in.readBoolean() ? clock.now + Wire.readSigned(in) : NEVER;
            return clock;
        }
    };

    private long now = Long.MIN_VALUE / 2;
    private long due = NEVER;

    /** The instant as of which memberships are right, milliseconds since 1970. */
    public long now() {
        return now;
    }

    /**
     * The least instant at which time alone may change them or what computed traits say, or one before that, milliseconds
     * since 1970; {@link #NEVER} if there is none in the years that events can have.
     */
    public long due() {
        return due;
    }

    /** Whether nothing has ever been decided. */
    public boolean isNew() {
        return now == Long.MIN_VALUE / 2;
    }

    void set(long instant, long next) {
        now = instant;
        due = next > Timestamps.MAX ? NEVER : next;
    }
}
