package io.tributary.schemas.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tributary.schemas.event.EventParser.Refusal;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.json.JsonSize;
import io.tributary.schemas.json.Surrogates;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of one event that decide something, as text, before anything is judged.
 *
 * <p>Fields may stand in any order, so what they mean is known only at the end. Of a repeated field the last counts.
 */
final class EventFields {
    private static final JsonFactory WRITER = new JsonFactory();
    private static final int MAX_CONSENT_PURPOSES = 32;
    private static final int MAX_PURPOSE = 256;
    private static final int MAX_TRAIT_NAME = 1_024;

    /**
     * Stands for an object, an array or a truth value where text or a number belongs. No text is equal to it: texts are
     * {@linkplain Surrogates repaired}, and this is an unpaired surrogate.
     */
    private static final String UNREADABLE = "\uD800";

    /** An identifier as it stands in the event. */
    record RawIdentifier(Namespace namespace, String value) {}

    /** A product of a cart or an order, as it stands in the event. */
    static final class Product {
        private String productId;
        private String sku;
        private String name;
        String price;
        String quantity;

        /** {@code product_id}, else {@code sku}, else null. */
        String id() throws Refusal {
            if (productId != null && !productId.isBlank()) {
                return readable(productId, "product_id");
            }
            return sku != null && !sku.isBlank() ? readable(sku, "sku") : null;
        }

        /** The name, or null if there is none that a person could read. */
        String name() {
            return UNREADABLE.equals(name) ? null : name;
        }

        private static Product unreadable() {
            Product product = new Product();
            product.productId = UNREADABLE;
            product.price = UNREADABLE;
            return product;
        }
    }

    private final EventLimits limits;
    private final IdentifierRules identifierRules;

    String type;
    String event;
    String messageId;
    String timestamp;
    String originalTimestamp;
    String sentAt;
    String receivedAt;
    String revenue;
    String total;
    String currency;
    Product product = new Product();
    List<Product> products;

    private String orderId;
    private String userId;
    private String anonymousId;
    private String previousId;
    private String deviceId;
    private List<RawIdentifier> externalIds = List.of();
    private Traits traits = Traits.NONE;
    private Traits contextTraits = Traits.NONE;
    private Map<String, Boolean> consent = Map.of();
    private String consentFault;

    /** Traits as they stand in one place of the event, and the e-mail and the phone number among them, or null. */
    private record Traits(Map<String, String> json, String email, String phone) {
        private static final Traits NONE = new Traits(Map.of(), null, null);
    }

    EventFields(EventLimits limits, IdentifierRules identifierRules) {
        this.limits = limits;
        this.identifierRules = identifierRules;
    }

    /** Reads the whole object; the parser stands at its start. */
    void read(JsonParser parser) throws IOException {
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "type" -> type = text(parser, value);
                case "event" -> event = text(parser, value);
                case "messageId" -> messageId = text(parser, value);
                case "timestamp" -> timestamp = text(parser, value);
                case "originalTimestamp" -> originalTimestamp = text(parser, value);
                case "sentAt" -> sentAt = text(parser, value);
                case "receivedAt" -> receivedAt = text(parser, value);
                case "userId" -> userId = text(parser, value);
                case "anonymousId" -> anonymousId = text(parser, value);
                case "previousId" -> previousId = text(parser, value);
                case "properties" -> readProperties(parser, value);
                case "traits" -> traits = readTraits(parser, value);
                case "context" -> readContext(parser, value);
                default -> skip(parser);
            }
        }
    }

    private void readProperties(JsonParser parser, JsonToken start) throws IOException {
        orderId = null;
        revenue = null;
        total = null;
        currency = null;
        products = null;
        product = new Product();
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "order_id" -> orderId = text(parser, value);
                case "revenue" -> revenue = text(parser, value);
                case "total" -> total = text(parser, value);
                case "currency" -> currency = text(parser, value);
                case "products" -> products = readProducts(parser, value);
                default -> readProductField(parser, field, value, product);
            }
        }
    }

    private static void readProductField(JsonParser parser, String field, JsonToken value, Product product)
            throws IOException {
        switch (field) {
            case "product_id" -> product.productId = text(parser, value);
            case "sku" -> product.sku = text(parser, value);
            case "name" -> product.name = text(parser, value);
            case "price" -> product.price = text(parser, value);
            case "quantity" -> product.quantity = text(parser, value);
            default -> skip(parser);
        }
    }

    private static List<Product> readProducts(JsonParser parser, JsonToken start) throws IOException {
        if (start == JsonToken.VALUE_NULL) {
            return null;
        }
        if (start != JsonToken.START_ARRAY) {
            skip(parser);
            return List.of(Product.unreadable());
        }
        List<Product> products = new ArrayList<>();
        for (JsonToken element = parser.nextToken(); element != JsonToken.END_ARRAY; element = parser.nextToken()) {
            if (element != JsonToken.START_OBJECT) {
                skip(parser);
                products.add(Product.unreadable());
                continue;
            }
            Product product = new Product();
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                readProductField(parser, field, parser.nextToken(), product);
            }
            products.add(product);
        }
        return products;
    }

    private Traits readTraits(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return Traits.NONE;
        }
        String email = null;
        String phone = null;
        Map<String, String> traits = new TreeMap<>();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (field.equals("email")) {
                email = value == JsonToken.VALUE_STRING ? Surrogates.repaired(parser.getText()) : null;
            } else if (field.equals("phone")) {
                phone = value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT
                        ? Surrogates.repaired(parser.getText())
                        : null;
            }
            String name = Surrogates.repaired(field);
            String json = copy(parser, value);
            if (isTooLong(json) || name.length() > MAX_TRAIT_NAME) {
                traits.remove(name);
            } else {
                traits.put(name, json);
            }
        }
        return new Traits(traits, email, phone);
    }

    private boolean isTooLong(String json) {
        // No character has less than a byte: most need not be counted.
        return json.length() > limits.maxTraitBytes() || JsonSize.utf8(json) > limits.maxTraitBytes();
    }

    private void readContext(JsonParser parser, JsonToken start) throws IOException {
        contextTraits = Traits.NONE;
        deviceId = null;
        externalIds = List.of();
        consent = Map.of();
        consentFault = null;
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "traits" -> contextTraits = readTraits(parser, value);
                case "device" -> readDevice(parser, value);
                case "externalIds" -> readExternalIds(parser, value);
                case "consent" -> readConsent(parser, value);
                default -> skip(parser);
            }
        }
    }

    private void readDevice(JsonParser parser, JsonToken start) throws IOException {
        deviceId = null;
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (field.equals("id")) {
                deviceId = text(parser, value);
            } else {
                skip(parser);
            }
        }
    }

    private void readExternalIds(JsonParser parser, JsonToken start) throws IOException {
        externalIds = new ArrayList<>();
        if (start != JsonToken.START_ARRAY) {
            skip(parser);
            return;
        }
        for (JsonToken element = parser.nextToken(); element != JsonToken.END_ARRAY; element = parser.nextToken()) {
            if (element != JsonToken.START_OBJECT) {
                skip(parser);
                continue;
            }
            String id = null;
            String namespace = null;
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "id" -> id = text(parser, value);
                    case "type" -> namespace = text(parser, value);
                    default -> skip(parser);
                }
            }
            Namespace known = namespace == null ? null : identifierRules.namespace(namespace);
            if (id != null && known != null) {
                externalIds.add(new RawIdentifier(known, id));
            }
        }
    }

    private void readConsent(JsonParser parser, JsonToken start) throws IOException {
        consent = Map.of();
        consentFault = null;
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (field.equals("categoryPreferences")) {
                readPreferences(parser, value);
            } else {
                skip(parser);
            }
        }
    }

    /** A statement about consent that can't be understood must not be taken for silence. */
    private void readPreferences(JsonParser parser, JsonToken start) throws IOException {
        consent = Map.of();
        consentFault = null;
        if (start == JsonToken.VALUE_NULL) {
            return;
        }
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            consentFault = "categoryPreferences is no object";
            return;
        }
        Map<String, Boolean> statements = new TreeMap<>();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken granted = parser.nextToken();
            String purpose = Surrogates.repaired(field);
            switch (granted) {
                case VALUE_TRUE, VALUE_FALSE -> statements.put(purpose, granted == JsonToken.VALUE_TRUE);
                case VALUE_NULL -> statements.remove(purpose);
                default -> {
                    skip(parser);
                    consentFault = "a category preference is neither true nor false";
                }
            }
            if (purpose.length() > MAX_PURPOSE) {
                consentFault = "the name of a category preference is longer than " + MAX_PURPOSE + " characters";
            } else if (statements.size() > MAX_CONSENT_PURPOSES) {
                consentFault = "more than " + MAX_CONSENT_PURPOSES + " category preferences";
            }
        }
        consent = statements;
    }

    /**
     * All identifiers that the event carries, wherever they stand.
     *
     * <p>A message's recipient stands in {@code context.traits}: the specification's e-mail events have it there. A
     * property {@code recipient} is not asked: of {@code Product Shared} and {@code Cart Shared} it is somebody else.
     */
    List<RawIdentifier> rawIdentifiers(EventType type) throws Refusal {
        List<RawIdentifier> identifiers = new ArrayList<>();
        add(identifiers, Namespace.USER_ID, readable(userId, "userId"));
        add(identifiers, Namespace.ANONYMOUS_ID, readable(anonymousId, "anonymousId"));
        add(identifiers, Namespace.DEVICE_ID, readable(deviceId, "context.device.id"));
        if (type == EventType.IDENTIFY) {
            add(identifiers, Namespace.EMAIL, traits.email);
            add(identifiers, Namespace.PHONE, traits.phone);
        }
        if (type == EventType.ALIAS) {
            add(identifiers, Namespace.ANONYMOUS_ID, readable(previousId, "previousId"));
        }
        add(identifiers, Namespace.EMAIL, contextTraits.email);
        add(identifiers, Namespace.PHONE, contextTraits.phone);
        for (RawIdentifier external : externalIds) {
            add(identifiers, external.namespace, readable(external.value, "an id of context.externalIds"));
        }
        return identifiers;
    }

    private static void add(List<RawIdentifier> identifiers, Namespace namespace, String value) {
        if (value != null) {
            identifiers.add(new RawIdentifier(namespace, value));
        }
    }

    /** What the event states about the customer: {@code context.traits}, and {@code traits} of an identify call. */
    Map<String, String> traits(EventType type) {
        if (type != EventType.IDENTIFY || traits.json.isEmpty()) {
            return contextTraits.json;
        }
        if (contextTraits.json.isEmpty()) {
            return traits.json;
        }
        Map<String, String> all = new TreeMap<>(contextTraits.json);
        all.putAll(traits.json);
        return all;
    }

    /** {@code context.consent.categoryPreferences}: purpose → granted. */
    Map<String, Boolean> consent() throws Refusal {
        if (consentFault != null) {
            throw new Refusal(RejectReason.BAD_VALUE, consentFault);
        }
        return consent;
    }

    /** {@code order_id}, or null if there is none. */
    String orderId() throws Refusal {
        return orderId == null || orderId.isBlank() ? null : readable(orderId, "order_id");
    }

    /** Refuses an object, an array or a truth value in a field that decides something. */
    static String readable(String text, String field) throws Refusal {
        if (UNREADABLE.equals(text)) {
            throw new Refusal(RejectReason.BAD_VALUE, field + " is neither text nor a number");
        }
        return text;
    }

    /** The text of a string or a number, null for null, else {@link #UNREADABLE}. */
    private static String text(JsonParser parser, JsonToken token) throws IOException {
        if (isText(token)) {
            return Surrogates.repaired(parser.getText());
        }
        skip(parser);
        return token == JsonToken.VALUE_NULL ? null : UNREADABLE;
    }

    private static boolean isText(JsonToken token) {
        return token == JsonToken.VALUE_STRING
                || token == JsonToken.VALUE_NUMBER_INT
                || token == JsonToken.VALUE_NUMBER_FLOAT;
    }

    private static void skip(JsonParser parser) throws IOException {
        parser.skipChildren();
    }

    /** The JSON text of the current value, without white space; numbers keep their digits. */
    private static String copy(JsonParser parser, JsonToken first) throws IOException {
        if (first == JsonToken.VALUE_STRING) {
            return "\""
                    + new String(JsonStringEncoder.getInstance().quoteAsString(Surrogates.repaired(parser.getText())))
                    + "\"";
        }
        if (first.isScalarValue()) {
            return parser.getText();
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator out = WRITER.createGenerator(text)) {
            int depth = 0;
            JsonToken token = first;
            while (true) {
                switch (token) {
                    case START_OBJECT -> {
                        out.writeStartObject();
                        depth++;
                    }
                    case START_ARRAY -> {
                        out.writeStartArray();
                        depth++;
                    }
                    case END_OBJECT -> {
                        out.writeEndObject();
                        depth--;
                    }
                    case END_ARRAY -> {
                        out.writeEndArray();
                        depth--;
                    }
                    case FIELD_NAME -> out.writeFieldName(Surrogates.repaired(parser.currentName()));
                    case VALUE_STRING -> out.writeString(Surrogates.repaired(parser.getText()));
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(parser.getText());
                    case VALUE_TRUE -> out.writeBoolean(true);
                    case VALUE_FALSE -> out.writeBoolean(false);
                    case VALUE_NULL -> out.writeNull();
                    default -> throw new IOException("unexpected token " + token);
                }
                if (depth == 0) {
                    break;
                }
                token = parser.nextToken();
                if (token == null) {
                    throw new IOException("the JSON value ends too early");
                }
            }
        }
        return text.toString();
    }
}
