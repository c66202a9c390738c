package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.latency.Latencies;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.stack.FlinkCluster;
import io.tributary.local.stack.KafkaProcess;
import io.tributary.local.stack.TopicLog;
import io.tributary.local.stack.Topics;
import io.tributary.local.streaming.OutputObserver.Fired;
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
import java.util.function.LongPredicate;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the deadlines of very many carts cost the events of others, and how soon a trigger comes: all deadlines pass within a
 * minute of the clock, then those of a reminder all at once, then those of a steady share of a load that is near what the job
 * can do. Times are measured and printed, not asserted; that each fires once, and as of its deadline, is.
 *
 * <p>{@code -Dtributary.customers} says how many carts, {@code -Dtributary.parallelism} and {@code -Dtributary.rate} (events
 * of others per second) how, {@code -Dtributary.load} how many events per second the last part has.
 */
@Tag("full")
class MillionCartsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CUSTOMERS = Integer.getInteger("tributary.customers", 200_000);
    private static final int PARALLELISM = Integer.getInteger("tributary.parallelism", 1);
    private static final int PARTITIONS = 2;

    /** Of so many events of the last part one leaves a cart. */
    private static final int EVENTS_PER_CART = 10;

    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Duration NORMAL = Duration.ofSeconds(30);
    private static final Duration LOADED = Duration.ofSeconds(60);
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long START = Timestamps.parse("2026-01-01T00:00:00Z");
    private static final long BOUND =
            CustomerOptions.LATENESS_BOUND.defaultValue().toMillis();

    private static final String LEFT = "left";
    private static final String LEFT_SOON = "left_soon";
    private static final Definitions DEFINITIONS = Definitions.of(
            "carts.yaml",
            """
            triggers:
            - name: left
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: cart.value.USD < 500, select: last}
              - {id: order, not_followed_by: [Order Completed]}
              within: 1h
              reminders:
              - {id: again, after: 1h}
              expires_after: 1h
              payload: {items: cart.items, value: cart.value}
            - name: left_soon
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: cart.value.USD >= 500, select: last}
              - {id: order, not_followed_by: [Order Completed]}
              within: 1m
              expires_after: 1h
              payload: {items: cart.items, value: cart.value}
            """);

    @TempDir
    private Path folder;

    @Test
    void eventsOfOthersDoNotWaitForAllDeadlines() throws Exception {
        Configuration more = new Configuration();
        more.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, 10_000);
        try (KafkaProcess kafka = KafkaProcess.start(folder.resolve("kafka"), folder.resolve("kafka.log"));
                FlinkCluster flink = FlinkCluster.start(folder.resolve("flink"), 0, more)) {
            String servers = kafka.bootstrapServers();
            Topics.create(servers, PARTITIONS);
            DefinitionPublisher.publish(servers, DEFINITIONS, START);
            JobClient job = MeasuredStretch.submit(flink, servers, PARALLELISM);
            try (OutputObserver seen = new OutputObserver(servers);
                    CustomerTraffic others = new CustomerTraffic(servers, START + 5 * MINUTE);
                    CustomerTraffic load = new CustomerTraffic(servers, START + 4 * HOUR)) {
                int perSecond = leaveCarts(others, seen);
                List<MeasuredStretch> stretches = drain(others, seen, perSecond);
                assertThat(seen.uncommitted()).hasSize(others.sent());
                MeasuredStretch loaded = load(load, seen, perSecond);
                SlowestTask.Rest rest = MeasuredStretch.rest(flink, job);
                stretches.add(loaded);
                List<MeasuredStretch.Checkpoints> checkpoints = new ArrayList<>();
                for (MeasuredStretch stretch : stretches) {
                    checkpoints.add(stretch.checkpoints(rest));
                }
                job.stopWithSavepoint(false, folder.resolve("savepoint").toUri().toString(), SavepointFormatType.NATIVE)
                        .get();
                int sent = others.sent() + load.sent();
                await("the events of others, committed", () -> seen.committed().size() >= sent);
                await(
                        "the triggers, committed",
                        () -> seen.committed(LEFT_SOON).size() >= seen.fired(LEFT_SOON)
                                && seen.committed(LEFT).size() >= seen.fired(LEFT));

                for (int i = 0; i < stretches.size(); i++) {
                    stretches.get(i).print(seen, checkpoints.get(i), "triggers");
                }
                print(LEFT, others, seen, at -> at < START + 90 * MINUTE);
                print(LEFT, others, seen, at -> at >= START + 90 * MINUTE);
                long from = instantAt(load, loaded.beganNanos());
                long to = instantAt(load, loaded.endedNanos());
                print(LEFT_SOON, load, seen, at -> at >= from && at < to - BOUND);
                assertThat(seen.uncommitted()).hasSize(sent);
                assertThat(seen.committed()).hasSize(sent);
                assertTriggers(servers, load);
            }
        }
    }

    /** All within a minute. Returns how many events per second the job took meanwhile. */
    private static int leaveCarts(CustomerTraffic others, OutputObserver seen) throws Exception {
        long begun = System.nanoTime();
        others.load(CUSTOMERS, MillionCartsIT::instantOf, "u", CustomerTraffic.ADDED);
        await("everybody", () -> seen.events() >= CUSTOMERS);
        int perSecond = (int) Math.max(10, CUSTOMERS / ((System.nanoTime() - begun) / 1e9));
        System.out.printf(
                Locale.ROOT,
                "%,d carts, parallelism %d: %,d events/s while they were left%n",
                CUSTOMERS,
                PARALLELISM,
                perSecond);
        return perSecond;
    }

    private static List<MeasuredStretch> drain(CustomerTraffic others, OutputObserver seen, int perSecond)
            throws Exception {
        int rate = Integer.getInteger("tributary.rate", perSecond / 4);
        System.out.printf(Locale.ROOT, "%,d events/s of others%n", rate);
        List<MeasuredStretch> stretches = new ArrayList<>();
        others.start(rate);
        seen.await(SETTLING);
        stretches.add(MeasuredStretch.of("normal", () -> seen.await(NORMAL), 0));
        others.leapTo(START + HOUR + BOUND - 1_000);
        stretches.add(MeasuredStretch.of(
                "a minute", () -> await("all to fire", () -> seen.fired(LEFT) >= CUSTOMERS), CUSTOMERS));
        seen.await(SETTLING);
        stretches.add(MeasuredStretch.of(
                "at once",
                () -> {
                    others.leapTo(START + 3 * HOUR);
                    await("all to fire again", () -> seen.fired(LEFT) >= 2 * CUSTOMERS);
                },
                CUSTOMERS));
        seen.await(SETTLING);
        others.stop();
        await("the events of others", () -> seen.uncommitted().size() >= others.sent());
        return stretches;
    }

    /** Near what the job can do, from when the first carts of this part fire on. */
    private static MeasuredStretch load(CustomerTraffic load, OutputObserver seen, int perSecond) throws Exception {
        int before = seen.uncommitted().size();
        int rate = Integer.getInteger("tributary.load", perSecond * 4 / 5);
        System.out.printf(Locale.ROOT, "then %,d events/s, one of %d leaves a cart%n", rate, EVENTS_PER_CART);
        load.start(rate, EVENTS_PER_CART);
        await("the first carts to fire", () -> seen.fired(LEFT_SOON) > 0);
        seen.await(SETTLING);
        int firedBefore = seen.fired(LEFT_SOON);
        MeasuredStretch stretch = MeasuredStretch.of("loaded", () -> seen.await(LOADED), 0);
        int fired = seen.fired(LEFT_SOON) - firedBefore;
        // So that the watermark passes what was due by then.
        seen.await(SETTLING);
        load.stop();
        await("all events", () -> seen.uncommitted().size() >= before + load.sent());
        long passed = instantAt(load, stretch.endedNanos()) - BOUND;
        long due = load.left().stream().filter(at -> at + MINUTE < passed).count();
        await("the carts to fire", () -> seen.fired(LEFT_SOON) >= due);
        return stretch.with(fired);
    }

    /** What the clock of the last part says at a time ({@link System#nanoTime}). */
    private static long instantAt(CustomerTraffic load, long nanos) {
        return START + 4 * HOUR + (nanos - load.nanosAt(START + 4 * HOUR)) / 1_000_000;
    }

    /** All within a minute. */
    private static long instantOf(int customer) {
        return START + customer * MINUTE / CUSTOMERS;
    }

    private static void await(String what, Await.Condition condition) throws Exception {
        Await.until(what, LIMIT, condition);
    }

    /** How long after the clock had said that the watermark passes their deadlines some triggers came, and how fast. */
    private static void print(String trigger, CustomerTraffic traffic, OutputObserver seen, LongPredicate deadlines) {
        List<Fired> written = of(seen.uncommitted(trigger), deadlines);
        List<Fired> committed = of(seen.committed(trigger), deadlines);
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Fired one : written) {
            first = Math.min(first, passedAt(traffic, one));
            last = Math.max(last, one.seen());
        }
        Latencies before = latencies(traffic, written);
        Latencies after = latencies(traffic, committed);
        System.out.printf(
                Locale.ROOT,
                "%-10s %,d within %.1f s, %,.0f triggers/s; behind the watermark p50 %,d ms, p99 %,d ms, most %,d ms;"
                        + " committed p50 %,d ms, p99 %,d ms, most %,d ms%n",
                trigger,
                written.size(),
                (last - first) / 1e9,
                written.size() / ((last - first) / 1e9),
                before.percentile(50).toMillis(),
                before.percentile(99).toMillis(),
                before.greatest().toMillis(),
                after.percentile(50).toMillis(),
                after.percentile(99).toMillis(),
                after.greatest().toMillis());
    }

    private static List<Fired> of(List<Fired> all, LongPredicate deadlines) {
        return all.stream().filter(one -> deadlines.test(one.firedAt())).toList();
    }

    private static Latencies latencies(CustomerTraffic traffic, List<Fired> all) {
        return new Latencies(all.stream()
                .map(one -> Duration.ofNanos(one.seen() - passedAt(traffic, one)))
                .toList());
    }

    /** When the first event or tick can have been sent that lets the watermark reach a deadline. */
    private static long passedAt(CustomerTraffic traffic, Fired one) {
        return traffic.nanosAt(one.firedAt() + BOUND + 1);
    }

    /** Each cart has fired at its deadlines, once each; of the last part each whose deadline has passed. */
    private static void assertTriggers(String servers, CustomerTraffic load) throws Exception {
        List<Long> left = load.left();
        Map<String, Integer> customers = new HashMap<>();
        Map<String, Integer> leavers = new HashMap<>();
        for (int i = 0; i < CUSTOMERS; i++) {
            customers.put(new Identifier(Namespace.USER_ID, "u" + i).customerId(), i);
        }
        for (int i = 0; i < left.size(); i++) {
            leavers.put(new Identifier(Namespace.USER_ID, CustomerTraffic.LEAVER + i).customerId(), i);
        }
        byte[] first = new byte[CUSTOMERS];
        byte[] again = new byte[CUSTOMERS];
        byte[] soon = new byte[left.size()];
        List<String> wrong = new ArrayList<>();
        TopicLog.read(servers, Topic.TRIGGERS, record -> {
            JsonNode trigger = JSON.readTree(record.value());
            String customer = trigger.path("customer_id").asText();
            long firedAt = Timestamps.parse(trigger.path("fired_at").asText());
            boolean isSoon = trigger.path("trigger").asText().equals(LEFT_SOON);
            Integer number = (isSoon ? leavers : customers).get(customer);
            if (number == null) {
                wrong.add(trigger.toString());
            } else if (isSoon && firedAt == left.get(number) + MINUTE) {
                soon[number]++;
            } else if (!isSoon && firedAt == instantOf(number) + HOUR) {
                first[number]++;
            } else if (!isSoon && firedAt == instantOf(number) + 2 * HOUR) {
                again[number]++;
            } else {
                wrong.add(trigger.toString());
            }
        });
        byte[] once = new byte[CUSTOMERS];
        Arrays.fill(once, (byte) 1);
        assertThat(wrong).isEmpty();
        assertThat(first).isEqualTo(once);
        assertThat(again).isEqualTo(once);
        int fired = 0;
        while (fired < soon.length && soon[fired] == 1) {
            fired++;
        }
        byte[] rest = Arrays.copyOfRange(soon, fired, soon.length);
        assertThat(rest).as("behind the last that was due").isEqualTo(new byte[rest.length]);
    }
}
