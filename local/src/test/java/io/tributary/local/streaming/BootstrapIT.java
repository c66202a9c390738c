package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.backtest.Backtest;
import io.tributary.local.backtest.BacktestResult;
import io.tributary.local.cli.Cdp;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.time.Timestamps;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A job that starts from the savepoint of {@code ./cdp bootstrap} and goes on with Kafka says what a backtest of all of it
 * says: the state that was made from files equals the one that was streamed.
 */
class BootstrapIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long BOUND =
            CustomerOptions.LATENESS_BOUND.defaultValue().toMillis();
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long HOUR = Duration.ofHours(1).toMillis();

    @TempDir
    private Path folder;

    private Path savepoint;

    @BeforeEach
    void choose() {
        savepoint = folder.resolve("savepoint");
    }

    @Test
    void aJobGoesOnFromHistory() throws Exception {
        goesOnFromHistory(1);
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(longs = {2, 3, 4, 5, 6})
    void aJobGoesOnFromAnyHistory(long seed) throws Exception {
        goesOnFromHistory(seed);
    }

    /**
     * Also what lies across the end of the history: carts that are open, devices on which somebody logs in later, orders
     * that cancel, retries, erasures. The topic holds everything from the beginning; of what lies before the end the job reads the
     * last hour, and it is recognised; what is older would count twice, and an old erasure would reach who has come back.
     */
    private void goesOnFromHistory(long seed) throws Exception {
        Path simulated = folder.resolve("simulated.jsonl");
        new SimulationWriter().write(new Simulator(SimulationConfig.of(120, 6, seed)), simulated, lines -> {});
        List<PublishPlan.Event> shop =
                PublishPlan.read(EventFiles.of(List.of(simulated), List.of())).events();
        long end = shop.get(shop.size() * 6 / 10).timestamp();
        EventFiles files = EventFiles.of(List.of(simulated, across(end)), List.of());
        PublishPlan plan = PublishPlan.read(files);
        PrivacyCommand inFile = erasure("x-joan", end - HOUR + MINUTE);
        PrivacyCommand inTopic = erasure("x-ivan", end - 30 * HOUR);
        // As they came: behind the newer one the job would read the old one again, and erase whom it is late for.
        List<PrivacyCommand> commands = List.of(inTopic, inFile);
        BacktestResult before = backtest(files, commands, StarterLibrary.load(), OptionalLong.of(end));
        BacktestResult expected = backtest(files, commands, StarterLibrary.load(), OptionalLong.empty());
        List<JsonNode> triggers = after(end, "fired_at", expected.triggers());
        List<JsonNode> changes = after(end, "at", expected.identityChanges());
        assertThat(triggers).hasSizeLessThan(expected.triggers().size()).isNotEmpty();
        assertThat(changes).hasSizeLessThan(expected.identityChanges().size()).isNotEmpty();

        try (StreamedRun run = StreamedRun.withoutJob(2);
                Publisher publisher = new Publisher(run.bootstrapServers())) {
            DefinitionPublisher.publish(run.bootstrapServers(), StarterLibrary.load(), System.currentTimeMillis());
            List<PublishPlan.Event> events = plan.events();
            int past = (int)
                    events.stream().filter(event -> event.timestamp() <= end).count();
            publish(events.subList(0, past), publisher);
            for (PrivacyCommand command : commands) {
                publisher.send(command);
            }
            publisher.flush();

            String said = bootstrap(
                    "--events",
                    simulated,
                    folder.resolve("across.jsonl"),
                    "--until",
                    Timestamps.format(end),
                    "--parallelism",
                    3,
                    "--privacy",
                    Files.write(folder.resolve("commands.jsonl"), inFile.json()),
                    "--rejects",
                    folder.resolve("rejects.jsonl"),
                    "--config",
                    config(run.bootstrapServers()));

            assertThat(said)
                    .contains("%,d events read: %,d accepted, %,d duplicate, %,d rejected; %,d after --until"
                            .formatted(
                                    before.counts().read(),
                                    before.counts().accepted(),
                                    before.counts().duplicate(),
                                    before.rejects().size(),
                                    before.counts().afterUntil()));
            assertThat(said)
                    .contains("%,d customers as of %s".formatted(before.counts().customers(), Timestamps.format(end)));
            assertThat(Files.readAllLines(folder.resolve("rejects.jsonl"))).hasSameSizeAs(before.rejects());
            assertThat(comparable(run.profiles())).isEqualTo(comparable(before));
            assertThat(SharedElasticsearch.count("cdp-profiles", "*"))
                    .isEqualTo(before.counts().customers());
            for (String topic : List.of(
                    Topic.CUSTOMER_EVENTS,
                    Topic.TRIGGERS,
                    Topic.TRIGGERS_SUPPRESSED,
                    Topic.IDENTITY_CHANGES,
                    Topic.SEGMENT_CHANGES,
                    Topic.REJECTS)) {
                assertThat(run.records(topic)).as(topic).isEmpty();
            }

            run.start(savepoint, Timestamps.format(end - HOUR));
            int half = past + (events.size() - past) / 2;
            publish(events.subList(past, half), publisher);
            run.crash();
            run.start();
            publish(events.subList(half, events.size()), publisher);
            publisher.tick(plan.newest().orElseThrow() + BOUND + 1);
            publisher.flush();

            // What was erased is in no profile.
            run.awaitProfiles(events(comparable(expected)), expected.counts().customers());
            run.awaitRecords(Topic.TRIGGERS, triggers.size());
            run.stop();

            assertThat(comparable(run.profiles())).isEqualTo(comparable(expected));
            assertThat(run.values(Topic.TRIGGERS))
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(triggers);
            assertThat(run.values(Topic.IDENTITY_CHANGES)).containsExactlyInAnyOrderElementsOf(changes);
            assertThat(run.records(Topic.CUSTOMER_EVENTS)).hasSize((int)
                    (expected.counts().accepted() - before.counts().accepted()));
            assertThat(run.values(Topic.REJECTS)).isEmpty();
            assertThat(run.profiles().values())
                    .as("also those of customers who have come later")
                    .allSatisfy(profile -> assertThat(profile.get("version").asLong())
                            .isGreaterThan(Timestamps.parse("2026-01-01T00:00:00Z")));
        }
    }

    @Test
    void aNewComputedTraitIsThereFromTheBeginning() throws Exception {
        Path simulated = folder.resolve("simulated.jsonl");
        new SimulationWriter().write(new Simulator(SimulationConfig.of(40, 20, 7)), simulated, lines -> {});
        String old =
                """
                traits:
                - {name: orders_ever, aggregate: count, events: [Order Completed]}
                segments:
                - {name: buyer, when: computed.orders_ever >= 1}
                """;
        Path definitions = Files.createDirectory(folder.resolve("definitions"));
        Files.writeString(definitions.resolve("old.yaml"), old);
        Files.writeString(
                definitions.resolve("new.yaml"),
                """
                traits:
                - {name: viewed_30d, aggregate: count, events: [Product Viewed], window: 30d}
                - {name: spent, aggregate: sum, events: [Order Completed], value: event.revenue}
                segments:
                - {name: big_spender, when: computed.spent > 100}
                - {name: looker, when: computed.viewed_30d >= 3}
                """);
        Definitions all = Definitions.load(definitions, IdentitySettings.defaults());
        BacktestResult expected =
                backtest(EventFiles.of(List.of(simulated), List.of()), List.of(), all, OptionalLong.empty());

        try (StreamedRun run = StreamedRun.withoutJob(1)) {
            DefinitionPublisher.publish(
                    run.bootstrapServers(), Definitions.of("old.yaml", old), System.currentTimeMillis());
            Path config = config(run.bootstrapServers());
            assertThat(run(
                            "bootstrap",
                            "--events",
                            simulated,
                            "--savepoint",
                            savepoint,
                            "--config",
                            config,
                            "--definitions",
                            definitions))
                    .as("a set that the job does not know")
                    .isEqualTo(1);
            DefinitionPublisher.publish(run.bootstrapServers(), all, System.currentTimeMillis());

            bootstrap("--events", simulated, "--config", config, "--definitions", definitions);

            Map<String, JsonNode> profiles = run.profiles();
            assertThat(comparable(profiles)).isEqualTo(comparable(expected));
            assertThat(profiles.values())
                    .anySatisfy(
                            profile -> assertThat(profile.at("/computed/spent").isMissingNode())
                                    .isFalse())
                    .anySatisfy(profile -> assertThat(profile.at("/segments").findValuesAsText("segment"))
                            .contains("big_spender"));
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private Path across(long end) throws Exception {
        return Files.write(
                folder.resolve("across.jsonl"),
                List.of(
                        // Open at the end; fires behind it; later somebody logs in.
                        cart("x-1", "x-later", end - 30 * MINUTE),
                        login("x-2", "x-later", "x-mia", end + 2 * HOUR),
                        // The same once more, and a retry behind the end.
                        cart("x-1", "x-later", end - 30 * MINUTE),
                        cart("x-1", "x-later", end + 10 * MINUTE),
                        // Logs in and orders, each behind the end, before the deadline.
                        cart("x-3", "x-saved", end - 10 * MINUTE),
                        login("x-4", "x-saved", "x-joe", end + 2 * MINUTE),
                        order("x-5", "x-joe", end + 5 * MINUTE),
                        // Known in the history, and back with another device.
                        login("x-6", "x-phone", "x-eve", end - 3 * HOUR),
                        cart("x-7", "x-phone", end - 2 * HOUR),
                        login("x-8", "x-laptop", "x-eve", end + HOUR),
                        cart("x-9", "x-laptop", end + 2 * HOUR),
                        // At the last instant of the history, and at the first behind it.
                        cart("x-10", "x-last", end),
                        cart("x-11", "x-last", end + 1),
                        // Erased before the end, and back behind it.
                        order("x-12", "x-joan", end - 4 * HOUR),
                        order("x-13", "x-joan", end + HOUR),
                        order("x-14", "x-ivan", end - 40 * HOUR),
                        order("x-15", "x-ivan", end + HOUR),
                        "{broken"));
    }

    private static PrivacyCommand erasure(String user, long at) {
        return PrivacyCommand.erase("erase-" + user, at, new Identifier(Namespace.USER_ID, user));
    }

    private static String cart(String id, String device, long at) {
        return ("{\"type\":\"track\",\"event\":\"Product Added\",\"messageId\":\"%s\",\"anonymousId\":\"%s\","
                        + "\"timestamp\":\"%s\",\"properties\":{\"product_id\":\"p1\",\"price\":\"10.00\"}}")
                .formatted(id, device, Timestamps.format(at));
    }

    private static String login(String id, String device, String user, long at) {
        return "{\"type\":\"identify\",\"messageId\":\"%s\",\"anonymousId\":\"%s\",\"userId\":\"%s\",\"timestamp\":\"%s\"}"
                .formatted(id, device, user, Timestamps.format(at));
    }

    private static String order(String id, String user, long at) {
        return ("{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"%s\",\"userId\":\"%s\","
                        + "\"timestamp\":\"%s\",\"properties\":{\"order_id\":\"%s\",\"revenue\":\"10.00\"}}")
                .formatted(id, user, Timestamps.format(at), id);
    }

    private static void publish(List<PublishPlan.Event> events, Publisher publisher) throws Exception {
        publisher.send(new PublishPlan(List.of(), events, List.of(), 0), 0, sent -> {});
    }

    private static BacktestResult backtest(
            EventFiles files, List<PrivacyCommand> commands, Definitions definitions, OptionalLong until)
            throws Exception {
        Backtest backtest = new Backtest(definitions);
        files.read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        for (PrivacyCommand command : commands) {
            backtest.add(new PrivacyInbound.Accepted(command), command.json());
        }
        return backtest.run(until, 2);
    }

    private Path config(String kafka) throws Exception {
        return Files.writeString(
                folder.resolve("cdp.yaml"),
                "kafka.bootstrap-servers: \"%s\"\nelasticsearch.hosts: [\"%s\"]\n"
                        .formatted(kafka, SharedElasticsearch.node().http()));
    }

    /** Returns what the command says. */
    private String bootstrap(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("bootstrap", "--savepoint", savepoint));
        all.addAll(Arrays.asList(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = execute(out, err, all.toArray());
        assertThat(exit).as("%s%s", out, err).isZero();
        assertThat(savepoint.resolve("_metadata")).exists();
        assertThat(savepoint.resolve(".unfinished")).doesNotExist();
        return out.toString();
    }

    private static int run(Object... arguments) {
        return execute(new StringWriter(), new StringWriter(), arguments);
    }

    private static int execute(StringWriter out, StringWriter err, Object... arguments) {
        return Cdp.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private static long events(Map<String, JsonNode> profiles) {
        return profiles.values().stream()
                .mapToLong(profile -> profile.at("/events/count").asLong())
                .sum();
    }

    private static List<JsonNode> after(long end, String field, List<byte[]> lines) throws Exception {
        List<JsonNode> after = new ArrayList<>();
        for (byte[] line : lines) {
            JsonNode json = JSON.readTree(line);
            if (Timestamps.parse(json.get(field).asText()) > end) {
                after.add(json);
            }
        }
        return after;
    }

    private static Map<String, JsonNode> comparable(BacktestResult result) throws Exception {
        Map<String, JsonNode> profiles = new TreeMap<>();
        for (byte[] line : result.profiles()) {
            JsonNode profile = JSON.readTree(line);
            profiles.put(profile.get("customer_id").asText(), profile);
        }
        return comparable(profiles);
    }

    /** Without the version; since when somebody is in a segment may differ where events come in another order. */
    private static Map<String, JsonNode> comparable(Map<String, JsonNode> profiles) {
        Map<String, JsonNode> comparable = new TreeMap<>();
        profiles.forEach((customer, profile) -> {
            ObjectNode copy = profile.deepCopy();
            copy.remove("version");
            copy.path("segments").forEach(membership -> ((ObjectNode) membership).remove("since"));
            comparable.put(customer, copy);
        });
        return comparable;
    }
}
