package io.tributary.local.publish;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** So many of something per second, evenly: the n-th no sooner than n intervals after the beginning. */
final class Pace {
    /** A clock that can be waited for. */
    interface Clock {
        /** As {@link System#nanoTime()}. */
        long nanoTime();

        /** Returns when {@link #nanoTime()} has reached an instant. */
        void await(long nanoTime);
    }

    static final Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void await(long nanoTime) {
            for (long rest = nanoTime - System.nanoTime(); rest > 0; rest = nanoTime - System.nanoTime()) {
                LockSupport.parkNanos(rest);
            }
        }
    };

    private final Clock clock;
    private final long perSecond;
    private final long begun;

    /** @param perSecond 0 for as fast as it goes */
    Pace(Clock clock, long perSecond) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.begun = clock.nanoTime();
    }

    /**
     * Returns when the next one is due.
     *
     * @param done how many there were
     */
    void awaitNext(long done) {
        if (perSecond > 0) {
            clock.await(begun + done * TimeUnit.SECONDS.toNanos(1) / perSecond);
        }
    }
}
