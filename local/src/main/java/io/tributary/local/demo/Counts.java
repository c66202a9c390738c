package io.tributary.local.demo;

import java.util.SortedMap;

/**
 * What has come out of the suite so far.
 *
 * @param accepted events of {@code cdp.customer-events.v1}
 * @param customers with a profile
 * @param merged customers that turned out to be others
 * @param openCarts customers whose cart is not empty
 * @param triggers fired
 * @param rejects by reason
 */
record Counts(
        long accepted, long customers, long merged, long openCarts, long triggers, SortedMap<String, Long> rejects) {
    long rejected() {
        return rejects.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Lines of the input that have come out somewhere. */
    long processed() {
        return accepted + rejected();
    }
}
