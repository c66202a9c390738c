package io.tributary.local.elastic;

import io.tributary.local.UserException;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What is committed in {@code cdp.profiles.v1}, from the beginning on, as far as somebody wants to read it. */
final class ProfileTopic implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrapServers;
    private final KafkaConsumer<String, byte[]> committed;
    private final List<TopicPartition> partitions;

    ProfileTopic(String bootstrapServers) throws IOException {
        this.bootstrapServers = bootstrapServers;
        this.committed = consumer("read_committed");
        try {
            partitions = committed.partitionsFor(Topic.PROFILES).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            committed.assign(partitions);
            committed.seekToBeginning(partitions);
        } catch (KafkaException e) {
            committed.close();
            throw unreachable(e);
        }
    }

    private KafkaConsumer<String, byte[]> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        isolation,
                        "max.poll.records",
                        "1000",
                        "allow.auto.create.topics",
                        "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private UserException unreachable(KafkaException e) {
        return new UserException(
                "%s can't be read from %s: %s".formatted(Topic.PROFILES, bootstrapServers, e.getMessage()), e);
    }

    /** Where the topic ends of which everything is committed. */
    Map<TopicPartition, Long> committedEnd() {
        return committed.endOffsets(partitions);
    }

    /** Where the topic ends, with what has been sent and is not committed yet. */
    Map<TopicPartition, Long> end() {
        try (KafkaConsumer<String, byte[]> all = consumer("read_uncommitted")) {
            return all.endOffsets(partitions);
        }
    }

    boolean isAt(Map<TopicPartition, Long> end) {
        return partitions.stream().allMatch(partition -> committed.position(partition) >= end.get(partition));
    }

    /** Some of what comes next, in the order of each customer's; none if nothing is committed for a while. */
    List<ConsumerRecord<String, byte[]>> next() throws IOException {
        try {
            ConsumerRecords<String, byte[]> polled = committed.poll(POLL);
            return partitions.stream()
                    .flatMap(partition -> polled.records(partition).stream())
                    .toList();
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    @Override
    public void close() {
        committed.close();
    }
}
