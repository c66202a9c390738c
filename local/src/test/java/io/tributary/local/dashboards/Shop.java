package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;

/**
 * The shared node with what the customer job makes of some events, by the starter library and the scenarios, whose caps
 * hold something back.
 *
 * @param from when the first event happens, or what is before is over
 * @param to when everything has happened
 * @param expected what a backtest makes of the same events
 */
record Shop(long from, long to, BacktestResult expected) {
    /** For so long time goes on behind the last event: an abandoned cart waits for an hour. */
    private static final Duration GOES_ON = Duration.ofHours(1);

    private static final Duration WEEK = Duration.ofDays(7);

    /** Longer than the job takes from one checkpoint to the next. */
    private static final Duration QUIET = Duration.ofSeconds(4);

    /**
     * Events a second: the partitions are read side by side then. At full speed one may be read hours ahead of the other, and
     * of the few carts that are recovered none need be left (ADR 29).
     */
    private static final int PACE = 500;

    private static final Path SCENARIOS = Path.of(System.getProperty("tributary.root"), "scenarios");

    /** A simulated shop in which the {@linkplain RareEvents rare} happens, too; it begins with the simulation. */
    static Shop simulated(SimulationConfig config, Path folder) throws Exception {
        Path simulated = folder.resolve("simulated.jsonl");
        new SimulationWriter().write(new Simulator(config), simulated, lines -> {});
        RareEvents rare = new RareEvents(config.end());
        Path inTime = Files.write(folder.resolve("rare.jsonl"), rare.inTime());
        Path late = Files.write(folder.resolve("late.jsonl"), rare.late());
        return run(List.of(simulated, inTime), List.of(late), List.of(), PACE)
                .since(config.start().toEpochMilli());
    }

    /** A shop of which there is a file that a mapping reads. */
    static Shop of(Path file, Path mapping) throws Exception {
        return run(List.of(file), List.of(), List.of(mapping), 0);
    }

    /** The same, looked at from another instant on. */
    Shop since(long instant) {
        return new Shop(instant, to, expected);
    }

    /**
     * Runs the job from the first event to the last, and returns when all is in the indices.
     *
     * @param late is sent when the watermark has passed all that is in time
     * @param eventsPerSecond 0 for as many as go
     */
    private static Shop run(List<Path> inTime, List<Path> late, List<Path> mappings, int eventsPerSecond)
            throws Exception {
        PublishPlan plan = PublishPlan.read(EventFiles.of(inTime, mappings));
        long from = plan.events().get(0).timestamp();
        long newest = plan.newest().orElseThrow();
        long end = newest + GOES_ON.toMillis();
        Definitions definitions = definitions();
        List<Path> all = Stream.concat(inTime.stream(), late.stream()).toList();
        BacktestResult expected = backtest(EventFiles.of(all, mappings), definitions, end);
        try (StreamedRun run = new StreamedRun(2, definitions);
                Publisher publisher = new Publisher(run.bootstrapServers())) {
            refuse(plan.refused(), Math.max(from, newest - WEEK.toMillis()), newest, publisher);
            publisher.send(withoutRefused(plan), eventsPerSecond, sent -> {});
            if (!late.isEmpty()) {
                publisher.tick(tickOf(newest));
                publisher.send(PublishPlan.read(EventFiles.of(late, mappings)), 0, sent -> {});
            }
            publisher.tick(tickOf(end));
            publisher.flush();
            run.awaitProfiles(expected.counts().accepted(), expected.counts().customers());
            run.awaitRecords(Topic.REJECTS, expected.rejects().size());
            settle(run);
            run.stop();
        }
        SharedElasticsearch.request("POST", "/cdp-*/_refresh", "");
        return new Shop(from, tickOf(end), expected);
    }

    /** The tick that brings the watermark to an instant. */
    private static long tickOf(long watermark) {
        return watermark + CustomerOptions.LATENESS_BOUND.defaultValue().toMillis() + 1;
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

    private static BacktestResult backtest(EventFiles files, Definitions definitions, long until) throws Exception {
        Backtest backtest = new Backtest(definitions);
        files.read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        return backtest.run(OptionalLong.of(until), 1);
    }

    /** What is refused has no time but Kafka's: here, times spread over the last week. */
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
                "POST",
                "/" + index + "/_search?scroll=1m",
                "{\"size\": 10000, \"sort\": [\"_doc\"], \"track_total_hits\": true}");
        long total = page.at("/hits/total/value").asLong(-1);
        ObjectNode scroll = JsonNodeFactory.instance
                .objectNode()
                .put("scroll", "1m")
                .put("scroll_id", page.path("_scroll_id").asText());
        while (!page.at("/hits/hits").isEmpty()) {
            page.at("/hits/hits").forEach(hit -> documents.add(hit.path("_source")));
            page = SharedElasticsearch.request("POST", "/_search/scroll", scroll.toString());
        }
        SharedElasticsearch.request(
                "DELETE", "/_search/scroll", scroll.without("scroll").toString());
        assertThat(documents).as("documents of %s", index).hasSize((int) total);
        return documents;
    }
}
