package io.tributary.operators.clock;

import java.util.HashMap;
import java.util.Map;

/**
 * The event-time clock of each partition of the log, which decides what is late.
 *
 * <p>A partition's watermark is the greatest of its events' clock times and its ticks, minus the lateness bound, minus
 * 1 ms. It depends on the log alone: a replay classifies alike. A state that was made from files has passed their last
 * instant, so the files count as a beginning that all partitions have in common: {@link #HISTORY}.
 */
public final class PartitionClocks {
    /** The clock of what came before all partitions. */
    public static final String HISTORY = "";

    private final long boundMillis;
    private final Map<String, Long> newest = new HashMap<>();

    /** @param boundMillis how far behind the newest event one may arrive and still be in time, in milliseconds */
    public PartitionClocks(long boundMillis) {
        this.boundMillis = boundMillis;
    }

    /** The watermark that a clock at {@code newest} implies. */
    public static long watermark(long newest, long boundMillis) {
        return newest - boundMillis - 1;
    }

    /** Moves a partition's clock forward to an instant; an earlier instant changes nothing. */
    public void advance(String partition, long instant) {
        newest.merge(partition, instant, Math::max);
    }

    /**
     * From when on decisions know of an event that arrives now in that partition: its own time or, if it is late (at or
     * behind the partition's watermark), the first instant that the watermark has not passed.
     *
     * @param timestamp the event's, milliseconds since 1970
     */
    public long knownAt(String partition, long timestamp) {
        long known = knownAt(newest.get(partition), timestamp);
        return partition.equals(HISTORY) ? known : knownAt(newest.get(HISTORY), known);
    }

    private long knownAt(Long clock, long timestamp) {
        return clock == null ? timestamp : Math.max(timestamp, watermark(clock, boundMillis) + 1);
    }

    /** Partition → newest instant: what a checkpoint keeps. */
    public Map<String, Long> snapshot() {
        return Map.copyOf(newest);
    }
}
