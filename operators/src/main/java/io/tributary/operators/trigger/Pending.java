package io.tributary.operators.trigger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What is known only ahead of the watermark, in the order in which it will be known.
 *
 * @param <E> in the order of events
 */
final class Pending<E extends Comparable<E>> {
    /** Of more the earliest is decided before its time. */
    static final int MOST = 1_000;

    private final ToLongFunction<E> knownAt;
    private final Comparator<E> byInstant;
    private final List<E> all = new ArrayList<>(2);

    /** @param knownAt from when on something is known, milliseconds since 1970 */
    Pending(ToLongFunction<E> knownAt) {
        this.knownAt = knownAt;
        this.byInstant = Comparator.comparingLong(knownAt).thenComparing(Comparator.naturalOrder());
    }

    /** Takes something in that is not there, to be applied when the watermark reaches the instant from which on it is known. */
    void await(E element) {
        int at = Collections.binarySearch(all, element, byInstant);
        if (at < 0) {
            all.add(-at - 1, element);
        }
    }

    /** The next that is known at the watermark, or null. */
    E poll(long watermark) {
        return !all.isEmpty() && next() <= watermark ? all.remove(0) : null;
    }

    /** The instant from which on the next is known, or {@link TriggerState#NO_TIMER}. */
    long next() {
        return all.isEmpty() ? TriggerState.NO_TIMER : knownAt.applyAsLong(all.get(0));
    }

    /** Whether more is waiting than may be kept. */
    boolean isOverfull() {
        return all.size() > MOST;
    }

    /** In their order, which changes to them must keep. */
    List<E> all() {
        return all;
    }
}
