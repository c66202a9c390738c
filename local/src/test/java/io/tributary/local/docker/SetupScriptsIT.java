package io.tributary.local.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.stack.KafkaBroker;
import io.tributary.local.stack.Ticker;
import io.tributary.local.stack.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one-shot steps of the compose file do what the suite's own code does. */
class SetupScriptsIT {
    private static final Path DOCKER = Path.of(System.getProperty("tributary.root"), "docker");

    @TempDir
    Path folder;

    /** Kafka's own scripts are not among Maven's jars: what they are called with is compared. */
    @Test
    void createsTheTopicsThatTheSuiteCreates() throws Exception {
        var calls = folder.resolve("calls");
        program("kafka-topics.sh", "case \" $* \" in *' --list '*) exit 0;; esac; echo \"$*\" >>" + calls);
        run(Map.of("KAFKA", "kafka:9092", "EVENT_PARTITIONS", "3"), DOCKER.resolve("setup/topics.sh"));

        var created = new TreeMap<String, Map<String, String>>();
        for (var call : Files.readAllLines(calls)) {
            var words = List.of(call.split(" "));
            assertThat(words).startsWith("--bootstrap-server", "kafka:9092", "--create", "--topic");
            var settings = new TreeMap<String, String>();
            settings.put("partitions", words.get(words.indexOf("--partitions") + 1));
            for (int i = 0; i < words.size() - 1; i++) {
                if (words.get(i).equals("--config")) {
                    var setting = words.get(i + 1).split("=", 2);
                    settings.put(setting[0], setting[1]);
                }
            }
            created.put(words.get(4), settings);
        }
        assertThat(created).isEqualTo(topicsOfTheSuite(3));
    }

    @Test
    void correctsTheConfigurationOfTopicsThatExist() throws Exception {
        var calls = folder.resolve("calls");
        program("kafka-topics.sh", "case \" $* \" in *' --list '*) echo cdp.profiles.v1;; esac");
        program("kafka-configs.sh", "echo \"$*\" >>" + calls);
        run(Map.of("KAFKA", "kafka:9092"), DOCKER.resolve("setup/topics.sh"));

        assertThat(Files.readAllLines(calls))
                .singleElement()
                .asString()
                .contains("--entity-name cdp.profiles.v1", "cleanup.policy=compact,retention.ms=-1,");
    }

    @Test
    void submitsTheJobFromItsNewestCheckpointUnlessItRuns() throws Exception {
        var calls = folder.resolve("calls");
        program(
                "flink",
                "if [ \"$1\" = list ]; then cat " + folder.resolve("running") + "; else echo \"$*\" >>" + calls
                        + "; fi");
        var environment = Map.of("STATE", folder.resolve("state").toString(), "TRIBUTARY", "/opt/tributary");
        var script = DOCKER.resolve("setup/submit.sh");

        Files.writeString(folder.resolve("running"), "No running jobs.\n");
        run(environment, script);
        var checkpoint = Files.createDirectories(folder.resolve("state/checkpoints/0123/chk-7"));
        Files.writeString(checkpoint.resolve("_metadata"), "");
        run(environment, script);
        Files.writeString(folder.resolve("running"), "22.11.2026 : 0123 : tributary-customer (RUNNING)\n");
        run(environment, script);

        var submission =
                "--class io.tributary.jobs.CustomerJob /opt/tributary/tributary-jobs.jar --config /opt/tributary/cdp.yaml";
        assertThat(Files.readAllLines(calls))
                .containsExactly(
                        "run --detached " + submission,
                        "run --detached --fromSavepoint file://" + checkpoint + " --claimMode CLAIM " + submission);
    }

    @Test
    void ticksWhatTheJobUnderstands() throws Exception {
        var tick = folder.resolve("tick");
        // The first line is enough; then the pipe breaks and the script ends.
        program("kafka-console-producer.sh", "head -n 1 >" + tick);
        var process = start(Map.of("KAFKA", "kafka:9092"), DOCKER.resolve("setup/ticker.sh"));
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

        var value = Files.readString(tick).strip();
        var second = Instant.parse(
                new ObjectMapper().readTree(value).path("timestamp").asText());
        assertThat(value).isEqualTo(new String(Ticker.value(second), StandardCharsets.UTF_8));
    }

    private Map<String, Map<String, String>> topicsOfTheSuite(int eventPartitions) throws Exception {
        var topics = new TreeMap<String, Map<String, String>>();
        try (var kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
                var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            Topics.create(kafka.bootstrapServers(), eventPartitions);
            for (var topic : Topics.ALL) {
                var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                var settings = admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
                settings.put(
                        "partitions",
                        Integer.toString(admin.describeTopics(List.of(topic))
                                .allTopicNames()
                                .get()
                                .get(topic)
                                .partitions()
                                .size()));
                topics.put(topic, settings);
            }
        }
        return topics;
    }

    /** A stand-in of a program that the image has. */
    private void program(String name, String script) throws IOException {
        var file = Files.createDirectories(folder.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/usr/bin/env bash\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void run(Map<String, String> environment, Path script, String... arguments)
            throws IOException, InterruptedException {
        var process = start(environment, script, arguments);
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private Process start(Map<String, String> environment, Path script, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        return builder.start();
    }
}
