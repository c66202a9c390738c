package io.tributary.local.dashboards;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The saved objects of Kibana, and how strictly they are read: whatever is not known is refused. */
final class SavedObjects {
    static final Path DOCKER = Path.of(System.getProperty("tributary.root"), "docker");
    private static final JsonMapper MAPPER = new JsonMapper();

    private SavedObjects() {}

    /** The objects of the committed file, in its order. */
    static List<JsonNode> committed() {
        try {
            return Files.readAllLines(DOCKER.resolve("kibana/tributary.ndjson")).stream()
                    .map(SavedObjects::json)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode committed(String type, String id) {
        return committed().stream()
                .filter(object -> object.path("type").asText().equals(type)
                        && object.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + type + " " + id));
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    /** JSON that is kept as JSON or as the text of it. */
    static JsonNode unwrapped(JsonNode value) {
        return value.isTextual() ? json(value.textValue()) : value;
    }

    /** The text of a query, which must be in KQL. */
    static String kuery(JsonNode query) {
        known(query, "query", "language");
        refuseUnless(query.path("language").asText().equals("kuery"), "language of " + query);
        return query.path("query").textValue();
    }

    /** Refuses an object with a field that is not listed. */
    static void known(JsonNode object, String... fields) {
        Set<String> names = Set.of(fields);
        object.fieldNames().forEachRemaining(name -> refuseUnless(names.contains(name), name + " of " + object));
    }

    static void refuseUnless(boolean condition, String what) {
        if (!condition) {
            throw new UnsupportedOperationException(what);
        }
    }
}
