package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.local.streaming.StreamedRun;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The shared node with what the customer job makes of a simulated shop, by the starter library and the scenarios, whose
 * caps hold something back.
 *
 * @param from when its first visit could begin
 * @param to when everything has happened
 */
record SimulatedShop(long from, long to) {
    /** Longer than the job takes from one checkpoint to the next. */
    private static final Duration QUIET = Duration.ofSeconds(4);

    private static final Path SCENARIOS = Path.of(System.getProperty("tributary.root"), "scenarios");

    /** Runs the job from the first event to the last, and returns when all is in the indices. */
    static SimulatedShop run(SimulationConfig config, Path folder) throws Exception {
        Path file = folder.resolve("simulated.jsonl");
        new SimulationWriter().write(new Simulator(config), file, lines -> {});
        EventFiles files = EventFiles.of(List.of(file), List.of());
        Definitions definitions = definitions();
        PublishPlan plan = PublishPlan.read(files);
        BacktestResult expected = backtest(files, definitions);
        long from = config.start().toEpochMilli();
        long to = plan.newest().orElseThrow()
                + CustomerOptions.LATENESS_BOUND.defaultValue().toMillis()
                + 1;
        try (StreamedRun run = new StreamedRun(2, definitions);
                Publisher publisher = new Publisher(run.bootstrapServers())) {
            refuse(plan.refused(), from, to, publisher);
            publisher.send(withoutRefused(plan), 0, sent -> {});
            publisher.tick(to);
            publisher.flush();
            run.awaitProfiles(expected.counts().accepted(), expected.counts().customers());
            run.awaitRecords(Topic.REJECTS, expected.rejects().size());
            settle(run);
            run.stop();
        }
        SharedElasticsearch.request("POST", "/cdp-*/_refresh", "");
        return new SimulatedShop(from, to);
    }

    /**
     * Waits until time has done what it does. Triggers on segments need not be those of a backtest: the partitions are read at
     * full speed, so what somebody does on two devices comes in another order (ADR 29).
     */
    private static void settle(StreamedRun run) throws Exception {
        AtomicLong known = new AtomicLong(-1);
        Await.until("nothing more to happen", Duration.ofMinutes(2), () -> {
            long before = known.get();
            Thread.sleep(QUIET.toMillis());
            known.set(run.records(Topic.TRIGGERS).size()
                    + run.records(Topic.TRIGGERS_SUPPRESSED).size()
                    + run.records(Topic.SEGMENT_CHANGES).size());
            return known.get() == before;
        });
    }

    private static Definitions definitions() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        for (Path folder : List.of(StarterLibrary.folder(), SCENARIOS)) {
            for (Path file : Definitions.files(folder)) {
                files.put(file.toString(), Files.readString(file));
            }
        }
        return Definitions.of(files, IdentitySettings.defaults());
    }

    private static BacktestResult backtest(EventFiles files, Definitions definitions) throws Exception {
        Backtest backtest = new Backtest(definitions);
        files.read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        return backtest.run(OptionalLong.empty(), 1);
    }

    /** What is refused has no time but Kafka's: here, times spread over the whole. */
    private static void refuse(List<byte[]> lines, long from, long to, Publisher publisher) throws Exception {
        for (int i = 0; i < lines.size(); i++) {
            byte[] key = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            publisher.send(from + (to - from) * i / lines.size(), key, lines.get(i));
        }
    }

    private static PublishPlan withoutRefused(PublishPlan plan) {
        return new PublishPlan(List.of(), plan.events(), plan.unsendable(), plan.ticks());
    }

    /** Asks the node. */
    JsonNode search(String index, JsonNode body) throws IOException, InterruptedException {
        return SharedElasticsearch.request("POST", "/" + index + "/_search", body.toString());
    }

    /** All documents of an index, as they were written. */
    List<JsonNode> documents(String index) throws IOException, InterruptedException {
        List<JsonNode> documents = new ArrayList<>();
        JsonNode page = SharedElasticsearch.request(
                "POST", "/" + index + "/_search?scroll=1m", "{\"size\": 10000, \"sort\": [\"_doc\"]}");
        while (!page.at("/hits/hits").isEmpty()) {
            page.at("/hits/hits").forEach(hit -> documents.add(hit.path("_source")));
            ObjectNode next = JsonNodeFactory.instance
                    .objectNode()
                    .put("scroll", "1m")
                    .put("scroll_id", page.path("_scroll_id").asText());
            page = SharedElasticsearch.request("POST", "/_search/scroll", next.toString());
        }
        return documents;
    }
}
