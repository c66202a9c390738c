package io.tributary.operators.testing;

import io.tributary.schemas.definition.Definitions;

/** Triggers of the cart. */
public final class TestTriggers {
    /** Of the name, the condition, the delay, the expiry, and further keys. */
    private static final String TRIGGER =
            """
            - name: %s
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: "%s", select: last}
              - {id: order, not_followed_by: [Order Completed]}
              within: %s
              expires_after: %s
            %s""";

    private TestTriggers() {}

    /** The abandoned cart as it is shipped. */
    public static Definitions abandonedCart() {
        return abandonedCart("1h", "24h");
    }

    public static Definitions abandonedCart(String within, String expiresAfter) {
        return set(trigger(
                "abandoned_cart",
                "size(cart.items) > 0",
                within,
                expiresAfter,
                "  payload: {items: cart.items, value: cart.value}\n"));
    }

    /**
     * A trigger in YAML, an entry of a list.
     *
     * @param more further keys, whole lines
     */
    public static String trigger(String name, String where, String within, String expiresAfter, String more) {
        return TRIGGER.formatted(name, where, within, expiresAfter, more);
    }

    /**
     * A set of triggers and of what holds them back.
     *
     * @param delivery in YAML, an object
     */
    public static Definitions heldBackBy(String delivery, String... triggers) {
        return Definitions.of(
                "triggers.yaml", "triggers:\n" + String.join("", triggers) + "delivery: " + delivery + "\n");
    }

    /** A set of nothing but triggers. */
    public static Definitions set(String... triggers) {
        return Definitions.of("triggers.yaml", "triggers:\n" + String.join("", triggers));
    }
}
