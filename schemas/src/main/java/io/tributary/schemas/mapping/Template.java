package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;

/** The shape of a tree of an event; its leaves are indices into the values of a row or group. */
sealed interface Template {
    /** The tree, or null where nothing in it is present. Fields keep the order of the mapping file. */
    JsonNode render(JsonNode[] values);

    record Leaf(int index) implements Template {
        @Override
        public JsonNode render(JsonNode[] values) {
            return values[index];
        }
    }

    record Obj(Map<String, Template> fields) implements Template {
        @Override
        public JsonNode render(JsonNode[] values) {
            var object = JsonNodeFactory.instance.objectNode();
            fields.forEach((name, template) -> {
                var value = template.render(values);
                if (value != null) {
                    object.set(name, value);
                }
            });
            return object.isEmpty() ? null : object;
        }
    }

    record Arr(List<Template> items) implements Template {
        @Override
        public JsonNode render(JsonNode[] values) {
            var array = JsonNodeFactory.instance.arrayNode();
            for (var item : items) {
                var value = item.render(values);
                if (value != null) {
                    array.add(value);
                }
            }
            return array.isEmpty() ? null : array;
        }
    }
}
