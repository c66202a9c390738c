package io.tributary.operators.segment;

import io.tributary.operators.segment.SegmentIndex.Segment;
import java.util.Arrays;
import java.util.List;

/**
 * Places of segments, each at most once until {@link #clear}; one that asks for others comes behind them. Not thread-safe.
 */
final class SegmentQueue {
    private final int[] rankOf;
    private final int[][] placesOfRank;
    private final int[] count;
    private final int[] taken;
    private final int[] addedIn;
    private int round = 1;
    private int rank;

    SegmentQueue(List<Segment> segments) {
        rankOf = segments.stream().mapToInt(Segment::rank).toArray();
        int ranks = Arrays.stream(rankOf).max().orElse(0) + 1;
        placesOfRank = new int[ranks][4];
        count = new int[ranks];
        taken = new int[ranks];
        addedIn = new int[rankOf.length];
    }

    void clear() {
        round++;
        rank = 0;
        Arrays.fill(count, 0);
        Arrays.fill(taken, 0);
    }

    /** Adds one whose rank is not below that of what has been polled last. */
    void add(int place) {
        if (addedIn[place] == round) {
            return;
        }
        addedIn[place] = round;
        int of = count.length == 1 ? 0 : rankOf[place];
        if (count[of] == placesOfRank[of].length) {
            placesOfRank[of] = Arrays.copyOf(placesOfRank[of], 2 * count[of]);
        }
        placesOfRank[of][count[of]++] = place;
    }

    /** One of those of the least rank, or -1. */
    int poll() {
        while (rank < count.length) {
            if (taken[rank] < count[rank]) {
                return placesOfRank[rank][taken[rank]++];
            }
            rank++;
        }
        return -1;
    }
}
