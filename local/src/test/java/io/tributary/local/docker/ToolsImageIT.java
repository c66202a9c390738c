package io.tributary.local.docker;

import static io.tributary.local.docker.Script.DOCKER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.local.stack.KafkaBroker;
import io.tributary.local.stack.Topics;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image of the tools starts, from the files that it has and nothing else, against a real broker and a real Elasticsearch. */
class ToolsImageIT {
    private static final Path ROOT = DOCKER.getParent();

    @TempDir
    static Path folder;

    private static final List<Path> LINKS = new ArrayList<>();

    private static KafkaBroker kafka;

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
        Topics.create(kafka.bootstrapServers(), 1);
        for (var line : Files.readAllLines(DOCKER.resolve("Dockerfile.tools"))) {
            if (line.startsWith("COPY ")) {
                var words = line.split(" ");
                copy(ROOT.resolve(words[1]), folder.resolve(words[2].substring(1)));
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (var link : LINKS) {
            Files.delete(link);
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    /** A folder may be a link: it is only read. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        if (Files.isDirectory(from)) {
            LINKS.add(Files.createSymbolicLink(to, from));
        } else {
            Files.copy(from, to);
        }
    }

    @Test
    void publishesTheTrafficOfTheLastDaysOnce() throws Exception {
        var data = Files.createDirectory(folder.resolve("data"));
        var environment =
                Map.of("KAFKA", kafka.bootstrapServers(), "CUSTOMERS", "40", "DAYS", "2", "DATA", data.toString());
        var script = folder.resolve("opt/tributary/simulator.sh");

        assertThat(Script.run(environment, script)).contains(" events sent in ");

        long lines;
        try (var in = new GZIPInputStream(Files.newInputStream(data.resolve("shop.jsonl.gz")))) {
            lines = new String(in.readAllBytes(), UTF_8).lines().count();
        }
        var records = read(Topic.EVENTS);
        var rejected = read(Topic.REJECTS);
        assertThat(records.size() + rejected.size()).as("and a tick").isEqualTo(lines + 1);
        var last = Instant.ofEpochMilli(records.get(records.size() - 1).timestamp());
        assertThat(last).as("the ticker goes on from there").isBefore(Instant.now());
        assertThat(new String(records.get(records.size() - 1).value(), UTF_8)).startsWith("{\"type\":\"tick\"");

        assertThat(Script.run(environment, script)).isEqualTo("published already\n");
        assertThat(read(Topic.EVENTS)).hasSameSizeAs(records);
    }

    /** The service setup-definitions. */
    @Test
    void makesTheFolderOfDefinitionsHold() throws Exception {
        var cdp = folder.resolve("opt/tributary/cdp");
        Object[] arguments = {"definitions", "publish", "--kafka", kafka.bootstrapServers(), ROOT.resolve("definitions")
        };

        assertThat(Script.run(Map.of(), cdp, arguments)).contains("published, publication 1 holds");
        assertThat(Script.run(Map.of(), cdp, arguments)).contains("Publication 1 holds already");
        assertThat(read(Topic.DEFINITIONS)).isNotEmpty();
    }

    /** The service setup, without passwords. */
    @Test
    void makesTemplatesAndIndices() throws Exception {
        var options = Files.readString(DOCKER.resolve("cdp.development.yaml"))
                .replace(
                        "http://elasticsearch:9200",
                        SharedElasticsearch.node().http().toString());
        var config = Files.writeString(folder.resolve("cdp.yaml"), options);
        SharedElasticsearch.empty();
        SharedElasticsearch.request("DELETE", "/cdp-personal-v1", "");

        assertThat(Script.run(Map.of(), folder.resolve("opt/tributary/cdp"), "elastic", "setup", "--config", config))
                .isNotEmpty();
        assertThat(SharedElasticsearch.get("/_alias/cdp-personal").has("cdp-personal-v1"))
                .isTrue();
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        var partition = new TopicPartition(topic, 0);
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
        }
        return records;
    }
}
