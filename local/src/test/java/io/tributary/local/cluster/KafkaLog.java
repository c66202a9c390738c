package io.tributary.local.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writing events and reading whole topics. */
final class KafkaLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Returns when Kafka has the events. Record time is the event's, the key the user. */
    void send(String topic, List<ShopTraffic.Event> events) throws IOException, InterruptedException {
        var sent = new ArrayList<ProducerRecord<byte[], byte[]>>();
        for (var event : events) {
            sent.add(new ProducerRecord<>(
                    topic,
                    null,
                    event.at().toEpochMilli(),
                    event.userId().getBytes(StandardCharsets.UTF_8),
                    event.json()));
        }
        sendAll(sent);
    }

    /** Returns when Kafka has a tick on every partition. */
    void tick(String topic, Instant at) throws IOException, InterruptedException {
        var tick = "{\"type\":\"tick\",\"timestamp\":\"%s\"}".formatted(at).getBytes(StandardCharsets.UTF_8);
        var sent = new ArrayList<ProducerRecord<byte[], byte[]>>();
        for (var partition : producer.partitionsFor(topic)) {
            sent.add(new ProducerRecord<>(topic, partition.partition(), at.toEpochMilli(), null, tick));
        }
        sendAll(sent);
    }

    private void sendAll(List<ProducerRecord<byte[], byte[]>> records) throws IOException, InterruptedException {
        var acknowledged = records.stream().map(producer::send).toList();
        try {
            for (var future : acknowledged) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    /** The values of a topic, in order, as far as a reader that wants only committed records gets at this moment. */
    List<JsonNode> committed(String topic) throws IOException {
        return read(topic, "read_committed");
    }

    /** The values of a topic with those of open and aborted transactions. */
    List<JsonNode> uncommitted(String topic) throws IOException {
        return read(topic, "read_uncommitted");
    }

    private List<JsonNode> read(String topic, String isolation) throws IOException {
        var values = new ArrayList<JsonNode>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
                    values.add(JSON.readTree(message.value()));
                }
            }
        }
        return values;
    }

    @Override
    public void close() {
        producer.close();
    }
}
