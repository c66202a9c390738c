package io.tributary.operators.kafka;

import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.DefinitionLog;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.UnpublishedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads {@code cdp.definitions.v1} as it is. */
public final class DefinitionTopic {
    private static final Duration POLL = Duration.ofMillis(100);

    private DefinitionTopic() {}

    /**
     * What has been published, by the log up to its end. What is no record of a publication is passed over: the job says
     * so.
     *
     * @param client how to reach Kafka; may be empty but for the bootstrap servers
     * @return {@link PublishedDefinitions#NONE} if there is no such topic, or nothing in it
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
     */
    public static PublishedDefinitions read(Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        config.put("allow.auto.create.topics", "false");
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().getOrDefault(Topic.DEFINITIONS, List.of()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            return read(consumer, partitions);
        }
    }

    private static PublishedDefinitions read(Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        DefinitionLog log = new DefinitionLog();
        PublishedDefinitions published = PublishedDefinitions.NONE;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                try {
                    published = log.read(record.key(), record.value()).orElse(published);
                } catch (UnpublishedException e) {
                    // The job that reads the same record rejects it, with its bytes.
                }
            }
        }
        return published;
    }
}
