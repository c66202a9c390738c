package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.profile.ConsentTimelines;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One customer's trigger state: a single value, read once and written once per relevant event.
 *
 * <p>Bound: the cart's operations (see {@link CartLog}), at most {@value Pending#MOST} operations that
 * are ahead of the watermark, one open match per deadline of a definition, what was said on purposes (see {@link
 * ConsentTimelines}), the segments for which triggers ask and the time zone (see {@link ProfileTimelines}; of each operation
 * on the cart, in which of them the customer was, if triggers of the cart ask), what is open of sequences of events (see
 * {@link EventMatches}), {@value Waiting#MOST} triggers that wait to be told, the newest {@value #MOST_RETRACTABLE} triggers
 * that may have to be taken back, and, if quiet hours are by the customer's time zone and postpone, the newest {@value
 * #MOST_DECIDED} that were told or held back, for as long as they could wait. Gone 30 days after the last cart event, or with
 * the last deadline, or when nothing can be taken back any more.
 */
public final class TriggerState {
    private static final byte FORMAT = 13;

    private static final Codec<byte[]> BYTES = new Codec<>() {
        @Override
        public void write(byte[] bytes, DataOutput out) throws IOException {
            Wire.writeBytes(bytes, out);
        }

        @Override
        public byte[] read(DataInput in) throws IOException {
            return Wire.readBytes(in);
        }
    };

    public static final Codec<TriggerState> CODEC = new Codec<>() {
        @Override
        public void write(TriggerState state, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            CartLog.CODEC.write(state.cart, out);
            Wire.writeAll(state.pending.all(), CartEntry.CODEC, out);
            ConsentTimelines.CODEC.write(state.said, out);
            ProfileTimelines.PART.write(state.profile, out);
            Wire.writeMap(state.seen, EventOrder.CODEC, SeenSegments.CODEC, out);
            Wire.writeAll(state.matching, BYTES, out);
            EventMatches.CODEC.write(state.events, out);
            Wire.writeAll(state.waiting.all(), Waiting.CODEC, out);
            Wire.writeAll(state.retractable, Retractable.CODEC, out);
            Wire.writeMap(state.decided, Wire.LONG, Wire.LONG, out);
            out.writeLong(state.timer);
            Wire.writeVarLong(state.publication, out);
        }

        @Override
        public TriggerState read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "a trigger state", in);
            TriggerState state = new TriggerState();
            state.cart = CartLog.CODEC.read(in);
            state.pending.all().addAll(Wire.readAll(CartEntry.CODEC, in));
            state.said = ConsentTimelines.CODEC.read(in);
            state.profile = ProfileTimelines.PART.read(in);
            state.seen.putAll(Wire.readMap(EventOrder.CODEC, SeenSegments.CODEC, in));
            state.matching = Wire.readAll(BYTES, in);
            state.events = EventMatches.CODEC.read(in);
            state.waiting.all().addAll(Wire.readAll(Waiting.CODEC, in));
            state.retractable.addAll(Wire.readAll(Retractable.CODEC, in));
            state.decided.putAll(Wire.readMap(Wire.LONG, Wire.LONG, in));
            state.timer = in.readLong();
            state.publication = Wire.readVarLong(in);
            return state;
        }
    };

    static final int MOST_RETRACTABLE = 100;
    static final int MOST_DECIDED = 200;

    /** No timer is set. */
    public static final long NO_TIMER = Long.MAX_VALUE;

    /** What has happened behind the watermark. */
    private CartLog cart = new CartLog();

    private final Pending<CartEntry> pending = new Pending<>(CartEntry::knownAt);

    /** What was said on purposes. */
    private ConsentTimelines said = new ConsentTimelines();

    /** In which segments the customer has been. */
    private ProfileTimelines profile = new ProfileTimelines();

    /** By operation of the cart, if triggers of the cart ask for segments. */
    private final SortedMap<EventOrder, SeenSegments> seen = new TreeMap<>();

    /** By deadline, in the order of the definitions; none if no match is open. */
    private List<byte[]> matching = List.of();

    /** Of sequences of events. */
    private EventMatches events = new EventMatches();

    /** Of the cart. */
    private final Pending<Waiting> waiting = new Pending<>(Waiting::until);

    /** What was told and may have to be taken back, in the order in which it was told. */
    private final List<Retractable> retractable = new ArrayList<>(0);

    /** What was told or held back → until when it could wait if the customer were elsewhere, in the order in which it was. */
    private final Map<Long, Long> decided = new LinkedHashMap<>(0);

    private long timer = NO_TIMER;
    private long publication;

    /** Forgets all of the cart, what was said and in which segments the customer was. */
    void clear() {
        cart = new CartLog();
        pending.all().clear();
        said = new ConsentTimelines();
        profile = new ProfileTimelines();
        seen.clear();
        matching = List.of();
        waiting.all().clear();
    }

    /** Of the cart, what has fired and waits to be told. */
    Pending<Waiting> waiting() {
        return waiting;
    }

    CartLog cart() {
        return cart;
    }

    /** Operations on the cart. */
    Pending<CartEntry> pending() {
        return pending;
    }

    /** Drops any later report of an order that is known now: the cart may forget the order before it comes to them. */
    void dropRepetitionsOf(CartEntry entry) {
        pending.all().removeIf(next -> next.isSameOrder(entry) && next.compareTo(entry) > 0);
    }

    /** What was said on purposes. */
    ConsentTimelines said() {
        return said;
    }

    /** In which segments the customer has been. */
    ProfileTimelines profile() {
        return profile;
    }

    /** By operation of the cart, the segments in which the customer was, if triggers of the cart ask. */
    SortedMap<EventOrder, SeenSegments> seen() {
        return seen;
    }

    /** The carts as triggers look at them. */
    SeenCarts carts() {
        return new SeenCarts(cart, seen);
    }

    /** Of sequences of events. */
    EventMatches events() {
        return events;
    }

    /** What was told and may have to be taken back. */
    List<Retractable> retractable() {
        return retractable;
    }

    /** With something that was told. */
    void retractable(Retractable told) {
        retractable.add(told);
        if (retractable.size() > MOST_RETRACTABLE) {
            retractable.remove(0);
        }
    }

    /**
     * Notes that something was told or held back.
     *
     * @param match as {@link Trigger#match}
     * @param until how long it could wait, milliseconds since 1970
     */
    void decide(long match, long until) {
        decided.put(match, until);
        if (decided.size() > MOST_DECIDED) {
            decided.remove(decided.keySet().iterator().next());
        }
    }

    /** Whether something was told or held back that could still wait if the customer were elsewhere. */
    boolean isDecided(long match) {
        return decided.containsKey(match);
    }

    /** @param watermark what has passed, milliseconds since 1970 */
    void forgetDecided(long watermark) {
        decided.values().removeIf(until -> until < watermark);
    }

    /** Forgets what was told. */
    void forgetTold() {
        retractable.clear();
        decided.clear();
    }

    /** When nothing has to be taken back any more, or {@link #NO_TIMER} if that is so at an instant. */
    long retractableUntil(long instant) {
        long until = instant;
        for (Retractable told : retractable) {
            until = Math.max(until, told.until());
        }
        return until == instant ? NO_TIMER : until;
    }

    /** By deadline; none if no match is open. */
    List<byte[]> matching() {
        return matching;
    }

    void matching(List<byte[]> byDeadline) {
        matching = byDeadline;
    }

    /** The instant of the one timer that is set, milliseconds since 1970, or {@link #NO_TIMER}. */
    public long timer() {
        return timer;
    }

    public void timer(long instant) {
        timer = instant;
    }

    /** The publication by whose definitions the matches were found. */
    long publication() {
        return publication;
    }

    void publication(long number) {
        publication = number;
    }
}
