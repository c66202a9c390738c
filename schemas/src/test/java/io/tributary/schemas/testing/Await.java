package io.tributary.schemas.testing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Waiting for what something else does: it looks again and again, up to a limit that is there for the day on which it
 * never happens. A test that knows what to wait for waits no longer than necessary.
 */
public final class Await {
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private Await() {}

    /** What is to become true. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Something to look for. */
    @FunctionalInterface
    public interface Probe<T> {
        /** What was waited for, or nothing yet. */
        Optional<T> look() throws Exception;
    }

    /**
     * Returns when a condition holds.
     *
     * @param what completes "waited for", for the failure
     * @throws AssertionError at the limit
     */
    public static void until(String what, Duration limit, Condition condition) throws Exception {
        found(what, limit, () -> condition.holds() ? Optional.of(true) : Optional.empty());
    }

    /**
     * Returns what is found.
     *
     * @param what completes "waited for", for the failure
     * @throws AssertionError at the limit
     */
    public static <T> T found(String what, Duration limit, Probe<T> probe) throws Exception {
        long begun = System.nanoTime();
        for (Optional<T> seen = probe.look(); ; seen = probe.look()) {
            if (seen.isPresent()) {
                return seen.get();
            }
            if (System.nanoTime() - begun > limit.toNanos()) {
                throw new AssertionError("waited " + limit.toSeconds() + " s for " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
