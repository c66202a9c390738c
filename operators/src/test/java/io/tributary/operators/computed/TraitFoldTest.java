package io.tributary.operators.computed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.Aggregate.Values;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Edges of buckets, ties, bounds, and what values say to whom. */
class TraitFoldTest {
    private static final String NOON = "2026-01-10T12:00:00.000Z";
    private static final long NOW = Said.millis("2026-01-10T13:00:00Z");
    private static final String PT_90D = "PT2160H";

    @ParameterizedTest
    @CsvSource({
        // A minute up to a day.
        "PT1M,    2026-01-10T12:00:00.000Z, 2026-01-10T12:02:00.000Z",
        "PT30M,   2026-01-10T12:00:00.000Z, 2026-01-10T12:31:00.000Z",
        "PT30M,   2026-01-10T12:00:59.999Z, 2026-01-10T12:31:00.000Z",
        "PT30M,   2026-01-10T12:01:00.000Z, 2026-01-10T12:32:00.000Z",
        "PT24H,   2026-01-10T12:00:59.999Z, 2026-01-11T12:01:00.000Z",
        // An hour up to 30 days.
        "PT24H1M, 2026-01-10T12:00:00.000Z, 2026-01-11T13:01:00.000Z",
        "PT24H1M, 2026-01-10T12:59:59.999Z, 2026-01-11T13:01:00.000Z",
        "PT24H1M, 2026-01-10T13:00:00.000Z, 2026-01-11T14:01:00.000Z",
        "PT720H,  2026-01-10T12:59:59.999Z, 2026-02-09T13:00:00.000Z",
        // Else a day.
        "PT720H1M, 2026-01-10T00:00:00.000Z, 2026-02-10T00:01:00.000Z",
        "PT720H1M, 2026-01-10T23:59:59.999Z, 2026-02-10T00:01:00.000Z",
        "PT720H1M, 2026-01-11T00:00:00.000Z, 2026-02-11T00:01:00.000Z",
        "PT8760H, 2026-01-10T12:00:00.000Z, 2027-01-11T00:00:00.000Z",
        // Before 1970 buckets lie as they do after it.
        "PT720H1M, 1969-12-31T23:59:59.999Z, 1970-01-31T00:01:00.000Z",
    })
    void countsAnEventBeforeTheEndOfItsBucketAndTheWindow(String window, String event, String end) {
        TraitFold fold = fold(shape(Aggregate.COUNT, window), Said.at(event));
        long at = Said.millis(end);

        assertThat(fold.value(Said.millis(event))).isEqualTo(1L);
        assertThat(fold.value(at - 1)).isEqualTo(1L);
        assertThat(fold.value(at)).isEqualTo(0L);
        assertThat(fold.nextChange(Said.millis(event))).isEqualTo(at);
        assertThat(fold.nextChange(at - 1)).isEqualTo(at);
        assertThat(fold.nextChange(at)).isEqualTo(Long.MAX_VALUE);

        fold.forgetBefore(at - 1);
        assertThat(fold.isEmpty()).isFalse();
        fold.forgetBefore(at);
        assertThat(fold.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void neverChangesWithTimeOverALifetime(Aggregate aggregate) {
        TraitFold fold = fold(shape(aggregate, null), Said.at(NOON, "shoes"), Said.at(NOON, new BigDecimal("1.50")));
        Object value = fold.value(NOW);
        fold.forgetBefore(Long.MAX_VALUE);

        assertThat(fold.isEmpty()).isFalse();
        assertThat(fold.value(Long.MAX_VALUE)).isEqualTo(value);
        assertThat(fold.nextChange(NOW)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatThereIsWithoutAnyEvent(Aggregate aggregate) {
        Object nothing =
                switch (aggregate) {
                    case COUNT, UNIQUE_COUNT -> 0L;
                    case SUM -> BigDecimal.ZERO;
                    case UNIQUE_LIST, TOP_K -> List.of();
                    case AVERAGE, MIN, MAX, FIRST, LAST, MOST_FREQUENT -> null;
                };
        Said longAgo = Said.at("2025-01-10T12:00:00Z", aggregate.takes() == Values.NUMBERS ? BigDecimal.ONE : "shoes");
        TraitFold none = TraitFold.of(shape(aggregate, PT_90D));
        TraitFold gone = fold(shape(aggregate, PT_90D), longAgo);

        assertThat(none.value(NOW)).isEqualTo(nothing);
        assertThat(none.isEmpty()).isTrue();
        assertThat(gone.value(NOW)).isEqualTo(nothing);
        assertThat(gone.value(longAgo.timestamp())).isNotEqualTo(nothing);
    }

    @Test
    void sumsExactly() {
        TraitShape shape = shape(Aggregate.SUM, null);
        TraitFold fold = fold(
                shape,
                Said.at(NOON, new BigDecimal("0.1"), new BigDecimal("0.20")),
                Said.at(NOON, new BigDecimal("999999999999999999999999999999")),
                Said.at(NOON, new BigDecimal("1E-50")));

        assertThat(fold.value(NOW))
                .isEqualTo(new BigDecimal(
                        "999999999999999999999999999999.30000000000000000000000000000000000000000000000001"));
        assertThat(fold(shape, Said.at(NOON, new BigDecimal("7.5")), Said.at(NOON, new BigDecimal("-7.5")))
                        .value(NOW))
                .isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void aSumOfAsManyNumbersAsCanBeCountedHas42Bytes() throws IOException {
        TraitFold fold = fold(
                shape(Aggregate.AVERAGE, null),
                Said.at(
                        NOON,
                        new BigDecimal(
                                "-999999999999999999999999999999.99999999999999999999999999999999999999999999999999")));
        for (int i = 0; i < 62; i++) {
            fold.merge(Codecs.roundTrip(TraitFold.CODEC, fold));
        }

        // Two that say how it is folded, one bucket, nine bytes of the count, scale, form, length.
        assertThat(Codecs.bytes(TraitFold.CODEC, fold)).hasSizeLessThanOrEqualTo(2 + 1 + 9 + 1 + 1 + 1 + 42);
        assertThat(fold.value(NOW)).isEqualTo(-1e30);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 1.5",
        "10, 20.02, 15.01",
        "0, 0, 0.0",
        "0.1, 0.2, 0.15",
        "12345678901, 12345678901, 1.23456789E10",
        "1.00000000049, 1.00000000049, 1.0",
        "1.0000000005, 1.0000000005, 1.000000001",
        "-1.0000000005, -1.0000000005, -1.000000001"
    })
    void averagesToTenSignificantDigits(String one, String other, double average) {
        TraitFold fold = fold(
                shape(Aggregate.AVERAGE, null),
                Said.at(NOON, new BigDecimal(one)),
                Said.at(NOON, new BigDecimal(other)));

        assertThat(fold.value(NOW)).isEqualTo(average);
    }

    @Test
    void countsEventsNotValues() {
        TraitFold fold = fold(shape(Aggregate.COUNT, null), Said.at(NOON), Said.at(NOON), Said.at(NOON));

        assertThat(fold.value(NOW)).isEqualTo(3L);
    }

    @Test
    void kindsThatAnAggregateDoesNotTakeSayNothing() {
        Object[] mixed = {"35.79", new BigDecimal("2.00"), true, "shoes"};

        assertThat(value(Aggregate.SUM, mixed)).isEqualTo(new BigDecimal("2"));
        assertThat(value(Aggregate.AVERAGE, mixed)).isEqualTo(2.0);
        assertThat(value(Aggregate.MIN, mixed)).isEqualTo(new BigDecimal("2"));
        assertThat(value(Aggregate.UNIQUE_LIST, mixed)).isEqualTo(List.of("35.79", "shoes"));
        assertThat(value(Aggregate.MOST_FREQUENT, true)).isNull();
        assertThat(value(Aggregate.LAST, true)).isEqualTo(true);
        assertThat(value(Aggregate.LAST, false)).isEqualTo(false);
        assertThat(value(Aggregate.FIRST, new BigDecimal("2.00"))).isEqualTo(new BigDecimal("2"));
        assertThat(value(Aggregate.FIRST, "")).isEqualTo("");
        assertThat(value(Aggregate.LAST, "one", "two")).as("a list").isNull();
        assertThatThrownBy(() -> value(Aggregate.SUM, 1L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a value is a String, a BigDecimal or a Boolean, not java.lang.Long");
    }

    @Test
    void firstAndLastFollowTheOrderOfEventsNotOfArrival() {
        List<Said> ascending = List.of(
                new Said(new EventOrder(NOW - 1, EventKind.OTHER, "z", -1), List.of(), List.of("1")),
                new Said(new EventOrder(NOW, EventKind.VIEW, "z", 0), List.of(), List.of("2")),
                new Said(new EventOrder(NOW, EventKind.ORDER, "a", 0), List.of(), List.of("3")),
                new Said(new EventOrder(NOW, EventKind.ORDER, "b", 1), List.of(), List.of("4")),
                new Said(new EventOrder(NOW, EventKind.ORDER, "b", -1), List.of(), List.of("5")));
        for (long seed = 0; seed < 20; seed++) {
            List<Said> events = new ArrayList<>(ascending);
            Collections.shuffle(events, new Random(seed));
            for (String window : new String[] {null, "PT1H"}) {
                assertThat(fold(shape(Aggregate.FIRST, window), events).value(NOW))
                        .isEqualTo("1");
                assertThat(fold(shape(Aggregate.LAST, window), events).value(NOW))
                        .isEqualTo("5");
            }
        }
    }

    /** It can't be, but if it is, the order of arrival does not decide. */
    @Test
    void whatTwoEventsAtOnePlaceSayIsDecidedByWhatTheySay() {
        Said one = Said.at(NOON, "shoes");
        Said other = Said.at(NOON, "hats");
        for (Aggregate aggregate : List.of(Aggregate.FIRST, Aggregate.LAST)) {
            assertThat(fold(shape(aggregate, null), one, other).value(NOW))
                    .isEqualTo(fold(shape(aggregate, null), other, one).value(NOW));
        }
    }

    @Test
    void firstMovesOnWhenItsBucketLeaves() {
        TraitFold fold = fold(
                shape(Aggregate.FIRST, PT_90D),
                Said.at("2026-01-01T10:00:00Z", "b"),
                Said.at("2026-01-02T10:00:00Z", "c"),
                Said.at("2026-01-01T09:00:00Z", "a"));
        long leaves = Said.millis("2026-04-02T00:00:00Z");

        assertThat(fold.value(leaves - 1)).isEqualTo("a");
        assertThat(fold.value(leaves)).isEqualTo("c");
        assertThat(fold.nextChange(NOW)).isEqualTo(leaves);
    }

    @Test
    void theGreatestOfAWindowMakesRoomForTheNextWhenItsBucketLeaves() {
        TraitFold fold = fold(
                shape(Aggregate.MAX, PT_90D),
                Said.at("2026-01-01T10:00:00Z", new BigDecimal("30")),
                Said.at("2026-01-02T10:00:00Z", new BigDecimal("10")),
                Said.at("2026-01-03T10:00:00Z", new BigDecimal("20")));

        assertThat(fold.value(Said.millis("2026-04-02T00:00:00Z") - 1)).isEqualTo(new BigDecimal("3E+1"));
        assertThat(fold.value(Said.millis("2026-04-02T00:00:00Z"))).isEqualTo(new BigDecimal("2E+1"));
        assertThat(fold.nextChange(Said.millis("2026-04-02T00:00:00Z")))
                .as("10 never was the greatest")
                .isEqualTo(Said.millis("2026-04-04T00:00:00Z"));
    }

    @Test
    void atEqualityTheSmallestTextIsTheMostFrequent() {
        Said[] events = {
            Said.at(NOON, "shoes", "hats", "bags"), Said.at(NOON, "shoes", "hats"), Said.at(NOON, "Belts", "belts")
        };

        assertThat(fold(shape(Aggregate.MOST_FREQUENT, null), events).value(NOW))
                .isEqualTo("hats");
        assertThat(fold(new TraitShape(Aggregate.TOP_K, null, 4), events).value(NOW))
                .isEqualTo(List.of("hats", "shoes", "Belts", "bags"));
    }

    @Test
    void aTextThatIsTwiceInAListIsThereTwice() {
        assertThat(fold(shape(Aggregate.MOST_FREQUENT, null), Said.at(NOON, "shoes", "shoes"), Said.at(NOON, "hats"))
                        .value(NOW))
                .isEqualTo("shoes");
    }

    @Test
    void frequenciesAreThoseOfTheBucketsThatCount() {
        TraitFold fold = fold(
                new TraitShape(Aggregate.TOP_K, window("PT1H"), 10),
                Said.at("2026-01-10T12:00:00Z", "shoes", "shoes", "bags"),
                Said.at("2026-01-10T12:01:00Z", "hats", "hats", "shoes"),
                Said.at("2026-01-10T12:02:00Z", "belts"));

        assertThat(fold.value(Said.millis("2026-01-10T13:00:59.999Z")))
                .isEqualTo(List.of("shoes", "hats", "bags", "belts"));
        assertThat(fold.value(Said.millis("2026-01-10T13:01:00Z"))).isEqualTo(List.of("hats", "belts", "shoes"));
        assertThat(fold.value(Said.millis("2026-01-10T13:02:00Z"))).isEqualTo(List.of("belts"));
        assertThat(fold.value(Said.millis("2026-01-10T13:03:00Z"))).isEqualTo(List.of());
    }

    @Test
    void uniqueValuesLeaveWithTheirLastBucket() {
        TraitFold fold = fold(
                shape(Aggregate.UNIQUE_LIST, "PT1H"),
                Said.at("2026-01-10T12:00:00Z", "shoes", "hats"),
                Said.at("2026-01-10T12:05:00Z", "shoes"));

        assertThat(fold.value(Said.millis("2026-01-10T13:00:59.999Z"))).isEqualTo(List.of("hats", "shoes"));
        assertThat(fold.nextChange(NOW)).isEqualTo(Said.millis("2026-01-10T13:01:00Z"));
        assertThat(fold.value(Said.millis("2026-01-10T13:01:00Z"))).isEqualTo(List.of("shoes"));
        assertThat(fold.value(Said.millis("2026-01-10T13:06:00Z"))).isEqualTo(List.of());
    }

    /** SHA-256 of shoes begins with 01, of socks with 54, of belts with 69, of bags with 8e, of hats with 9d. */
    @Test
    void uniqueValuesAreThoseThatWereThereLastThenThoseWithTheSmallestHashes() {
        Said[] events = {
            Said.at("2026-01-10T12:00:00.000Z", "hats", "bags", "belts", "socks", "shoes"),
            Said.at("2026-01-10T12:00:00.500Z", "hats"),
            Said.at("2026-01-10T11:00:00.000Z", "hats", "shoes")
        };

        assertThat(fold(new TraitShape(Aggregate.UNIQUE_LIST, window("PT24H"), 2), events)
                        .value(NOW))
                .as("all in one bucket")
                .isEqualTo(List.of("shoes", "socks"));
        assertThat(fold(new TraitShape(Aggregate.UNIQUE_LIST, null, 2), events).value(NOW))
                .as("by the time of the last event")
                .isEqualTo(List.of("hats", "shoes"));
        assertThat(fold(new TraitShape(Aggregate.UNIQUE_COUNT, null, 2), events).value(NOW))
                .isEqualTo(2L);
    }

    @Test
    void countsAThousandUniqueValuesAtMost() {
        TraitShape shape = new TraitShape(Aggregate.UNIQUE_COUNT, window(PT_90D), 1_000);
        TraitFold fold = TraitFold.of(shape);
        for (int i = 0; i < 1_500; i++) {
            add(fold, Said.at(NOW - i * 60_000L, "m" + i, "t" + i));
        }

        assertThat(fold.value(NOW)).isEqualTo(1_000L);
    }

    @Test
    void countsInEachBucketTheHundredTextsWithTheSmallestHashes() {
        List<String> texts = byHash(150);
        TraitFold fold = TraitFold.of(new TraitShape(Aggregate.TOP_K, window("PT1H"), 100));
        // Those with great hashes first and often; in the second bucket only they.
        for (int i = texts.size() - 1; i >= 0; i--) {
            for (int times = i < 100 ? 1 : 5; times > 0; times--) {
                add(fold, Said.at("2026-01-10T12:00:00Z", texts.get(i)));
            }
        }
        for (String text : texts.subList(20, 150)) {
            add(fold, Said.at("2026-01-10T12:01:00Z", text));
        }

        List<String> twice = sorted(texts.subList(20, 100));
        List<String> once = new ArrayList<>(texts.subList(0, 20));
        once.addAll(texts.subList(100, 120));
        List<String> expected = new ArrayList<>(twice);
        expected.addAll(sorted(once).subList(0, 20));
        assertThat(fold.value(NOW)).isEqualTo(expected);
        assertThat(fold.value(Said.millis("2026-01-10T13:01:00Z"))).isEqualTo(sorted(texts.subList(20, 120)));
    }

    @Test
    void countsOverALifetimeTheFiveHundredTextsWithTheSmallestHashes() {
        List<String> texts = byHash(600);
        TraitFold fold = TraitFold.of(new TraitShape(Aggregate.TOP_K, null, 100));
        TraitFold mostFrequent = TraitFold.of(shape(Aggregate.MOST_FREQUENT, null));
        for (int i = texts.size() - 1; i >= 0; i--) {
            // The greater the hash the more often, up to the one with the greatest.
            for (int times = i / 10; times >= 0; times--) {
                add(fold, Said.at(NOON, texts.get(i)));
                add(mostFrequent, Said.at(NOON, texts.get(i)));
            }
        }
        List<String> expected = new ArrayList<>();
        for (int i = 49; i >= 40; i--) {
            expected.addAll(sorted(texts.subList(i * 10, i * 10 + 10)));
        }

        assertThat(fold.value(NOW)).isEqualTo(expected);
        assertThat(mostFrequent.value(NOW)).isEqualTo(expected.get(0));
    }

    @Test
    void ofLongTexts256CharactersCount() {
        String start = "x".repeat(256);

        assertThat(fold(shape(Aggregate.UNIQUE_LIST, null), Said.at(NOON, start + "a", start + "b", start))
                        .value(NOW))
                .isEqualTo(List.of(start));
        assertThat(value(Aggregate.LAST, start + "a")).isEqualTo(start);
    }

    @Test
    void refusesToMergeWhatFoldsOtherwise() {
        TraitFold fold = TraitFold.of(shape(Aggregate.COUNT, null));

        assertThatThrownBy(() -> fold.merge(TraitFold.of(shape(Aggregate.COUNT, "PT1H"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be merged");
    }

    @ParameterizedTest
    @CsvSource({
        "TOP_K, 0",
        "TOP_K, 101",
        "UNIQUE_COUNT, 0",
        "UNIQUE_COUNT, 1001",
        "UNIQUE_LIST, 1001",
        "COUNT, 1",
        "MOST_FREQUENT, 1"
    })
    void refusesLimitsBeyondTheBounds(Aggregate aggregate, int limit) {
        assertThatThrownBy(() -> TraitFold.of(new TraitShape(aggregate, null, limit)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the limit of " + aggregate.id() + " is ");
    }

    private static Object value(Aggregate aggregate, Object... values) {
        return fold(shape(aggregate, null), Said.at(NOON, values)).value(NOW);
    }

    private static TraitFold fold(TraitShape shape, Said... events) {
        return fold(shape, List.of(events));
    }

    private static TraitFold fold(TraitShape shape, List<Said> events) {
        TraitFold fold = TraitFold.of(shape);
        events.forEach(event -> add(fold, event));
        return fold;
    }

    private static void add(TraitFold fold, Said event) {
        fold.add(event.order(), event.values());
    }

    private static TraitShape shape(Aggregate aggregate, String window) {
        int limit =
                switch (aggregate) {
                    case TOP_K -> 10;
                    case UNIQUE_COUNT, UNIQUE_LIST -> 100;
                    default -> 0;
                };
        return new TraitShape(aggregate, window == null ? null : window(window), limit);
    }

    private static Window window(String duration) {
        return new Window(Duration.parse(duration).toMillis());
    }

    /** Texts, those with the smallest hashes first. */
    private static List<String> byHash(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "t" + i)
                .sorted(Comparator.comparing(text -> Hashes.hex(Hashes.sha256(text))))
                .toList();
    }

    private static List<String> sorted(List<String> texts) {
        return texts.stream().sorted().toList();
    }
}
