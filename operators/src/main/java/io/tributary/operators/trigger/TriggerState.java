package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.profile.ConsentTimeline;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One customer's trigger state: a single value, read once and written once per relevant event.
 *
 * <p>Bound: the cart's operations (see {@link CartLog}), at most {@value #MAX_PENDING} operations that
 * are ahead of the watermark, one open match, what was said on the trigger's purpose (see {@link ConsentTimeline}). Gone 30 days after the last cart event.
 */
public final class TriggerState {
    /** Of more operations ahead of the watermark the earliest is decided before its time. */
    static final int MAX_PENDING = 1_000;

    /** Nothing in it came late. */
    private static final byte FORMAT_IN_TIME = 1;

    private static final byte FORMAT = 2;

    public static final Codec<TriggerState> CODEC = new Codec<>() {
        @Override
        public void write(TriggerState state, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            CartLog.CODEC.write(state.cart, out);
            Wire.writeVarInt(state.pending.size(), out);
            for (Pending next : state.pending) {
                CartEntry.CODEC.write(next.entry, out);
                Wire.writeVarLong(next.knownAt - next.entry.order().timestamp(), out);
            }
            ConsentTimeline.CODEC.write(state.marketing, out);
            Wire.writeBytes(state.matching, out);
            out.writeLong(state.timer);
        }

        @Override
        public TriggerState read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT && format != FORMAT_IN_TIME) {
                throw new IOException("a trigger state of an unknown format: " + format);
            }
            CartLog cart = CartLog.CODEC.read(in);
            List<Pending> pending = new ArrayList<>(2);
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                CartEntry entry = CartEntry.CODEC.read(in);
                long lateBy = format == FORMAT ? Wire.readVarLong(in) : 0;
                pending.add(new Pending(entry, entry.order().timestamp() + lateBy));
            }
            Codec<ConsentTimeline> timeline = format == FORMAT ? ConsentTimeline.CODEC : ConsentTimeline.UNTIMED_CODEC;
            TriggerState state = new TriggerState(cart, pending, timeline.read(in));
            state.matching = Wire.readBytes(in);
            state.timer = in.readLong();
            return state;
        }
    };

    /** No timer is set. */
    public static final long NO_TIMER = Long.MAX_VALUE;

    private static final byte[] NO_MATCHING = {};

    /**
     * An operation that is not decided on yet.
     *
     * @param knownAt from when on decisions know of it: its time, or later if it came late
     */
    record Pending(CartEntry entry, long knownAt) implements Comparable<Pending> {
        @Override
        public int compareTo(Pending other) {
            int byInstant = Long.compare(knownAt, other.knownAt);
            return byInstant != 0 ? byInstant : entry.compareTo(other.entry);
        }
    }

    /** What has happened behind the watermark. */
    private final CartLog cart;

    /** What is known only ahead of the watermark, ascending. */
    private final List<Pending> pending;

    /** What was said on the trigger's purpose. */
    private final ConsentTimeline marketing;

    private byte[] matching = NO_MATCHING;
    private long timer = NO_TIMER;

    public TriggerState() {
        this(new CartLog(), new ArrayList<>(2), new ConsentTimeline());
    }

    private TriggerState(CartLog cart, List<Pending> pending, ConsentTimeline marketing) {
        this.cart = cart;
        this.pending = pending;
        this.marketing = marketing;
    }

    CartLog cart() {
        return cart;
    }

    /** Takes an operation in, to be applied when the watermark reaches the instant from which on it is known. */
    void await(CartEntry entry, long knownAt) {
        Pending next = new Pending(entry, knownAt);
        int at = Collections.binarySearch(pending, next);
        if (at < 0) {
            pending.add(-at - 1, next);
        }
    }

    /** Drops any later report of an order that is known now: the cart may forget the order before it comes to them. */
    void dropRepetitionsOf(CartEntry entry) {
        pending.removeIf(next -> next.entry.isSameOrder(entry) && next.entry.compareTo(entry) > 0);
    }

    /** The next operation that is known at the watermark, or null. */
    Pending poll(long watermark) {
        return nextPending() <= watermark && !pending.isEmpty() ? pending.remove(0) : null;
    }

    /** The instant from which on the next operation is known, or {@link #NO_TIMER}. */
    long nextPending() {
        return pending.isEmpty() ? NO_TIMER : pending.get(0).knownAt();
    }

    /** Whether more is waiting than may be kept. */
    boolean isOverfull() {
        return pending.size() > MAX_PENDING;
    }

    ConsentTimeline marketing() {
        return marketing;
    }

    byte[] matching() {
        return matching;
    }

    void matching(byte[] bytes) {
        matching = bytes;
    }

    /** The instant of the one timer that is set, milliseconds since 1970, or {@link #NO_TIMER}. */
    public long timer() {
        return timer;
    }

    public void timer(long instant) {
        timer = instant;
    }
}
