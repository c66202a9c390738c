package io.tributary.kibana.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Index templates and the components that they are composed of: {@code NAME.index.json} is of the index behind the alias
 * {@code cdp-NAME}, {@code NAME.series.json} of each index of a series behind it, {@code NAME.component.json} is the
 * component {@code tributary-NAME}.
 */
public final class IndexTemplates {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String INDEX = ".index.json";
    private static final String SERIES = ".series.json";
    private static final String COMPONENT = ".component.json";

    private final Map<String, ObjectNode> indices = new TreeMap<>();
    private final Map<String, ObjectNode> components = new TreeMap<>();

    /** Reads the templates of a folder. */
    public IndexTemplates(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var all = Files.list(folder)) {
            all.sorted().forEach(files::add);
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            ObjectNode content = (ObjectNode) MAPPER.readTree(file.toFile());
            put(indices, "cdp-", name, INDEX, content);
            put(indices, "cdp-", name, SERIES, content);
            put(components, "tributary-", name, COMPONENT, content);
        }
    }

    private static void put(
            Map<String, ObjectNode> templates, String prefix, String file, String suffix, ObjectNode content) {
        if (file.endsWith(suffix)) {
            templates.put(prefix + file.substring(0, file.length() - suffix.length()), content);
        }
    }

    /** The mappings of all indices, by alias. */
    public Map<String, IndexMapping> mappings() {
        Map<String, IndexMapping> mappings = new TreeMap<>();
        indices.forEach((alias, template) -> mappings.put(alias, new IndexMapping(mapping(template))));
        return mappings;
    }

    private ObjectNode mapping(ObjectNode template) {
        ObjectNode mapping = MAPPER.createObjectNode();
        for (JsonNode component : template.path("composed_of")) {
            mergeMapping(mapping, components.getOrDefault(component.asText(), MAPPER.createObjectNode()));
        }
        mergeMapping(mapping, template);
        return mapping;
    }

    private static void mergeMapping(ObjectNode into, ObjectNode template) {
        if (template.path("template").path("mappings") instanceof ObjectNode mapping) {
            merge(into, mapping);
        }
    }

    /** As Elasticsearch composes: objects join, lists of dynamic templates too, anything else is replaced. */
    private static void merge(ObjectNode into, ObjectNode more) {
        more.forEachEntry((name, value) -> {
            JsonNode present = into.get(name);
            if (present instanceof ObjectNode object && value instanceof ObjectNode other) {
                merge(object, other);
            } else if (present instanceof ArrayNode list && value instanceof ArrayNode other) {
                list.addAll(other);
            } else {
                into.set(name, value.deepCopy());
            }
        });
    }
}
