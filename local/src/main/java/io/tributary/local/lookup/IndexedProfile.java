package io.tributary.local.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tributary.schemas.money.Money;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The two documents of a customer, put together in the form of {@code cdp.profiles.v1}: what the index holds twice for
 * charts is left out, amounts are decimal strings again.
 */
final class IndexedProfile {
    /** As a published profile has them; what else there is follows. */
    private static final List<String> ORDER = List.of(
            "customer_id",
            "identifiers",
            "traits",
            "computed",
            "first_seen",
            "last_seen",
            "events",
            "orders",
            "cart",
            "rfm",
            "predictions",
            "consent",
            "segments",
            "merged_from",
            "version");

    /** What the document says a second time. */
    private static final Set<String> FOR_CHARTS = Set.of(
            "channels",
            "computed_kw",
            "computed_numbers",
            "consent_granted",
            "consent_refused",
            "exits_at",
            "traits_date",
            "traits_kw",
            "traits_num");

    private static final List<String> ITEM_ORDER = List.of("product_id", "quantity", "price", "name");

    private IndexedProfile() {}

    /** @param personal null if the customer has no personal data */
    static ObjectNode together(ObjectNode shared, ObjectNode personal) {
        ObjectNode profile = shared.deepCopy();
        if (personal != null) {
            profile.set("customer_id", personal.get("customer_id"));
            if (!profile.has("version")) {
                profile.set("version", personal.get("version"));
            }
            ObjectNode identifiers = profile.withObjectProperty("identifiers");
            for (String namespace : List.of("email", "phone")) {
                if (personal.has(namespace)) {
                    identifiers.set(namespace, personal.get(namespace));
                }
            }
            if (personal.get("identifiers") instanceof ObjectNode configured) {
                identifiers.setAll(configured);
            }
            sort(identifiers);
            if (personal.get("traits") instanceof ObjectNode traits) {
                ObjectNode all = profile.withObjectProperty("traits");
                merge(traits, all);
                sort(all);
            }
        }
        profile.remove(FOR_CHARTS);
        if (profile.get("events") instanceof ObjectNode events) {
            events.remove("names");
        }
        if (profile.at("/orders/count").asLong() == 0 && profile.path("orders").size() == 1) {
            profile.remove("orders");
        }
        if (profile.has("memberships")) {
            profile.set("segments", profile.remove("memberships"));
        }
        amounts(profile.path("orders").path("revenue"));
        amounts(profile.path("orders").path("refunds"));
        amounts(profile.path("predictions").path("clv_12m"));
        cart(profile.path("cart"));
        order(profile, ORDER);
        return profile;
    }

    /** Traits that hold both kinds of data are in both documents, each with its part. */
    private static void merge(ObjectNode from, ObjectNode into) {
        for (Map.Entry<String, JsonNode> entry : from.properties()) {
            if (entry.getValue() instanceof ObjectNode inner && into.get(entry.getKey()) instanceof ObjectNode there) {
                merge(inner, there);
            } else {
                into.set(entry.getKey(), entry.getValue());
            }
        }
    }

    private static void sort(ObjectNode object) {
        Map<String, JsonNode> sorted = new TreeMap<>();
        object.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        object.removeAll();
        object.setAll(sorted);
    }

    private static void order(ObjectNode object, List<String> names) {
        ObjectNode copy = object.deepCopy();
        object.removeAll();
        for (String name : names) {
            if (copy.has(name)) {
                object.set(name, copy.remove(name));
            }
        }
        object.setAll(copy);
    }

    private static void amounts(JsonNode byCurrency) {
        if (byCurrency instanceof ObjectNode amounts) {
            amounts.properties().forEach(entry -> {
                if (entry.getValue().isNumber()) {
                    entry.setValue(text(entry.getValue(), entry.getKey()));
                }
            });
        }
    }

    /** A price does not say its currency; where the cart has one only, it is that. */
    private static void cart(JsonNode cart) {
        JsonNode value = cart.path("value");
        for (JsonNode element : cart.path("items")) {
            if (element instanceof ObjectNode item) {
                if (value.size() == 1 && item.path("price").isNumber()) {
                    item.set("price", text(item.get("price"), value.fieldNames().next()));
                }
                order(item, ITEM_ORDER);
            }
        }
        amounts(value);
    }

    private static TextNode text(JsonNode amount, String currency) {
        return TextNode.valueOf(Money.format(amount.decimalValue(), currency));
    }
}
