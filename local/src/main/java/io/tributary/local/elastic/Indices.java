package io.tributary.local.elastic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import io.tributary.operators.sink.ElasticsearchConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestHighLevelClient;

/** The indices of an Elasticsearch, by name. */
@SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
final class Indices implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOT_FOUND = 404;

    private final ElasticsearchConnection connection;
    private final RestHighLevelClient client;

    private Indices(ElasticsearchConnection connection, RestHighLevelClient client) {
        this.connection = connection;
        this.client = client;
    }

    static Indices of(ElasticsearchConnection connection) throws IOException {
        return new Indices(connection, connection.open());
    }

    /** The indices behind an alias, ascending; none if there is no such alias. */
    List<String> behind(String alias) throws IOException {
        JsonNode found = ask("GET", "/_alias/" + alias, null);
        List<String> names = new ArrayList<>();
        if (!found.path("error").isMissingNode()) {
            return names;
        }
        found.fieldNames().forEachRemaining(names::add);
        names.sort(null);
        return names;
    }

    boolean exists(String index) throws IOException {
        return !ask("GET", "/" + index + "/_settings", null).has("error");
    }

    /** By the template that its name matches. */
    void create(String index) throws IOException {
        done("PUT", "/" + index, JSON.createObjectNode());
    }

    void delete(String index) throws IOException {
        done("DELETE", "/" + index, null);
    }

    /** How many documents a search finds in it. */
    long count(String index) throws IOException {
        done("POST", "/" + index + "/_refresh", null);
        return done("GET", "/" + index + "/_count", null).path("count").asLong();
    }

    /** At once: each alias goes from one index to another, where it is written from then on. */
    void swap(List<Swap> swaps) throws IOException {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode actions = body.putArray("actions");
        for (Swap swap : swaps) {
            actions.addObject().putObject("remove").put("index", swap.from).put("alias", swap.alias);
            actions.addObject()
                    .putObject("add")
                    .put("index", swap.to)
                    .put("alias", swap.alias)
                    .put("is_write_index", true);
        }
        done("POST", "/_aliases", body);
    }

    /** An alias that goes to another index. */
    record Swap(String alias, String from, String to) {}

    /** The versions of those documents that are there, whether a search finds them yet or not. */
    Map<String, Long> versions(String index, List<String> ids) throws IOException {
        Map<String, Long> versions = new HashMap<>();
        if (ids.isEmpty()) {
            return versions;
        }
        ObjectNode body = JSON.createObjectNode();
        ArrayNode wanted = body.putArray("ids");
        ids.forEach(wanted::add);
        for (JsonNode document :
                done("POST", "/" + index + "/_mget?_source=false", body).path("docs")) {
            if (document.path("found").asBoolean()) {
                versions.put(
                        document.path("_id").asText(), document.path("_version").asLong());
            }
        }
        return versions;
    }

    /** @throws UserException if a document was refused for another reason than that a newer version of it is there */
    void bulk(String lines) throws IOException {
        Request request = new Request("POST", "/_bulk");
        request.setJsonEntity(lines);
        JsonNode answer = perform(request);
        if (!answer.path("errors").asBoolean()) {
            return;
        }
        for (JsonNode item : answer.path("items")) {
            JsonNode outcome = item.elements().next();
            int status = outcome.path("status").asInt();
            if (status >= 300 && status != 409 && status != NOT_FOUND) {
                throw new UserException("Elasticsearch refuses document %s of %s: %s"
                        .formatted(
                                outcome.path("_id").asText(),
                                outcome.path("_index").asText(),
                                outcome.path("error").path("reason").asText()));
            }
        }
    }

    private JsonNode done(String method, String path, ObjectNode body) throws IOException {
        JsonNode answer = ask(method, path, body);
        if (answer.has("error")) {
            throw new UserException("Elasticsearch refuses %s %s: %s"
                    .formatted(method, path, answer.at("/error/reason").asText()));
        }
        return answer;
    }

    /** The answer's body, also of what was not found. */
    private JsonNode ask(String method, String path, ObjectNode body) throws IOException {
        Request request = new Request(method, path);
        if (body != null) {
            request.setJsonEntity(JSON.writeValueAsString(body));
        }
        return perform(request);
    }

    private JsonNode perform(Request request) throws IOException {
        RestClient rest = client.getLowLevelClient();
        try {
            return JSON.readTree(rest.performRequest(request).getEntity().getContent());
        } catch (ResponseException e) {
            if (e.getResponse().getStatusLine().getStatusCode() == NOT_FOUND) {
                return JSON.readTree(EntityUtils.toString(e.getResponse().getEntity()));
            }
            throw new UserException(
                    "%s refuses %s %s: %s"
                            .formatted(
                                    connection,
                                    request.getMethod(),
                                    request.getEndpoint(),
                                    e.getResponse().getStatusLine()),
                    e);
        } catch (IOException e) {
            throw new UserException(connection + " does not answer: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
