package io.tributary.operators.trigger;

import dev.cel.runtime.CelVariableResolver;
import io.tributary.operators.profile.Cart;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.definition.TriggerExpression;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** A cart as expressions of triggers see it, and the segments in which the customer was then. */
public final class CartVariables implements CelVariableResolver {
    private final Cart cart;
    private final SeenSegments segments;

    /** Null until somebody asks. */
    private Map<String, Object> fields;

    /** Where nobody asks for segments. */
    public CartVariables(Cart cart) {
        this(cart, SeenSegments.NONE);
    }

    CartVariables(Cart cart, SeenSegments segments) {
        this.cart = cart;
        this.segments = segments;
    }

    Cart cart() {
        return cart;
    }

    @Override
    public Optional<Object> find(String name) {
        if (name.equals(SegmentDefinition.IN_SEGMENT)) {
            return Optional.of(segments.isIn());
        }
        if (!name.equals(TriggerExpression.CART)) {
            return Optional.empty();
        }
        if (fields == null) {
            fields = fields(cart.items(), cart.value(), cart.updatedAt());
        }
        return Optional.of(fields);
    }

    /**
     * A cart, or what is known of one.
     *
     * @param items null if they are not known
     * @param updatedAt milliseconds since 1970, 0 for not known
     */
    static Map<String, Object> fields(List<Cart.Item> items, SortedMap<String, BigDecimal> value, long updatedAt) {
        Map<String, Object> all = new HashMap<>();
        if (items != null) {
            all.put("items", items.stream().map(CartVariables::item).toList());
        }
        Map<String, Object> amounts = new HashMap<>();
        value.forEach((currency, amount) -> amounts.put(currency, amount.doubleValue()));
        all.put("value", amounts);
        if (updatedAt != 0) {
            all.put("updated_at", Instant.ofEpochMilli(updatedAt));
        }
        return all;
    }

    private static Map<String, Object> item(Cart.Item item) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("product_id", item.productId());
        fields.put("quantity", item.quantity());
        if (item.price() != null) {
            fields.put("price", item.price().doubleValue());
        }
        if (item.name() != null) {
            fields.put("name", item.name());
        }
        return fields;
    }
}
