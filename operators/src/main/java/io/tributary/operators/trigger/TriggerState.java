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
 * <p>Bound: the cart's operations (see {@link CartLog}), what arrived ahead of the watermark, one open match,
 * what was said on the trigger's purpose (see {@link ConsentTimeline}). Gone 30 days after the last cart event.
 */
public final class TriggerState {
    private static final byte FORMAT = 1;

    public static final Codec<TriggerState> CODEC = new Codec<>() {
        @Override
        public void write(TriggerState state, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            CartLog.CODEC.write(state.cart, out);
            Wire.writeVarInt(state.pending.size(), out);
            for (CartEntry entry : state.pending) {
                CartEntry.CODEC.write(entry, out);
            }
            ConsentTimeline.CODEC.write(state.marketing, out);
            Wire.writeBytes(state.matching, out);
            out.writeLong(state.timer);
        }

        @Override
        public TriggerState read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("a trigger state of an unknown format: " + format);
            }
            CartLog cart = CartLog.CODEC.read(in);
            List<CartEntry> pending = new ArrayList<>(2);
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                pending.add(CartEntry.CODEC.read(in));
            }
            TriggerState state = new TriggerState(cart, pending, ConsentTimeline.CODEC.read(in));
            state.matching = Wire.readBytes(in);
            state.timer = in.readLong();
            return state;
        }
    };

    /** No timer is set. */
    public static final long NO_TIMER = Long.MAX_VALUE;

    private static final byte[] NO_MATCHING = {};

    /** What has happened behind the watermark. */
    private final CartLog cart;

    /** What happened ahead of the watermark, ascending. */
    private final List<CartEntry> pending;

    /** What was said on the trigger's purpose. */
    private final ConsentTimeline marketing;

    private byte[] matching = NO_MATCHING;
    private long timer = NO_TIMER;

    public TriggerState() {
        this(new CartLog(), new ArrayList<>(2), new ConsentTimeline());
    }

    private TriggerState(CartLog cart, List<CartEntry> pending, ConsentTimeline marketing) {
        this.cart = cart;
        this.pending = pending;
        this.marketing = marketing;
    }

    CartLog cart() {
        return cart;
    }

    /** Takes in what happened ahead of the watermark; of an order that is reported twice the earlier report counts. */
    void await(CartEntry entry) {
        for (CartEntry known : pending) {
            if (known.isSameOrder(entry) && known.compareTo(entry) < 0) {
                return;
            }
        }
        dropRepetitionsOf(entry);
        int at = Collections.binarySearch(pending, entry);
        if (at < 0) {
            pending.add(-at - 1, entry);
        }
    }

    /** Drops from what is ahead of the watermark any later report of the same order. */
    void dropRepetitionsOf(CartEntry entry) {
        pending.removeIf(known -> known.isSameOrder(entry) && known.compareTo(entry) > 0);
    }

    /** Whether there is nothing that a further event could need. */
    public boolean isEmpty() {
        return cart.isEmpty() && pending.isEmpty();
    }

    /** The next operation at or behind the watermark, or null. */
    CartEntry poll(long watermark) {
        return !pending.isEmpty() && pending.get(0).order().timestamp() <= watermark ? pending.remove(0) : null;
    }

    /** Time of the next operation ahead of the watermark, or {@link #NO_TIMER}. */
    long nextPending() {
        return pending.isEmpty() ? NO_TIMER : pending.get(0).order().timestamp();
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
