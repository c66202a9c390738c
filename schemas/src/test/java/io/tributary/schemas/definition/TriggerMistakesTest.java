package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a trigger can say, and how it is told what it can't. */
class TriggerMistakesTest {
    private static final String TRIGGER =
            """
            triggers:
            - name: abandoned_cart
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0, select: last}
              - {id: order, not_followed_by: [Order Completed], or_when: size(cart.items) == 0}
              within: 1h
              expires_after: 24h
              cool_down: 0d
              purpose: marketing
              payload: {items: cart.items, value: cart.value}
            """;

    private static TriggerDefinition read(String yaml) {
        return Definitions.of("t.yaml", yaml).triggers().get("abandoned_cart");
    }

    @Test
    void spansAreFreeAndSoIsTheWayOfWriting() {
        String changed = TRIGGER.replace("1h", "90m")
                .replace("24h", "0d")
                .replace("size(cart.items) > 0", "\"size( cart.items )>0\"")
                .replace(
                        "[Product Added, Wishlist Product Added to Cart,",
                        "[Wishlist Product Added to Cart, Product Added,")
                .replace("  within", "  title: A cart\n  description: is left\n  within");

        assertThat(read(TRIGGER).deadlines().get(0).delay()).isEqualTo(Duration.ofHours(1));
        assertThat(read(changed).deadlines().get(0).delay()).isEqualTo(Duration.ofMinutes(90));
        assertThat(read(changed).expiresAfter()).isEqualTo(Duration.ZERO);
        assertThat(read(changed).json().get("title").asText()).isEqualTo("A cart");
    }

    @Test
    void aTriggerHasAnyNameConditionPayloadAndReminders() {
        String large = TRIGGER.replace("abandoned_cart", "large_cart")
                .replace("size(cart.items) > 0", "cart.value.USD >= 100")
                .replace(", or_when: size(cart.items) == 0", "")
                .replace("  cool_down: 0d\n  purpose: marketing\n", "")
                .replace("{items: cart.items,", "{pieces: size(cart.items),")
                .replace(
                        "1h",
                        "1h\n  reminders: [{id: day, after: 23h}, {id: week, after: 1w, when: size(cart.items) > 1}]");

        TriggerDefinition definition = Definitions.of("t.yaml", TRIGGER + large.substring(10))
                .triggers()
                .get("large_cart");

        assertThat(definition.where()).hasToString("cart.value.USD >= 100");
        assertThat(definition.payload().keySet()).containsExactly("pieces", "value");
        assertThat(definition.deadlines().stream().map(TriggerDefinition.Deadline::step))
                .containsExactly("cart", "day", "week");
        assertThat(definition.deadlines().stream().map(TriggerDefinition.Deadline::delay))
                .containsExactly(Duration.ofHours(1), Duration.ofHours(24), Duration.ofHours(1 + 168));
        assertThat(definition.deadlines().get(2).when()).hasToString("size(cart.items) > 1");
    }

    @Test
    void aTriggerMayHaveAChannelAGroupAndAPriority() {
        TriggerDefinition plain = read(TRIGGER);
        TriggerDefinition other = read(TRIGGER + "  channel: email\n  group: cart\n  priority: 100\n");

        assertThat(plain.channel()).isNull();
        assertThat(plain.group()).isNull();
        assertThat(plain.priority()).isZero();
        assertThat(other.channel()).isEqualTo("email");
        assertThat(other.group()).isEqualTo("cart");
        assertThat(other.priority()).isEqualTo(100);
    }

    private static String fields(int count) {
        return IntStream.range(0, count).mapToObj(i -> "f" + i + ": cart.value").collect(Collectors.joining(", "));
    }

    private static String reminders(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{id: r%d, after: %dh}".formatted(i, i + 1))
                .collect(Collectors.joining(", "));
    }

    private static Arguments of(String was, String is, String... messages) {
        return Arguments.of(was, is, List.of(messages));
    }

    static List<Arguments> changes() {
        return List.of(
                of("- name: abandoned_cart", "- title: x", "t.yaml:2:3: 'name' is missing: what it is called"),
                of(
                        "within: 1h",
                        "within: 1",
                        "t.yaml:6:11: 'within' must be a number with m, h, d, w or y, such as 90d, not '1'"),
                of("within: 1h", "within: 0h", "t.yaml:6:11: 'within' must be 1m to 10y, not '0h'"),
                of("  within: 1h\n", "", "t.yaml:2:3: 'within' is missing: a number with m, h, d, w or y, such as 90d"),
                of(
                        "expires_after: 24h",
                        "expires_after: 11y",
                        "t.yaml:7:18: 'expires_after' must be 0m to 10y, not '11y'"),
                of(
                        "expires_after: 24h",
                        "expires_after: 24h\n  grace: 31d",
                        "t.yaml:8:10: 'grace' must be 0m to 30d, not '31d'"),
                of(
                        "cool_down: 0d",
                        "delay: 1h",
                        "t.yaml:8:3: 'delay' is for triggers that fire with an event; how long nothing must follow is said"
                                + " by 'within'"),
                of("cool_down: 0d", "cool_down: 366d", "t.yaml:8:14: 'cool_down' must be 0m to 365d, not '366d'"),
                of(
                        "cool_down: 0d",
                        "quiet_hours: 7d",
                        "t.yaml:8:3: unknown key 'quiet_hours'; known here: name, title, description, steps,"
                                + " correlation, within, reminders, delay, expires_after, grace, cool_down, purpose, payload,"
                                + " channel, group, priority"),
                of(
                        "purpose: marketing",
                        "purpose: ' '",
                        "t.yaml:9:12: 'purpose' must have 1 to 256 characters, as context.consent of events has it"),
                of("value: cart.value}", "value: cart.valu}", "t.yaml:10:44: no field 'valu' — did you mean 'value'?"),
                of(
                        "value: cart.value}",
                        "Value: cart.value}",
                        "t.yaml:10:32: a name of 'payload' must be a lower-case letter and up to 63 lower-case letters,"
                                + " digits and underscores, not 'Value'"),
                of(
                        "value: cart.value}",
                        "value: orders.count}",
                        "t.yaml:10:39: 'orders' is for the 'when' of segments: a trigger asks for one of those by in_segment('its name'); known here: cart"),
                of(
                        "payload: {items: cart.items, value: cart.value}",
                        "payload: [cart.items]",
                        "t.yaml:10:12: 'payload' must be an object (key: value)"),
                of(
                        "payload: {",
                        "payload: {" + fields(49) + ", ",
                        "t.yaml:10:12: 'payload' has 51 names, and 50 is the most"),
                of(
                        "size(cart.items) > 0",
                        "size(cart.items)",
                        "t.yaml:4:107: 'where' must be a condition, true or false, not a whole number"),
                of(
                        "size(cart.items) > 0",
                        "event.revenue > 20",
                        "t.yaml:4:107: 'event' is for triggers of sequences, not of the cart; known here: cart"),
                of(
                        "size(cart.items) > 0",
                        "days_since(cart.updated_at) > 1",
                        "t.yaml:4:107: 'days_since' is for the 'when' of segments: a trigger asks for one of those by in_segment('its name')"),
                of(
                        "size(cart.items) == 0",
                        "cart.value.usd < 1",
                        "t.yaml:5:73: 'usd' is no currency of ISO 4217 — did you mean 'USD'?"),
                of("id: order", "id: cart", "t.yaml:5:10: a step with the id 'cart' is here already"),
                of(
                        "id: order",
                        "id: Order",
                        "t.yaml:5:10: 'id' must be a lower-case letter and up to 63 lower-case letters, digits and"
                                + " underscores, not 'Order'"),
                of(
                        "within: 1h",
                        "within: 1h\n  reminders: [{id: day, after: 23h}, {id: day, after: 2d}]",
                        "t.yaml:7:43: a step with the id 'day' is here already"),
                of(
                        "within: 1h",
                        "within: 1h\n  reminders: [{id: day, after: 23h}, {id: hour, after: 1h}]",
                        "t.yaml:7:56: reminders follow each other: 'after' must be more than the one before"),
                of(
                        "within: 1h",
                        "within: 1h\n  reminders: [{id: day, after: 23h, when: cart.items}]",
                        "t.yaml:7:43: 'when' must be a condition, true or false, not a list"),
                of(
                        "within: 1h",
                        "within: 1h\n  reminders: [{id: ages, after: 10y}]",
                        "t.yaml:7:33: 'within' and 'after' must be 10y at most together"),
                of(
                        "within: 1h",
                        "within: 1h\n  reminders: [%s]".formatted(reminders(10)),
                        "t.yaml:7:14: 'reminders' has 10 of them, and 9 is the most"),
                of(
                        "cool_down: 0d",
                        "channel: E-Mail\n  group: 1st\n  priority: 101",
                        "t.yaml:8:12: 'channel' must be a lower-case letter and up to 63 lower-case letters, digits and"
                                + " underscores, not 'E-Mail'",
                        "t.yaml:9:10: 'group' must be a lower-case letter and up to 63 lower-case letters, digits and"
                                + " underscores, not '1st'",
                        "t.yaml:10:13: 'priority' must be a number from 0 to 100, not '101'"),
                of("cool_down: 0d", "priority: -1", "t.yaml:8:13: 'priority' must be a number from 0 to 100, not '-1'"),
                of("within: 1h", "within: [1h]", "t.yaml:6:11: 'within' must be a text"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whateverElseIsSaidIsRefusedAtItsPlace(String was, String is, List<String> messages) {
        String changed = TRIGGER.replace(was, is);

        assertThat(changed).isNotEqualTo(TRIGGER);
        assertThat(catchThrowableOfType(DefinitionsException.class, () -> read(changed))
                        .mistakes())
                .containsExactlyElementsOf(messages);
    }

    @Test
    void thereIsOneOfIt() {
        String twice = TRIGGER + TRIGGER.substring(TRIGGER.indexOf("- name"));

        assertThat(catchThrowableOfType(DefinitionsException.class, () -> read(twice))
                        .mistakes())
                .containsExactly("t.yaml:11:9: 'abandoned_cart' is in 'triggers' already");
    }
}
