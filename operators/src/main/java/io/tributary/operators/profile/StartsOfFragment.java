package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * When a fragment is to {@linkplain CustomerMessage#startsAnew start anew}, and its events that wait for that. Not
 * thread-safe.
 *
 * <p>Bound: what the watermark has not reached.
 */
public final class StartsOfFragment {
    private static final byte FORMAT = 1;

    public static final Codec<StartsOfFragment> CODEC = new Codec<>() {
        private static final Codec<Start> STARTS = new Codec<>() {
            @Override
            public void write(Start start, DataOutput out) throws IOException {
                EventOrder.CODEC.write(start.because, out);
                Wire.writeVarLong(start.knownAt - start.because.timestamp(), out);
                Wire.writeAll(start.events, CustomerMessage.CODEC, out);
            }

            @Override
            public Start read(DataInput in) throws IOException {
                EventOrder because = EventOrder.CODEC.read(in);
                Start start = new Start(because.timestamp() + Wire.readVarLong(in), because);
                for (CustomerMessage event : Wire.readAll(CustomerMessage.CODEC, in)) {
                    start.events.add((CustomerMessage.Event) event);
                }
                return start;
            }
        };

        @Override
        public void write(StartsOfFragment starts, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeAll(starts.starts, STARTS, out);
        }

        @Override
        public StartsOfFragment read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "starts of a fragment", in);
            StartsOfFragment starts = new StartsOfFragment();
            starts.starts.addAll(Wire.readAll(STARTS, in));
            return starts;
        }
    };

    /** A start at its place among what happens. */
    private static final class Start {
        private final long knownAt;
        private final EventOrder because;

        /** Those that wait for it, in the order of arrival. */
        private final List<CustomerMessage.Event> events = new ArrayList<>(0);

        private Start(long knownAt, EventOrder because) {
            this.knownAt = knownAt;
            this.because = because;
        }

        /** Negative if it comes before a message, 0 if it is of its cause. */
        int compareTo(CustomerMessage message) {
            int byInstant = Long.compare(knownAt, message.knownAt());
            return byInstant != 0 ? byInstant : because.compareTo(message.because());
        }

        int compareTo(Start other) {
            int byInstant = Long.compare(knownAt, other.knownAt);
            return byInstant != 0 ? byInstant : because.compareTo(other.because);
        }
    }

    /** In the order of arrival. */
    private final List<Start> starts = new ArrayList<>(1);

    boolean isEmpty() {
        return starts.isEmpty();
    }

    void add(CustomerMessage start) {
        starts.add(new Start(start.knownAt(), start.because()));
    }

    /**
     * Whether an event that has come now waits: it does not come before all starts. An event of before a start may have
     * taken another channel. It waits for the last start before it of those that have come before it: what a later one
     * brings has the event in it.
     *
     * @return whether it does; then it is kept
     */
    boolean await(CustomerMessage.Event event) {
        Start last = null;
        for (Start start : starts) {
            if (start.compareTo(event) <= 0 && (last == null || last.compareTo(start) <= 0)) {
                last = start;
            }
        }
        if (last == null) {
            return false;
        }
        last.events.add(event);
        return true;
    }

    /**
     * The fragment starts anew: takes out the events that have waited for that, in the order of arrival. Several starts by
     * one cause pass in the order of arrival.
     */
    List<CustomerMessage.Event> pass(CustomerMessage start) {
        for (Iterator<Start> all = starts.iterator(); all.hasNext(); ) {
            Start passed = all.next();
            if (passed.compareTo(start) == 0) {
                all.remove();
                return passed.events;
            }
        }
        throw new IllegalStateException("a fragment starts anew that was not to");
    }
}
