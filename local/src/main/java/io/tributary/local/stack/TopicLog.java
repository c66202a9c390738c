package io.tributary.local.stack;

import io.tributary.local.UserException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic from its beginning to its present end, without what open or aborted transactions have written. */
public final class TopicLog {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration FOLLOW_POLL = Duration.ofMillis(200);
    private static final long SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

    /** Receives what one poll has brought, in the order of their partitions. */
    @FunctionalInterface
    public interface Polled {
        void accept(ConsumerRecords<byte[], byte[]> records) throws IOException;
    }

    /** Receives records in the order of their partition. */
    @FunctionalInterface
    public interface Records {
        void accept(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    private TopicLog() {}

    /** @throws IOException if Kafka does not answer, or the records can't be accepted */
    public static void read(String bootstrapServers, String topic, Records records) throws IOException {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                20_000);
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long lastProgress = System.nanoTime();
            long missing = missing(consumer, ends);
            while (missing > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() < ends.get(new TopicPartition(topic, record.partition()))) {
                        records.accept(record);
                    }
                }
                long stillMissing = missing(consumer, ends);
                if (stillMissing < missing) {
                    lastProgress = System.nanoTime();
                } else if (System.nanoTime() - lastProgress > SILENCE_NANOS) {
                    throw silent(bootstrapServers, topic, null);
                }
                missing = stillMissing;
            }
        } catch (KafkaException e) {
            throw silent(bootstrapServers, topic, e);
        }
    }

    /**
     * Reads topics from their beginning and on and on, without what open or aborted transactions have written, until the
     * thread is interrupted.
     */
    public static void follow(String bootstrapServers, List<String> topics, Polled polled) throws IOException {
        try (var consumer = follower(bootstrapServers, topics)) {
            while (!Thread.currentThread().isInterrupted()) {
                polled.accept(consumer.poll(FOLLOW_POLL));
            }
        } catch (InterruptException e) {
            // How it ends.
            Thread.currentThread().interrupt();
        }
    }

    private static Consumer<byte[], byte[]> follower(String bootstrapServers, List<String> topics) {
        var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        var partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private static long missing(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
        long missing = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            missing += Math.max(0, end.getValue() - consumer.position(end.getKey()));
        }
        return missing;
    }

    private static UserException silent(String bootstrapServers, String topic, KafkaException cause) {
        return new UserException(
                "Kafka at %s does not give %s%s; look with ./cdp status"
                        .formatted(bootstrapServers, topic, cause == null ? "" : " (" + cause.getMessage() + ")"),
                cause);
    }
}
