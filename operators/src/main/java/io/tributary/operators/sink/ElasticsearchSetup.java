package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;

/**
 * Prepares an Elasticsearch for the sink: component and index templates, then the first index of each kind behind its
 * write alias. May run again at any time, also beside another one: templates are replaced, what exists of the indices
 * is left as it is.
 */
@SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
public final class ElasticsearchSetup {
    /** Alias of the profiles, without personal data. */
    public static final String PROFILES = "cdp-profiles";
    /** Alias of the personal data. */
    public static final String PERSONAL = "cdp-personal";
    /** Alias of the triggers that fired. */
    public static final String TRIGGERS = "cdp-triggers";

    private static final String RESOURCES = "/io/tributary/elasticsearch/";
    private static final List<String> COMPONENTS = List.of("settings", "dynamic");
    private static final Map<String, String> ALIAS_OF_INDEX_TEMPLATE =
            Map.of("profiles", PROFILES, "personal", PERSONAL, "triggers", TRIGGERS);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private ElasticsearchSetup() {}

    /**
     * Blocks until everything is in place.
     *
     * @throws IOException if Elasticsearch can't be reached or refuses; running again continues
     */
    public static void apply(ElasticsearchConnection connection) throws IOException {
        try (var client = connection.open()) {
            var rest = client.getLowLevelClient();
            for (var component : COMPONENTS) {
                put(rest, "/_component_template/tributary-" + component, resource(component + ".component.json"));
            }
            for (var kind : ALIAS_OF_INDEX_TEMPLATE.entrySet()) {
                put(rest, "/_index_template/tributary-" + kind.getKey(), resource(kind.getKey() + ".index.json"));
                createIndex(rest, kind.getValue());
            }
        }
    }

    private static void createIndex(RestClient rest, String alias) throws IOException {
        if (exists(rest, "/_alias/" + alias)) {
            return;
        }
        var body = JSON.createObjectNode();
        body.putObject("aliases").putObject(alias).put("is_write_index", true);
        try {
            put(rest, "/" + alias + "-v1", JSON.writeValueAsString(body));
        } catch (ResponseException e) {
            // Another setup was faster, or the index lost its alias: what counts is that the alias is there.
            if (!EntityUtils.toString(e.getResponse().getEntity()).contains("resource_already_exists_exception")) {
                throw e;
            }
            if (!exists(rest, "/_alias/" + alias)) {
                throw new IOException(
                        "Index %s-v1 exists without its alias %s; add the alias, or delete the index"
                                .formatted(alias, alias),
                        e);
            }
        }
    }

    private static boolean exists(RestClient rest, String path) throws IOException {
        var status =
                rest.performRequest(new Request("HEAD", path)).getStatusLine().getStatusCode();
        return status == 200;
    }

    private static void put(RestClient rest, String path, String json) throws IOException {
        var request = new Request("PUT", path);
        request.setJsonEntity(json);
        rest.performRequest(request);
    }

    private static String resource(String name) throws IOException {
        try (var in = ElasticsearchSetup.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IOException("The module tributary-docker is not on the classpath: " + RESOURCES + name);
            }
            return JSON.readTree(in).toString();
        }
    }
}
