package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.profile.Consent;
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
 * <p>Bound: the cart's operations (see {@link CartLog}), what arrived within the lateness bound, one open match, two
 * statements of consent. Gone 30 days after the last cart event.
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
            Wire.writeVarInt(state.consent.size(), out);
            for (Consent.Statement statement : state.consent) {
                Consent.Statement.CODEC.write(statement, out);
            }
            Wire.writeBytes(state.matching, out);
            out.writeLong(state.timer);
        }

        @Override
        public TriggerState read(DataInput in) throws IOException {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("a trigger state of an unknown format: " + format);
            }
            TriggerState state = new TriggerState(CartLog.CODEC.read(in));
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                state.pending.add(CartEntry.CODEC.read(in));
            }
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                state.consent.add(Consent.Statement.CODEC.read(in));
            }
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
    private final List<CartEntry> pending = new ArrayList<>(2);

    /** Ascending by time: the latest behind the watermark, then those ahead of it. */
    private final List<Consent.Statement> consent = new ArrayList<>(1);

    private byte[] matching = NO_MATCHING;
    private long timer = NO_TIMER;

    public TriggerState() {
        this(new CartLog());
    }

    private TriggerState(CartLog cart) {
        this.cart = cart;
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

    /** Notes a statement on the trigger's purpose. */
    void state(Consent.Statement statement, long watermark) {
        int at = consent.size();
        while (at > 0 && consent.get(at - 1).timestamp() > statement.timestamp()) {
            at--;
        }
        if (at > 0 && consent.get(at - 1).timestamp() == statement.timestamp()) {
            consent.set(at - 1, Consent.Statement.later(consent.get(at - 1), statement));
        } else {
            consent.add(at, statement);
        }
        while (consent.size() > 1 && consent.get(1).timestamp() <= watermark) {
            consent.remove(0);
        }
    }

    /** Whether the customer's latest word at an instant is a refusal; silence is consent. */
    boolean refusesAt(long instant) {
        boolean refuses = false;
        for (Consent.Statement statement : consent) {
            if (statement.timestamp() <= instant) {
                refuses = !statement.granted();
            }
        }
        return refuses;
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
