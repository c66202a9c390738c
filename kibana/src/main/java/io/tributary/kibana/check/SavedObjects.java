package io.tributary.kibana.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The objects of a bundle, as they are linked. */
final class SavedObjects {
    /** @param type as the bundle says it */
    record ObjectKey(String type, String id) {
        @Override
        public String toString() {
            return type + " " + id;
        }
    }

    /** @param json the whole line */
    record Item(ObjectKey key, JsonNode json) {
        JsonNode attributes() {
            return json.path("attributes");
        }

        /** Where a reference of the name leads. */
        Optional<ObjectKey> reference(String name) {
            for (JsonNode reference : json.path("references")) {
                if (reference.path("name").asText().equals(name)) {
                    return Optional.of(new ObjectKey(
                            reference.path("type").asText(),
                            reference.path("id").asText()));
                }
            }
            return Optional.empty();
        }
    }

    private final Map<ObjectKey, Item> items = new LinkedHashMap<>();

    /** @return whether it was not there yet */
    boolean add(JsonNode json) {
        ObjectKey key =
                new ObjectKey(json.path("type").asText(), json.path("id").asText());
        return items.putIfAbsent(key, new Item(key, json)) == null;
    }

    Optional<Item> get(ObjectKey key) {
        return Optional.ofNullable(items.get(key));
    }

    List<Item> ofType(String type) {
        return items.values().stream()
                .filter(item -> item.key.type.equals(type))
                .toList();
    }

    List<Item> all() {
        return new ArrayList<>(items.values());
    }
}
