package io.tributary.operators.profile;

import java.math.BigDecimal;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What lies in a cart.
 *
 * @param items by product id
 * @param updatedAt time of the newest cart event, milliseconds since 1970; 0 if there is none since the last order
 */
public record Cart(List<Item> items, long updatedAt) {
    public static final Cart EMPTY = new Cart(List.of(), 0);

    /**
     * A product in the cart.
     *
     * @param quantity at least 1
     * @param price the product's latest, of one unit, or null if none is known
     * @param name for a person to read, or null
     */
    public record Item(String productId, long quantity, BigDecimal price, String currency, String name) {}

    public boolean isEmpty() {
        return items.isEmpty();
    }

    /** Currency → sum of price × quantity; items without a price add nothing. */
    public SortedMap<String, BigDecimal> value() {
        SortedMap<String, BigDecimal> value = new TreeMap<>();
        for (Item item : items) {
            if (item.price != null) {
                value.merge(item.currency, item.price.multiply(BigDecimal.valueOf(item.quantity)), BigDecimal::add);
            }
        }
        return value;
    }
}
