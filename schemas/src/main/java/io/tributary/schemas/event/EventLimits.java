package io.tributary.schemas.event;

import java.io.Serializable;

/**
 * Limits and defaults of the event parser.
 *
 * @param maxBytes longest event, in bytes; a longer one is rejected as {@code too_large}
 * @param maxDepth deepest nesting of objects and arrays; a deeper event is rejected as {@code too_deep}
 * @param maxSkewMillis how much later than received an event may have happened; beyond it is {@code in_future}
 * @param defaultCurrency ISO 4217 code of amounts without a currency
 * @param maxTraitBytes longest JSON text of one trait, in UTF-16 units; a longer trait, or one whose name is longer than
 *     1,024, is left out of the profile (the event itself passes whole)
 */
public record EventLimits(int maxBytes, int maxDepth, long maxSkewMillis, String defaultCurrency, int maxTraitBytes)
        implements Serializable {
    public static EventLimits defaults() {
        return new EventLimits(1 << 20, 100, 300_000, "USD", 32 * 1024);
    }
}
