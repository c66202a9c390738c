package io.tributary.local.sink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a node and answers the first bulk requests itself, with an error status, or lets nothing through. */
final class FlakyProxy implements AutoCloseable {
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI node;
    private final int status;
    private final AtomicInteger refusals;
    private final AtomicInteger passed = new AtomicInteger();
    private volatile boolean down;

    FlakyProxy(URI node, int status, int refusals) throws IOException {
        this.node = node;
        this.status = status;
        this.refusals = new AtomicInteger(refusals);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    /** One that lets everything through until it is told otherwise. */
    FlakyProxy(URI node) throws IOException {
        this(node, 0, 0);
    }

    /** Breaks every connection off without an answer, as a node does that is gone, until {@link #up()}. */
    void down() {
        down = true;
    }

    void up() {
        down = false;
    }

    URI http() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Requests that the node has got. */
    int passed() {
        return passed.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            if (down) {
                return;
            }
            var uri = exchange.getRequestURI();
            if (uri.getPath().equals("/_bulk") && refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                exchange.getResponseHeaders().add("Content-Type", "text/plain");
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            passed.incrementAndGet();
            var request = HttpRequest.newBuilder(node.resolve(uri.toString()))
                    .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
            for (var name : new String[] {"Content-Type", "Accept"}) {
                var value = exchange.getRequestHeaders().getFirst(name);
                if (value != null) {
                    request.header(name, value);
                }
            }
            var answer = http.send(request.build(), BodyHandlers.ofByteArray());
            for (var name : new String[] {"Content-Type", "X-elastic-product"}) {
                answer.headers().firstValue(name).ifPresent(value -> exchange.getResponseHeaders()
                        .add(name, value));
            }
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
