package io.tributary.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.sink.Topic;
import io.tributary.schemas.testing.Await;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsIT {
    private static final int PARTITIONS = 2;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String FIVE_PAST_TEN = "2026-01-05T10:05:00.000Z";

    @TempDir
    private static Path folder;

    private static KafkaBroker broker;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = KafkaBroker.start(folder, 0);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        Topics.create(broker.bootstrapServers(), PARTITIONS);
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void areAllCreatedAndLeftAloneByASecondCreation() throws Exception {
        var created = admin.listTopics().names().get();
        assertThat(created).containsAll(Topics.ALL);
        var ids = admin.describeTopics(Topics.ALL).allTopicNames().get();

        Topics.create(broker.bootstrapServers(), PARTITIONS);

        var again = admin.describeTopics(Topics.ALL).allTopicNames().get();
        for (var topic : Topics.ALL) {
            assertThat(again.get(topic).topicId())
                    .as("the id of %s", topic)
                    .isEqualTo(ids.get(topic).topicId());
        }
    }

    @Test
    void neverExpireAndTakeRecordsOfAnyTime() throws Exception {
        long before = Topics.endOffsets(broker.bootstrapServers()).get(Topic.EVENTS);
        for (var topic : configs().entrySet()) {
            assertThat(value(topic.getValue(), "retention.ms"))
                    .as("retention of %s", topic.getKey())
                    .isEqualTo("-1");
            assertThat(value(topic.getValue(), "message.timestamp.type")).isEqualTo("CreateTime");
        }
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            for (var year1997Or2100 : List.of(852_076_800_000L, 4_102_444_800_000L)) {
                var written = producer.send(new ProducerRecord<>(Topic.EVENTS, 0, year1997Or2100, "key", "value"))
                        .get();
                assertThat(written.timestamp()).isEqualTo(year1997Or2100);
            }
        }
        assertThat(Topics.endOffsets(broker.bootstrapServers()))
                .containsOnlyKeys(Topics.ALL)
                .containsEntry(Topic.EVENTS, before + 2)
                .containsEntry(Topic.PROFILES, 0L);
    }

    @Test
    void areCompactedWhereTheLastRecordOfAKeyIsItsValue() throws Exception {
        var compacted = configs().entrySet().stream()
                .filter(topic -> value(topic.getValue(), "cleanup.policy").equals("compact"))
                .map(Map.Entry::getKey);

        assertThat(compacted).containsExactlyInAnyOrder(Topic.PROFILES, Topic.CUSTOMER_ALIASES, Topic.DEFINITIONS);
    }

    @Test
    void getBackTheSettingsThatSomebodyChanged() throws Exception {
        var triggers = new ConfigResource(ConfigResource.Type.TOPIC, Topic.TRIGGERS);
        admin.incrementalAlterConfigs(Map.of(
                        triggers,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("retention.ms", "86400000"), AlterConfigOp.OpType.SET))))
                .all()
                .get();

        Topics.create(broker.bootstrapServers(), PARTITIONS);

        assertThat(value(configs().get(Topic.TRIGGERS), "retention.ms")).isEqualTo("-1");
    }

    @Test
    void gainPartitionsForEventsWhichTickAndNeverLoseThem() throws Exception {
        Topics.create(broker.bootstrapServers(), 3);
        try (var ticker =
                Ticker.start(broker.bootstrapServers(), Clock.fixed(Instant.parse(FIVE_PAST_TEN), ZoneOffset.UTC))) {
            assertThat(ticker).isNotNull();
            Await.until("two ticks on each partition", LIMIT, () -> ticks(3).values().stream()
                    .allMatch(ticks -> ticks >= 2));

            Topics.create(broker.bootstrapServers(), 4);
            Await.until("a tick on the added partition", LIMIT, () -> ticks(4).get(3) >= 1);
        }
        assertThat(partitions()).containsEntry(Topic.EVENTS, 4).containsEntry(Topic.PROFILES, 1);

        Topics.create(broker.bootstrapServers(), 1);
        assertThat(partitions()).containsEntry(Topic.EVENTS, 4).containsEntry(Topic.PROFILES, 1);
    }

    @Test
    void haveLeadersThatServeThemOnceTheyAreCreated(@TempDir Path another) throws Exception {
        try (var grown = KafkaBroker.start(another, 0);
                var impatient = Admin.create(Map.of("bootstrap.servers", grown.bootstrapServers(), "retries", "0"))) {
            for (int partitions = 1; partitions <= 40; partitions++) {
                Topics.create(grown.bootstrapServers(), partitions);

                var newest = new TopicPartition(Topic.EVENTS, partitions - 1);
                assertThat(impatient
                                .listOffsets(Map.of(newest, OffsetSpec.latest()))
                                .partitionResult(newest)
                                .get()
                                .offset())
                        .isZero();
            }
        }
    }

    /** Ticks at the fixed instant, by partition. */
    private static Map<Integer, Long> ticks(int partitions) throws Exception {
        var all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(Topic.EVENTS, partition))
                .toList();
        var ticks = new TreeMap<Integer, Long>();
        all.forEach(partition -> ticks.put(partition.partition(), 0L));
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            var end = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < end.get(partition))) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.value().equals("{\"type\":\"tick\",\"timestamp\":\"" + FIVE_PAST_TEN + "\"}")) {
                        ticks.merge(record.partition(), 1L, Long::sum);
                    }
                }
            }
        }
        return ticks;
    }

    private static Map<String, Integer> partitions() throws Exception {
        var partitions = new TreeMap<String, Integer>();
        admin.describeTopics(Topics.ALL)
                .allTopicNames()
                .get()
                .forEach((topic, description) ->
                        partitions.put(topic, description.partitions().size()));
        return partitions;
    }

    private static Map<String, Config> configs() throws Exception {
        var configs = new TreeMap<String, Config>();
        admin.describeConfigs(Topics.ALL.stream()
                        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                        .toList())
                .all()
                .get()
                .forEach((resource, config) -> configs.put(resource.name(), config));
        return configs;
    }

    private static String value(Config config, String name) {
        return config.get(name).value();
    }
}
