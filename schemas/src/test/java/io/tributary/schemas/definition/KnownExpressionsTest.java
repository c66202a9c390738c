package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.schemas.identity.IdentitySettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What has been checked in one set is taken over by another, unless the other says something else about it. */
class KnownExpressionsTest {
    private static final String COUNT = "traits: [{name: x, aggregate: count, events: [A]}]\n";
    private static final String SEGMENT = "segments: [{name: s, when: computed.x > 5}]\n";
    private static final String PER_VALUE =
            """
            segments:
            - {name: s, for_each: event.properties.p, trait: {aggregate: %s, events: [A]%s}, when: value == 5}
            """;

    private static Definitions read(String yaml) {
        return Definitions.of("d.yaml", yaml);
    }

    private static CheckedExpression whenOf(Definitions definitions) {
        return definitions.segments().get("s").when();
    }

    /** Reads a set with a mistake while another is there that has what it would take over. */
    private static void refuses(Definitions before, String yaml, String mistake) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(DefinitionsException.class)
                .hasMessageContaining(mistake);
        assertThat(before.entries()).as("is there until now").isNotEmpty();
    }

    @Test
    void anExpressionThatIsReadAgainIsTheSame() {
        Definitions before = read(COUNT + SEGMENT);
        Definitions after = read(
                """
                segments:
                - {name: other, when: orders.count > 1}
                - {name: s, when: computed.x > 5}
                traits: [{name: x, title: X, aggregate: unique_count, events: [B], value: event.name}]
                """);
        assertThat(whenOf(after)).isSameAs(whenOf(before));
        assertThat(after.segments().get("s").computed()).containsExactly("x");
    }

    @Test
    void equalExpressionsOfASetAreOne() {
        Definitions set = read(
                """
                traits:
                - {name: a, aggregate: sum, events: [A], value: event.revenue, where: event.revenue > 1}
                - {name: b, aggregate: max, events: [A], value: event.revenue, where: event.revenue > 1}
                segments:
                - {name: a, when: orders.count > 7}
                - {name: b, when: orders.count > 7}
                """);
        assertThat(set.segments().get("a").when())
                .isSameAs(set.segments().get("b").when());
        assertThat(set.traits().get("a").fold().where())
                .isSameAs(set.traits().get("b").fold().where());
    }

    @Test
    void aTraitOfAnotherTypeHasItsExpressionsCheckedAnew() {
        Definitions before = read(COUNT + SEGMENT);
        refuses(
                before,
                "traits: [{name: x, aggregate: unique_list, events: [A], value: event.name}]\n" + SEGMENT,
                "d.yaml:2:39: '>' can't compare a list");
        Definitions sum = read("traits: [{name: x, aggregate: sum, events: [A], value: event.revenue}]\n" + SEGMENT);
        assertThat(whenOf(sum)).isNotSameAs(whenOf(before));
    }

    @Test
    void aTraitThatIsGoneIsMissed() {
        refuses(read(COUNT + SEGMENT), SEGMENT, "d.yaml:1:37: no computed trait 'x'");
    }

    @Test
    void aTraitWithAMistakeIsOfAnyType() {
        Definitions before = read(COUNT + SEGMENT);
        refuses(before, "traits: [{name: x, aggregate: count, events: []}]\n" + SEGMENT, "'events' names no event");
        refuses(
                before,
                "traits: [{name: x, aggregate: unique_list, events: [A], value: event.name}]\n" + SEGMENT,
                "d.yaml:2:39: '>' can't compare a list");
    }

    @Test
    void aSegmentThatIsGoneIsMissed() {
        String asks = "segments: [{name: s, when: in_segment('other')}%s]\n";
        refuses(
                read(asks.formatted(", {name: other, when: true}")),
                asks.formatted(""),
                "d.yaml:1:40: no segment 'other'");
    }

    @Test
    void aNamespaceThatIsGoneIsMissed() {
        String segment = "segments: [{name: s, when: 'size(identifiers.tax_number) > 0'}]\n";
        IdentitySettings wider =
                IdentitySettings.parse("identity.yaml", "version: 1\nnamespaces: [{name: tax_number, kind: person}]\n");
        Definitions before = Definitions.of(Map.of("d.yaml", segment), wider);
        refuses(before, segment, "no namespace 'tax_number'");
    }

    @Test
    void valueIsOfTheSegmentThatAsks() {
        Definitions count = read(PER_VALUE.formatted("count", ""));
        Definitions sum = read(PER_VALUE.formatted("sum", ", value: event.revenue"));
        assertThat(whenOf(sum)).isNotSameAs(whenOf(count));
        assertThat(whenOf(read(PER_VALUE.formatted("count", ", window: 1d")))).isSameAs(whenOf(count));
        refuses(count, "segments: [{name: s, when: value == 5}]\n", "'value' is for segments with 'for_each'");
    }

    @Test
    void whatIsNoConditionIsNoneTheSecondTime() {
        Definitions before = read("traits: [{name: x, aggregate: last, events: [A], value: event.name}]\n");
        refuses(
                before,
                "traits: [{name: y, aggregate: count, events: [A], where: event.name}]\n",
                "must be a condition");
    }
}
