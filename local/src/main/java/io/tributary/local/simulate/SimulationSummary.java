package io.tributary.local.simulate;

import io.tributary.schemas.event.RejectReason;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * What the generator's own model says about the whole, for a platform that resolves every person perfectly.
 *
 * @param lines written, of any kind
 * @param events distinct events: lines that are neither duplicates nor broken
 * @param broken lines to be refused, per reason
 * @param newestEvent corrected time of the newest event
 * @param persons with at least one event
 * @param personsWhoLogIn those of them who show a user id
 * @param byName distinct events per name, {@code type} for other calls than track
 * @param revenue of all orders per currency, discounts deducted, without shipping and tax
 * @param refunds positive amounts of refunds and cancellations per currency
 * @param abandonedCarts per person: deadlines (one hour after a cart event that left something in the cart, and no
 *     order, no emptied cart and no further cart event until then) that lie within the data
 */
public record SimulationSummary(
        long lines,
        long events,
        long duplicates,
        long late,
        Map<RejectReason, Long> broken,
        Instant newestEvent,
        int persons,
        int personsWhoLogIn,
        Map<String, Long> byName,
        long orders,
        Map<String, BigDecimal> revenue,
        Map<String, BigDecimal> refunds,
        Map<String, Integer> abandonedCarts) {
    public int totalAbandonedCarts() {
        return abandonedCarts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
