package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The fields of an index, as the committed templates map them: by {@code properties}, and below a {@code dynamic} object
 * by the first {@code dynamic_templates} whose {@code path_match} fits ("Dynamic templates" in the reference of
 * Elasticsearch).
 */
final class Fields {
    private static final Path TEMPLATES = SavedObjects.DOCKER.resolve("elasticsearch");
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final JsonNode mappings;
    private final List<JsonNode> dynamicTemplates;

    private Fields(JsonNode mappings, List<JsonNode> dynamicTemplates) {
        this.mappings = mappings;
        this.dynamicTemplates = dynamicTemplates;
    }

    /** Of {@code cdp-profiles} the template of {@code cdp-profiles-v*}, with the components that it is composed of. */
    static Fields ofIndex(String index) {
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            JsonNode template = files.filter(file -> !file.toString().endsWith(".role.json"))
                    .map(Fields::read)
                    .filter(json -> json.path("index_patterns").path(0).asText().equals(index + "-v*"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no template of " + index));
            return new Fields(
                    template.path("template").path("mappings"),
                    Stream.of(template.path("composed_of"))
                            .flatMap(names -> names.valueStream())
                            .map(name -> name.textValue().replaceFirst("tributary-", "") + ".component.json")
                            .flatMap(file -> read(TEMPLATES.resolve(file))
                                    .path("template")
                                    .path("mappings")
                                    .path("dynamic_templates")
                                    .valueStream())
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A field on which a chart depends. */
    Field get(String name) {
        return find(name).orElseThrow(() -> new UnsupportedOperationException("unmapped field " + name));
    }

    Optional<Field> find(String name) {
        JsonNode mapping = mappings;
        for (String part : name.split("\\.", -1)) {
            SavedObjects.refuseUnless(!mapping.path("type").asText().equals("flattened"), "field in flattened " + name);
            JsonNode property = mapping.path("properties").path(part);
            if (property.isMissingNode()) {
                return mapping.path("dynamic").asBoolean() ? dynamic(name) : Optional.empty();
            }
            mapping = property;
        }
        return Optional.of(field(name, mapping));
    }

    private Optional<Field> dynamic(String name) {
        return dynamicTemplates.stream()
                .flatMap(named -> named.valueStream())
                .filter(template -> matches(template.path("path_match").textValue(), name))
                .map(template -> field(name, template.path("mapping")))
                .findFirst();
    }

    private static boolean matches(String pathMatch, String name) {
        SavedObjects.refuseUnless(pathMatch.indexOf('*') == pathMatch.length() - 1, pathMatch);
        return name.startsWith(pathMatch.substring(0, pathMatch.length() - 1));
    }

    private static Field field(String name, JsonNode mapping) {
        SavedObjects.known(mapping, "type", "format", "ignore_above", "normalizer");
        String normalizer = mapping.path("normalizer").asText("");
        SavedObjects.refuseUnless(normalizer.isEmpty() || normalizer.equals("lowercase"), normalizer);
        return new Field(
                name,
                mapping.path("type").asText("object"),
                mapping.path("ignore_above").asInt(UNLIMITED),
                !normalizer.isEmpty());
    }

    private static JsonNode read(Path file) {
        try {
            return SavedObjects.json(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
