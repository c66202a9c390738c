package io.tributary.operators.sink;

import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.event.Reject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Refused documents as records of {@code cdp.rejects.v1}: JSON with {@code reason}, {@code detail}, {@code index},
 * {@code document_id}, {@code version} and {@code raw} (base64; of more than 1 MiB the first, and {@code raw_length};
 * absent for a deletion), CloudEvents headers, and as key and {@code ce_id} an id that is the same for the same version
 * of the same document.
 */
public final class KafkaRejectedDocuments implements RejectedDocuments {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final TreeMap<String, String> producerConfig;

    /** @param producerConfig Kafka's producer settings, {@code bootstrap.servers} at least */
    public KafkaRejectedDocuments(String topic, Map<String, String> producerConfig) {
        this.topic = topic;
        this.producerConfig = new TreeMap<>(producerConfig);
    }

    @Override
    public Channel open(WriterInitContext context) {
        var config = new Properties();
        // Kafka's own limit is a megabyte, three quarters of one in base64: sending a larger document failed, and every
        // checkpoint with it.
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(Topic.MAX_RECORD_BYTES));
        config.putAll(producerConfig);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        return new Producer(topic, new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    private static final class Producer implements Channel {
        private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

        private final String topic;
        private final KafkaProducer<byte[], byte[]> producer;
        private final AtomicReference<Exception> failure = new AtomicReference<>();

        Producer(String topic, KafkaProducer<byte[], byte[]> producer) {
            this.topic = topic;
            this.producer = producer;
        }

        @Override
        public void accept(RejectedDocument rejected) {
            // The callback tells, and flush() waits.
            var unused = producer.send(record(topic, rejected), (metadata, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
            });
        }

        @Override
        public void flush() throws IOException {
            producer.flush();
            var failed = failure.get();
            if (failed != null) {
                throw new IOException("A refused document could not be written to " + topic, failed);
            }
        }

        @Override
        public void close() {
            producer.close(CLOSE_LIMIT);
        }
    }

    static ProducerRecord<byte[], byte[]> record(String topic, RejectedDocument rejected) {
        var id = bytes(rejected.id());
        var record = new ProducerRecord<>(topic, id, json(rejected));
        record.headers()
                .add("ce_specversion", bytes("1.0"))
                .add("ce_id", id)
                .add("ce_type", bytes("io.tributary.reject.v1"))
                .add("ce_source", bytes("/elasticsearch/" + rejected.write().index()))
                .add("ce_subject", id)
                .add("content-type", bytes("application/json"));
        return record;
    }

    private static byte[] json(RejectedDocument rejected) {
        var write = rejected.write();
        return ProfileJson.write(1_024, json -> {
            json.writeStartObject();
            json.writeStringField("reason", rejected.reason().id());
            json.writeStringField("detail", rejected.detail());
            json.writeStringField("index", write.index());
            json.writeStringField("document_id", write.id());
            json.writeNumberField("version", write.version());
            if (!write.isDelete()) {
                RejectJson.writeRaw(json, Reject.beginning(write.document()), write.document().length);
            }
            json.writeEndObject();
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
