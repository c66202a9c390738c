package io.tributary.schemas.definition;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelVariableResolver;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Purchase;
import io.tributary.schemas.json.AcceptedJson;
import io.tributary.schemas.json.Surrogates;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An event as CEL sees it: the variable {@code event}.
 *
 * <p>Its JSON is read when the first expression asks for something that stands only there, and once; so all that is
 * evaluated on an event shares one view. Whole numbers of JSON are int where they fit, all others double. Not thread-safe.
 */
public final class EventView implements CelVariableResolver {
    /**
     * Longest text of the JSON that expressions see, in UTF-16 units as Java counts them; of a longer one this many first
     * ones. A loop can put each of an event's texts beside a thousand others: without a bound, a megabyte of event would
     * become gigabytes.
     */
    public static final int MAX_TEXT = 4_096;

    /** The name of the variable. */
    static final String EVENT = "event";

    static final String NAME = "name";
    static final String TYPE = "type";
    static final String MESSAGE_ID = "message_id";
    static final String TIMESTAMP = "timestamp";
    static final String PROPERTIES = "properties";
    static final String TRAITS = "traits";
    static final String CONTEXT = "context";
    static final String USER_ID = "user_id";
    static final String ANONYMOUS_ID = "anonymous_id";
    static final String REVENUE = "revenue";
    static final String CURRENCY = "currency";
    static final String ORDER_ID = "order_id";
    static final String PRODUCTS = "products";

    private static final List<String> FIELDS = List.of(
            NAME,
            TYPE,
            MESSAGE_ID,
            TIMESTAMP,
            PROPERTIES,
            TRAITS,
            CONTEXT,
            USER_ID,
            ANONYMOUS_ID,
            REVENUE,
            CURRENCY,
            ORDER_ID,
            PRODUCTS);

    private final CustomerEvent event;
    private final Map<String, Object> fields = new Fields();
    private Json json;

    public EventView(CustomerEvent event) {
        this.event = event;
    }

    public CustomerEvent event() {
        return event;
    }

    @Override
    public Optional<Object> find(String name) {
        return name.equals(EVENT) ? Optional.of(fields) : Optional.empty();
    }

    /** The event's fields, as CEL gets them; those that are missing are not in the map. */
    Map<String, Object> fields() {
        return fields;
    }

    /** The exact amount of an order, a refund or a cancellation, or null. */
    BigDecimal revenue() {
        return event.purchase() == null ? null : event.purchase().amount();
    }

    private Object field(String name) {
        Purchase purchase = event.purchase();
        return switch (name) {
            case NAME -> event.name();
            case TYPE -> event.type().id();
            case MESSAGE_ID -> event.messageId();
            case TIMESTAMP -> Instant.ofEpochMilli(event.timestamp());
            case PROPERTIES -> json().properties;
            case TRAITS -> json().traits;
            case CONTEXT -> json().context;
            case USER_ID -> json().userId;
            case ANONYMOUS_ID -> json().anonymousId;
            case REVENUE -> revenue() == null ? null : revenue().doubleValue();
            case CURRENCY -> purchase == null ? null : purchase.currency();
            case ORDER_ID -> purchase == null ? null : purchase.orderId();
            case PRODUCTS -> json().products();
            default -> null;
        };
    }

    private Json json() {
        if (json == null) {
            json = Json.of(event.json());
        }
        return json;
    }

    private final class Fields extends AbstractMap<String, Object> {
        @Override
        public Object get(Object name) {
            return name instanceof String text ? field(text) : null;
        }

        @Override
        public boolean containsKey(Object name) {
            return get(name) != null;
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            Map<String, Object> all = new HashMap<>();
            for (String name : FIELDS) {
                Object value = field(name);
                if (value != null) {
                    all.put(name, value);
                }
            }
            return all.entrySet();
        }
    }

    /** What of the event's JSON expressions can name. */
    private static final class Json {
        private Map<String, Object> properties = Map.of();
        private Map<String, Object> traits = Map.of();
        private Map<String, Object> context = Map.of();
        private String userId;
        private String anonymousId;

        private static Json of(byte[] bytes) {
            Json json = new Json();
            try (JsonParser parser = AcceptedJson.factory().createParser(bytes)) {
                if (parser.nextToken() == JsonToken.START_OBJECT) {
                    json.read(parser);
                }
                return json;
            } catch (IOException e) {
                // The event was accepted, so its JSON is JSON; whatever is not says nothing.
                return new Json();
            }
        }

        private void read(JsonParser parser) throws IOException {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "properties" -> properties = object(parser, value);
                    case "traits" -> traits = object(parser, value);
                    case "context" -> context = object(parser, value);
                    case "userId" -> userId = text(parser, value);
                    case "anonymousId" -> anonymousId = text(parser, value);
                    default -> parser.skipChildren();
                }
            }
        }

        private List<?> products() {
            return properties.get(PRODUCTS) instanceof List<?> products ? products : List.of();
        }

        private static String text(JsonParser parser, JsonToken token) throws IOException {
            if (token == JsonToken.VALUE_STRING || token.isNumeric()) {
                return Surrogates.first(MAX_TEXT, parser.getText());
            }
            parser.skipChildren();
            return null;
        }

        private static Map<String, Object> object(JsonParser parser, JsonToken start) throws IOException {
            if (start != JsonToken.START_OBJECT) {
                parser.skipChildren();
                return Map.of();
            }
            Map<String, Object> object = new HashMap<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                object.put(name, value(parser, parser.nextToken()));
            }
            return object;
        }

        private static Object value(JsonParser parser, JsonToken token) throws IOException {
            return switch (token) {
                case START_OBJECT -> object(parser, token);
                case START_ARRAY -> {
                    List<Object> list = new ArrayList<>();
                    for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
                        list.add(value(parser, item));
                    }
                    yield list;
                }
                case VALUE_STRING -> Surrogates.first(MAX_TEXT, parser.getText());
                case VALUE_NUMBER_INT -> wholeNumber(parser.getText());
                case VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getText());
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NULL -> NullValue.NULL_VALUE;
                default -> throw new IOException("unexpected token " + token);
            };
        }

        private static Object wholeNumber(String digits) {
            if (digits.length() < 19) {
                return Long.valueOf(digits);
            }
            try {
                return Long.valueOf(digits);
            } catch (NumberFormatException e) {
                return Double.valueOf(digits);
            }
        }
    }
}
