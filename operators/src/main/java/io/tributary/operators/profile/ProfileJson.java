package io.tributary.operators.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.segment.PublishedMemberships;
import io.tributary.operators.segment.SegmentJson;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.money.Money;
import io.tributary.schemas.time.Timestamps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The public JSON of profiles, carts and customer events, as the topics and the files carry it. */
public final class ProfileJson {
    /** Most former customers that a profile names: 210 KB of JSON. */
    public static final int MAX_MERGED_FROM = 10_000;

    private static final JsonFactory JSON = AcceptedJson.factory();

    /**
     * What a profile says of computed traits and segments.
     *
     * @param computed by name, without what is missing, zero or empty
     * @param incomplete computed traits that do not count from the customer's beginning, and since when they do,
     *     milliseconds since 1970, by name
     */
    public record Segments(
            SortedMap<String, Object> computed, SortedMap<String, Long> incomplete, PublishedMemberships memberships) {
        /** Of a customer about whom no definition says anything. */
        public static final Segments NONE =
                new Segments(Collections.emptySortedMap(), Collections.emptySortedMap(), PublishedMemberships.NONE);
    }

    private ProfileJson() {}

    /**
     * A customer's profile: one JSON object in UTF-8, without a line end.
     *
     * @param identifiers of the customer; the {@value RecordLedger#MAX_IDENTIFIERS} strongest are written
     * @param mergedFrom former customers that are gone; {@value #MAX_MERGED_FROM} are written
     */
    public static byte[] profile(
            String customerId,
            Collection<Identifier> identifiers,
            ActivityLedger activity,
            RecordLedger record,
            Segments segments,
            SortedSet<String> mergedFrom,
            long version) {
        return profile(customerId, identifiers, activity, record, segments, mergedFrom, mergedFrom.size(), version);
    }

    /**
     * The same of a customer whose former customers are not all at hand.
     *
     * @param mergedFrom at least the {@value #MAX_MERGED_FROM} smallest
     * @param mergedFromCount how many there are
     */
    static byte[] profile(
            String customerId,
            Collection<Identifier> identifiers,
            ActivityLedger activity,
            RecordLedger record,
            Segments segments,
            SortedSet<String> mergedFrom,
            int mergedFromCount,
            long version) {
        return write(1_024, json -> {
            json.writeStartObject();
            json.writeStringField("customer_id", customerId);
            writeIdentifiers(json, identifiers);
            writeTraits(json, record.publishedTraits());
            SegmentJson.writeComputed(json, segments.computed);
            SegmentJson.writeIncomplete(json, segments.incomplete);
            writeTime(json, "first_seen", activity.firstSeen());
            writeTime(json, "last_seen", activity.lastSeen());
            writeEvents(json, activity);
            writeOrders(json, record);
            Cart cart = activity.cart().cart();
            if (!cart.isEmpty()) {
                json.writeFieldName("cart");
                writeCart(json, cart, true);
            }
            writeConsent(json, activity.consent().statements());
            segments.memberships.write(json);
            writeMergedFrom(json, mergedFrom, mergedFromCount);
            json.writeNumberField("version", version);
            json.writeEndObject();
        });
    }

    /**
     * An event with its customer and the cart after it.
     *
     * @param event JSON object in UTF-8, as it came
     */
    public static byte[] customerEvent(String customerId, byte[] event, Cart cart, long profileVersion) {
        return write(event.length + 256, json -> {
            json.writeStartObject();
            json.writeStringField("customer_id", customerId);
            json.writeFieldName("event");
            json.writeRawValue(new String(event, StandardCharsets.UTF_8));
            if (!cart.isEmpty()) {
                json.writeFieldName("cart");
                writeCart(json, cart, true);
            }
            json.writeNumberField("profile_version", profileVersion);
            json.writeEndObject();
        });
    }

    /** Writes a field with identifiers by namespace: as many as a profile has at most. */
    public static void writeIdentifiers(JsonGenerator json, Collection<Identifier> identifiers) throws IOException {
        writeIdentifiers(json, RecordLedger.published(new TreeSet<>(identifiers)));
    }

    private static void writeIdentifiers(JsonGenerator json, RecordLedger.Published<List<Identifier>> identifiers)
            throws IOException {
        SortedMap<String, List<String>> byNamespace = new TreeMap<>();
        for (Identifier identifier : identifiers.values()) {
            Namespace namespace = identifier.namespace();
            byNamespace.computeIfAbsent(namespace.id(), id -> new ArrayList<>()).add(identifier.value());
        }
        json.writeObjectFieldStart("identifiers");
        for (Map.Entry<String, List<String>> entry : byNamespace.entrySet()) {
            Collections.sort(entry.getValue());
            json.writeArrayFieldStart(entry.getKey());
            for (String value : entry.getValue()) {
                json.writeString(value);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        writeLeftOut(json, "identifiers_left_out", identifiers);
    }

    private static void writeTraits(JsonGenerator json, RecordLedger.Published<SortedMap<String, String>> traits)
            throws IOException {
        if (traits.values().isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("traits");
        for (Map.Entry<String, String> trait : traits.values().entrySet()) {
            json.writeFieldName(trait.getKey());
            json.writeRawValue(trait.getValue());
        }
        json.writeEndObject();
        writeLeftOut(json, "traits_left_out", traits);
    }

    private static void writeLeftOut(JsonGenerator json, String field, RecordLedger.Published<?> published)
            throws IOException {
        if (published.leftOut() > 0) {
            json.writeNumberField(field, published.leftOut());
        }
    }

    private static void writeEvents(JsonGenerator json, ActivityLedger activity) throws IOException {
        json.writeObjectFieldStart("events");
        json.writeNumberField("count", activity.count());
        json.writeObjectFieldStart("by_name");
        for (Map.Entry<String, Long> entry : activity.countByName().entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeOrders(JsonGenerator json, RecordLedger record) throws IOException {
        SortedMap<String, BigDecimal> refunds = record.refunds();
        if (record.orderCount() == 0 && refunds.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("orders");
        json.writeNumberField("count", record.orderCount());
        writeAmounts(json, "revenue", record.revenue());
        writeAmounts(json, "refunds", refunds);
        if (record.orderCount() > 0) {
            writeTime(json, "first_at", record.firstOrderAt());
            writeTime(json, "last_at", record.lastOrderAt());
        }
        json.writeEndObject();
    }

    private static void writeMergedFrom(JsonGenerator json, SortedSet<String> mergedFrom, int count)
            throws IOException {
        if (mergedFrom.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("merged_from");
        int room = MAX_MERGED_FROM;
        for (String customerId : mergedFrom) {
            if (room-- == 0) {
                break;
            }
            json.writeString(customerId);
        }
        json.writeEndArray();
        if (count > MAX_MERGED_FROM) {
            json.writeNumberField("merged_from_left_out", count - MAX_MERGED_FROM);
        }
    }

    private static void writeConsent(JsonGenerator json, SortedMap<String, Consent.Statement> consent)
            throws IOException {
        if (consent.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("consent");
        for (Map.Entry<String, Consent.Statement> entry : consent.entrySet()) {
            json.writeBooleanField(entry.getKey(), entry.getValue().granted());
        }
        json.writeEndObject();
    }

    /** Writes a cart as an object: its items, its value per currency and, if wanted, when it last changed. */
    public static void writeCart(JsonGenerator json, Cart cart, boolean withTime) throws IOException {
        json.writeStartObject();
        writeCartItems(json, cart.items());
        writeAmounts(json, "value", cart.value());
        if (withTime) {
            writeTime(json, "updated_at", cart.updatedAt());
        }
        json.writeEndObject();
    }

    /**
     * What is known of a cart.
     *
     * @param items null if they are not known
     * @param updatedAt milliseconds since 1970, 0 for not known
     */
    public static void writeCart(
            JsonGenerator json, List<Cart.Item> items, SortedMap<String, BigDecimal> value, long updatedAt)
            throws IOException {
        json.writeStartObject();
        if (items != null) {
            writeCartItems(json, items);
        }
        writeAmounts(json, "value", value);
        if (updatedAt != 0) {
            writeTime(json, "updated_at", updatedAt);
        }
        json.writeEndObject();
    }

    private static void writeCartItems(JsonGenerator json, List<Cart.Item> items) throws IOException {
        json.writeArrayFieldStart("items");
        for (Cart.Item item : items) {
            json.writeStartObject();
            json.writeStringField("product_id", item.productId());
            json.writeNumberField("quantity", item.quantity());
            if (item.price() != null) {
                json.writeStringField("price", Money.format(item.price(), item.currency()));
            }
            if (item.name() != null) {
                json.writeStringField("name", item.name());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeAmounts(JsonGenerator json, String field, SortedMap<String, BigDecimal> amounts)
            throws IOException {
        if (amounts.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, BigDecimal> amount : amounts.entrySet()) {
            json.writeStringField(amount.getKey(), Money.format(amount.getValue(), amount.getKey()));
        }
        json.writeEndObject();
    }

    private static void writeTime(JsonGenerator json, String field, long millis) throws IOException {
        json.writeStringField(field, Timestamps.format(millis));
    }

    /** Something that writes JSON. */
    @FunctionalInterface
    public interface Body {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** The bytes that a body writes. */
    public static byte[] write(int expectedSize, Body body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(expectedSize);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            body.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
