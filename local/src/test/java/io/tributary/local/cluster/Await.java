package io.tributary.local.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what another process does, with a deadline. */
final class Await {
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private Await() {}

    /** Something to look at again and again. */
    @FunctionalInterface
    interface Probe<T> {
        /** What was waited for, or nothing yet. */
        Optional<T> look() throws IOException, InterruptedException;
    }

    /**
     * Looks until there is something.
     *
     * @param what for the failure: "… within 30 s"
     * @throws AssertionError at the deadline
     */
    static <T> T until(String what, Duration limit, Probe<T> probe) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var found = probe.look();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Not within " + limit.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
