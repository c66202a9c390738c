package io.tributary.local.latency;

import java.time.Duration;
import java.util.List;

/**
 * Durations, to be summed up.
 *
 * @param ascending at least one
 */
public record Latencies(List<Duration> ascending) {
    public Latencies {
        ascending = ascending.stream().sorted().toList();
        if (ascending.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to sum up");
        }
    }

    /**
     * The smallest of them that at least so many per cent do not exceed (nearest rank), so always one that was measured.
     *
     * @param percent from 1 to 100
     */
    public Duration percentile(int percent) {
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException(percent + " is no percentile");
        }
        return ascending.get((int) ((long) percent * ascending.size() + 99) / 100 - 1);
    }

    public Duration greatest() {
        return ascending.get(ascending.size() - 1);
    }
}
