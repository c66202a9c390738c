package io.tributary.schemas.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;

/**
 * Reads, and writes, JSON that holds what the {@linkplain io.tributary.schemas.event.EventParser parser} has accepted: events,
 * profiles, triggers, and the documents made of them.
 *
 * <p>What is too much is decided once, by the parser, where it can be refused with a reason. A second limit behind it
 * (Jackson's own: 1,000 digits, 50,000 characters of a name, collisions in a table of names, the exponent of a
 * BigDecimal) would throw for one customer's data, and again after each restart. So there is none here, and every such
 * reader is made here.
 */
public final class AcceptedJson {
    private static final JsonFactory FACTORY = factory(Integer.MAX_VALUE, Integer.MAX_VALUE);
    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .addModule(new SimpleModule().addDeserializer(JsonNode.class, new TreeReader()))
            .build();

    private AcceptedJson() {}

    /**
     * Reads trees whose numbers are exact, with the digits that were written. A number whose exponent no BigDecimal
     * holds is a text.
     */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** Writes what is published. */
    public static JsonFactory factory() {
        return FACTORY;
    }

    /**
     * A factory for whoever decides what is too much.
     *
     * @param maxDepth deepest nesting of objects and arrays
     * @param maxLength longest name, text and number, in characters
     */
    public static JsonFactory factory(int maxDepth, int maxLength) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .maxNameLength(maxLength)
                        .maxStringLength(maxLength)
                        .maxNumberLength(maxLength)
                        .build())
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                // Names come from outside: interning them would fill a table that is never emptied.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                // The table of names has a random seed: whether it overflows must not decide about an event.
                .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                // Four bytes instead of two escapes of six: what comes out is never longer than what came in.
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                .build();
    }

    /** As Jackson's own, but for numbers. As deep as the input, which the parser has bounded. */
    private static final class TreeReader extends StdDeserializer<JsonNode> {
        private static final long serialVersionUID = 1L;

        private TreeReader() {
            super(JsonNode.class);
        }

        @Override
        public JsonNode deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> {
                    ObjectNode object = JsonNodeFactory.instance.objectNode();
                    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                        parser.nextToken();
                        object.set(name, deserialize(parser, context));
                    }
                    yield object;
                }
                case START_ARRAY -> {
                    ArrayNode array = JsonNodeFactory.instance.arrayNode();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        array.add(deserialize(parser, context));
                    }
                    yield array;
                }
                case VALUE_NUMBER_INT -> BigIntegerNode.valueOf(parser.getBigIntegerValue());
                case VALUE_NUMBER_FLOAT -> decimal(parser);
                case VALUE_STRING -> TextNode.valueOf(parser.getText());
                case VALUE_TRUE -> BooleanNode.TRUE;
                case VALUE_FALSE -> BooleanNode.FALSE;
                case VALUE_NULL -> NullNode.getInstance();
                default -> throw new IOException("unexpected token " + parser.currentToken());
            };
        }

        private static JsonNode decimal(JsonParser parser) throws IOException {
            try {
                return DecimalNode.valueOf(parser.getDecimalValue());
            } catch (NumberFormatException e) {
                return TextNode.valueOf(parser.getText());
            }
        }

        @Override
        public JsonNode getNullValue(DeserializationContext context) {
            return NullNode.getInstance();
        }
    }
}
