package io.tributary.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.local.stack.KafkaBroker;
import io.tributary.local.stack.Topics;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.testing.Await;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shaded jar on a cluster of real processes, with a crash between two checkpoints.
 *
 * <p>The test, not a clock, decides when a checkpoint is taken. So when the TaskManager is killed, the outputs of the
 * second batch lie in Kafka in transactions that are open, certainly.
 */
class StandaloneClusterIT {
    private static final Path JAR = Path.of(System.getProperty("tributary.root"), "jobs/target/tributary-jobs.jar");
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CUSTOMERS = 300;
    private static final int PARTITIONS = 2;

    private final ShopTraffic traffic = new ShopTraffic(CUSTOMERS);

    @TempDir
    Path folder;

    @Test
    @Timeout(480)
    void neitherLosesNorRepeatsAnythingWhenATaskManagerIsKilledWithATransactionOpen() throws Exception {
        try (var kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
                var log = new KafkaLog(kafka.bootstrapServers());
                var cluster = StandaloneCluster.start(Files.createDirectories(folder.resolve("flink")), options())) {
            Topics.create(kafka.bootstrapServers(), PARTITIONS);
            DefinitionPublisher.publish(
                    kafka.bootstrapServers(), AbandonedCartAlone.definitions(), ShopTraffic.END.toEpochMilli());
            var job = cluster.run(
                    "io.tributary.jobs.CustomerJob",
                    JAR,
                    "--config",
                    jobOptions(kafka.bootstrapServers()).toString());

            log.send(Topic.EVENTS, traffic.batch(0));
            awaitAllOf(traffic.messageIds(1), log);
            cluster.checkpoint(job);
            awaitCommitted(traffic.messageIds(1), log);

            log.send(Topic.EVENTS, traffic.broken());
            log.send(Topic.EVENTS, traffic.batchWithRepetitions(1));
            awaitAllOf(traffic.messageIds(2), log);
            assertThat(messageIds(log.committed(Topic.CUSTOMER_EVENTS)))
                    .as("the second batch is in open transactions")
                    .isEqualTo(traffic.messageIds(1));
            cluster.killTaskManager();
            cluster.startTaskManager();
            log.send(Topic.EVENTS, traffic.batchWithRepetitions(2));
            log.tick(Topic.EVENTS, ShopTraffic.END);
            awaitRestart(cluster, job);

            awaitAllOf(traffic.messageIds(ShopTraffic.BATCHES), log);
            awaitTriggers(log);
            awaitProfiles();
            cluster.checkpoint(job);
            awaitCommitted(traffic.messageIds(ShopTraffic.BATCHES), log);
            assertCustomerEvents(log);
            assertTriggers(log);
            assertProfiles(latestByCustomer(log.committed(Topic.PROFILES)));
            assertProfiles(searched());
            awaitRejects(log);
            var scraped = cluster.prometheus();
            assertAlertsHaveTheirMetrics(scraped);
            assertCountersAddUp(scraped);
        }
    }

    private static Map<String, String> options() {
        var options = new HashMap<String, String>();
        // Never by itself: cluster.checkpoint() takes them.
        options.put("execution.checkpointing.interval", "1 h");
        options.put("restart-strategy.type", "fixed-delay");
        options.put("restart-strategy.fixed-delay.attempts", "100");
        options.put("restart-strategy.fixed-delay.delay", "1 s");
        options.put("heartbeat.interval", "2 s");
        options.put("heartbeat.timeout", "10 s");
        return options;
    }

    private Path jobOptions(String bootstrapServers) throws IOException {
        return Files.writeString(
                folder.resolve("cdp.yaml"),
                """
                kafka:
                  bootstrap-servers: %s
                elasticsearch:
                  hosts: %s
                profile:
                  publish-interval: 200 ms
                """
                        .formatted(bootstrapServers, SharedElasticsearch.node().http()));
    }

    /** Waits until the job has written each of the events, in whatever transaction. */
    private static void awaitAllOf(List<String> expected, KafkaLog log) throws Exception {
        Await.until(
                expected.size() + " customer events", LIMIT, () -> messageIds(log.uncommitted(Topic.CUSTOMER_EVENTS))
                        .containsAll(expected));
    }

    /** Waits until a reader sees them: the transactions of a checkpoint are committed only after it is completed. */
    private static void awaitCommitted(List<String> expected, KafkaLog log) throws Exception {
        Await.until(expected.size() + " committed customer events", LIMIT, () -> messageIds(
                        log.committed(Topic.CUSTOMER_EVENTS))
                .containsAll(expected));
        assertThat(messageIds(log.committed(Topic.CUSTOMER_EVENTS))).isEqualTo(expected);
    }

    private static void awaitRejects(KafkaLog log) throws Exception {
        Await.found("rejects", LIMIT, () -> Optional.of(log.committed(Topic.REJECTS))
                .filter(rejects -> rejects.size() >= ShopTraffic.BROKEN.size()));
        assertThat(texts(log.committed(Topic.REJECTS), "/reason")).isEqualTo(ShopTraffic.BROKEN);
    }

    private static void awaitRestart(StandaloneCluster cluster, String job) throws Exception {
        Await.found("the job runs again, restored", LIMIT, () -> cluster.get("/jobs/" + job + "/checkpoints")
                .filter(checkpoints ->
                        checkpoints.path("counts").path("restored").asInt() > 0));
        var restarts = Await.found("numRestarts", LIMIT, () -> cluster.get("/jobs/" + job + "/metrics?get=numRestarts")
                .filter(metrics -> metrics.path(0).path("value").asInt() > 0));
        assertThat(restarts.path(0).path("value").asInt()).isPositive();
        Await.found("all subtasks run in a later attempt", LIMIT, () -> {
            var vertices = cluster.get("/jobs/" + job).orElseThrow().path("vertices");
            for (var vertex : vertices) {
                var subtasks = cluster.get("/jobs/" + job + "/vertices/"
                                + vertex.path("id").asText())
                        .orElseThrow()
                        .path("subtasks");
                for (var subtask : subtasks) {
                    if (subtask.path("attempt").asInt() == 0
                            || !subtask.path("status").asText().equals("RUNNING")) {
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(vertices);
        });
    }

    private void awaitTriggers(KafkaLog log) throws Exception {
        Await.until("triggers", LIMIT, () -> texts(log.uncommitted(Topic.TRIGGERS), "/anchor_message_id")
                .containsAll(traffic.abandoned()));
    }

    private void awaitProfiles() throws Exception {
        long events = traffic.messageIds(ShopTraffic.BATCHES).size();
        Await.until(
                "documents with all " + events + " events",
                LIMIT,
                () -> searched().values().stream()
                                .mapToLong(
                                        profile -> profile.at("/events/count").asLong())
                                .sum()
                        >= events);
    }

    private void assertCustomerEvents(KafkaLog log) throws IOException {
        assertThat(messageIds(log.committed(Topic.CUSTOMER_EVENTS))).isEqualTo(traffic.messageIds(ShopTraffic.BATCHES));
        assertThat(log.uncommitted(Topic.CUSTOMER_EVENTS))
                .as("the killed TaskManager had written into transactions, now aborted")
                .hasSizeGreaterThan(traffic.messageIds(ShopTraffic.BATCHES).size());
    }

    private void assertTriggers(KafkaLog log) throws IOException {
        var triggers = log.committed(Topic.TRIGGERS);
        assertThat(texts(triggers, "/anchor_message_id")).isEqualTo(traffic.abandoned());
        assertThat(texts(triggers, "/trigger_id")).doesNotHaveDuplicates();
    }

    private void assertProfiles(Map<String, JsonNode> profiles) {
        assertThat(profiles.keySet())
                .containsExactlyElementsOf(traffic.expected().keySet());
        traffic.expected().forEach((customer, expected) -> {
            var profile = profiles.get(customer);
            assertThat(profile.at("/events/count").asInt()).as(customer).isEqualTo(expected.events);
            expected.byName.forEach((name, count) -> assertThat(
                            profile.at("/events/by_name").path(name).asInt())
                    .as(customer + " " + name)
                    .isEqualTo(count));
            assertThat(profile.at("/orders/count").asInt()).as(customer).isEqualTo(expected.orders);
            assertThat(new BigDecimal(profile.at("/orders/revenue/USD").asText("0")))
                    .as(customer)
                    .isEqualByComparingTo(expected.revenue);
        });
    }

    /** Each metric in {@code docs/metrics.md} that is named as Prometheus names it. */
    private static void assertAlertsHaveTheirMetrics(String scraped) throws IOException {
        var page = Files.readString(Path.of(System.getProperty("tributary.root"), "docs/metrics.md"));
        var named = Pattern.compile("\\bflink_[A-Za-z0-9_]+")
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();
        assertThat(named).isNotEmpty();
        var offered = scraped.lines()
                .filter(line -> line.startsWith("flink_"))
                .map(line -> line.substring(0, line.indexOf('{')))
                .collect(Collectors.toSet());
        assertThat(named).filteredOn(name -> !offered.contains(name)).isEmpty();
    }

    /**
     * Everything behind the checkpoint that the job was restored from is counted once, in the process that has taken over;
     * what the killed one had counted of it went with that.
     */
    private void assertCountersAddUp(String scraped) {
        int accepted = traffic.batch(1).size() + traffic.batch(2).size();
        int duplicate = 2 * ShopTraffic.REPETITIONS;
        int rejected = ShopTraffic.BROKEN.size();
        assertThat(sum(scraped, "eventsAccepted")).isEqualTo(accepted);
        assertThat(sum(scraped, "eventsDuplicate")).isEqualTo(duplicate);
        assertThat(sum(scraped, "reason_eventsRejected")).isEqualTo(rejected);
        assertThat(sum(scraped, "reason_eventsRejected", "reason=\"not_json\"")).isEqualTo(2);
        assertThat(sum(scraped, "eventsRead")).as("ticks are no events").isEqualTo(accepted + duplicate + rejected);
        assertThat(sum(scraped, "ticks")).isEqualTo(PARTITIONS);
    }

    /** Of an operator's metric, over its subtasks. */
    private static double sum(String scraped, String metric, String... labels) {
        return scraped.lines()
                .filter(line -> line.startsWith("flink_taskmanager_job_task_operator_" + metric + "{"))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static Map<String, JsonNode> latestByCustomer(List<JsonNode> profiles) {
        var latest = new TreeMap<String, JsonNode>();
        profiles.forEach(profile -> latest.put(profile.path("customer_id").asText(), profile));
        return latest;
    }

    /** The documents of this test's customers; the node serves other tests, too. */
    private Map<String, JsonNode> searched() throws IOException {
        try {
            var ids = String.join("\",\"", traffic.expected().keySet());
            var found = new TreeMap<String, JsonNode>();
            SharedElasticsearch.request("POST", "/cdp-profiles/_mget", "{\"ids\":[\"" + ids + "\"]}")
                    .path("docs")
                    .forEach(document -> {
                        if (document.path("found").asBoolean()) {
                            found.put(document.path("_id").asText(), document.path("_source"));
                        }
                    });
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking Elasticsearch", e);
        }
    }

    private static List<String> messageIds(List<JsonNode> customerEvents) {
        return texts(customerEvents, "/event/messageId");
    }

    private static List<String> texts(List<JsonNode> values, String pointer) {
        return values.stream().map(value -> value.at(pointer).asText()).sorted().toList();
    }
}
