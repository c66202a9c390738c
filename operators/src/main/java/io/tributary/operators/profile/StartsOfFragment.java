package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
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
            }

            @Override
            public Start read(DataInput in) throws IOException {
                EventOrder because = EventOrder.CODEC.read(in);
                return new Start(because.timestamp() + Wire.readVarLong(in), because);
            }
        };

        @Override
        public void write(StartsOfFragment starts, DataOutput out) throws IOException {
            out.writeByte(FORMAT);
            Wire.writeAll(starts.starts, STARTS, out);
            Wire.writeAll(starts.events, CustomerMessage.CODEC, out);
        }

        @Override
        public StartsOfFragment read(DataInput in) throws IOException {
            Wire.readFormat(FORMAT, "starts of a fragment", in);
            StartsOfFragment starts = new StartsOfFragment();
            starts.starts.addAll(Wire.readAll(STARTS, in));
            for (CustomerMessage event : Wire.readAll(CustomerMessage.CODEC, in)) {
                starts.events.add((CustomerMessage.Event) event);
            }
            return starts;
        }
    };

    /** The place of a start among what happens. */
    private record Start(long knownAt, EventOrder because) implements Comparable<Start> {
        static Start of(CustomerMessage message) {
            return new Start(message.knownAt(), message.because());
        }

        @Override
        public int compareTo(Start other) {
            int byInstant = Long.compare(knownAt, other.knownAt);
            return byInstant != 0 ? byInstant : because.compareTo(other.because);
        }
    }

    private final List<Start> starts = new ArrayList<>(1);

    /** In the order of arrival. */
    private final List<CustomerMessage.Event> events = new ArrayList<>(0);

    boolean isEmpty() {
        return starts.isEmpty();
    }

    void add(CustomerMessage start) {
        starts.add(Start.of(start));
    }

    /**
     * Whether an event that has come now waits: it does not come before all starts. An event of before a start may have
     * taken another channel.
     *
     * @return whether it does; then it is kept
     */
    boolean await(CustomerMessage.Event event) {
        boolean waits = lastBefore(event) != null;
        if (waits) {
            events.add(event);
        }
        return waits;
    }

    private Start lastBefore(CustomerMessage.Event event) {
        Start at = Start.of(event);
        return starts.stream()
                .filter(start -> start.compareTo(at) <= 0)
                .max(Start::compareTo)
                .orElse(null);
    }

    /**
     * The fragment starts anew: takes out the events that have waited for that, in the order of arrival. Of several starts
     * by one cause they have waited for the last.
     */
    List<CustomerMessage.Event> pass(CustomerMessage start) {
        Start passed = Start.of(start);
        List<CustomerMessage.Event> released = new ArrayList<>(0);
        if (Collections.frequency(starts, passed) == 1) {
            events.removeIf(event -> passed.equals(lastBefore(event)) && released.add(event));
        }
        starts.remove(passed);
        return released;
    }
}
