package io.tributary.local.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.sink.Topic;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Which ticks are sent, beside Kafka's own in-memory producer; {@link TopicsIT} has a broker. */
class TickerTest {
    private static final Instant TEN = Instant.parse("2026-01-05T10:00:00Z");

    /** The topic grows while the ticker runs; a number below zero stands for a broker that does not answer. */
    private int partitions = 3;

    private final Topology topology = new Topology();
    private final Seconds seconds = new Seconds();

    private final class Topology extends MockProducer<byte[], byte[]> {
        private Topology() {
            super(
                    new Cluster("test", List.of(new Node(0, "nowhere", 1)), infos(9), Set.of(), Set.of()),
                    true,
                    new RoundRobinPartitioner(),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }

        @Override
        public synchronized List<PartitionInfo> partitionsFor(String topic) {
            assertThat(topic).isEqualTo(Topic.EVENTS);
            if (partitions < 0) {
                throw new KafkaException("no broker");
            }
            return infos(partitions);
        }
    }

    /** Keeps what is to run each second, for the test to run it. */
    private static final class Seconds extends ScheduledThreadPoolExecutor {
        private Runnable task;

        private Seconds() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long delay, long period, TimeUnit unit) {
            assertThat(delay).isZero();
            assertThat(unit.toMillis(period)).isEqualTo(1_000);
            task = command;
            return null;
        }
    }

    @Test
    void eachPartitionGetsATickEachSecondAlsoOneThatWasAdded() throws Exception {
        try (Ticker ticker = Ticker.start(topology, Clock.fixed(TEN, ZoneOffset.UTC), seconds)) {
            assertThat(ticker).isNotNull();
            seconds.task.run();
            seconds.task.run();
            assertThat(ticked()).containsExactly(0, 1, 2, 0, 1, 2);

            partitions = 4;
            seconds.task.run();
            assertThat(ticked()).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2, 3);
        }

        assertThat(topology.history()).allSatisfy(tick -> {
            assertThat(tick.topic()).isEqualTo(Topic.EVENTS);
            assertThat(tick.timestamp()).isEqualTo(TEN.toEpochMilli());
            assertThat(new String(tick.value(), UTF_8))
                    .isEqualTo("{\"type\":\"tick\",\"timestamp\":\"2026-01-05T10:00:00.000Z\"}");
        });
        assertThat(topology.closed()).isTrue();
        assertThat(seconds.isTerminated()).isTrue();
    }

    @Test
    void aSecondWithoutABrokerIsMissedAndTheNextTells() throws Exception {
        try (Ticker ticker = Ticker.start(topology, Clock.fixed(TEN, ZoneOffset.UTC), seconds)) {
            assertThat(ticker).isNotNull();
            partitions = -1;
            seconds.task.run();
            partitions = 2;
            seconds.task.run();
        }

        assertThat(ticked()).containsExactly(0, 1);
    }

    private List<Integer> ticked() {
        return topology.history().stream().map(tick -> tick.partition()).toList();
    }

    private static List<PartitionInfo> infos(int partitions) {
        Node node = new Node(0, "nowhere", 1);
        return IntStream.range(0, partitions)
                .mapToObj(partition ->
                        new PartitionInfo(Topic.EVENTS, partition, node, new Node[] {node}, new Node[] {node}))
                .toList();
    }
}
