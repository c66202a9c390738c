package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tributary.schemas.definition.EventSequence.Correlation;
import io.tributary.schemas.definition.EventSequence.Relation;
import io.tributary.schemas.definition.EventSequence.Select;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a trigger of a sequence can say, and how it is told what it can't. */
class EventSequenceMistakesTest {
    private static final String TRIGGER =
            """
            triggers:
            - name: t
              steps:
              - {id: view, on: [Product Viewed, Product Clicked], where: event.properties.price >= 20}
              - {id: again, followed_by: [Product Added], optional: true}
              - {id: next, next: [Checkout Started], where: event.properties.n > steps.view.properties.n, times: 2}
              - {id: order, not_followed_by: [Order Completed]}
              correlation: product
              within: 2h
              reminders: [{id: day, after: 1d, when: has(steps.again.properties.n)}]
              expires_after: 1d
              payload: {product: "steps.view.properties['the id']", all: steps.again}
            """;

    private static TriggerDefinition read(String yaml) {
        return Definitions.of("t.yaml", yaml).triggers().get("t");
    }

    @Test
    void stepsSayWhichEventsAndHowTheyFollow() {
        TriggerDefinition trigger = read(TRIGGER);
        EventSequence events = trigger.events();

        assertThat(trigger.isOfCart()).isFalse();
        assertThat(trigger.step()).isEqualTo("view");
        assertThat(events.select()).isEqualTo(Select.LAST);
        assertThat(events.correlation()).isEqualTo(Correlation.PRODUCT);
        assertThat(events.within()).isEqualTo(Duration.ofHours(2));
        assertThat(events.endsByAbsence()).isTrue();
        assertThat(events.steps())
                .extracting(EventSequence.Step::relation)
                .containsExactly(Relation.ON, Relation.FOLLOWED_BY, Relation.NEXT, Relation.NOT_FOLLOWED_BY);
        assertThat(events.steps().get(2).times()).isEqualTo(2);
        assertThat(events.steps().get(1).optional()).isTrue();
        assertThat(trigger.deadlines())
                .extracting(TriggerDefinition.Deadline::delay)
                .containsExactly(Duration.ofHours(2), Duration.ofHours(26));
    }

    @Test
    void itIsKnownWhatExpressionsLookAt() {
        TriggerDefinition trigger = read(TRIGGER);

        assertThat(trigger.events().steps().get(2).where().eventPaths())
                .containsExactlyInAnyOrder(List.of("properties", "n"));
        assertThat(trigger.payload().get("product").eventPaths()).containsExactly(List.of("properties", "the id"));
        assertThat(trigger.payload().get("all").eventPaths()).containsExactly(List.of());
        assertThat(trigger.deadlines().get(1).when().eventPaths()).containsExactly(List.of("properties", "n"));
    }

    @Test
    void whatFiresWithAnEventHasNoDeadline() {
        TriggerDefinition welcome = read(
                """
                triggers:
                - {name: t, steps: [{id: up, on: [Signed Up]}], expires_after: 1h}
                """);

        assertThat(welcome.deadlines()).isEmpty();
        assertThat(welcome.events().within()).isEqualTo(Duration.ZERO);
        assertThat(welcome.step()).isEqualTo("up");
    }

    /** A trigger with other or fewer cart events, another end or another selection is one of a sequence. */
    @Test
    void aSequenceOfCartEventsCanLookAtTheCartToo() {
        String cart =
                """
                triggers:
                - name: t
                  steps:
                  - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0, select: every}
                  - {id: order, not_followed_by: [Order Completed]}
                  within: 1h
                  expires_after: 24h
                """;

        TriggerDefinition sequence = read(cart);
        assertThat(sequence.isOfCart()).isFalse();
        assertThat(sequence.events().first().where().cartPaths()).containsExactly(List.of("items"));
        assertThat(sequence.expressions()).extracting(Object::toString).containsExactly("size(cart.items) > 0");
        assertThat(read(cart.replace("every", "last")).isOfCart()).isTrue();
        assertThat(read(cart.replace(", select: every", "")).isOfCart()).isTrue();
    }

    static List<Arguments> changes() {
        return List.of(
                of(
                        "followed_by: [Product Added], ",
                        "",
                        "t.yaml:5:5: a step behind the first has one of followed_by, next, not_followed_by, not none"),
                of(
                        "followed_by: [Product Added], ",
                        "followed_by: [Product Added], next: [Product Added], ",
                        "t.yaml:5:5: a step behind the first has one of followed_by, next, not_followed_by, not 2"),
                of(
                        "on: [Product Viewed",
                        "event: [Product Viewed",
                        "t.yaml:4:5: 'on' is missing: names of events, such" + " as [Product Viewed]",
                        "t.yaml:4:16: unknown key 'event'; known here: id, on, where, times," + " select"),
                of(
                        "on: [Product Viewed, Product Clicked]",
                        "on: []",
                        "t.yaml:4:20: 'on' must name 1 to 50 events, not 0"),
                of("Product Clicked", "Product Viewed", "t.yaml:4:37: 'Product Viewed' is here twice"),
                of("times: 2", "times: 0", "t.yaml:6:102: 'times' must be a whole number from 1 to 20, not '0'"),
                of("times: 2", "times: many", "t.yaml:6:102: 'times' must be a whole number from 1 to 20, not 'many'"),
                of(
                        "- {id: order, not_followed_by: [Order Completed]}",
                        "- {id: no, not_followed_by: [A, B]}\\n  - {id: yes, followed_by: [B]}\\n  - {id: order, not_followed_by: [C]}",
                        "t.yaml:8:28: an event can't be both what must not happen before this step and the step itself"),
                of(
                        "event.properties.n > steps.view.properties.n",
                        "event.properties.n > steps.again.properties.n",
                        "t.yaml:6:49: 'where' can't look at an optional step; 'payload', and 'when' of a reminder, can"),
                of("optional: true", "optional: true, times: 3", "t.yaml:5:63: an optional step can't have 'times'"),
                of("optional: true", "optional: maybe", "t.yaml:5:57: 'optional' must be true or false"),
                of(
                        "next: [Checkout Started], where: event.properties.n > steps.view.properties.n, times: 2}",
                        "not_followed_by: [Checkout Started]}",
                        "t.yaml:5:47: a step beside 'not_followed_by' can't be optional"),
                of(
                        "- {id: order, not_followed_by: [Order Completed]}",
                        "- {id: order, followed_by: [Order Completed], optional: true}",
                        "t.yaml:7:49: the last step can't be optional: it is what the trigger waits for"),
                of(
                        "not_followed_by: [Order Completed]",
                        "followed_by: [Order Completed]",
                        "t.yaml:10:3: 'reminders' are for triggers whose last step has 'not_followed_by'"),
                of(
                        "- {id: next, next: [Checkout Started], where: event.properties.n > steps.view.properties.n, times: 2}",
                        "- {id: no, next: [Seen]}\\n  - {id: a, not_followed_by: [A]}\\n  - {id: b, not_followed_by: [B]}",
                        "t.yaml:8:13: behind 'not_followed_by' comes 'followed_by', or nothing"),
                of(
                        "- {id: next, next: [Checkout Started], where: event.properties.n > steps.view.properties.n, times: 2}",
                        "- {id: next, not_followed_by: [Refused]}\\n  - {id: more, followed_by: [Seen]}",
                        "t.yaml:5:47: a step beside 'not_followed_by' can't be optional"),
                of("id: again", "id: view", "t.yaml:5:10: a step with the id 'view' is here already"),
                of(
                        "steps.view.properties.n,",
                        "steps.vew.properties.n,",
                        "t.yaml:6:49: no step 'vew' that comes before; known here: again, view"),
                of(
                        "steps.view.properties.n,",
                        "steps.next.properties.n,",
                        "t.yaml:6:49: no step 'next' that comes before; known here: again, view"),
                of(
                        "event.properties.n > steps",
                        "size(steps) > 0 && 1 < steps",
                        "t.yaml:6:49: 'steps' has an event per step, such as steps.id; known here: again, view"),
                of(
                        "event.properties.price >= 20",
                        "event.name",
                        "t.yaml:4:62: 'where' must be a condition, true or false, not a text"),
                of(
                        "event.properties.price",
                        "orders.count",
                        "t.yaml:4:62: 'orders' is for the 'when' of segments: a trigger asks for one of those by in_segment('its name'); known here: cart, event, steps"),
                of(
                        "event.properties.price >= 20",
                        "cart.vale.USD >= 20",
                        "t.yaml:4:67: no field 'vale' — did you mean 'value'?"),
                of(
                        "event.properties.price >= 20",
                        "cart.value.USB >= 20",
                        "t.yaml:4:73: 'USB' is no currency of ISO 4217 — did you mean 'USD'?"),
                of(
                        "event.properties.price >= 20",
                        "crt.value.USD >= 20",
                        "t.yaml:4:62: unknown name 'crt' — did you mean 'cart'?"),
                of(
                        "where: event.properties.price >= 20",
                        "select: first",
                        "t.yaml:4:63: 'select' can't be 'first'; known: last, every"),
                of(
                        "where: event.properties.price >= 20",
                        "times: 3",
                        "t.yaml:4:55: with 'times' the first step needs 'select: every'"),
                of(
                        "followed_by: [Product Added]",
                        "followed_by: [Product Viewed]",
                        "t.yaml:5:30: with 'select: last' an"
                                + " event of the first step begins anew: name others here, or say 'select: every' there"),
                of(
                        "correlation: product",
                        "correlation: device",
                        "t.yaml:8:16: 'correlation' can't be 'device'; known: customer, product, category, cart"),
                of("  within: 2h\n", "", "t.yaml:2:3: 'within' is missing: a number with m, h, d, w or y, such as 90d"),
                of("id: day", "id: view", "t.yaml:10:20: a step with the id 'view' is here already"));
    }

    private static Arguments of(String was, String is, String... messages) {
        return Arguments.of(was, is.replace("\\n", "\n"), List.of(messages));
    }

    private static List<String> mistakes(String yaml) {
        return catchThrowableOfType(DefinitionsException.class, () -> read(yaml))
                .mistakes();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whateverElseIsSaidIsRefusedAtItsPlace(String was, String is, List<String> messages) {
        String changed = TRIGGER.replace(was, is);

        assertThat(changed).isNotEqualTo(TRIGGER);
        assertThat(mistakes(changed)).containsExactlyInAnyOrderElementsOf(messages);
    }

    @Test
    void aSingleEventTakesNoTime() {
        assertThat(
                        mistakes(
                                """
                        triggers:
                        - {name: t, steps: [{id: up, on: [Signed Up]}], within: 1h, expires_after: 1h}
                        """))
                .containsExactly("t.yaml:2:49: 'within' means nothing where one event is enough");
    }
}
