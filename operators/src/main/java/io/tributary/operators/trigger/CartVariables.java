package io.tributary.operators.trigger;

import dev.cel.runtime.CelVariableResolver;
import io.tributary.operators.profile.Cart;
import io.tributary.schemas.definition.TriggerExpression;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cart as expressions of triggers see it. */
final class CartVariables implements CelVariableResolver {
    private final Cart cart;

    /** Null until somebody asks. */
    private Map<String, Object> fields;

    CartVariables(Cart cart) {
        this.cart = cart;
    }

    @Override
    public Optional<Object> find(String name) {
        if (!name.equals(TriggerExpression.CART)) {
            return Optional.empty();
        }
        if (fields == null) {
            fields = fields();
        }
        return Optional.of(fields);
    }

    private Map<String, Object> fields() {
        Map<String, Object> all = new HashMap<>();
        List<Map<String, Object>> items =
                cart.items().stream().map(CartVariables::item).toList();
        all.put("items", items);
        Map<String, Object> value = new HashMap<>();
        cart.value().forEach((currency, amount) -> value.put(currency, amount.doubleValue()));
        all.put("value", value);
        if (cart.updatedAt() != 0) {
            all.put("updated_at", Instant.ofEpochMilli(cart.updatedAt()));
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
