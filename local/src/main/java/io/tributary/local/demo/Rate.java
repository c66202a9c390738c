package io.tributary.local.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** How fast a count rises, over the last seconds: outputs become visible in bursts, one per checkpoint. */
final class Rate {
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(4);

    private record Reading(long nanos, long count) {}

    private final Deque<Reading> readings = new ArrayDeque<>();

    /**
     * Per second.
     *
     * @param nanos of a clock that only goes forward
     */
    long perSecond(long nanos, long count) {
        readings.add(new Reading(nanos, count));
        while (nanos - readings.peek().nanos() > WINDOW) {
            readings.remove();
        }
        var first = readings.peek();
        var elapsed = nanos - first.nanos();
        return elapsed == 0 ? 0 : (count - first.count()) * TimeUnit.SECONDS.toNanos(1) / elapsed;
    }
}
