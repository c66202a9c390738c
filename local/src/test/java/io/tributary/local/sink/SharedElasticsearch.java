package io.tributary.local.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.stack.ElasticsearchNode;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import org.apache.flink.util.FileUtils;

/** One real node for all tests of a run, set up as in production; it ends with the run. */
public final class SharedElasticsearch {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static ElasticsearchNode node;

    private SharedElasticsearch() {}

    public static synchronized ElasticsearchNode node() {
        if (node == null) {
            try {
                var folder = Files.createTempDirectory("shared-elasticsearch");
                node = ElasticsearchNode.start(folder, 0);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    node.close();
                    FileUtils.deleteDirectoryQuietly(folder.toFile());
                }));
                ElasticsearchSetup.apply(connection());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return node;
    }

    public static ElasticsearchConnection connection() {
        return ElasticsearchConnection.to(node().http());
    }

    /** The answer's body, whatever its status. */
    public static JsonNode get(String path) throws IOException, InterruptedException {
        return request("GET", path, "");
    }

    public static JsonNode request(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(node().http().resolve(path))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return JSON.readTree(HTTP.send(request, BodyHandlers.ofString()).body());
    }

    /** As if it had just been set up. */
    public static void empty() throws IOException, InterruptedException {
        for (var index : get("/_cat/indices/cdp-*?format=json&h=index")) {
            request("DELETE", "/" + index.path("index").asText(), "");
        }
        ElasticsearchSetup.apply(connection());
    }

    /** Documents that a search finds, after a refresh. */
    public static long count(String index, String query) throws IOException, InterruptedException {
        request("POST", "/" + index + "/_refresh", "");
        return get("/" + index + "/_count?q=" + query).path("count").asLong(-1);
    }
}
