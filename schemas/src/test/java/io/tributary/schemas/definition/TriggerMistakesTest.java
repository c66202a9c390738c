package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The only trigger so far is taken as it is, but for two spans of time. */
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

    private static AbandonedCartDefinition read(String yaml) {
        return Definitions.of("t.yaml", yaml).abandonedCart();
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

        assertThat(read(TRIGGER).within()).isEqualTo(Duration.ofHours(1));
        assertThat(read(changed).within()).isEqualTo(Duration.ofMinutes(90));
        assertThat(read(changed).expiresAfter()).isEqualTo(Duration.ZERO);
        assertThat(read(changed).json().get("title").asText()).isEqualTo("A cart");
    }

    private static Arguments of(String was, String is, String... messages) {
        return Arguments.of(was, is, List.of(messages));
    }

    static List<Arguments> changes() {
        return List.of(
                of(
                        "name: abandoned_cart",
                        "name: abandoned_cart_2",
                        "t.yaml:2:9: 'abandoned_cart_2': triggers other than abandoned_cart are not there yet"),
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
                of("cool_down: 0d", "cool_down: 7d", "t.yaml:8:14: 'cool_down' can't be changed yet: it is 0d"),
                of(
                        "cool_down: 0d",
                        "quiet_hours: 7d",
                        "t.yaml:2:3: 'cool_down' is missing: cool_down: 0d",
                        "t.yaml:8:3: unknown key 'quiet_hours'; known here: name, title, description, steps, within,"
                                + " expires_after, cool_down, purpose, payload"),
                of(
                        "purpose: marketing",
                        "purpose: service",
                        "t.yaml:9:12: 'purpose' can't be changed yet: it is marketing"),
                of(
                        "value: cart.value}",
                        "value: cart.items}",
                        "t.yaml:10:39: 'value' can't be changed yet: it is cart.value"),
                of(
                        ", value: cart.value}",
                        ", total: cart.value}",
                        "t.yaml:10:12: 'value' is missing: value: cart.value",
                        "t.yaml:10:32: unknown key 'total'; known here: items, value"),
                of("select: last", "select: first", "t.yaml:4:137: 'select' can't be changed yet: it is last"),
                of("> 0", "> 1", "t.yaml:4:107: 'where' can't be changed yet: it is size(cart.items) > 0"),
                of(
                        "on: [Product Added, ",
                        "on: [",
                        "t.yaml:4:20: 'on' can't be changed yet: it is [Product Added, Wishlist Product Added to Cart,"
                                + " Product Removed, Cart Updated]"),
                of(
                        "[Order Completed]",
                        "[Order Completed, Order Cancelled]",
                        "t.yaml:5:34: 'not_followed_by' can't be changed yet: it is [Order Completed]"),
                of("id: order", "id: buy", "t.yaml:5:10: 'id' can't be changed yet: it is order"),
                of(
                        "  - {id: order",
                        "  - {id: x}\n  - {id: order",
                        "t.yaml:4:3: 'steps' can't be changed yet: there are two, 'cart' and 'order'"),
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
