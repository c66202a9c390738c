package io.tributary.schemas.definition;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the {@code when} of a segment can name, and of which type it is. */
final class Profile {
    static final String TRAITS = "traits";
    static final String COMPUTED = "computed";
    static final String IDENTIFIERS = "identifiers";

    /** Roots that nothing computes so far, and what they are. */
    static final SortedMap<String, String> NOT_YET =
            new TreeMap<>(Map.of("rfm", "RFM scores", "predictions", "predictions"));

    private Profile() {}

    static Map<String, CelType> roots(
            SortedMap<String, CelType> computed, Collection<String> namespaces, CelType value) {
        Map<String, CelType> roots = Types.names();
        roots.put(TRAITS, Types.OBJECT);
        roots.put(COMPUTED, computed == null ? Types.OBJECT : Types.struct("the computed traits", computed));
        roots.put("orders", orders());
        roots.put("cart", cart());
        roots.put("consent", MapType.create(SimpleType.STRING, SimpleType.BOOL));
        roots.put(IDENTIFIERS, identifiers(namespaces));
        roots.put("events", events());
        roots.put("first_seen", SimpleType.TIMESTAMP);
        roots.put("last_seen", SimpleType.TIMESTAMP);
        NOT_YET.keySet().forEach(name -> roots.put(name, SimpleType.DYN));
        if (value != null) {
            roots.put(SegmentDefinition.VALUE, value);
        }
        return roots;
    }

    private static CelType orders() {
        Map<String, CelType> orders = Types.names();
        orders.put("count", SimpleType.INT);
        orders.put("revenue", Types.MONEY);
        orders.put("refunds", Types.MONEY);
        orders.put("first_at", SimpleType.TIMESTAMP);
        orders.put("last_at", SimpleType.TIMESTAMP);
        return Types.struct("the orders", orders);
    }

    /** What a trigger can name, too. */
    static CelType cart() {
        Map<String, CelType> item = Types.names();
        item.put("product_id", SimpleType.STRING);
        item.put("quantity", SimpleType.INT);
        item.put("price", SimpleType.DOUBLE);
        item.put("name", SimpleType.STRING);
        Map<String, CelType> cart = Types.names();
        cart.put("items", ListType.create(Types.struct("an item of the cart", item)));
        cart.put("value", Types.MONEY);
        cart.put("updated_at", SimpleType.TIMESTAMP);
        return Types.struct("the cart", cart);
    }

    private static CelType identifiers(Collection<String> namespaces) {
        Map<String, CelType> identifiers = Types.names();
        namespaces.forEach(namespace -> identifiers.put(namespace, Types.TEXTS));
        return Types.struct("the identifiers", identifiers);
    }

    private static CelType events() {
        Map<String, CelType> events = Types.names();
        events.put("count", SimpleType.INT);
        events.put("by_name", MapType.create(SimpleType.STRING, SimpleType.INT));
        return Types.struct("the events", events);
    }

    /** The type of a computed trait's result. */
    static CelType typeOf(Aggregate aggregate) {
        return switch (aggregate) {
            case COUNT, UNIQUE_COUNT -> SimpleType.INT;
            case SUM, AVERAGE, MIN, MAX -> SimpleType.DOUBLE;
            case MOST_FREQUENT -> SimpleType.STRING;
            case UNIQUE_LIST, TOP_K -> Types.TEXTS;
            case FIRST, LAST -> SimpleType.DYN;
        };
    }
}
