package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tributary.schemas.identity.IdentitySettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a trigger names changes of segments, and how it is told what it can't. */
class SegmentEventMistakesTest {
    private static final String SEGMENTS =
            """
            segments:
            - {name: vip, when: orders.count > 3}
            - {name: vip_lapsed, when: days_since(orders.last_at) > 30}
            """;

    private static final String TRIGGER =
            """
            triggers:
            - name: t
              steps:
              - {id: lapsed, on: [{entered: vip_lapsed}, Product Viewed], where: event.properties.segment != 'x'}
              - {id: back, not_followed_by: [Order Completed, {exited: vip_lapsed}]}
              within: 7d
              expires_after: 1d
              payload: {segment: steps.lapsed.properties.segment, value: event.properties.value}
            """;

    @Test
    void aStepNamesChangesOfSegmentsBesideEvents() {
        List<EventSequence.Step> steps = Definitions.of("t.yaml", SEGMENTS + TRIGGER)
                .triggers()
                .get("t")
                .events()
                .steps();

        assertThat(steps.get(0).events())
                .containsExactlyInAnyOrder("Product Viewed", new SegmentEvent("vip_lapsed", true, false).name());
        // What only ends may also be found.
        assertThat(steps.get(1).events())
                .containsExactlyInAnyOrder(
                        "Order Completed",
                        new SegmentEvent("vip_lapsed", false, false).name(),
                        new SegmentEvent("vip_lapsed", false, true).name());
        assertThat(steps.get(1).events())
                .extracting(SegmentEvent::text)
                .containsOnly("Order Completed", "exited vip_lapsed");
        assertThat(steps.get(0).events())
                .extracting(SegmentEvent::ofName)
                .containsExactlyInAnyOrder(null, new SegmentEvent("vip_lapsed", true, false));
    }

    @Test
    void triggersThatTravelWithoutTheirSegmentsCanBeRead() {
        List<Definitions.Entry> triggers = Definitions.of("t.yaml", SEGMENTS + TRIGGER).entries().stream()
                .filter(entry -> entry.kind() == DefinitionKind.TRIGGER)
                .toList();

        assertThat(Definitions.ofPart(triggers, IdentitySettings.defaults()).triggers())
                .containsOnlyKeys("t");
        assertThat(catchThrowableOfType(
                                DefinitionsException.class,
                                () -> Definitions.ofJson(triggers, IdentitySettings.defaults()))
                        .mistakes())
                .containsExactly("t: no segment 'vip_lapsed'");
    }

    private static Arguments of(String was, String is, String... messages) {
        return Arguments.of(was, is, List.of(messages));
    }

    static List<Arguments> changes() {
        return List.of(
                of(
                        "{entered: vip_lapsed}",
                        "{entered: vip_lapse}",
                        "t.yaml:7:33: no segment 'vip_lapse' — did you mean 'vip_lapsed'?"),
                of(
                        "{exited: vip_lapsed}",
                        "{left: vip}",
                        "t.yaml:8:52: unknown key 'left'; known here: entered, exited, merged"),
                of(
                        "{exited: vip_lapsed}",
                        "{exited: vip, entered: vip}",
                        "t.yaml:8:51: an event is a name or one of {entered: SEGMENT}, {exited: SEGMENT} and"
                                + " {merged: true}"),
                of(
                        "{exited: vip_lapsed}",
                        "{merge: true}",
                        "t.yaml:8:52: unknown key 'merge' — did you mean 'merged'?"),
                of(
                        "{exited: vip_lapsed}",
                        "{merged: false}",
                        "t.yaml:8:60: 'merged' can only be true: leave it out where no merger is meant"),
                of("{exited: vip_lapsed}", "{merged: vip}", "t.yaml:8:60: 'merged' must be true or false"),
                of("Product Viewed", "{merged: true}, {merged: true}", "t.yaml:7:62: 'merged' is here twice"),
                of("{exited: vip_lapsed}", "{exited: [vip]}", "t.yaml:8:60: 'exited' must be a text"),
                of("Product Viewed", "{entered: vip_lapsed}", "t.yaml:7:46: 'entered vip_lapsed' is here twice"),
                of(
                        "Order Completed",
                        "\"\\x01exited vip\"",
                        "t.yaml:8:34: an event's name can't begin with a control character"),
                of(
                        "within: 7d",
                        "within: 7d\n  correlation: product",
                        "t.yaml:7:22: a change of a segment is about no 'product': leave 'correlation' out"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void everyMistakeIsNamedAtItsPlace(String was, String is, List<String> messages) {
        assertThat(TRIGGER).contains(was);
        String yaml = SEGMENTS + TRIGGER.replace(was, is);

        assertThat(catchThrowableOfType(DefinitionsException.class, () -> Definitions.of("t.yaml", yaml))
                        .mistakes())
                .containsExactlyElementsOf(messages);
    }

    @Test
    void aMergerIsAnEventLikeThem() {
        String yaml =
                """
                triggers:
                - {name: t, steps: [{id: one, on: [{merged: true}], where: event.name == 'Customer Merged'}], expires_after: 1d}
                """;

        assertThat(Definitions.of("t.yaml", yaml)
                        .triggers()
                        .get("t")
                        .events()
                        .first()
                        .events())
                .containsExactly(MergerEvent.NAME);
        assertThat(SegmentEvent.ofName(MergerEvent.NAME)).isNull();
        assertThat(SegmentEvent.text(MergerEvent.NAME)).isEqualTo("merged");
        assertThat(catchThrowableOfType(
                                DefinitionsException.class,
                                () -> Definitions.of("t.yaml", yaml.replace("expires", "correlation: cart, expires")))
                        .mistakes())
                .containsExactly("t.yaml:2:35: a merger is about no 'cart': leave 'correlation' out");
    }

    /** Whoever begins with the four cart events and something else is no trigger of the cart. */
    @Test
    void aTriggerThatBeginsWithTheCartOrASegmentIsOneOfASequence() {
        String yaml = SEGMENTS
                + """
                triggers:
                - name: t
                  steps:
                  - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated, {entered: vip}]}
                  - {id: order, not_followed_by: [Order Completed]}
                  within: 1h
                  expires_after: 1d
                """;

        assertThat(Definitions.of("t.yaml", yaml).triggers().get("t").isOfCart())
                .isFalse();
    }
}
