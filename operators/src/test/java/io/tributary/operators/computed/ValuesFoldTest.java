package io.tributary.operators.computed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is counted of whom, until when, and of how many. */
class ValuesFoldTest {
    private static final String NOON = "2026-01-10T12:00:00.000Z";
    private static final long NOW = Said.millis("2026-01-10T13:00:00Z");
    private static final Window HOUR = new Window(Duration.ofHours(1).toMillis());

    @Test
    void anEventIsOneEventOfEachOfItsValues() {
        ValuesFold fold = fold(Aggregate.COUNT, null, Said.at(NOON).of("shoes", "hats", "shoes"));

        assertThat(fold.results(NOW)).isEqualTo(Map.of("shoes", 1L, "hats", 1L));
    }

    @Test
    void allNumbersOfAnEventAreThoseOfEachOfItsValues() {
        Said[] events = {
            Said.at(NOON, new BigDecimal("1.50"), new BigDecimal("2")).of("shoes", "hats"),
            Said.at(NOON, new BigDecimal("4")).of("hats"),
            Said.at(NOON).of("bags")
        };

        assertThat(fold(Aggregate.SUM, null, events).results(NOW))
                .isEqualTo(Map.of("shoes", new BigDecimal("3.5"), "hats", new BigDecimal("7.5")));
        assertThat(fold(Aggregate.AVERAGE, null, events).results(NOW)).isEqualTo(Map.of("shoes", 1.75, "hats", 2.5));
        assertThat(fold(Aggregate.MIN, null, events).results(NOW))
                .isEqualTo(Map.of("shoes", new BigDecimal("1.5"), "hats", new BigDecimal("1.5")));
        assertThat(fold(Aggregate.MAX, null, events).results(NOW))
                .isEqualTo(Map.of("shoes", new BigDecimal("2"), "hats", new BigDecimal("4")));
        assertThat(fold(Aggregate.COUNT, null, events).results(NOW))
                .isEqualTo(Map.of("shoes", 1L, "hats", 2L, "bags", 1L));
    }

    @Test
    void aSumOfZeroIsSomething() {
        ValuesFold fold = fold(
                Aggregate.SUM,
                HOUR,
                Said.at(NOON, new BigDecimal("1")).of("shoes"),
                Said.at(NOON, new BigDecimal("-1.00")).of("shoes"));

        assertThat(fold.results(NOW)).isEqualTo(Map.of("shoes", BigDecimal.ZERO));
        assertThat(fold.isEmpty()).isFalse();
    }

    @Test
    void aValueGoesWithItsLastBucket() {
        ValuesFold fold = fold(
                Aggregate.COUNT,
                HOUR,
                Said.at("2026-01-10T12:00:00Z").of("shoes"),
                Said.at("2026-01-10T12:00:59.999Z").of("shoes", "hats"),
                Said.at("2026-01-10T12:01:00Z").of("shoes"));

        assertThat(fold.results(NOW)).isEqualTo(Map.of("shoes", 3L, "hats", 1L));
        assertThat(fold.nextChange(NOW)).isEqualTo(Said.millis("2026-01-10T13:01:00Z"));
        assertThat(fold.results(Said.millis("2026-01-10T13:01:00Z"))).isEqualTo(Map.of("shoes", 1L));
        assertThat(fold.nextChange(Said.millis("2026-01-10T13:01:00Z"))).isEqualTo(Said.millis("2026-01-10T13:02:00Z"));
        assertThat(fold.results(Said.millis("2026-01-10T13:02:00Z"))).isEmpty();
        assertThat(fold.nextChange(Said.millis("2026-01-10T13:02:00Z"))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void inABucketTheHundredValuesWithTheSmallestHashesAreCountedOverALifetimeFiveHundred() {
        List<String> keys = byHash(600);
        ValuesFold windowed = ValuesFold.of(new TraitShape(Aggregate.COUNT, HOUR, 0));
        ValuesFold lifetime = ValuesFold.of(new TraitShape(Aggregate.COUNT, null, 0));
        for (int i = keys.size() - 1; i >= 0; i--) {
            Said event = Said.at(NOON).of(keys.get(i));
            windowed.add(event.order(), event.keys(), List.of());
            lifetime.add(event.order(), event.keys(), List.of());
        }
        Said inTheNextBucket = Said.at("2026-01-10T12:01:00Z").of(keys.get(599));
        windowed.add(inTheNextBucket.order(), inTheNextBucket.keys(), List.of());

        Set<String> expected = new HashSet<>(keys.subList(0, 100));
        expected.add(keys.get(599));
        assertThat(windowed.results(NOW).keySet()).isEqualTo(expected);
        assertThat(windowed.results(NOW).values()).containsOnly(1L);
        assertThat(lifetime.results(NOW).keySet()).isEqualTo(Set.copyOf(keys.subList(0, 500)));
    }

    @Test
    void ofLongValues256CharactersCount() {
        String start = "x".repeat(256);

        assertThat(fold(
                                Aggregate.COUNT,
                                null,
                                Said.at(NOON).of(start + "a", start + "b"),
                                Said.at(NOON).of(start))
                        .results(NOW))
                .isEqualTo(Map.of(start, 2L));
    }

    @Test
    void numbersBeyondTheBoundsSayNothing() {
        assertThat(fold(
                                Aggregate.SUM,
                                null,
                                Said.at(NOON, new BigDecimal("1E+30")).of("shoes"))
                        .isEmpty())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"FIRST", "LAST", "MOST_FREQUENT", "UNIQUE_COUNT", "UNIQUE_LIST", "TOP_K"})
    void thereIsNoOtherAggregatePerValue(Aggregate aggregate) {
        assertThatThrownBy(() -> ValuesFold.of(new TraitShape(aggregate, null, 10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no " + aggregate.id() + " per value");
    }

    @Test
    void refusesToMergeWhatFoldsOtherwise() {
        ValuesFold fold = fold(Aggregate.COUNT, null);

        assertThatThrownBy(() -> fold.merge(fold(Aggregate.SUM, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be merged");
    }

    private static ValuesFold fold(Aggregate aggregate, Window window, Said... events) {
        ValuesFold fold = ValuesFold.of(new TraitShape(aggregate, window, 0));
        for (Said event : events) {
            fold.add(event.order(), event.keys(), event.numbers());
        }
        return fold;
    }

    /** Values, those with the smallest hashes first. */
    private static List<String> byHash(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "k" + i)
                .sorted(Comparator.comparing(text -> Hashes.hex(Hashes.sha256(text))))
                .toList();
    }
}
