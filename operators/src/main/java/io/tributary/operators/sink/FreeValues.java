package io.tributary.operators.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tributary.schemas.json.AcceptedJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * Values whose shape nobody controls, made such that a {@code flattened} field takes any of them.
 *
 * <p>Elasticsearch refuses the whole document if such a value is nested too deeply, has NUL in a name, or makes a term
 * of more than 32,766 bytes, and its client can't write half a surrogate pair. So: what lies deeper than {@link
 * #MAX_DEPTH} becomes its own JSON text; names are cut; NUL in a name becomes {@code ␀}, half a pair {@code �}; numbers
 * that neither a long nor a double holds exactly become text. Long strings stay: {@code ignore_above} leaves them out of
 * the index, not of the document.
 */
final class FreeValues {
    /** Objects and arrays inside each other; the mapping's depth_limit is 20. */
    static final int MAX_DEPTH = 16;
    /** Characters of a name; with {@link #MAX_DEPTH} and ignore_above 1024 the longest term has under 21,000 bytes. */
    static final int MAX_NAME = 256;
    /** Bytes of one object of free values; further ones are left out and counted. */
    static final int MAX_BYTES = 1 << 20;

    static final JsonMapper JSON = AcceptedJson.mapper();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private FreeValues() {}

    /** @param leftOut names that did not fit into {@link #MAX_BYTES} */
    record Bounded(ObjectNode values, int leftOut) {}

    static Bounded bounded(ObjectNode free) {
        var kept = NODES.objectNode();
        int leftOut = 0;
        long bytes = 0;
        for (var entry : free.properties()) {
            var value = value(entry.getValue(), 2);
            var name = name(entry.getKey());
            long size = (long) name.length() + bytes(value).length;
            if (bytes + size > MAX_BYTES) {
                leftOut++;
            } else {
                bytes += size;
                kept.set(name, value);
            }
        }
        return new Bounded(kept, leftOut);
    }

    /** What a keyword field takes of a value: text, or a list of texts; null if it has none. */
    static JsonNode keywords(JsonNode value) {
        if (value instanceof ArrayNode list) {
            var texts = NODES.arrayNode();
            list.forEach(element -> {
                if (element.isValueNode() && !element.isNull()) {
                    texts.add(text(element.asText()));
                }
            });
            return texts.isEmpty() ? null : texts;
        }
        return value.isValueNode() && !value.isNull() ? TextNode.valueOf(text(value.asText())) : null;
    }

    /** @param depth of the value itself, if it is an object or array */
    private static JsonNode value(JsonNode value, int depth) {
        if (value.isContainerNode() && depth > MAX_DEPTH) {
            return TextNode.valueOf(text(value.toString()));
        }
        if (value instanceof ObjectNode object) {
            var copy = NODES.objectNode();
            object.properties().forEach(entry -> copy.set(name(entry.getKey()), value(entry.getValue(), depth + 1)));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            var copy = NODES.arrayNode();
            array.forEach(element -> copy.add(value(element, depth + 1)));
            return copy;
        }
        if (value.isTextual()) {
            return TextNode.valueOf(text(value.textValue()));
        }
        return value.isNumber() ? number(value) : value;
    }

    private static JsonNode number(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.canConvertToLong() ? number : TextNode.valueOf(number.asText());
        }
        double nearest = number.doubleValue();
        boolean exact = Double.isFinite(nearest) && number.decimalValue().compareTo(BigDecimal.valueOf(nearest)) == 0;
        return exact
                ? DoubleNode.valueOf(nearest)
                : TextNode.valueOf(number.decimalValue().toString());
    }

    static String name(String name) {
        var clean = text(name).replace('\0', '\u2400');
        if (clean.isEmpty()) {
            return "\u2400";
        }
        if (clean.length() <= MAX_NAME) {
            return clean;
        }
        // The hash keeps two long names with the same beginning apart.
        return text(clean.substring(0, MAX_NAME - 9)) + '~' + Integer.toHexString(clean.hashCode());
    }

    /** The text with halves of surrogate pairs replaced: they have no UTF-8. */
    static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
            }
        }
        return text;
    }

    static ObjectNode read(byte[] json) {
        try {
            if (JSON.readTree(json) instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalArgumentException("Not a JSON object");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree always has JSON", e);
        }
    }
}
