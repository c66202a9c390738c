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
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.testing.Await;
import io.tributary.schemas.testing.PublicSchemas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Definitions are published while events flow through the job as fast as it takes them, and the job crashes while it looks
 * at all customers by them: in the end everybody is in the segments in which a backtest by the new definitions has them, and
 * nobody was ever in one that only a mixture of both would yield.
 */
class DefinitionsWhileEventsFlowIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int QUIET = 5_000;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final String TRAITS =
            """
            traits:
            - {name: views_1d, aggregate: count, events: [Product Viewed], window: 1d}
            - {name: spent, aggregate: sum, events: [Order Completed], value: event.revenue}
            """;

    /** Nobody is few and many at once, but by the one segment of the first set and the other of the second. */
    private static final Definitions BEFORE = AbandonedCartAlone.with(
            "before.yaml",
            TRAITS
                    + """
            segments:
            - {name: few, when: events.count <= 3}
            - {name: many, when: events.count > 3}
            - {name: few_and_many, when: in_segment('few') && in_segment('many')}
            - {name: buyer, when: orders.count > 0}
            - {name: looking, when: computed.views_1d >= 3}
            - {name: recent, when: days_since(last_seen) <= 3}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 2}
            """);

    private static final Definitions AFTER = AbandonedCartAlone.with(
            "after.yaml",
            TRAITS
                    + """
            segments:
            - {name: few, when: events.count <= 1}
            - {name: many, when: events.count > 1}
            - {name: few_and_many, when: in_segment('few') && in_segment('many')}
            - {name: big_spender, when: computed.spent >= 100}
            - {name: looking, when: computed.views_1d >= 2}
            - {name: recent, when: days_since(last_seen) <= 400}
            - {name: quiet, when: "!in_segment('many') && days_since(first_seen) > 1"}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 3}
            """);

    @TempDir
    private Path folder;

    @Test
    void inTheEndMembershipsAreThoseOfTheNewDefinitionsAndNoneWasEverOfAMixture() throws Exception {
        EventFiles files = EventFiles.of(List.of(simulated(), quiet()), List.of());
        BacktestResult expected = backtest(files);
        PublishPlan plan = PublishPlan.read(files);
        int half = plan.events().size() / 2;

        try (StreamedRun run = new StreamedRun(3, BEFORE);
                ShuffledPublisher publisher = new ShuffledPublisher(run.bootstrapServers(), 2)) {
            publisher.send(plan.refused(), plan.events().subList(0, half));
            publisher.tick(plan.events().get(half).timestamp());
            run.publish(AFTER);
            publisher.send(List.of(), plan.events().subList(half, plan.events().size()));
            Await.until(
                    "the first changes by the new definitions",
                    Duration.ofMinutes(2),
                    () -> changesByTheNewDefinitions(run) > 0);
            run.crashAtOnce();
            System.out.printf("%,d changes by the new definitions before the crash%n", changesByTheNewDefinitions(run));
            run.start();
            publisher.tick(plan.newest().orElseThrow()
                    + CustomerOptions.LATENESS_BOUND.defaultValue().toMillis()
                    + 1);
            run.awaitProfiles(expected.counts().accepted(), expected.counts().customers());
            Map<String, JsonNode> profiles = expectedProfiles(expected);
            Await.until("everybody's memberships", Duration.ofMinutes(2), () -> publishedProfiles(run)
                    .equals(profiles));
            run.stop();

            assertThat(publishedProfiles(run)).isEqualTo(profiles);
            assertChangesLeadTo(profiles, run);
        }
    }

    private Path simulated() throws Exception {
        Path events = folder.resolve("simulated.jsonl");
        new SimulationWriter().write(new Simulator(SimulationConfig.of(150, 4, 42)), events, lines -> {});
        return events;
    }

    /** Customers of whom nothing is heard again: two events each, on the first day. */
    private Path quiet() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 2 * QUIET; i++) {
            int customer = i % QUIET;
            lines.add(
                    "{'type':'track','event':'%s','messageId':'q%d','userId':'quiet-%d','timestamp':'%s','properties':{'category':'c%d'}}"
                            .replace('\'', '"')
                            .formatted(
                                    customer % 3 == 0 ? "Product Viewed" : "Signed In",
                                    i,
                                    customer % 5 == 0 ? i : customer,
                                    START.plusMillis(4_000L * i),
                                    customer % 7));
        }
        return Files.write(folder.resolve("quiet.jsonl"), lines);
    }

    private static BacktestResult backtest(EventFiles files) throws Exception {
        Backtest backtest = new Backtest(AFTER);
        files.read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        return backtest.run(OptionalLong.empty(), 2);
    }

    private static long changesByTheNewDefinitions(StreamedRun run) throws Exception {
        return run.values(Topic.SEGMENT_CHANGES).stream()
                .filter(change -> change.path("definition_version").asInt() == 2)
                .count();
    }

    private static Map<String, JsonNode> expectedProfiles(BacktestResult expected) throws Exception {
        Map<String, JsonNode> profiles = new TreeMap<>();
        for (byte[] line : expected.profiles()) {
            JsonNode profile = JSON.readTree(line);
            profiles.put(profile.get("customer_id").asText(), comparable(profile));
        }
        return profiles;
    }

    private static Map<String, JsonNode> publishedProfiles(StreamedRun run) throws Exception {
        Map<String, JsonNode> published = new TreeMap<>();
        run.profiles().forEach((customer, profile) -> published.put(customer, comparable(profile)));
        return published;
    }

    /** Without the version, and since when somebody is in a segment. */
    private static JsonNode comparable(JsonNode profile) {
        ObjectNode copy = profile.deepCopy();
        copy.remove("version");
        copy.path("segments").forEach(segment -> ((ObjectNode) segment).remove("since"));
        return copy;
    }

    /** Whoever counts what has changed has what the profiles say. */
    private static void assertChangesLeadTo(Map<String, JsonNode> profiles, StreamedRun run) throws Exception {
        Map<String, Integer> members = new HashMap<>();
        for (JsonNode change : run.values(Topic.SEGMENT_CHANGES)) {
            assertThat(PublicSchemas.faults("segment-change", change)).isEmpty();
            assertThat(change.path("segment").asText())
                    .as("nobody was ever few by the one set and many by the other")
                    .isNotEqualTo("few_and_many");
            String membership = change.path("customer_id").asText() + " "
                    + change.path("segment").asText() + " "
                    + change.path("value").asText();
            int step = change.path("change").asText().equals("entered") ? 1 : -1;
            int now = members.merge(membership, step, Integer::sum);
            assertThat(now).as(membership).isBetween(0, 1);
        }
        List<String> expected = new ArrayList<>();
        profiles.forEach((customer, profile) -> profile.path("segments")
                .forEach(segment ->
                        expected.add(customer + " " + segment.path("segment").asText() + " "
                                + segment.path("value").asText())));
        members.values().removeIf(count -> count == 0);
        assertThat(members.keySet()).containsExactlyInAnyOrderElementsOf(expected);
    }
}
