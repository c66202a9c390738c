package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentQueueTest {
    private static final int[] RANKS = {1, 0, 2, 0, 0, 0, 0};

    private final SegmentQueue queue = new SegmentQueue(segments());

    private static List<SegmentIndex.Segment> segments() {
        List<SegmentIndex.Segment> segments = new ArrayList<>();
        for (int rank : RANKS) {
            segments.add(new SegmentIndex.Segment(
                    segments.size(), "s" + segments.size(), 1, new Formula.Constant(true), rank, 0));
        }
        return segments;
    }

    @Test
    void givesEachOnceAndThoseOfLowerRankFirst() {
        for (int place : new int[] {2, 0, 1, 0, 3, 2, 4, 5, 6}) {
            queue.add(place);
        }

        assertThat(rest()).containsExactly(1, 3, 4, 5, 6, 0, 2);
    }

    @Test
    void takesMoreOfHigherRankWhileItGives() {
        queue.add(1);
        assertThat(queue.poll()).isEqualTo(1);
        queue.add(2);
        queue.add(1);

        assertThat(rest()).containsExactly(2);
    }

    @Test
    void startsAnewWhenCleared() {
        queue.add(1);
        queue.add(2);
        assertThat(queue.poll()).isEqualTo(1);
        queue.clear();
        queue.add(1);

        assertThat(rest()).containsExactly(1);
    }

    @Test
    void isEmptyOfNoSegments() {
        assertThat(new SegmentQueue(List.of()).poll()).isEqualTo(-1);
    }

    private List<Integer> rest() {
        List<Integer> rest = new ArrayList<>();
        for (int place = queue.poll(); place >= 0; place = queue.poll()) {
            rest.add(place);
        }
        return rest;
    }
}
