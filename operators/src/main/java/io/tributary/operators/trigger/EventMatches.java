package io.tributary.operators.trigger;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One customer's open matches of sequences of events, and what waits to be matched.
 *
 * <p>Bound: {@value Pending#MOST} events that are ahead of the watermark; matches of at most {@value
 * RetainedEvents#PRUNE_AT} retained events; one number for each match that has fired, until its time is over; {@value Waiting#MOST} triggers that wait to be told.
 */
final class EventMatches {
    /**
     * What of one pattern is open for one thing; where matches lie apart, one of those. As long as nothing but one event has
     * come to it, that event says all: what other patterns have begun with the same one is kept once.
     *
     * @param pattern its place among those of the definitions
     * @param key what its events have in common beside the customer
     * @param wakeAt the next instant at which time does something to it, milliseconds since 1970
     * @param begunBy the one event that has come to it; null if more than that has happened
     * @param bytes the host's; null if one event says all
     */
    record Open(int pattern, String key, long wakeAt, WatchedEvent begunBy, byte[] bytes) {}

    private static final int NONE = -1;

    /** Without a format of its own: part of a value that has one. */
    static final Codec<EventMatches> CODEC = new Codec<>() {
        @Override
        public void write(EventMatches matches, DataOutput out) throws IOException {
            Wire.writeAll(matches.pending.all(), WatchedEvent.CODEC, out);
            List<WatchedEvent> beginnings = matches.beginnings();
            Wire.writeAll(beginnings, WatchedEvent.CODEC, out);
            Wire.writeVarInt(matches.open.size(), out);
            for (Open one : matches.open) {
                Wire.writeVarInt(one.pattern, out);
                Wire.writeString(one.key, out);
                int begunBy = place(one.begunBy, beginnings);
                Wire.writeVarInt(begunBy + 1, out);
                if (begunBy == NONE) {
                    out.writeLong(one.wakeAt);
                    Wire.writeBytes(one.bytes, out);
                } else {
                    Wire.writeVarLong(one.wakeAt - one.begunBy.order().timestamp(), out);
                }
            }
            Wire.writeMap(matches.told, Wire.LONG, Wire.LONG, out);
            Wire.writeAll(matches.waiting.all(), Waiting.CODEC, out);
            Wire.writeVarInt(matches.retained, out);
            Wire.writeVarInt(matches.retainedOrders, out);
            out.writeLong(matches.newest);
        }

        @Override
        public EventMatches read(DataInput in) throws IOException {
            EventMatches matches = new EventMatches();
            matches.pending.all().addAll(Wire.readAll(WatchedEvent.CODEC, in));
            List<WatchedEvent> beginnings = Wire.readAll(WatchedEvent.CODEC, in);
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                int pattern = Wire.readVarInt(in);
                String key = Wire.readString(in);
                int begunBy = Wire.readVarInt(in) - 1;
                if (begunBy == NONE) {
                    matches.open.add(new Open(pattern, key, in.readLong(), null, Wire.readBytes(in)));
                } else {
                    WatchedEvent event = beginnings.get(begunBy);
                    long wakeAt = event.order().timestamp() + Wire.readVarLong(in);
                    matches.open.add(new Open(pattern, key, wakeAt, event, null));
                }
            }
            matches.told.putAll(Wire.readMap(Wire.LONG, Wire.LONG, in));
            matches.waiting.all().addAll(Wire.readAll(Waiting.CODEC, in));
            matches.retained = Wire.readVarInt(in);
            matches.retainedOrders = Wire.readVarInt(in);
            matches.newest = in.readLong();
            return matches;
        }
    };

    private final Pending<WatchedEvent> pending = new Pending<>(WatchedEvent::knownAt);

    private final List<Open> open = new ArrayList<>(1);

    /** {@link Trigger#match} of what has fired → the instant after which it can't again. */
    private final Map<Long, Long> told = new HashMap<>(1);

    private final Pending<Waiting> waiting = new Pending<>(Waiting::until);

    /** How many events are retained, or were when that was last counted and have come since. */
    private int retained;

    /** How many of them report an order. */
    private int retainedOrders;

    /** From when on the retained event is known that became known last, milliseconds since 1970; the least long for none. */
    private long newest = Long.MIN_VALUE;

    /** Marks what waits and reports the order of an event again. */
    void markRepetitionsOf(WatchedEvent event) {
        pending.all().replaceAll(next -> next.isRepetitionOf(event) ? next.repeating(event.fragment()) : next);
    }

    /** Takes in what is known ahead of the watermark. A membership that changes back at the same instant has not changed. */
    void await(WatchedEvent event) {
        if (!event.isSegmentChange() || !pending.all().removeIf(event::undoes)) {
            pending.await(event);
        }
    }

    Pending<WatchedEvent> pending() {
        return pending;
    }

    /** What has fired, or will, and waits to be told. */
    Pending<Waiting> waiting() {
        return waiting;
    }

    List<Open> open() {
        return open;
    }

    /** The events that alone say what is open, each once. */
    private List<WatchedEvent> beginnings() {
        List<WatchedEvent> beginnings = new ArrayList<>(2);
        for (Open one : open) {
            if (one.begunBy != null && place(one.begunBy, beginnings) == NONE) {
                beginnings.add(one.begunBy);
            }
        }
        return beginnings;
    }

    /** What one event begins comes together, so it is mostly the last. */
    private static int place(WatchedEvent event, List<WatchedEvent> beginnings) {
        for (int i = beginnings.size() - 1; i >= 0; i--) {
            if (beginnings.get(i).equals(event)) {
                return i;
            }
        }
        return NONE;
    }

    /** What is open of a pattern for one thing, taken out. */
    List<Open> take(int pattern, String key) {
        List<Open> taken = new ArrayList<>(1);
        open.removeIf(one -> one.pattern == pattern && one.key.equals(key) && taken.add(one));
        return taken;
    }

    /** The next instant at which time does something, or {@link TriggerState#NO_TIMER}. */
    long wakeAt() {
        long next = TriggerState.NO_TIMER;
        for (Open one : open) {
            next = Math.min(next, one.wakeAt);
        }
        return next;
    }

    /**
     * Notes that a trigger has fired.
     *
     * @param until after which it can't fire again, milliseconds since 1970
     * @return whether it had not before
     */
    boolean tell(long match, long until) {
        return told.putIfAbsent(match, until) == null;
    }

    /** It may fire again. */
    void takeBack(long match) {
        told.remove(match);
    }

    void forgetTold(long watermark) {
        told.values().removeIf(until -> until <= watermark);
    }

    int retained() {
        return retained;
    }

    long newest() {
        return newest;
    }

    int retainedOrders() {
        return retainedOrders;
    }

    void retains(int count, int orders, long newestAt) {
        retained = count;
        retainedOrders = orders;
        newest = newestAt;
    }
}
