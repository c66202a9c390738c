package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LiveAreaTest {
    private static final Instant NOON = Instant.parse("2026-03-06T12:00:00.999Z");

    @Test
    void alwaysHasTheSameNumberOfLinesWithin79Columns() {
        var nothing = snapshot(0, Map.of());
        var much = snapshot(
                999_999, Map.of("missing_event_name", 9_999L, "not_an_object", 99L, "no_identifier", 999L, "x", 1L));

        assertThat(LiveArea.lines(much)).hasSameSizeAs(LiveArea.lines(nothing));
        assertThat(LiveArea.lines(much))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(79));
    }

    @Test
    void showsShopTimeAndCounts() {
        assertThat(LiveArea.line(snapshot(1_234, Map.of("not_json", 2L))))
                .isEqualTo("shop time 12:00:00, 1,234 events/s: 1,234 sent, 1,236 processed, 1,234 customers,"
                        + " 1,234 merged, 1,234 carts open, 1,234 triggers fired, 2 rejected");
    }

    @Test
    void namesTheMostFrequentReasonsFirstAndCountsTheOthers() {
        var counts = new Counts(0, 0, 0, 0, 0, new TreeMap<>(Map.of("a", 1L, "b", 30L, "c", 4L)));

        assertThat(LiveArea.reasons(counts, 2)).isEqualTo("b 30, c 4, 1 more");
        assertThat(LiveArea.reasons(counts, 3)).isEqualTo("b 30, c 4, a 1");
    }

    private static LiveArea.Snapshot snapshot(long count, Map<String, Long> rejects) {
        return new LiveArea.Snapshot(
                NOON, count, count, new Counts(count, count, count, count, count, new TreeMap<>(rejects)));
    }
}
