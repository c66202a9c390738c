package io.tributary.local.backtest;

import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a backtest has found.
 *
 * @param profiles public JSON lines, sorted
 * @param identityChanges public JSON lines, sorted
 * @param segmentChanges public JSON lines, sorted
 * @param triggers public JSON lines, sorted
 * @param triggersSuppressed public JSON lines, sorted
 * @param rejects by file, reason, detail and bytes; lines with the same bytes by their number
 */
public record BacktestResult(
        List<byte[]> profiles,
        List<byte[]> identityChanges,
        List<byte[]> segmentChanges,
        List<byte[]> triggers,
        List<byte[]> triggersSuppressed,
        List<Reject> rejects,
        Counts counts) {
    /**
     * How many there were.
     *
     * @param read accepted + duplicate + rejected
     * @param afterUntil events later than the end, which are not read
     * @param merges how many of the identity changes are mergers
     * @param segments customers in each segment at the end, by name; 0 where there is nobody
     * @param triggers what has fired and what of it was held back, also of those that never did
     */
    public record Counts(
            long read,
            long accepted,
            long duplicate,
            long afterUntil,
            Map<RejectReason, Long> rejected,
            long customers,
            long merges,
            SortedMap<String, Long> segments,
            TriggerReport triggers) {}
}
