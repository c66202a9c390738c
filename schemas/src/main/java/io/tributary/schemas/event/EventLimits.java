package io.tributary.schemas.event;

import java.io.Serializable;

/**
 * Limits and defaults of the event parser.
 *
 * @param maxBytes longest event, in bytes, at most {@value #MAX_BYTES}; a longer one is rejected as {@code too_large}
 * @param maxDepth deepest nesting of objects and arrays, at most {@value #MAX_DEPTH}; a deeper event is rejected as
 *     {@code too_deep}
 * @param maxSkewMillis how much later than received an event may have happened; beyond it is {@code in_future}
 * @param defaultCurrency ISO 4217 code of amounts without a currency
 * @param maxTraitBytes longest JSON text of one trait, in bytes of UTF-8; a longer trait, or one whose name is longer than
 *     1,024, is left out of the profile (the event itself passes whole)
 */
public record EventLimits(int maxBytes, int maxDepth, long maxSkewMillis, String defaultCurrency, int maxTraitBytes)
        implements Serializable {
    /** What events, profiles and rejects are made of fits into Kafka's records only up to here: 1 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    /** What reads an event's values as trees needs a stack that is as deep. */
    public static final int MAX_DEPTH = 400;

    /** @throws IllegalArgumentException if a limit is beyond what the suite can keep its promises for */
    public EventLimits {
        require(maxBytes >= 1 && maxBytes <= MAX_BYTES, "maxBytes", maxBytes, MAX_BYTES);
        require(maxDepth >= 1 && maxDepth <= MAX_DEPTH, "maxDepth", maxDepth, MAX_DEPTH);
    }

    private static void require(boolean holds, String limit, int value, int most) {
        if (!holds) {
            throw new IllegalArgumentException(limit + " must be between 1 and " + most + ", not " + value);
        }
    }

    public static EventLimits defaults() {
        return new EventLimits(MAX_BYTES, 100, 300_000, "USD", 32 * 1024);
    }
}
