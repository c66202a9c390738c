package io.tributary.schemas.event;

/**
 * What an event is when several happen at the same instant: the constants stand in the order in which they apply.
 *
 * <p>Event names are those of the Segment e-commerce specification, to the letter.
 */
public enum EventKind {
    /** No event: a {@linkplain io.tributary.schemas.privacy.PrivacyCommand command}, which comes before all events. */
    COMMAND,
    IDENTITY,
    VIEW,
    CART_ADD,
    CART_REMOVE,
    CART_UPDATE,
    ORDER,
    REFUND,
    OTHER,
    /** No event: a change of a membership, which is what all events of the instant have made of it. */
    SEGMENT_CHANGE;

    public static final String PRODUCT_ADDED = "Product Added";
    public static final String WISHLIST_PRODUCT_ADDED_TO_CART = "Wishlist Product Added to Cart";
    public static final String PRODUCT_REMOVED = "Product Removed";
    /** Tributary's own: {@code products} replaces the cart. */
    public static final String CART_UPDATED = "Cart Updated";

    public static final String ORDER_COMPLETED = "Order Completed";
    public static final String ORDER_REFUNDED = "Order Refunded";
    public static final String ORDER_CANCELLED = "Order Cancelled";

    private static final EventKind[] VALUES = values();

    public static EventKind of(EventType type, String name) {
        return switch (type) {
            case IDENTIFY, ALIAS, GROUP -> IDENTITY;
            case PAGE, SCREEN -> VIEW;
            case TRACK ->
                switch (name) {
                    case PRODUCT_ADDED, WISHLIST_PRODUCT_ADDED_TO_CART -> CART_ADD;
                    case PRODUCT_REMOVED -> CART_REMOVE;
                    case CART_UPDATED -> CART_UPDATE;
                    case ORDER_COMPLETED -> ORDER;
                    case ORDER_REFUNDED, ORDER_CANCELLED -> REFUND;
                    default -> name.endsWith(" Viewed") ? VIEW : OTHER;
                };
        };
    }

    /** Whether the event changes what lies in the cart without being an order. */
    public boolean isCart() {
        return this == CART_ADD || this == CART_REMOVE || this == CART_UPDATE;
    }

    static EventKind byOrdinal(int ordinal) {
        return VALUES[ordinal];
    }
}
