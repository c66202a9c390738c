package io.tributary.kibana.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A bundle whose objects can be changed. */
final class Bundle {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    final List<ObjectNode> objects = new ArrayList<>();

    /** A line at the end that is no object. */
    String broken = "";

    Bundle(byte[] ndjson) {
        new String(ndjson, StandardCharsets.UTF_8).lines().forEach(line -> objects.add((ObjectNode) read(line)));
    }

    private static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    byte[] ndjson() {
        return objects.stream()
                .map(object -> object + "\n")
                .collect(Collectors.joining("", "", broken))
                .getBytes(StandardCharsets.UTF_8);
    }

    ObjectNode get(String type, String id) {
        return objects.stream()
                .filter(object -> object.path("type").asText().equals(type)
                        && object.path("id").asText().equals("tributary-" + id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(type + " " + id));
    }

    ObjectNode attributes(String type, String id) {
        return (ObjectNode) get(type, id).path("attributes");
    }

    ArrayNode references(String type, String id) {
        return (ArrayNode) get(type, id).path("references");
    }

    /** A reference, by a part of its name. */
    ObjectNode reference(String type, String id, String name) {
        for (JsonNode reference : references(type, id)) {
            if (reference.path("name").asText().contains(name)) {
                return (ObjectNode) reference;
            }
        }
        throw new IllegalArgumentException(type + " " + id + ": " + name);
    }

    void removeReference(String type, String id, String name) {
        ArrayNode all = references(type, id);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).path("name").asText().contains(name)) {
                all.remove(i);
                return;
            }
        }
        throw new IllegalArgumentException(type + " " + id + ": " + name);
    }

    ObjectNode visualization(String lens) {
        return (ObjectNode) attributes("lens", lens).path("state").path("visualization");
    }

    ObjectNode layer(String lens) {
        return (ObjectNode) attributes("lens", lens)
                .at("/state/datasourceStates/formBased/layers")
                .path("layer");
    }

    ObjectNode column(String lens, String column) {
        return (ObjectNode) layer(lens).path("columns").path(column);
    }

    ObjectNode params(String lens, String column) {
        return (ObjectNode) column(lens, column).path("params");
    }

    /** Changes JSON within a text. */
    static void change(ObjectNode object, String attribute, Consumer<JsonNode> change) {
        JsonNode content = read(object.path(attribute).asText());
        change.accept(content);
        object.put(attribute, content.toString());
    }

    void changePanel(String dashboard, String panel, Consumer<ObjectNode> change) {
        change(attributes("dashboard", dashboard), "panelsJSON", panels -> {
            for (JsonNode candidate : panels) {
                if (candidate.path("panelIndex").asText().equals(panel)) {
                    change.accept((ObjectNode) candidate);
                    return;
                }
            }
            throw new IllegalArgumentException(dashboard + ": " + panel);
        });
    }

    void changeControl(String dashboard, String control, Consumer<ObjectNode> change) {
        change(
                (ObjectNode) attributes("dashboard", dashboard).path("controlGroupInput"),
                "panelsJSON",
                controls -> change.accept((ObjectNode) controls.path(control)));
    }
}
