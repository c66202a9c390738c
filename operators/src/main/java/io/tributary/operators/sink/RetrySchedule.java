package io.tributary.operators.sink;

import java.io.Serializable;
import java.time.Duration;

/**
 * When a document that Elasticsearch could not take is sent again, and when the job gives up on it, fails, and starts
 * again from its last checkpoint. Nothing is lost either way.
 *
 * @param first pause after the first failure; doubles with each further one
 * @param longest the longest pause
 * @param limit time from a document's first failure to the job's failure; shorter than the index's {@code gc_deletes}
 *     (an hour in the shipped templates), or a late retry could bring back a deleted document
 */
public record RetrySchedule(Duration first, Duration longest, Duration limit) implements Serializable {
    public static final RetrySchedule DEFAULT =
            new RetrySchedule(Duration.ofMillis(250), Duration.ofSeconds(10), Duration.ofMinutes(10));

    /** @throws IllegalArgumentException if a duration is not positive or the longest pause is the shorter one */
    public RetrySchedule {
        if (first.toMillis() < 1 || longest.compareTo(first) < 0 || limit.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "0 < first <= longest, 0 < limit; found %s, %s, %s".formatted(first, longest, limit));
        }
    }

    /** @param failures 1 after the first failure */
    long pauseMillis(int failures) {
        int doublings = Math.min(failures - 1, 30);
        return Math.min(longest.toMillis(), first.toMillis() << doublings);
    }
}
