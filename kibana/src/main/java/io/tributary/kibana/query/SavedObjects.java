package io.tributary.kibana.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** The objects of a file that Kibana imports. */
public final class SavedObjects {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<JsonNode> objects = new ArrayList<>();

    /** @param ndjson one object a line */
    public SavedObjects(String ndjson) {
        ndjson.lines().forEach(line -> objects.add(read(line)));
    }

    public List<JsonNode> ofType(String type) {
        return objects.stream()
                .filter(object -> object.path("type").asText().equals(type))
                .toList();
    }

    public JsonNode get(String type, String id) {
        return ofType(type).stream()
                .filter(object -> object.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + type + " " + id));
    }

    /** The object to which another one refers by a name. */
    public JsonNode referred(JsonNode object, String name) {
        for (JsonNode reference : object.path("references")) {
            if (reference.path("name").asText().equals(name)) {
                return get(reference.path("type").asText(), reference.path("id").asText());
            }
        }
        throw new IllegalArgumentException(object.path("id") + " refers to nothing by the name " + name);
    }

    /** The panels of a dashboard. */
    public static JsonNode panels(JsonNode dashboard) {
        return read(dashboard.path("attributes").path("panelsJSON").asText());
    }

    /** The chart or saved search of a panel. */
    public JsonNode content(JsonNode dashboard, JsonNode panel) {
        return referred(
                dashboard,
                panel.path("panelIndex").asText() + ":"
                        + panel.path("panelRefName").asText());
    }

    /** The data view of a layer of a chart. */
    public JsonNode dataView(JsonNode lens, String layer) {
        return referred(lens, "indexpattern-datasource-layer-" + layer);
    }

    /** The data view of a saved search. */
    public JsonNode dataView(JsonNode search) {
        return referred(search, searchSource(search).path("indexRefName").asText());
    }

    static JsonNode searchSource(JsonNode search) {
        return read(search.path("attributes")
                .path("kibanaSavedObjectMeta")
                .path("searchSourceJSON")
                .asText());
    }

    private static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
