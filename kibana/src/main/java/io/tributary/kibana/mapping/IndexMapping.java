package io.tributary.kibana.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Optional;
import java.util.regex.Pattern;

/** The fields of an index. */
public final class IndexMapping {
    private final ObjectNode mapping;

    /** @param mapping the properties and dynamic templates of an index, as its template has them */
    public IndexMapping(ObjectNode mapping) {
        this.mapping = mapping;
    }

    /**
     * The type of a field.
     *
     * @param path its whole name
     * @return empty if there is none, and none of the name may come by itself
     */
    public Optional<FieldType> field(String path) {
        JsonNode parent = mapping;
        boolean dynamic = isDynamic(mapping, true);
        String[] names = path.split("\\.", -1);
        for (int i = 0; i < names.length; i++) {
            boolean last = i == names.length - 1;
            JsonNode child = parent.path("properties").path(names[i]);
            if (child.isMissingNode()) {
                child = parent.path("fields").path(names[i]);
            }
            if (child.isMissingNode()) {
                return last && dynamic && !parent.has("fields") ? ofTemplate(path) : Optional.empty();
            }
            FieldType type = FieldType.of(child.path("type").asText("object"));
            if (last || type == FieldType.OPAQUE) {
                return Optional.of(type);
            }
            dynamic = type == FieldType.OBJECT && isDynamic(child, dynamic);
            parent = child;
        }
        return Optional.empty();
    }

    private static boolean isDynamic(JsonNode object, boolean inherited) {
        JsonNode dynamic = object.path("dynamic");
        return dynamic.isMissingNode() ? inherited : dynamic.asText().equals("true");
    }

    private Optional<FieldType> ofTemplate(String path) {
        for (JsonNode named : mapping.path("dynamic_templates")) {
            for (Iterator<JsonNode> it = named.elements(); it.hasNext(); ) {
                JsonNode template = it.next();
                if (matches(template.path("path_match").asText(), path)) {
                    return Optional.of(
                            FieldType.of(template.path("mapping").path("type").asText("object")));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean matches(String wildcard, String path) {
        return Pattern.matches(
                Pattern.compile("\\*")
                        .splitAsStream(wildcard + " ")
                        .map(part -> Pattern.quote(part.stripTrailing()))
                        .reduce((a, b) -> a + ".*" + b)
                        .orElse(""),
                path);
    }
}
