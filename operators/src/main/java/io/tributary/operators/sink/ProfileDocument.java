package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * A published profile as the document of {@code cdp-profiles}: without personal data, amounts as numbers, and nothing in
 * it that Elasticsearch could refuse. The exact amounts are in {@code cdp.profiles.v1}.
 */
public final class ProfileDocument {
    /** By the namespace of the identifier that it needs. */
    private static final SortedMap<String, String> CHANNELS =
            new TreeMap<>(Map.of("anonymous_id", "web", "device_id", "app", "email", "email", "phone", "phone"));

    private ProfileDocument() {}

    /**
     * @param profile the JSON object of {@code cdp.profiles.v1}, with {@code customer_id} and {@code version}
     * @param promoted traits that get a field of their own
     * @throws IllegalArgumentException if it has neither, a bug of the caller
     * @throws java.io.UncheckedIOException if it is not JSON, likewise
     */
    public static DocumentWrite write(byte[] profile, PromotedTraits promoted) {
        var published = FreeValues.read(profile);
        return DocumentWrite.of(
                ElasticsearchSetup.PROFILES,
                customerId(published),
                version(published),
                FreeValues.bytes(document(published, promoted)));
    }

    /** The customer was merged, erased or unmerged away. */
    public static DocumentWrite delete(String customerId, long version) {
        return DocumentWrite.delete(ElasticsearchSetup.PROFILES, customerId, version);
    }

    private static ObjectNode document(ObjectNode published, PromotedTraits promoted) {
        var withoutPersonal = published.deepCopy();
        int leftOut = 0;
        var sharedTraits = FreeValues.JSON.createObjectNode();
        if (withoutPersonal.get("identifiers") instanceof ObjectNode identifiers) {
            identifiers.properties().removeIf(field -> PersonalIdentifiers.isPersonal(field.getKey()));
        }
        if (withoutPersonal.get("traits") instanceof ObjectNode traits) {
            sharedTraits = PersonalTraits.split(traits).shared();
            var shared = FreeValues.bounded(sharedTraits);
            withoutPersonal.set("traits", shared.values());
            leftOut = shared.leftOut();
        }
        var builder = new DocumentBuilder(withoutPersonal)
                .texts("customer_id", "first_seen", "last_seen")
                .integers("version", "traits_left_out")
                .textListsByName("identifiers")
                .free("traits", "consent")
                .copyNumbers("computed", "computed_numbers")
                .copyKeywords("computed", "computed_kw")
                .free("computed")
                .object("events", events -> events.integers("count").free("by_name"))
                .object("orders", orders -> orders.integers("count")
                        .money("revenue", "refunds")
                        .texts("first_at", "last_at"))
                .object("cart", cart -> cart.objects("items", ProfileDocument::item)
                        .money("value")
                        .texts("updated_at"))
                .object("rfm", rfm -> rfm.integers("recency", "frequency", "monetary", "days")
                        .texts("group"))
                .object("predictions", predictions -> predictions
                        .doubles("p_alive", "expected_orders_30d", "expected_orders_90d")
                        .money("clv_12m"))
                .textLists("merged_from");
        memberships(builder);
        var document = builder.extra().document();
        if (document.get("events") instanceof ObjectNode events && events.get("by_name") instanceof ObjectNode counts) {
            var names = events.putArray("names");
            counts.properties().forEach(count -> names.add(count.getKey()));
        }
        if (!document.has("orders")) {
            // A chart of how many orders customers have shows those who have none.
            document.putObject("orders").put("count", 0);
        }
        channels(published, document);
        consent(published, document);
        promoted.copy(sharedTraits, document);
        if (leftOut > 0) {
            document.put(
                    "traits_left_out",
                    leftOut + document.path("traits_left_out").asInt());
        }
        return document;
    }

    /** What the cart's items and a trigger's payload have in common. */
    static void item(DocumentBuilder item) {
        item.texts("product_id", "sku", "name", "brand", "category", "variant", "currency")
                .integers("quantity")
                .doubles("price");
    }

    /** Published {@code segments} are objects: their names for charts, the objects for the dates. */
    private static void memberships(DocumentBuilder builder) {
        builder.renamed("segments", "memberships");
        builder.objects("memberships", membership -> membership.texts("segment", "value", "since", "exits_at"));
        if (builder.document().get("memberships") instanceof ArrayNode list) {
            var names = builder.document().putArray("segments");
            list.forEach(membership -> names.add(membership.path("segment").asText()));
            // All instants are written alike, so the least text is the earliest.
            StreamSupport.stream(list.spliterator(), false)
                    .map(membership -> membership.path("exits_at").asText())
                    .filter(instant -> !instant.isEmpty())
                    .min(Comparator.naturalOrder())
                    .ifPresent(next -> builder.document().put("exits_at", next));
        }
    }

    /** By what the customer can be reached: that it can, not where. */
    private static void channels(ObjectNode published, ObjectNode document) {
        var channels = FreeValues.JSON.createArrayNode();
        CHANNELS.forEach((namespace, channel) -> {
            if (!published.path("identifiers").path(namespace).isEmpty()) {
                channels.add(channel);
            }
        });
        if (!channels.isEmpty()) {
            document.set("channels", channels);
        }
    }

    /** The purposes, for charts. */
    private static void consent(ObjectNode published, ObjectNode document) {
        var granted = FreeValues.JSON.createArrayNode();
        var refused = FreeValues.JSON.createArrayNode();
        published.path("consent").properties().forEach(purpose -> {
            if (purpose.getValue().isBoolean()) {
                (purpose.getValue().booleanValue() ? granted : refused).add(FreeValues.text(purpose.getKey()));
            }
        });
        if (!granted.isEmpty()) {
            document.set("consent_granted", granted);
        }
        if (!refused.isEmpty()) {
            document.set("consent_refused", refused);
        }
    }

    static String customerId(ObjectNode published) {
        var id = published.path("customer_id");
        if (!id.isTextual()) {
            throw new IllegalArgumentException("No customer_id");
        }
        return id.textValue();
    }

    static long version(ObjectNode published) {
        var version = published.path("version");
        if (!version.isIntegralNumber() || !version.canConvertToLong()) {
            throw new IllegalArgumentException("No version");
        }
        return version.longValue();
    }
}
