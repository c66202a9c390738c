package io.tributary.schemas.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tributary.schemas.event.EventParser.Refusal;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    private static final int MAX_NAME = 256;

    /** An identifier as it stands in the event. */
    record RawIdentifier(Namespace namespace, String value) {}

    /** A product of a cart or an order, as it stands in the event. */
    static final class Product {
        private String productId;
        private String sku;
        String name;
        String price;
        String quantity;

        /** {@code product_id}, else {@code sku}, else null. */
        String id() {
            return productId != null && !productId.isBlank() ? productId : sku != null && !sku.isBlank() ? sku : null;
        }
    }

    private final EventLimits limits;

    String type;
    String event;
    String messageId;
    String timestamp;
    String originalTimestamp;
    String sentAt;
    String receivedAt;
    String orderId;
    String revenue;
    String total;
    String currency;
    final Product product = new Product();
    List<Product> products;

    private String userId;
    private String anonymousId;
    private String previousId;
    private String deviceId;
    private final List<RawIdentifier> externalIds = new ArrayList<>();
    private Map<String, String> traits = Map.of();
    private Map<String, String> contextTraits = Map.of();
    private Contact contact = new Contact(null, null);
    private Contact contextContact = new Contact(null, null);
    private Map<String, Boolean> consent = Map.of();
    private String unreadable;

    private record Contact(String email, String phone) {}

    EventFields(EventLimits limits) {
        this.limits = limits;
    }

    /** Reads the whole object; the parser stands at its start. */
    void read(JsonParser parser) throws IOException {
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "type" -> type = scalar(parser, value, field);
                case "event" -> event = scalar(parser, value, field);
                case "messageId" -> messageId = scalar(parser, value, field);
                case "timestamp" -> timestamp = scalar(parser, value, field);
                case "originalTimestamp" -> originalTimestamp = scalar(parser, value, field);
                case "sentAt" -> sentAt = scalar(parser, value, field);
                case "receivedAt" -> receivedAt = scalar(parser, value, field);
                case "userId" -> userId = scalar(parser, value, field);
                case "anonymousId" -> anonymousId = scalar(parser, value, field);
                case "previousId" -> previousId = scalar(parser, value, field);
                case "properties" -> readProperties(parser, value);
                case "traits" -> {
                    traits = readTraits(parser, value);
                    contact = lastContact;
                }
                case "context" -> readContext(parser, value);
                default -> skip(parser);
            }
        }
    }

    /** Set by {@link #readTraits}: the e-mail and the phone number among the traits just read. */
    private Contact lastContact = new Contact(null, null);

    private void readProperties(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "order_id" -> orderId = lenient(parser, value);
                case "revenue" -> revenue = lenient(parser, value);
                case "total" -> total = lenient(parser, value);
                case "currency" -> currency = lenient(parser, value);
                case "products" -> products = readProducts(parser, value);
                default -> readProductField(parser, field, value, product);
            }
        }
    }

    private static void readProductField(JsonParser parser, String field, JsonToken value, Product product)
            throws IOException {
        switch (field) {
            case "product_id" -> product.productId = lenient(parser, value);
            case "sku" -> product.sku = lenient(parser, value);
            case "name" -> product.name = lenient(parser, value);
            case "price" -> product.price = lenient(parser, value);
            case "quantity" -> product.quantity = lenient(parser, value);
            default -> skip(parser);
        }
    }

    private static List<Product> readProducts(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_ARRAY) {
            skip(parser);
            return null;
        }
        List<Product> products = new ArrayList<>();
        for (JsonToken element = parser.nextToken(); element != JsonToken.END_ARRAY; element = parser.nextToken()) {
            Product product = new Product();
            if (element == JsonToken.START_OBJECT) {
                for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                    readProductField(parser, field, parser.nextToken(), product);
                }
            } else {
                skip(parser);
            }
            products.add(product);
        }
        return products;
    }

    private Map<String, String> readTraits(JsonParser parser, JsonToken start) throws IOException {
        lastContact = new Contact(null, null);
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return Map.of();
        }
        String email = null;
        String phone = null;
        Map<String, String> traits = new TreeMap<>();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            boolean text = value == JsonToken.VALUE_STRING;
            if (field.equals("email")) {
                email = text ? parser.getText() : null;
            } else if (field.equals("phone")) {
                phone = text ? parser.getText() : null;
            }
            String json = copy(parser, value);
            if (json.length() <= limits.maxTraitBytes() && field.length() <= MAX_NAME) {
                traits.put(repair(field), json);
            }
        }
        lastContact = new Contact(email, phone);
        return traits;
    }

    private void readContext(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "traits" -> {
                    contextTraits = readTraits(parser, value);
                    contextContact = lastContact;
                }
                case "device" -> readDevice(parser, value);
                case "externalIds" -> readExternalIds(parser, value);
                case "consent" -> readConsent(parser, value);
                default -> skip(parser);
            }
        }
    }

    private void readDevice(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (field.equals("id")) {
                deviceId = scalar(parser, value, "context.device.id");
            } else {
                skip(parser);
            }
        }
    }

    private void readExternalIds(JsonParser parser, JsonToken start) throws IOException {
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
                    case "id" -> id = lenient(parser, value);
                    case "type" -> namespace = lenient(parser, value);
                    default -> skip(parser);
                }
            }
            Namespace known = namespace == null ? null : Namespace.byId(namespace);
            if (id != null && known != null) {
                externalIds.add(new RawIdentifier(known, id));
            }
        }
    }

    private void readConsent(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            skip(parser);
            return;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (!field.equals("categoryPreferences") || value != JsonToken.START_OBJECT) {
                skip(parser);
                continue;
            }
            Map<String, Boolean> statements = new TreeMap<>();
            for (String purpose = parser.nextFieldName(); purpose != null; purpose = parser.nextFieldName()) {
                JsonToken granted = parser.nextToken();
                if ((granted == JsonToken.VALUE_TRUE || granted == JsonToken.VALUE_FALSE)
                        && purpose.length() <= MAX_NAME
                        && statements.size() < MAX_CONSENT_PURPOSES) {
                    statements.put(repair(purpose), granted == JsonToken.VALUE_TRUE);
                } else {
                    skip(parser);
                }
            }
            consent = statements;
        }
    }

    /** All identifiers that the event carries, wherever they stand. */
    List<RawIdentifier> rawIdentifiers(EventType type) {
        List<RawIdentifier> identifiers = new ArrayList<>(externalIds);
        add(identifiers, Namespace.USER_ID, userId);
        add(identifiers, Namespace.ANONYMOUS_ID, anonymousId);
        add(identifiers, Namespace.DEVICE_ID, deviceId);
        if (type == EventType.IDENTIFY) {
            add(identifiers, Namespace.EMAIL, contact.email);
            add(identifiers, Namespace.PHONE, contact.phone);
        }
        if (type == EventType.ALIAS) {
            add(identifiers, Namespace.ANONYMOUS_ID, previousId);
        }
        add(identifiers, Namespace.EMAIL, contextContact.email);
        add(identifiers, Namespace.PHONE, contextContact.phone);
        return identifiers;
    }

    private static void add(List<RawIdentifier> identifiers, Namespace namespace, String value) {
        if (value != null) {
            identifiers.add(new RawIdentifier(namespace, value));
        }
    }

    /** What the event states about the customer: {@code context.traits}, and {@code traits} of an identify call. */
    Map<String, String> traits(EventType type) {
        if (type != EventType.IDENTIFY || traits.isEmpty()) {
            return contextTraits;
        }
        if (contextTraits.isEmpty()) {
            return traits;
        }
        Map<String, String> all = new LinkedHashMap<>(contextTraits);
        all.putAll(traits);
        return all;
    }

    Map<String, Boolean> consent() {
        return consent;
    }

    /** Refuses an event in which a deciding field is an object, an array or a truth value. */
    void refuseUnreadable() throws Refusal {
        if (unreadable != null) {
            throw new Refusal(RejectReason.BAD_VALUE, unreadable + " is neither text nor a number");
        }
    }

    private String scalar(JsonParser parser, JsonToken token, String field) throws IOException {
        if (token == JsonToken.VALUE_NULL || isText(token)) {
            return lenient(parser, token);
        }
        unreadable = field;
        skip(parser);
        return null;
    }

    /** The text of a string or a number, else null. Unpaired surrogates become U+FFFD. */
    private static String lenient(JsonParser parser, JsonToken token) throws IOException {
        if (isText(token)) {
            return repair(parser.getText());
        }
        skip(parser);
        return null;
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
                    case FIELD_NAME -> out.writeFieldName(repair(parser.currentName()));
                    case VALUE_STRING -> out.writeString(repair(parser.getText()));
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

    /** Replaces unpaired surrogates, which no UTF-8 can carry, by U+FFFD. */
    private static String repair(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return repairFrom(text, i);
            }
        }
        return text;
    }

    private static String repairFrom(String text, int from) {
        StringBuilder repaired = new StringBuilder(text.length()).append(text, 0, from);
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                repaired.append(c);
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                repaired.append(c).append(text.charAt(++i));
            } else {
                repaired.append('\uFFFD');
            }
        }
        return repaired.toString();
    }
}
