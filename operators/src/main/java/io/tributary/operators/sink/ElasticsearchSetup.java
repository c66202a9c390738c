package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;

/**
 * Prepares an Elasticsearch for the sink: component and index templates, then the first index of each kind behind its
 * alias. May run again at any time, also beside another one, and with another release: templates are replaced by newer ones,
 * indices that exist get the fields that are new.
 */
@SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
public final class ElasticsearchSetup {
    /** Alias of the profiles, without personal data. */
    public static final String PROFILES = "cdp-profiles";
    /** Alias of the personal data. */
    public static final String PERSONAL = "cdp-personal";

    private static final String RESOURCES = "/io/tributary/elasticsearch/";
    private static final List<String> COMPONENTS = List.of("settings", "dynamic");
    private static final Map<String, String> ALIAS_OF_INDEX_TEMPLATE =
            Map.of("personal", PERSONAL, "profiles", PROFILES);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final RestClient rest;
    private final Clock clock;
    private final Consumer<String> progress;

    private ElasticsearchSetup(RestClient rest, Clock clock, Consumer<String> progress) {
        this.rest = rest;
        this.clock = clock;
        this.progress = progress;
    }

    /** As {@link #apply(ElasticsearchConnection, Clock, Consumer)}, in silence. */
    public static void apply(ElasticsearchConnection connection) throws IOException {
        apply(connection, Clock.systemUTC(), done -> {});
    }

    /**
     * Blocks until everything is in place.
     *
     * @param clock tells of which month the first index of a time series is
     * @param progress is told what has been done, line by line
     * @throws IOException if Elasticsearch can't be reached or refuses, running again continues; or if it has been prepared by a
     *     newer release
     */
    public static void apply(ElasticsearchConnection connection, Clock clock, Consumer<String> progress)
            throws IOException {
        try (var client = connection.open()) {
            new ElasticsearchSetup(client.getLowLevelClient(), clock, progress).apply();
        }
    }

    private void apply() throws IOException {
        for (var component : COMPONENTS) {
            putTemplate("_component_template", component, resource(component + ".component.json"));
        }
        for (var kind : ALIAS_OF_INDEX_TEMPLATE.keySet()) {
            putTemplate("_index_template", kind, resource(kind + ".index.json"));
        }
        for (var series : TimeSeries.values()) {
            putTemplate("_index_template", series.kind(), resource(series.kind() + ".series.json"));
        }
        for (var kind : ALIAS_OF_INDEX_TEMPLATE.entrySet()) {
            var alias = JSON.createObjectNode();
            alias.putObject("aliases").putObject(kind.getValue()).put("is_write_index", true);
            prepare(kind.getValue(), kind.getValue() + "-v1", alias, resource(kind.getKey() + ".index.json"));
        }
        for (var series : TimeSeries.values()) {
            // The template has the alias.
            prepare(
                    series.alias(),
                    series.index(clock.millis()),
                    JSON.createObjectNode(),
                    resource(series.kind() + ".series.json"));
        }
    }

    private void putTemplate(String api, String kind, ObjectNode template) throws IOException {
        var name = "tributary-" + kind;
        var path = "/" + api + "/" + name;
        long brought = template.path("version").asLong();
        long there = versionOf(path);
        if (there > brought) {
            throw new IOException(
                    "%s %s has version %d, from a newer release; this one brings %d and does not replace it"
                            .formatted(api.substring(1).replace('_', ' '), name, there, brought));
        }
        put(path, template);
        progress.accept("%s %s: version %d".formatted(api.substring(1).replace('_', ' '), name, brought));
    }

    /** -1 if there is no such template. */
    private long versionOf(String path) throws IOException {
        try {
            return body(rest.performRequest(new Request("GET", path)))
                    .findValue("version")
                    .asLong();
        } catch (ResponseException e) {
            if (e.getResponse().getStatusLine().getStatusCode() == 404) {
                return -1;
            }
            throw e;
        }
    }

    private void prepare(String alias, String index, ObjectNode definition, ObjectNode template) throws IOException {
        if (exists("/_alias/" + alias)) {
            putMapping(alias, template);
            return;
        }
        try {
            put("/" + index, definition);
        } catch (ResponseException e) {
            // Another setup was faster, or the index lost its alias: what counts is that the alias is there.
            if (!EntityUtils.toString(e.getResponse().getEntity()).contains("resource_already_exists_exception")) {
                throw e;
            }
            if (!exists("/_alias/" + alias)) {
                throw new IOException(
                        "Index %s exists without its alias %s; add the alias, or delete the index"
                                .formatted(index, alias),
                        e);
            }
        }
        progress.accept("%s: index %s".formatted(alias, index));
    }

    /** Adds the fields that an older release did not know. */
    private void putMapping(String alias, ObjectNode template) throws IOException {
        var mapping = ((ObjectNode) template.at("/template/mappings")).deepCopy();
        for (var component : template.path("composed_of")) {
            var file = component.asText().replace("tributary-", "") + ".component.json";
            if (resource(file).at("/template/mappings") instanceof ObjectNode fields) {
                mapping.setAll(fields);
            }
        }
        try {
            put("/" + alias + "/_mapping", mapping);
        } catch (ResponseException e) {
            if (e.getResponse().getStatusLine().getStatusCode() != 400) {
                throw e;
            }
            throw new IOException(
                    "%s has fields of other types than this release gives them; ./cdp elastic rebuild makes a new index: %s"
                            .formatted(
                                    alias,
                                    body(e.getResponse())
                                            .path("error")
                                            .path("reason")
                                            .asText()),
                    e);
        }
        progress.accept("%s: its fields are up to date".formatted(alias));
    }

    private boolean exists(String path) throws IOException {
        var status =
                rest.performRequest(new Request("HEAD", path)).getStatusLine().getStatusCode();
        return status == 200;
    }

    private void put(String path, ObjectNode json) throws IOException {
        var request = new Request("PUT", path);
        request.setJsonEntity(JSON.writeValueAsString(json));
        rest.performRequest(request);
    }

    private static JsonNode body(Response response) throws IOException {
        return JSON.readTree(response.getEntity().getContent());
    }

    private static ObjectNode resource(String name) throws IOException {
        try (var in = ElasticsearchSetup.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IOException("The module tributary-docker is not on the classpath: " + RESOURCES + name);
            }
            return (ObjectNode) JSON.readTree(in);
        }
    }
}
