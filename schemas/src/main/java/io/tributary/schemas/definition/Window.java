package io.tributary.schemas.definition;

import java.time.Duration;

/**
 * A rolling window of UTC buckets: of a minute up to a day, of an hour up to 30 days, else of a day. A bucket counts before
 * the instant of its end plus the window.
 *
 * @param millis its length, milliseconds
 */
public record Window(long millis) {
    public static final long LEAST = Duration.ofMinutes(1).toMillis();
    public static final long MOST = Duration.ofDays(3_650).toMillis();

    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();

    public Window {
        if (millis < LEAST || millis > MOST) {
            throw new IllegalArgumentException("a window is a minute to 3,650 days: " + millis + " ms");
        }
    }

    /** Length of a bucket, milliseconds. */
    public long bucketMillis() {
        if (millis <= DAY) {
            return MINUTE;
        }
        return millis <= 30 * DAY ? HOUR : DAY;
    }

    /** The start of the bucket of an instant, milliseconds since 1970. */
    public long bucketOf(long instant) {
        return Math.floorDiv(instant, bucketMillis()) * bucketMillis();
    }

    /**
     * The first instant at which a bucket does not count any more, milliseconds since 1970.
     *
     * @param bucket its start
     */
    public long endOf(long bucket) {
        return bucket + bucketMillis() + millis;
    }
}
