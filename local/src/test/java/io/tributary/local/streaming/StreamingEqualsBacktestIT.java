package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.testing.PublicSchemas;
import io.tributary.schemas.testing.ReferenceData;
import io.tributary.schemas.time.Timestamps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the job makes of a file that is published into a fresh stack equals what a backtest makes of it: profiles apart
 * from their version, triggers as a set, rejects by reason and bytes. All that it publishes is valid by the public schemas.
 *
 * <p>The bytes of a reject are those that were refused. Of a row that a mapping refuses they are the row, in both. Of an
 * event that a mapping made and the event parser refuses, the job has never seen the row: its bytes are the mapped
 * event, a backtest's the row.
 */
class StreamingEqualsBacktestIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MAPPINGS = Path.of(System.getProperty("tributary.root"), "mappings");

    @TempDir
    private Path folder;

    @Test
    void onTheClickStreamOfAMultiCategoryShop() throws Exception {
        equalOn(mapped("rees46.yaml", ReferenceData.require("clickstream_multicategory/events.csv")));
    }

    @Test
    void onTheClickStreamOfVisitors() throws Exception {
        equalOn(mapped("otto.yaml", ReferenceData.require("clickstream_otto/train.jsonl")));
    }

    @Test
    void onTheOrdersOfARetailer() throws Exception {
        equalOn(mapped("uci_retail.yaml", ReferenceData.require("retail_uci/customers_mod10_eq3.csv")));
    }

    @Test
    void onTheOrdersOfAMusicShop() throws Exception {
        equalOn(mapped("cdnow.yaml", ReferenceData.require("cdnow/CDNOW_sample.txt")));
    }

    @Test
    void onSimulatedTrafficInAnyOrderOfArrivalAcrossCrashesAndAnUpgradeBesideAPartitionThatOnlyTicks()
            throws Exception {
        Path events = folder.resolve("simulated.jsonl");
        new SimulationWriter().write(new Simulator(SimulationConfig.of(150, 4, 42)), events, lines -> {});
        EventFiles files = EventFiles.of(List.of(events), List.of());
        BacktestResult expected = backtest(files);
        PublishPlan plan = PublishPlan.read(files);
        long bound = CustomerOptions.LATENESS_BOUND.defaultValue().toMillis();
        List<PublishPlan.Event> arrivals = shuffledWithin(bound - 1, plan.events(), 7);
        int third = arrivals.size() / 3;

        try (StreamedRun run = new StreamedRun(3);
                ShuffledPublisher publisher = new ShuffledPublisher(run.bootstrapServers(), 2)) {
            publisher.send(plan.refused(), arrivals.subList(0, third));
            run.crash();
            publisher.send(List.of(), arrivals.subList(third, 2 * third));
            run.start();
            run.crash();
            run.start();
            run.upgrade();
            publisher.send(List.of(), arrivals.subList(2 * third, arrivals.size()));
            publisher.tick(plan.newest().orElseThrow() + bound + 1);
            assertEqual(run, expected, rejects(files));
        }
    }

    /** A login cancels carts on other devices all year round, and the watermark runs as fast as it can. */
    @Test
    @Tag("full")
    void onAYearOfSimulatedTrafficAtFullSpeed() throws Exception {
        Path events = folder.resolve("year.jsonl");
        new SimulationWriter().write(new Simulator(SimulationConfig.of(150, 365, 11)), events, lines -> {});

        equalOn(EventFiles.of(List.of(events), List.of()));
    }

    private static EventFiles mapped(String mapping, Path file) throws Exception {
        return EventFiles.of(List.of(file), List.of(MAPPINGS.resolve(mapping)));
    }

    private static void equalOn(EventFiles files) throws Exception {
        BacktestResult expected = backtest(files);
        long begun = System.currentTimeMillis();
        PublishPlan plan = PublishPlan.read(files);
        try (StreamedRun run = new StreamedRun(2);
                Publisher publisher = new Publisher(run.bootstrapServers())) {
            publisher.send(plan, 0, sent -> {});
            publisher.tick(plan.newest().orElseThrow()
                    + CustomerOptions.LATENESS_BOUND.defaultValue().toMillis()
                    + 1);
            publisher.flush();
            assertEqual(run, expected, rejects(files));
            assertThat(run.values(Topic.REJECTS))
                    .as("when lines without a time were sent")
                    .allSatisfy(reject -> assertThat(
                                    Timestamps.parse(reject.get("sent_at").asText()))
                            .isBetween(begun, System.currentTimeMillis()));
        }
    }

    private static BacktestResult backtest(EventFiles files) throws Exception {
        Backtest backtest = new Backtest(AbandonedCartAlone.definitions());
        files.read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        return backtest.run(OptionalLong.empty(), 1);
    }

    /** An order of arrival in which every event comes less than {@code millis} behind a newer one. */
    private static List<PublishPlan.Event> shuffledWithin(long millis, List<PublishPlan.Event> events, long seed) {
        record Arrival(long at, PublishPlan.Event event) {}
        Random random = new Random(seed);
        List<Arrival> arrivals = new ArrayList<>();
        for (PublishPlan.Event event : events) {
            arrivals.add(new Arrival(event.timestamp() + random.nextLong(millis), event));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        return arrivals.stream().map(Arrival::event).toList();
    }

    /** Reason and bytes of what the job refuses, or publish before it. */
    private static List<String> rejects(EventFiles files) throws Exception {
        List<String> rejects = new ArrayList<>();
        files.read(EventParser.withDefaults(), (inbound, json) -> {
            if (inbound instanceof Inbound.Refused refused) {
                byte[] raw = json == null ? refused.reject().raw() : json;
                rejects.add(refused.reject().reason().id() + " "
                        + Base64.getEncoder().encodeToString(raw));
            }
        });
        return rejects;
    }

    private static void assertEqual(StreamedRun run, BacktestResult expected, List<String> refused) throws Exception {
        run.awaitProfiles(expected.counts().accepted(), expected.counts().customers());
        run.awaitRecords(Topic.REJECTS, expected.rejects().size());
        run.awaitRecords(Topic.TRIGGERS, expected.triggers().size());
        run.stop();

        Map<String, JsonNode> profiles = new TreeMap<>();
        for (byte[] line : expected.profiles()) {
            JsonNode profile = JSON.readTree(line);
            profiles.put(profile.get("customer_id").asText(), withoutVersion(profile));
        }
        Map<String, JsonNode> published = new TreeMap<>();
        run.profiles().forEach((customer, profile) -> published.put(customer, withoutVersion(profile)));
        assertThat(published).isEqualTo(profiles);

        Set<JsonNode> triggers = new HashSet<>();
        for (byte[] line : expected.triggers()) {
            triggers.add(JSON.readTree(line));
        }
        assertThat(run.values(Topic.TRIGGERS)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(triggers);

        List<JsonNode> changes = new ArrayList<>();
        for (byte[] line : expected.identityChanges()) {
            changes.add(JSON.readTree(line));
        }
        assertThat(run.values(Topic.IDENTITY_CHANGES)).containsExactlyInAnyOrderElementsOf(changes);

        List<String> rejects = new ArrayList<>();
        for (JsonNode reject : run.values(Topic.REJECTS)) {
            rejects.add(reject.get("reason").asText() + " " + reject.get("raw").asText());
        }
        assertThat(rejects).hasSameSizeAs(expected.rejects()).containsExactlyInAnyOrderElementsOf(refused);

        // Every accepted event once, with its own place in its customer's history.
        assertThat(run.records(Topic.CUSTOMER_EVENTS))
                .hasSize((int) expected.counts().accepted())
                .extracting(
                        record -> record.key() + JSON.readTree(record.value()).get("profile_version"))
                .doesNotHaveDuplicates();

        assertValid("profile", run.values(Topic.PROFILES));
        assertValid("customer-event", run.values(Topic.CUSTOMER_EVENTS));
        assertValid("identity-change", run.values(Topic.IDENTITY_CHANGES));
        assertValid("customer-alias", run.values(Topic.CUSTOMER_ALIASES));
        assertValid("trigger", run.values(Topic.TRIGGERS));
        assertValid("reject", run.values(Topic.REJECTS));

        SharedElasticsearch.request("POST", "/cdp-*/_refresh", "");
        JsonNode hits =
                SharedElasticsearch.get("/cdp-profiles/_search?size=10000&_source=events.count&track_total_hits=true");
        assertThat(hits.at("/hits/total/value").asLong())
                .isEqualTo(expected.counts().customers());
        for (JsonNode hit : hits.at("/hits/hits")) {
            assertThat(hit.at("/_source/events/count"))
                    .as("document of %s", hit.get("_id"))
                    .isEqualTo(profiles.get(hit.get("_id").asText()).at("/events/count"));
        }
        assertThat(SharedElasticsearch.count("cdp-triggers", "*"))
                .isEqualTo(expected.triggers().size());
    }

    private static void assertValid(String kind, List<JsonNode> values) {
        for (JsonNode value : values) {
            Set<?> faults = PublicSchemas.faults(kind, value);
            if (!faults.isEmpty()) {
                assertThat(faults).as("%s %s", kind, value).isEmpty();
            }
        }
    }

    private static JsonNode withoutVersion(JsonNode profile) {
        return ((ObjectNode) profile.deepCopy()).without("version");
    }
}
