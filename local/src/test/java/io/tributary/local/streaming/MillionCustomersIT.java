package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.stack.FlinkCluster;
import io.tributary.local.stack.KafkaProcess;
import io.tributary.local.stack.TopicLog;
import io.tributary.local.stack.Topics;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.testing.Await;
import io.tributary.schemas.time.Timestamps;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What very many customers cost the events of others: while all are looked at by other definitions, and when the membership
 * of all ends within the same minute. Times are measured and printed, not asserted; that everybody changes once, and at the
 * exact instant, is.
 *
 * <p>{@code -Dtributary.customers} says how many, {@code -Dtributary.parallelism} and {@code -Dtributary.rate} (events of
 * others per second) how.
 */
@Tag("full")
class MillionCustomersIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CUSTOMERS = Integer.getInteger("tributary.customers", 200_000);
    private static final int PARALLELISM = Integer.getInteger("tributary.parallelism", 1);
    private static final int PARTITIONS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Duration NORMAL = Duration.ofSeconds(30);

    private static final long MINUTE = 60_000;
    private static final long START = Timestamps.parse("2026-01-01T00:00:00Z");
    private static final long MEMBERSHIP = Duration.ofDays(30).toMillis() + 1;

    private static final String ALWAYS =
            """
            segments:
            - {name: new_customer, when: days_since(first_seen) <= 30}
            - {name: buyer, when: orders.count > 0}
            - {name: heard_of, when: days_since(last_seen) <= 300}
            """;
    private static final Definitions BEFORE = Definitions.of("before.yaml", ALWAYS);
    private static final Definitions AFTER = Definitions.of(
            "after.yaml", ALWAYS + """
            - {name: everybody, when: events.count > 0}
            """);

    @TempDir
    private Path folder;

    @Test
    void eventsOfOthersAndCheckpointsDoNotWaitForAll() throws Exception {
        Configuration more = new Configuration();
        more.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, 10_000);
        try (KafkaProcess kafka = KafkaProcess.start(folder.resolve("kafka"), folder.resolve("kafka.log"));
                FlinkCluster flink = FlinkCluster.start(folder.resolve("flink"), 0, more)) {
            String servers = kafka.bootstrapServers();
            Topics.create(servers, PARTITIONS);
            DefinitionPublisher.publish(servers, BEFORE, START);
            JobClient job = MeasuredStretch.submit(flink, servers, PARALLELISM);
            try (CustomerTraffic traffic = new CustomerTraffic(servers, START + 60 * MINUTE);
                    OutputObserver seen = new OutputObserver(servers)) {
                long begun = System.nanoTime();
                traffic.load(CUSTOMERS, MillionCustomersIT::instantOf, "u", CustomerTraffic.VIEWED);
                // Each enters all three segments.
                await("everybody", () -> seen.changes("new_customer", "entered") >= CUSTOMERS);
                double perSecond = CUSTOMERS / ((System.nanoTime() - begun) / 1e9);
                int rate = Integer.getInteger("tributary.rate", (int) Math.max(1, perSecond / 4));
                System.out.printf(
                        Locale.ROOT,
                        "%,d customers, parallelism %d: %,.0f events/s while they came; then %,d events/s of others%n",
                        CUSTOMERS,
                        PARALLELISM,
                        perSecond,
                        rate);

                traffic.start(rate);
                seen.await(Duration.ofSeconds(15));
                List<MeasuredStretch> stretches = new ArrayList<>();
                stretches.add(MeasuredStretch.of("normal", () -> seen.await(NORMAL), 0));
                stretches.add(MeasuredStretch.of(
                        "sweep",
                        () -> {
                            DefinitionPublisher.publish(servers, AFTER, START);
                            await("the sweep", () -> seen.changes("everybody", "entered") >= CUSTOMERS);
                        },
                        CUSTOMERS));
                seen.await(Duration.ofSeconds(10));
                // Whatever else thirty days do, the memory of message ids first of all, is not measured.
                traffic.leapTo(START + MEMBERSHIP - MINUTE);
                seen.await(NORMAL);
                stretches.add(MeasuredStretch.of(
                        "all leave",
                        () -> {
                            traffic.leapTo(START + MEMBERSHIP + 10 * MINUTE);
                            await("all to leave", () -> seen.changes("new_customer", "exited") >= CUSTOMERS);
                        },
                        CUSTOMERS));
                seen.await(Duration.ofSeconds(10));
                traffic.stop();
                await("the events of others", () -> seen.uncommitted().size() >= traffic.sent());
                SlowestTask.Rest rest = MeasuredStretch.rest(flink, job);
                List<MeasuredStretch.Checkpoints> checkpoints = new ArrayList<>();
                for (MeasuredStretch stretch : stretches) {
                    checkpoints.add(stretch.checkpoints(rest));
                }
                job.stopWithSavepoint(false, folder.resolve("savepoint").toUri().toString(), SavepointFormatType.NATIVE)
                        .get();
                await("the events of others, committed", () -> seen.committed().size() >= traffic.sent());

                for (int i = 0; i < stretches.size(); i++) {
                    stretches.get(i).print(seen, checkpoints.get(i), "customers");
                }
                assertThat(seen.uncommitted()).hasSize(traffic.sent());
                assertThat(seen.committed()).hasSize(traffic.sent());
                assertChanges(servers);
            }
        }
    }

    /** All within a minute. */
    private static long instantOf(int customer) {
        return START + customer * MINUTE / CUSTOMERS;
    }

    private static void await(String what, Await.Condition condition) throws Exception {
        Await.until(what, LIMIT, condition);
    }

    /** Each of the customers has left once, at its instant, and come into the new segment once. */
    private static void assertChanges(String servers) throws Exception {
        Map<String, Integer> customers = new HashMap<>();
        for (int i = 0; i < CUSTOMERS; i++) {
            customers.put(new Identifier(Namespace.USER_ID, "u" + i).customerId(), i);
        }
        byte[] left = new byte[CUSTOMERS];
        byte[] entered = new byte[CUSTOMERS];
        List<String> wrong = new ArrayList<>();
        TopicLog.read(servers, Topic.SEGMENT_CHANGES, record -> {
            JsonNode change = JSON.readTree(record.value());
            Integer customer = customers.get(change.path("customer_id").asText());
            if (customer == null) {
                return;
            }
            String what = change.path("change").asText() + " "
                    + change.path("segment").asText();
            if (what.equals("entered everybody")) {
                entered[customer]++;
            } else if (what.equals("exited new_customer")) {
                left[customer]++;
                if (Timestamps.parse(change.path("at").asText()) != instantOf(customer) + MEMBERSHIP) {
                    wrong.add(change.toString());
                }
            }
        });
        byte[] once = new byte[CUSTOMERS];
        Arrays.fill(once, (byte) 1);
        assertThat(wrong).isEmpty();
        assertThat(left).isEqualTo(once);
        assertThat(entered).isEqualTo(once);
    }
}
