package io.tributary.local.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;

/** JSON as the oracle reads and writes it: strict RFC 8259, decimals exact. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    /** Reads one value; text without any value yields a missing node. */
    static JsonNode read(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /** Reads an object that the tests themselves or the product wrote, so a syntax error is a bug. */
    static ObjectNode object(String text) {
        try {
            return (ObjectNode) read(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** JSON with single quotes, so that tables of events stay readable in Java. */
    static ObjectNode quoted(String text) {
        return object(text.replace('\'', '"'));
    }
}
