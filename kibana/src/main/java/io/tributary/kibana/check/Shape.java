package io.tributary.kibana.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Of which form a piece of JSON has to be. Whatever is not expected is a fault: Kibana refuses it, or ignores it. */
@FunctionalInterface
interface Shape {
    JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    Shape ANY = (node, where, faults) -> {};
    Shape TEXT = leaf("a text", JsonNode::isTextual);
    Shape BOOLEAN = leaf("true or false", JsonNode::isBoolean);
    Shape NUMBER = leaf("a number", JsonNode::isNumber);
    Shape WHOLE = leaf("a whole number", JsonNode::isIntegralNumber);
    Shape BOUND = leaf("a number or null", node -> node.isNumber() || node.isNull());
    Shape NO_ITEMS = leaf("an empty list", node -> node.isArray() && node.isEmpty());

    void check(JsonNode node, String where, Faults faults);

    private static Shape leaf(String what, Predicate<JsonNode> is) {
        return (node, where, faults) -> {
            if (!is.test(node)) {
                faults.add(FaultKind.WRONG_JSON_TYPE, where + " has to be " + what + ", not " + node);
            }
        };
    }

    static Shape oneOf(String... values) {
        List<String> all = List.of(values);
        return (node, where, faults) -> {
            if (!node.isTextual() || !all.contains(node.textValue())) {
                faults.add(FaultKind.WRONG_VALUE, where + " has to be one of " + all + ", not " + node);
            }
        };
    }

    static Shape list(Shape item) {
        return (node, where, faults) -> {
            if (!node.isArray()) {
                faults.add(FaultKind.WRONG_JSON_TYPE, where + " has to be a list, not " + node);
                return;
            }
            for (int i = 0; i < node.size(); i++) {
                item.check(node.get(i), where + "[" + i + "]", faults);
            }
        };
    }

    /** An object whose keys are names of something. */
    static Shape map(Shape value) {
        return (node, where, faults) -> {
            if (!node.isObject()) {
                faults.add(FaultKind.WRONG_JSON_TYPE, where + " has to be an object, not " + node);
                return;
            }
            node.forEachEntry((key, item) -> value.check(item, where + "." + key, faults));
        };
    }

    /** JSON within a text. */
    static Shape encoded(Shape content) {
        return (node, where, faults) -> {
            if (!node.isTextual()) {
                faults.add(FaultKind.NOT_ENCODED, where + " has to be JSON within a text");
                return;
            }
            try {
                content.check(MAPPER.readTree(node.textValue()), where, faults);
            } catch (JsonProcessingException e) {
                faults.add(FaultKind.NOT_ENCODED, where + " is no JSON: " + e.getOriginalMessage());
            }
        };
    }

    /** The content of JSON within a text; missing if it is none. */
    static JsonNode decode(JsonNode text) {
        try {
            return MAPPER.readTree(text.asText(""));
        } catch (JsonProcessingException e) {
            return MAPPER.missingNode();
        }
    }

    static Attributes object() {
        return new Attributes();
    }

    /** An object with attributes that are known. */
    final class Attributes implements Shape {
        private record Attribute(Shape shape, boolean required) {}

        private final Map<String, Attribute> attributes = new LinkedHashMap<>();

        Attributes with(String name, Shape shape) {
            attributes.put(name, new Attribute(shape, true));
            return this;
        }

        Attributes maybe(String name, Shape shape) {
            attributes.put(name, new Attribute(shape, false));
            return this;
        }

        @Override
        public void check(JsonNode node, String where, Faults faults) {
            if (!node.isObject()) {
                faults.add(FaultKind.WRONG_JSON_TYPE, where + " has to be an object, not " + node);
                return;
            }
            node.forEachEntry((name, value) -> {
                Attribute attribute = attributes.get(name);
                if (attribute == null) {
                    faults.add(FaultKind.UNKNOWN_ATTRIBUTE, where + "." + name);
                } else {
                    attribute.shape.check(value, where + "." + name, faults);
                }
            });
            attributes.forEach((name, attribute) -> {
                if (attribute.required && !node.has(name)) {
                    faults.add(FaultKind.MISSING_ATTRIBUTE, where + "." + name);
                }
            });
        }
    }
}
