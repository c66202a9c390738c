package io.tributary.local.streaming;

import io.tributary.local.publish.PublishPlan;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends events in the order given, a device's to one partition, and leaves the last partition to the ticks. */
final class ShuffledPublisher implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final int partitions;

    /** @param partitions that get events; one more gets ticks only */
    ShuffledPublisher(String bootstrapServers, int partitions) {
        this.producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.ACKS_CONFIG, "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.partitions = partitions;
    }

    void send(List<byte[]> refused, List<PublishPlan.Event> events) throws Exception {
        for (byte[] line : refused) {
            producer.send(new ProducerRecord<>(Topic.EVENTS, 0, 0L, null, line)).get();
        }
        for (PublishPlan.Event event : events) {
            int partition = Math.floorMod(event.key().hashCode(), partitions);
            byte[] key = event.key().getBytes(StandardCharsets.UTF_8);
            var unused =
                    producer.send(new ProducerRecord<>(Topic.EVENTS, partition, event.timestamp(), key, event.json()));
        }
        producer.flush();
    }

    void tick(long timestamp) throws Exception {
        byte[] tick = ("{\"type\":\"tick\",\"timestamp\":\"" + Timestamps.format(timestamp) + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        for (int partition = 0; partition <= partitions; partition++) {
            producer.send(new ProducerRecord<>(Topic.EVENTS, partition, timestamp, null, tick))
                    .get();
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
