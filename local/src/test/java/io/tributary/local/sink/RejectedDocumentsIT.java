package io.tributary.local.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.local.stack.KafkaBroker;
import io.tributary.local.stack.Topics;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.testing.PublicSchemas;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that a real Elasticsearch refuses, on their way to a real Kafka, through the sink of the customer job. */
class RejectedDocumentsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private KafkaBroker kafka;

    @BeforeEach
    void start() throws Exception {
        SharedElasticsearch.node();
        kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
        Topics.create(kafka.bootstrapServers(), 1);
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void putsARefusedDocumentAsideOnceWhileTheRestOfItsBulkLands() throws Exception {
        // In base64 more than the megabyte that Kafka's clients send by themselves.
        byte[] bad = refused("refused", 900_000);

        run(document("before"), DocumentWrite.of("cdp-profiles", "refused", 7, bad), document("after"));

        assertThat(stored("before")).isTrue();
        assertThat(stored("after")).isTrue();
        assertThat(stored("refused")).isFalse();
        ConsumerRecord<byte[], byte[]> record = onlyRecord();
        JsonNode reject = JSON.readTree(record.value());
        assertThat(PublicSchemas.faults("reject", reject)).isEmpty();
        assertThat(reject.path("reason").asText()).isEqualTo("refused_by_elasticsearch");
        assertThat(reject.path("detail").asText()).contains("strict_dynamic_mapping_exception");
        assertThat(reject.path("index").asText()).isEqualTo("cdp-profiles");
        assertThat(reject.path("document_id").asText()).isEqualTo("refused");
        assertThat(reject.path("version").asLong()).isEqualTo(7);
        assertThat(reject.path("raw").binaryValue()).isEqualTo(bad);
        assertThat(new String(record.key(), UTF_8)).matches("r_[0-9a-f]{16}");
        assertThat(record.headers().lastHeader("ce_id").value()).isEqualTo(record.key());
    }

    @Test
    void keepsTheBeginningOfADocumentLargerThanAMebibyte() throws Exception {
        byte[] bad = refused("large", 3_000_000);

        run(document("beside"), DocumentWrite.of("cdp-profiles", "large", 1, bad));

        assertThat(stored("beside")).isTrue();
        JsonNode reject = JSON.readTree(onlyRecord().value());
        assertThat(PublicSchemas.faults("reject", reject)).isEmpty();
        assertThat(reject.path("raw").binaryValue()).hasSize(1 << 20);
        assertThat(reject.path("raw_length").asInt()).isEqualTo(bad.length);
    }

    @Test
    void givesTheRejectTheSameIdWhenTheJobIsStartedAgain() throws Exception {
        DocumentWrite bad = DocumentWrite.of("cdp-profiles", "again", 2, refused("again", 100));

        run(bad);
        run(bad);

        List<ConsumerRecord<byte[], byte[]>> records = records();
        assertThat(records).hasSize(2);
        assertThat(records.get(1).key()).isEqualTo(records.get(0).key());
        assertThat(records.get(1).value()).isEqualTo(records.get(0).value());
        assertThat(records.get(1).headers()).isEqualTo(records.get(0).headers());
    }

    /** Returns when everything is delivered or refused; a failure is not hidden by a restart. */
    private void run(DocumentWrite... writes) throws Exception {
        Configuration options = new Configuration();
        options.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, kafka.bootstrapServers());
        options.set(
                CustomerOptions.ELASTICSEARCH_HOSTS,
                List.of(SharedElasticsearch.node().http().toString()));
        CustomerPorts ports = CustomerPorts.from(options, CustomerSettings.from(options));
        Configuration config = new Configuration();
        config.set(PipelineOptions.GENERIC_TYPES, false);
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        try (var env = StreamExecutionEnvironment.createLocalEnvironment(1, config)) {
            env.fromData(List.of(writes), TypeInformation.of(DocumentWrite.class))
                    .sinkTo(ports.search().orElseThrow());
            env.execute();
        }
    }

    private static DocumentWrite document(String id) {
        return DocumentWrite.of(
                "cdp-profiles", id, 1, bytes(JSON.createObjectNode().put("customer_id", id)));
    }

    /** The mapping is strict: it does not know the second field. */
    private static byte[] refused(String id, int length) {
        StringBuilder text = new StringBuilder(length);
        new Random(length).ints(length, 'a', 'z' + 1).forEach(c -> text.append((char) c));
        return bytes(JSON.createObjectNode().put("customer_id", id).put("nobody_knows", text.toString()));
    }

    private static byte[] bytes(ObjectNode document) {
        return document.toString().getBytes(UTF_8);
    }

    private static boolean stored(String id) throws Exception {
        return SharedElasticsearch.get("/cdp-profiles/_doc/" + id).path("found").asBoolean();
    }

    private ConsumerRecord<byte[], byte[]> onlyRecord() {
        List<ConsumerRecord<byte[], byte[]>> records = records();
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private List<ConsumerRecord<byte[], byte[]>> records() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        TopicPartition partition = new TopicPartition(Topic.REJECTS, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
