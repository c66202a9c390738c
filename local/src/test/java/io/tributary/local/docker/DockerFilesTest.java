package io.tributary.local.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.options.OptionsFile;
import io.tributary.schemas.definition.PublishedDefinitions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class DockerFilesTest {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final Path DOCKER = ROOT.resolve("docker");

    private final JsonNode compose = yaml("docker-compose.yml");
    private final Configuration flink =
            GlobalConfiguration.loadConfiguration(DOCKER.resolve("flink").toString());

    @Test
    void pinsEveryImageToAVersionThatTheBuildTests() throws IOException {
        var images = new TreeSet<String>();
        compose.path("services")
                .forEach(service -> images.add(service.path("image").asText()));
        Files.readAllLines(DOCKER.resolve("Dockerfile")).stream()
                .filter(line -> line.startsWith("FROM "))
                .forEach(line -> images.add(line.substring("FROM ".length())));
        var elasticsearch = versionInPom("elasticsearch-server.version");
        assertThat(images)
                .containsExactly(
                        "apache/kafka:" + versionInPom("kafka.version"),
                        "elasticsearch:" + elasticsearch,
                        "flink:" + versionInPom("flink.version") + "-java17",
                        "kibana:" + elasticsearch,
                        "tributary-flink:0.1.0");
    }

    @Test
    void refersOnlyToFilesThatExist() throws IOException {
        var referred = new ArrayList<Path>();
        for (var service : compose.path("services")) {
            for (var volume : service.path("volumes")) {
                var source = volume.asText().split(":")[0];
                if (source.startsWith(".")) {
                    referred.add(DOCKER.resolve(source).normalize());
                } else {
                    assertThat(compose.path("volumes").has(source)).as(source).isTrue();
                }
            }
            var build = service.path("build");
            if (!build.isMissingNode()) {
                var context = DOCKER.resolve(build.path("context").asText()).normalize();
                assertThat(context).isEqualTo(ROOT.normalize());
                referred.add(context.resolve(build.path("dockerfile").asText()));
            }
        }
        copied().filter(source -> !source.equals("jobs/target/tributary-jobs.jar"))
                .forEach(source -> referred.add(ROOT.resolve(source)));
        assertThat(referred).hasSizeGreaterThan(8).allSatisfy(path -> assertThat(path)
                .exists());
    }

    @Test
    void letsTheBuildSeeWhatTheDockerfileCopiesAndNothingElse() throws IOException {
        var seen = Files.readAllLines(DOCKER.resolve("Dockerfile.dockerignore"));
        assertThat(seen.get(0)).isEqualTo("*");
        assertThat(seen.subList(1, seen.size()).stream().map(line -> line.substring(1)))
                .containsExactlyInAnyOrderElementsOf(copied().toList());
    }

    @Test
    void configuresTheJobWithOptionsThatItHas() {
        var options = OptionsFile.read(DOCKER.resolve("cdp.yaml"), CustomerOptions.class);
        var ports = CustomerPorts.from(options, CustomerSettings.from(options), PublishedDefinitions.NONE);
        assertThat(ports.search()).isPresent();
    }

    @Test
    void connectsTheJobToServicesUnderTheirNames() {
        var options = OptionsFile.read(DOCKER.resolve("cdp.yaml"), CustomerOptions.class);
        var kafka = options.get(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS);
        assertThat(environment("kafka", "KAFKA_ADVERTISED_LISTENERS")).contains("PLAINTEXT://" + kafka);
        assertThat(environment("setup-topics", "KAFKA")).isEqualTo(kafka);
        assertThat(environment("ticker", "KAFKA")).isEqualTo(kafka);
        var elasticsearch = options.get(CustomerOptions.ELASTICSEARCH_HOSTS);
        assertThat(elasticsearch).containsExactly("http://elasticsearch:9200");
        assertThat(environment("setup", "ELASTICSEARCH")).isEqualTo(elasticsearch.get(0));
        assertThat(environment("kibana", "ELASTICSEARCH_HOSTS")).isEqualTo(elasticsearch.get(0));
        for (var name : List.of("kafka", "elasticsearch", flink.get(JobManagerOptions.ADDRESS))) {
            assertThat(compose.path("services").has(name)).as(name).isTrue();
        }
        assertThat(flink.get(RestOptions.ADDRESS)).isEqualTo(flink.get(JobManagerOptions.ADDRESS));
        assertThat(compose.at("/services/jobmanager/ports/0").asText()).endsWith(":" + flink.get(RestOptions.PORT));
        assertThat(compose.at("/services/taskmanager/healthcheck/test/3").asText())
                .endsWith("/" + flink.getString("metrics.reporter.prom.port", ""));
    }

    @Test
    void exposesNothingBeyondThisMachine() {
        for (var service : compose.path("services")) {
            service.path("ports").forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:"));
        }
    }

    @Test
    void keepsTheTransactionsLongEnoughAndWithinTheBrokersLimit() {
        var timeout = OptionsFile.read(DOCKER.resolve("cdp.yaml"), CustomerOptions.class)
                .get(CustomerOptions.KAFKA_TRANSACTION_TIMEOUT);
        assertThat(timeout)
                .isLessThanOrEqualTo(
                        Duration.ofMillis(Long.parseLong(environment("kafka", "KAFKA_TRANSACTION_MAX_TIMEOUT_MS"))))
                .isGreaterThan(flink.get(CheckpointingOptions.CHECKPOINTING_INTERVAL)
                        .plus(flink.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT)));
    }

    @Test
    void checkpointsExactlyOnceIntoTheVolume() {
        assertThat(flink.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
                .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
        assertThat(flink.get(StateBackendOptions.STATE_BACKEND)).isEqualTo("rocksdb");
        assertThat(flink.get(RocksDBOptions.USE_PARTITIONED_INDEX_FILTERS)).isTrue();
        assertThat(flink.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)).isTrue();
        var volume = "flink-state:/opt/tributary/state";
        for (var service : List.of("jobmanager", "taskmanager", "submit")) {
            assertThat(texts(compose.path("services").path(service).path("volumes")))
                    .contains(volume);
        }
        assertThat(flink.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY))
                .isEqualTo("file://" + volume.split(":")[1] + "/checkpoints");
    }

    /** The ticker reaches one partition, and one that does not tick holds back every deadline. */
    @Test
    void ticksOnAllPartitions() {
        assertThat(compose.path("services").has("ticker")).isTrue();
        assertThat(environment("setup-topics", "EVENT_PARTITIONS")).isEqualTo("1");
    }

    @Test
    void waitsForServicesThatTellTheirHealth() {
        for (var service : compose.path("services")) {
            service.path("depends_on").properties().forEach(dependency -> {
                var other = compose.path("services").path(dependency.getKey());
                assertThat(other.isMissingNode()).as(dependency.getKey()).isFalse();
                if (dependency.getValue().path("condition").asText().equals("service_healthy")) {
                    assertThat(other.has("healthcheck")).as(dependency.getKey()).isTrue();
                }
            });
        }
    }

    private String environment(String service, String variable) {
        return compose.path("services")
                .path(service)
                .path("environment")
                .path(variable)
                .asText();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static Stream<String> copied() throws IOException {
        return Files.readAllLines(DOCKER.resolve("Dockerfile")).stream()
                .filter(line -> line.startsWith("COPY "))
                .map(line -> line.split(" ")[2]);
    }

    private static String versionInPom(String property) throws IOException {
        var found = Pattern.compile("<" + Pattern.quote(property) + ">([^<]+)<")
                .matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertThat(found.find()).as(property).isTrue();
        return found.group(1);
    }

    /** With the merge keys ({@code <<}) of services applied, which the mapper does not do. */
    private static JsonNode yaml(String name) {
        try {
            var loaded = new Yaml().load(Files.readString(DOCKER.resolve(name)));
            return new YAMLMapper().valueToTree(loaded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
