package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What is read and written on every event of a customer: the hot half of the ledger, and when the profile went out. */
public final class ProfileState {
    private static final byte FORMAT = 1;

    public static final Codec<ProfileState> CODEC = new Codec<>() {
        @Override
        public void write(ProfileState state, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeSigned(state.publishedAt, out);
            out.writeBoolean(state.pending);
            ActivityLedger.CODEC.write(state.activity, out);
        }

        @Override
        public ProfileState read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("a profile state of an unknown format: " + format);
            }
            long publishedAt = Wire.readSigned(in);
            boolean pending = in.readBoolean();
            return new ProfileState(ActivityLedger.CODEC.read(in), publishedAt, pending);
        }
    };

    private final ActivityLedger activity;
    private long publishedAt;
    private boolean pending;

    public ProfileState() {
        this(new ActivityLedger(), 0, false);
    }

    private ProfileState(ActivityLedger activity, long publishedAt, boolean pending) {
        this.activity = activity;
        this.publishedAt = publishedAt;
        this.pending = pending;
    }

    public ActivityLedger activity() {
        return activity;
    }

    /** Rises strictly with every change of the customer. */
    public long version() {
        return activity.count();
    }

    /** When the profile was last published, milliseconds of processing time. */
    public long publishedAt() {
        return publishedAt;
    }

    /** Whether a timer is set that will publish what has changed since. */
    public boolean isPending() {
        return pending;
    }

    public void published(long now) {
        publishedAt = now;
        pending = false;
    }

    public void awaitTimer() {
        pending = true;
    }
}
