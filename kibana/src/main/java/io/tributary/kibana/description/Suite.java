package io.tributary.kibana.description;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** All dashboards, and what they stand on. */
public record Suite(List<DataView> dataViews, List<SavedSearch> searches, List<Dashboard> dashboards) {
    private static final String FOLDER = "/io/tributary/kibana/";

    /** In the order in which they are listed; each is a file of its name. */
    private static final List<String> DASHBOARDS =
            List.of("segment-explorer", "customer-360", "triggers", "pipeline-health");

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public Suite {
        dataViews = List.copyOf(dataViews);
        searches = List.copyOf(searches);
        dashboards = List.copyOf(dashboards);
    }

    /** The dashboards that Tributary ships. */
    public static Suite shipped() {
        return new Suite(
                List.of(read("data-views", DataView[].class)),
                List.of(read("searches", SavedSearch[].class)),
                DASHBOARDS.stream()
                        .map(name -> read("dashboards/" + name, Dashboard.class))
                        .toList());
    }

    private static <T> T read(String name, Class<T> type) {
        String resource = FOLDER + name + ".yaml";
        try (InputStream in = Suite.class.getResourceAsStream(resource)) {
            return YAML.readValue(in, type);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** @throws IllegalArgumentException if there is none of the name */
    public DataView dataView(String id) {
        return dataViews.stream()
                .filter(view -> view.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no data view is called " + id));
    }
}
