package io.tributary.operators.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
 * {@code document_id}, {@code version} and {@code raw} (base64; absent for a deletion), CloudEvents headers, and as key
 * and {@code ce_id} an id that is the same for the same version of the same document.
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
        config.putAll(producerConfig);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        return new Producer(topic, new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    private static final class Producer implements Channel {
        private static final ObjectMapper JSON = JsonMapper.builder().build();
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
            var id = bytes(rejected.id());
            var message = new ProducerRecord<>(topic, id, json(rejected));
            message.headers()
                    .add("ce_specversion", bytes("1.0"))
                    .add("ce_id", id)
                    .add("ce_type", bytes("io.tributary.reject.v1"))
                    .add("ce_source", bytes("/elasticsearch/" + rejected.write().index()))
                    .add("content-type", bytes("application/json"));
            // The callback tells, and flush() waits.
            var unused = producer.send(message, (metadata, failed) -> {
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

        private static byte[] json(RejectedDocument rejected) {
            var write = rejected.write();
            var json = JSON.createObjectNode()
                    .put("reason", rejected.reason().id())
                    .put("detail", rejected.detail())
                    .put("index", write.index())
                    .put("document_id", write.id())
                    .put("version", write.version());
            if (!write.isDelete()) {
                json.put("raw", write.document());
            }
            try {
                return JSON.writeValueAsBytes(json);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("A tree always has JSON", e);
            }
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
