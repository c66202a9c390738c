package io.tributary.local.latency;

import java.util.concurrent.TimeUnit;

/**
 * So many of something per second, each somewhere in an interval of its own. Evenly spaced ones would always meet what
 * happens each second (ticks, checkpoints, refreshes) at the same few places; these meet it everywhere alike.
 */
record Schedule(int perSecond) {
    /** Its multiples modulo 1 are spread the most evenly, however many there are. */
    private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

    /** When the n-th one is due, nanoseconds after the beginning; never before the one before it. */
    long due(long number) {
        double within = number * GOLDEN_RATIO % 1;
        return (long) ((number + within) * TimeUnit.SECONDS.toNanos(1) / perSecond);
    }
}
