package io.tributary.local.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.kafka.EventDeserializer;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** What leaves, and when, beside Kafka's own in-memory producer. */
class PublisherTest {
    private static final long BEGUN = Duration.ofDays(3).toNanos();
    private static final String NOW = "2026-02-03T04:05:06.789Z";

    private final MockProducer<byte[], byte[]> kafka = new MockProducer<>(
            cluster(3), true, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());

    /** Time that passes by being waited for; it notes how much had been sent whenever somebody waited. */
    private final class FakeClock implements Pace.Clock {
        private final List<Long> waits = new ArrayList<>();
        private long now = BEGUN;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void await(long nanoTime) {
            assertThat(kafka.history()).as("sent before the next is due").hasSize(waits.size());
            waits.add(nanoTime);
            now = Math.max(now, nanoTime);
        }
    }

    @Test
    void sendsAtARateOneAfterTheOtherEvenly() throws Exception {
        FakeClock clock = new FakeClock();
        try (Publisher publisher = publisher(clock)) {
            publisher.send(plan(events(8)), 4, sent -> {});
        }

        assertThat(clock.waits)
                .containsExactlyElementsOf(LongStream.range(0, 8)
                        .mapToObj(
                                event -> BEGUN + event * Duration.ofMillis(250).toNanos())
                        .toList());
        assertThat(kafka.history()).hasSize(8);
    }

    @Test
    void waitsForNothingWithoutARate() throws Exception {
        FakeClock clock = new FakeClock();
        try (Publisher publisher = publisher(clock)) {
            publisher.send(plan(events(8)), 0, sent -> {});
        }

        assertThat(clock.waits).isEmpty();
        assertThat(kafka.history()).hasSize(8);
    }

    @Test
    void sendsRejectsFirstThenEventsAtTheirTimesAndTellsHowFarItIs() throws Exception {
        Reject row = new Reject(
                RejectReason.BAD_ROW, "3 columns instead of 2", Origin.line("rows.csv", 7), "a,b,c".getBytes(UTF_8));
        List<Long> progress = new ArrayList<>();
        try (Publisher publisher = publisher(new FakeClock())) {
            publisher.send(
                    new PublishPlan(List.of("no event".getBytes(UTF_8)), events(2_500), List.of(row), 0),
                    0,
                    progress::add);
        }

        assertThat(progress).containsExactly(1_000L, 2_000L);
        assertThat(kafka.history()).hasSize(2_502);
        assertThat(kafka.history().get(0)).satisfies(reject -> {
            assertThat(reject.topic()).isEqualTo(Topic.REJECTS);
            assertThat(reject.timestamp()).as("a row without a time").isZero();
            assertThat(new String(reject.value(), UTF_8)).contains("\"sent_at\":\"" + NOW + '"');
        });
        assertThat(kafka.history().get(1)).satisfies(line -> {
            assertThat(line.topic()).isEqualTo(Topic.EVENTS);
            assertThat(line.timestamp()).as("a line without a time").isZero();
            assertThat(line.value()).isEqualTo("no event".getBytes(UTF_8));
            assertThat(line.headers()
                            .lastHeader(EventDeserializer.SENT_AT_HEADER)
                            .value())
                    .isEqualTo(NOW.getBytes(UTF_8));
        });
        assertThat(kafka.history().subList(2, 2_502))
                .as("these tell their time")
                .allSatisfy(event -> assertThat(event.headers()).isEmpty())
                .extracting(event -> event.timestamp())
                .containsExactlyElementsOf(LongStream.range(0, 2_500).boxed().toList());
    }

    @Test
    void ticksOnEveryPartition() throws Exception {
        try (Publisher publisher = publisher(new FakeClock())) {
            publisher.tick(1_767_607_200_000L);
        }

        assertThat(kafka.history())
                .extracting(tick -> tick.partition() + " " + tick.timestamp() + " " + new String(tick.value(), UTF_8))
                .containsExactly(
                        "0 1767607200000 {\"type\":\"tick\",\"timestamp\":\"2026-01-05T10:00:00.000Z\"}",
                        "1 1767607200000 {\"type\":\"tick\",\"timestamp\":\"2026-01-05T10:00:00.000Z\"}",
                        "2 1767607200000 {\"type\":\"tick\",\"timestamp\":\"2026-01-05T10:00:00.000Z\"}");
    }

    private Publisher publisher(Pace.Clock clock) {
        return new Publisher(kafka, clock, () -> Instant.parse(NOW));
    }

    private static PublishPlan plan(List<PublishPlan.Event> events) {
        return new PublishPlan(List.of(), events, List.of(), 0);
    }

    /** A millisecond apart, from 1970 on. */
    private static List<PublishPlan.Event> events(int number) {
        return LongStream.range(0, number)
                .mapToObj(time -> new PublishPlan.Event(
                        new EventOrder(time, EventKind.VIEW, "m-" + time, 0), "user_id:42", new byte[] {'{', '}'}))
                .toList();
    }

    private static Cluster cluster(int partitions) {
        Node node = new Node(0, "nowhere", 1);
        return new Cluster(
                "test",
                List.of(node),
                Stream.of(Topic.EVENTS, Topic.REJECTS)
                        .flatMap(topic -> Stream.iterate(0, partition -> partition + 1)
                                .limit(partitions)
                                .map(partition -> new PartitionInfo(
                                        topic, partition, node, new Node[] {node}, new Node[] {node})))
                        .toList(),
                Set.of(),
                Set.of());
    }
}
