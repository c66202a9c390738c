package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.tributary.operators.segment.SegmentExplanation.Asked;
import io.tributary.operators.segment.SegmentExplanation.Choice;
import io.tributary.operators.segment.SegmentExplanation.Connective;
import io.tributary.operators.segment.SegmentExplanation.Flip;
import io.tributary.operators.segment.SegmentExplanation.Not;
import io.tributary.operators.segment.SegmentExplanation.One;
import io.tributary.operators.segment.SegmentExplanation.Verdict;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.time.Timestamps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedSegmentsTest {
    private static final String PROFILE =
            """
            {"customer_id":"c_1","identifiers":{"user_id":["42"]},"traits":{"age":17},"computed":{"orders_2d":2,"top":5},
            "first_seen":"2026-01-01T00:00:00.000Z","last_seen":"2026-01-05T09:30:00.000Z",
            "events":{"count":9,"by_name":{"Order Completed":2,"page":7}},
            "orders":{"count":2,"revenue":{"USD":"81.50"},"first_at":"2026-01-02T10:20:00.000Z","last_at":"2026-01-05T09:30:00.000Z"},
            "segments":[{"segment":"fan","value":"hats","since":"2026-01-02T00:00:00.000Z","exits_at":"2026-01-06T00:00:00.000Z"},
            {"segment":"fan","value":"shoes","since":"2026-01-03T00:00:00.000Z"}],"version":9}
            """;

    private static final long NOW = Timestamps.parse("2026-01-05T10:00:00Z");

    @Test
    void tellsTheDecidingConditions() {
        PublishedSegments segments =
                segments("{name: a, when: 'orders.revenue.USD > 80.0 && (orders.count > 5 || events.count > 5)'}", NOW);

        assertThat(segments.isIn("a")).isTrue();
        assertThat(segments.because("a"))
                .containsExactly(
                        new SegmentChange.Reason("orders.revenue.USD > 80.0", "81.5"),
                        new SegmentChange.Reason("events.count > 5", "9"));
    }

    @Test
    void tellsEveryConditionWithItsConnectives() {
        PublishedSegments segments = segments(
                "{name: a, when: \"!(traits.age < 18) && in_segment('b') && (orders.count > 1 ? in_segment('b') : true)\"},"
                        + "{name: b, when: has(traits.city)}",
                NOW);

        Connective all = (Connective) segments.explain("a");

        assertThat(all.isAnd()).isTrue();
        assertThat(all.verdict()).isEqualTo(Verdict.FAILS);
        assertThat(((Not) all.parts().get(0)).part())
                .isEqualTo(new One(Verdict.HOLDS, "traits.age < 18", "17", Flip.byEventOnly()));
        Asked asked = (Asked) all.parts().get(1);
        assertThat(asked.segment()).isEqualTo("b");
        assertThat(asked.when()).isEqualTo(new One(Verdict.FAILS, "has(traits.city)", "false", Flip.byEventOnly()));
        Choice choice = (Choice) all.parts().get(2);
        assertThat(choice.verdict()).isEqualTo(Verdict.FAILS);
        assertThat(((Asked) choice.then()).when()).as("told before").isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    days_since(orders.last_at) <= 3        | HOLDS | AT              | 2026-01-08T09:30:00.001Z
                    days_since(orders.last_at) < 3         | HOLDS | AT              | 2026-01-08T09:30:00.000Z
                    hours_since(orders.first_at) > 100     | FAILS | AT              | 2026-01-06T14:20:00.001Z
                    hours_since(orders.first_at) > 3       | HOLDS | BY_EVENT_ONLY   |
                    days_since(first_seen) < 3000000       | HOLDS | BY_EVENT_ONLY   |
                    days_since(traits.none) < 3            | FAILS | BY_EVENT_ONLY   |
                    # The bucket of 09:00 ends at 10:00 and counts for two days.
                    computed.orders_2d >= 2                | HOLDS | AT_THE_LATEST   | 2026-01-07T10:00:00.000Z
                    computed.orders_2d < 2                 | FAILS | AT_THE_LATEST   | 2026-01-07T10:00:00.000Z
                    computed.orders_2d < 3                 | HOLDS | BY_EVENT_ONLY   |
                    computed.orders_2d == 1                | FAILS | IF_AT_ALL_UNTIL | 2026-01-07T10:00:00.000Z
                    computed.none_2d == 0                  | HOLDS | BY_EVENT_ONLY   |
                    computed.top >= 5.0                    | HOLDS | AT_THE_LATEST   | 2026-02-06T00:00:00.000Z
                    computed.top < 5.0                     | FAILS | IF_AT_ALL_UNTIL | 2026-02-06T00:00:00.000Z
                    computed.sum_2d <= 0.0                 | HOLDS | IF_AT_ALL_UNTIL | 2026-01-07T10:00:00.000Z
                    computed.orders_2d * 2 >= orders.count | HOLDS | AT_THE_LATEST   | 2026-01-07T10:00:00.000Z
                    events.count > 5                       | HOLDS | BY_EVENT_ONLY   |
                    """)
    void tellsWhenAConditionChangesIfNothingHappens(String when, Verdict verdict, Flip.Kind kind, String at) {
        One one = (One) segments("{name: a, when: '" + when + "'}", NOW).explain("a");

        assertThat(one.verdict()).isEqualTo(verdict);
        assertThat(one.flip()).isEqualTo(new Flip(kind, at == null ? SegmentClock.NEVER : Timestamps.parse(at)));
    }

    @Test
    void sayOfAParametricSegmentWhatTheProfileSays() {
        String definitions = "{name: a, when: \"in_segment('fan')\"},{name: fan, for_each: event.properties.category,"
                + " trait: {aggregate: count, events: [page]}, when: value >= 5 && orders.count > 1}";
        PublishedSegments segments = segments(definitions, NOW);

        assertThat(segments.isIn("fan")).isTrue();
        assertThat(segments.isIn("a")).isTrue();
        assertThat(segments.values("fan"))
                .extracting(PublishedFacts.Membership::value)
                .containsExactly("hats", "shoes");
        assertThat(segments.because("fan")).isEmpty();
        Connective all = (Connective) segments.explain("fan");
        assertThat(all.verdict()).isEqualTo(Verdict.UNTOLD);
        assertThat(all.parts())
                .containsExactly(
                        new One(Verdict.UNTOLD, "value >= 5", null, Flip.untold()),
                        new One(Verdict.HOLDS, "orders.count > 1", "2", Flip.byEventOnly()));
        Asked asked = (Asked) segments.explain("a");
        assertThat(asked.isParametric()).isTrue();
        assertThat(asked.values()).hasSize(2);

        PublishedSegments later = segments(definitions, Timestamps.parse("2026-01-06T00:00:00Z"));
        assertThat(later.values("fan")).as("one has ended").singleElement().satisfies(membership -> assertThat(
                        membership.value())
                .isEqualTo("shoes"));
    }

    @Test
    void aWindowThatHasPassedSaysNothing() {
        String definitions = "{name: a, when: computed.orders_2d >= 2}";

        assertThat(segments(definitions, Timestamps.parse("2026-01-07T09:59:59.999Z"))
                        .isIn("a"))
                .isTrue();
        assertThat(segments(definitions, Timestamps.parse("2026-01-07T10:00:00.000Z"))
                        .isIn("a"))
                .isFalse();
    }

    @Test
    void refusesASegmentThatIsNotThere() {
        PublishedSegments segments = segments("{name: a, when: 'true'}", NOW);

        assertThat(segments.isIn("a")).isTrue();
        assertThat(segments.explain("a")).isEqualTo(new SegmentExplanation.Constant(Verdict.HOLDS));
        assertThatThrownBy(() -> segments.isIn("b")).hasMessageContaining("no segment b");
    }

    private static PublishedSegments segments(String segments, long now) {
        Definitions definitions = Definitions.of(
                "a.yaml",
                """
                traits:
                - {name: orders_2d, aggregate: count, events: [Order Completed], window: 2d}
                - {name: none_2d, aggregate: count, events: [page], window: 2d}
                - {name: top, aggregate: max, events: [page], value: event.revenue, window: 31d}
                - {name: sum_2d, aggregate: sum, events: [page], value: event.revenue, window: 2d}
                segments: [SEGMENTS]
                """
                        .replace("SEGMENTS", segments));
        try {
            return new PublishedSegments(
                    CompiledDefinitions.fromTheBeginning(definitions),
                    new PublishedFacts(AcceptedJson.mapper().readTree(PROFILE), definitions.traits(), now));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
