package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.local.stack.CustomerStackJob;
import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.FlinkCluster;
import io.tributary.local.stack.KafkaBroker;
import io.tributary.local.stack.Topics;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.testing.Await;
import io.tributary.schemas.time.Timestamps;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The customer job between a fresh broker, a fresh Flink cluster and empty indices.
 */
public final class StreamedRun implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final long PUBLISHED_AT = Timestamps.parse("2026-01-01T00:00:00Z");

    private final Path folder;
    private final KafkaBroker kafka;
    private final FlinkCluster flink;
    private JobClient job;

    /**
     * A run whose job has started; the abandoned cart is all that is published before.
     *
     * @param partitions of the topic of events
     */
    StreamedRun(int partitions) throws Exception {
        this(partitions, AbandonedCartAlone.definitions(), true);
    }

    /**
     * @param partitions of the topic of events
     * @param definitions that are published before the job starts
     */
    public StreamedRun(int partitions, Definitions definitions) throws Exception {
        this(partitions, definitions, true);
    }

    /** A run without a job, which somebody starts later. */
    static StreamedRun withoutJob(int partitions) throws Exception {
        return new StreamedRun(partitions, Definitions.none(), false);
    }

    private StreamedRun(int partitions, Definitions definitions, boolean starts) throws Exception {
        folder = Files.createTempDirectory("streamed-run");
        kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
        Topics.create(kafka.bootstrapServers(), partitions);
        flink = FlinkCluster.start(folder.resolve("flink"), 0);
        SharedElasticsearch.empty();
        publish(definitions);
        if (starts) {
            start();
        }
    }

    /** Starts the job, from its newest checkpoint if there is one. */
    void start() throws Exception {
        submit(customerJob());
    }

    /**
     * Starts the job from a savepoint.
     *
     * @param startFrom the first record time that it reads, ISO-8601
     */
    void start(Path savepoint, String startFrom) throws Exception {
        Configuration options = options();
        options.set(CustomerOptions.KAFKA_START_FROM, startFrom);
        submit(new CustomerStackJob(options, 2).from(savepoint.toUri().toString()));
    }

    private static CustomerStackJob customerJob() {
        return new CustomerStackJob(options(), 2);
    }

    private static Configuration options() {
        Configuration options = new Configuration();
        options.set(CustomerOptions.PUBLISH_INTERVAL, Duration.ofMillis(200));
        return options;
    }

    private void submit(CustomerStackJob customerJob) throws Exception {
        URI elasticsearch = SharedElasticsearch.node().http();
        job = customerJob.submit(flink, new Endpoints(kafka.bootstrapServers(), elasticsearch, flink.http()));
    }

    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** Publishes definitions, which hold as soon as the job has read them. */
    void publish(Definitions definitions) throws Exception {
        DefinitionPublisher.publish(kafka.bootstrapServers(), definitions, PUBLISHED_AT);
    }

    /** Ends the job without notice: what it has in flight is lost to it, its open transactions stay open. */
    void crash() throws Exception {
        awaitCheckpointAfter(flink.newestCheckpoint(CustomerStackJob.NAME).orElse(null));
        crashAtOnce();
    }

    /** The same, without a further checkpoint before it. */
    void crashAtOnce() throws Exception {
        job.cancel().get(60, TimeUnit.SECONDS);
        Await.until(
                "the job to be gone", DEADLINE, () -> job.getJobStatus().get().isGloballyTerminalState());
    }

    private void awaitCheckpointAfter(Path known) throws Exception {
        Await.until("a further checkpoint", DEADLINE, () -> flink.newestCheckpoint(CustomerStackJob.NAME)
                .filter(newest -> !newest.equals(known))
                .isPresent());
    }

    /** Stops the job in good order: all that it has read is committed. Returns the savepoint. */
    public String stop() throws Exception {
        return job.stopWithSavepoint(
                        false, folder.resolve("savepoint").toUri().toString(), SavepointFormatType.CANONICAL)
                .get(120, TimeUnit.SECONDS);
    }

    /** Stops the job in good order and starts it from the savepoint, as an upgrade does. */
    void upgrade() throws Exception {
        // Before its first checkpoint the job does not run everywhere, and can't be stopped with a savepoint.
        awaitCheckpointAfter(flink.newestCheckpoint(CustomerStackJob.NAME).orElse(null));
        String savepoint = stop();
        submit(customerJob().from(savepoint));
        URI checkpoints = flink.http().resolve("/jobs/" + job.getJobID() + "/checkpoints");
        Await.until("the restored state", DEADLINE, () -> {
            try (InputStream answer = checkpoints.toURL().openStream()) {
                JsonNode restored = JSON.readTree(answer).at("/latest/restored");
                return restored.path("is_savepoint").asBoolean()
                        && restored.path("external_path").asText().equals(savepoint);
            }
        });
    }

    /**
     * Waits until the latest profiles are those of that many customers and tell of that many events, and Elasticsearch
     * holds each of them and no other.
     */
    public void awaitProfiles(long events, long customers) throws Exception {
        String wanted = "profiles of " + customers + " customers and " + events + " events";
        try {
            Await.until(wanted, DEADLINE, () -> {
                Map<String, JsonNode> profiles = profiles();
                return profiles.size() == customers && eventsOf(profiles) == events;
            });
        } catch (AssertionError e) {
            Map<String, JsonNode> profiles = profiles();
            throw new AssertionError(
                    "%s; there are %d and %d, the job is %s, the topic of profiles ends at %s, committed at %s"
                            .formatted(
                                    e.getMessage(),
                                    profiles.size(),
                                    eventsOf(profiles),
                                    job.getJobStatus().get(),
                                    endOf(Topic.PROFILES, "read_uncommitted"),
                                    endOf(Topic.PROFILES, "read_committed")),
                    e);
        }
        Await.until(
                "documents of " + customers + " customers",
                DEADLINE,
                () -> SharedElasticsearch.count("cdp-profiles", "*") == customers);
    }

    private static long eventsOf(Map<String, JsonNode> profiles) {
        return profiles.values().stream()
                .mapToLong(profile -> profile.at("/events/count").asLong())
                .sum();
    }

    /** Where reading ends in each partition; a transaction that stays open holds back what is committed. */
    private Map<TopicPartition, Long> endOf(String topic, String isolation) {
        try (KafkaConsumer<String, byte[]> consumer = consumer(isolation)) {
            return consumer.endOffsets(consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList());
        }
    }

    private KafkaConsumer<String, byte[]> consumer(String isolation) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    public void awaitRecords(String topic, long number) throws Exception {
        Await.until(
                number + " records in " + topic, DEADLINE, () -> records(topic).size() >= number);
    }

    /** The latest profile of each customer. */
    public Map<String, JsonNode> profiles() throws Exception {
        Map<String, JsonNode> latest = new HashMap<>();
        Map<String, Long> versions = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : records(Topic.PROFILES)) {
            if (record.value() == null) {
                latest.remove(record.key());
                continue;
            }
            JsonNode profile = JSON.readTree(record.value());
            latest.put(record.key(), profile);
            long version = profile.get("version").asLong();
            Long earlier = versions.put(record.key(), version);
            if (earlier != null) {
                assertThat(version).as("versions of %s rise", record.key()).isGreaterThan(earlier);
            }
        }
        return latest;
    }

    /** What is committed in a topic, without what deletes. */
    public List<JsonNode> values(String topic) throws Exception {
        List<JsonNode> values = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records(topic)) {
            if (record.value() != null) {
                values.add(JSON.readTree(record.value()));
            }
        }
        return values;
    }

    /** Everything committed in a topic. */
    public List<ConsumerRecord<String, byte[]>> records(String topic) {
        try (KafkaConsumer<String, byte[]> consumer = consumer("read_committed")) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Read-committed: the end is where the first open transaction begins.
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < end.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    @Override
    public void close() throws Exception {
        flink.close();
        kafka.close();
        FileUtils.deleteDirectory(folder.toFile());
    }
}
