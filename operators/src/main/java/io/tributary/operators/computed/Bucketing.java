package io.tributary.operators.computed;

import io.tributary.schemas.definition.Window;

/**
 * Where buckets lie and when they count. Bucket n begins n lengths after 1970; without a window there is one, 0, that
 * always counts.
 *
 * @param window null for a lifetime
 */
record Bucketing(Window window) {
    /** The bucket of an instant. */
    long of(long instant) {
        return window == null ? 0 : window.bucketOf(instant) / window.bucketMillis();
    }

    /** Whether a bucket counts at an instant. */
    boolean counts(long bucket, long now) {
        return window == null || now < endOf(bucket);
    }

    /** The first instant at which a bucket does not count any more, or {@link Long#MAX_VALUE}. */
    long endOf(long bucket) {
        return window == null ? Long.MAX_VALUE : window.endOf(bucket * window.bucketMillis());
    }
}
