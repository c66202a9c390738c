package io.tributary.local.latency;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.operators.sink.ElasticsearchSetup;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks for mergers in Elasticsearch as its users would, by searches, which find what the index has been refreshed with;
 * until it is interrupted. One search asks about all mergers that are awaited.
 */
final class SearchObserver implements Callable<Void> {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private final URI search;
    private final Mergers mergers;
    private final RestJson rest = new RestJson();
    private final List<Duration> intervals = new ArrayList<>();

    SearchObserver(URI elasticsearch, Mergers mergers) {
        this.search = elasticsearch.resolve(
                "/" + ElasticsearchSetup.PROFILES + "/_search?filter_path=hits.hits._id,hits.hits._source.merged_from");
        this.mergers = mergers;
    }

    @Override
    public Void call() throws IOException, InterruptedException {
        long before = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            Set<String> wanted = mergers.wantedInSearch();
            if (!wanted.isEmpty()) {
                JsonNode answer = rest.post(search, request(wanted));
                long nanos = System.nanoTime();
                mergers.inSearch(wanted, found(answer, wanted), nanos);
                if (mergers.sent() > 0) {
                    record(Duration.ofNanos(nanos - before));
                }
                before = nanos;
            }
            LockSupport.parkNanos(PAUSE);
        }
        return null;
    }

    private synchronized void record(Duration interval) {
        intervals.add(interval);
    }

    /** From one answer to the next since the first login: how exactly an instant is known. */
    synchronized Latencies intervals() {
        return new Latencies(intervals);
    }

    private static ObjectNode request(Set<String> wanted) {
        ObjectNode request = RestJson.JSON.createObjectNode();
        // A loser, or the one it was merged into, or for a moment both.
        request.put("size", 2 * wanted.size());
        request.putArray("_source").add("merged_from");
        var either = request.putObject("query").putObject("bool").putArray("should");
        either.addObject().putObject("ids").set("values", RestJson.JSON.valueToTree(wanted));
        either.addObject().putObject("terms").set("merged_from", RestJson.JSON.valueToTree(wanted));
        return request;
    }

    private static Mergers.Found found(JsonNode answer, Set<String> wanted) {
        Set<String> losers = new HashSet<>();
        Set<String> mergedFrom = new HashSet<>();
        for (JsonNode hit : answer.path("hits").path("hits")) {
            losers.add(hit.path("_id").asText());
            hit.path("_source").path("merged_from").forEach(former -> mergedFrom.add(former.asText()));
        }
        losers.retainAll(wanted);
        return new Mergers.Found(losers, mergedFrom);
    }
}
