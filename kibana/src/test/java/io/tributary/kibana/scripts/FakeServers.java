package io.tributary.kibana.scripts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Answers as Kibana and Elasticsearch do, as far as the scripts ask; no real Kibana is to be had where the tests run. */
final class FakeServers implements AutoCloseable {
    record Request(String method, String target, String authorization, String xsrf, String body) {}

    record Answer(int status, String body) {}

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private final HttpServer server;
    private final List<ObjectNode> imported = new ArrayList<>();

    final List<Request> requests = new ArrayList<>();

    /** Changes an answer to a request on its way. */
    UnaryOperator<Answer> onImport = answer -> answer;

    UnaryOperator<Answer> onExport = answer -> answer;
    UnaryOperator<Answer> onDataView = answer -> answer;
    UnaryOperator<Answer> onCount = answer -> answer;

    /** The value of the header that is let in; null for everybody. */
    String authorization;

    FakeServers() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    headers.getFirst("Authorization"),
                    headers.getFirst("kbn-xsrf"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            requests.add(request);
            Answer answer = authorization == null || authorization.equals(request.authorization)
                    ? answer(request)
                    : new Answer(
                            401,
                            "{\"statusCode\":401,\"error\":\"Unauthorized\",\"message\":\"unable to authenticate\"}");
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(Request request) throws JsonProcessingException {
        String target = request.target;
        if (request.method.equals("POST") && request.xsrf == null) {
            return new Answer(400, "{\"statusCode\":400,\"message\":\"Request must contain a kbn-xsrf header.\"}");
        }
        if (target.equals("/api/status")) {
            return new Answer(200, "{\"name\":\"kibana\",\"version\":{\"number\":\"8.19.21\"},\"status\":{}}");
        }
        if (target.equals("/api/saved_objects/_import?overwrite=true")) {
            return onImport.apply(importAll(request.body));
        }
        if (target.equals("/api/saved_objects/_export")) {
            return onExport.apply(export(MAPPER.readTree(request.body)));
        }
        if (target.startsWith("/api/data_views/data_view/")) {
            return onDataView.apply(new Answer(200, "{\"data_view\":{}}"));
        }
        if (target.endsWith("/_count")) {
            return onCount.apply(new Answer(200, "{\"count\":42,\"_shards\":{\"total\":1,\"successful\":1}}"));
        }
        return new Answer(404, "{\"statusCode\":404}");
    }

    /** The file is a part of a form. */
    private Answer importAll(String form) throws JsonProcessingException {
        imported.clear();
        for (String line : form.lines().filter(line -> line.startsWith("{")).toList()) {
            imported.add((ObjectNode) MAPPER.readTree(line));
        }
        ObjectNode answer =
                MAPPER.createObjectNode().put("successCount", imported.size()).put("success", true);
        answer.putArray("warnings");
        var results = answer.putArray("successResults");
        imported.forEach(object -> results.addObject()
                .put("type", object.path("type").asText())
                .put("id", object.path("id").asText())
                .putObject("meta")
                .put("success", "\"quoted\""));
        return new Answer(200, answer.toString());
    }

    /** With what is referred to, keys in their order, and a line with details. */
    private Answer export(JsonNode request) throws JsonProcessingException {
        Set<String> wanted = new HashSet<>();
        request.path("objects").forEach(object -> want(object, wanted));
        List<String> lines = new ArrayList<>();
        for (ObjectNode object : imported) {
            if (wanted.contains(key(object))) {
                lines.add(MAPPER.writeValueAsString(
                        MAPPER.convertValue(object.put("updated_at", "2026-01-01T00:00:00.000Z"), TreeMap.class)));
            }
        }
        lines.add("{\"excludedObjects\":[],\"excludedObjectsCount\":0,\"exportedCount\":" + lines.size()
                + ",\"missingRefCount\":0,\"missingReferences\":[]}");
        return new Answer(200, lines.stream().collect(Collectors.joining("\n")));
    }

    private void want(JsonNode object, Set<String> wanted) {
        if (wanted.add(key(object))) {
            imported.stream()
                    .filter(candidate -> key(candidate).equals(key(object)))
                    .forEach(found -> found.path("references").forEach(reference -> want(reference, wanted)));
        }
    }

    private static String key(JsonNode object) {
        return object.path("type").asText() + " " + object.path("id").asText();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
