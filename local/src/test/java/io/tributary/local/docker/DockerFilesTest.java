package io.tributary.local.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Map;
import java.util.TreeMap;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

class DockerFilesTest {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));
    private static final Path DOCKER = ROOT.resolve("docker");

    private static final String COMPOSE = "compose.yaml";
    private static final String DEVELOPMENT = "compose.development.yaml";
    private static final List<String> DOCKERFILES = List.of("Dockerfile", "Dockerfile.tools");
    /** What a build makes; the other files are committed. */
    private static final String BUILT = ".*/target/.*";

    private final JsonNode compose = yaml(COMPOSE);
    private final JsonNode development = merged(yaml(COMPOSE), yaml(DEVELOPMENT));
    private final Configuration flink =
            GlobalConfiguration.loadConfiguration(DOCKER.resolve("flink").toString());

    @Test
    void pinsEveryImageToAVersionThatTheBuildTests() throws IOException {
        var images = new TreeSet<String>();
        compose.path("services")
                .forEach(service -> images.add(service.path("image").asText()));
        for (var dockerfile : DOCKERFILES) {
            Files.readAllLines(DOCKER.resolve(dockerfile)).stream()
                    .filter(line -> line.startsWith("FROM "))
                    .forEach(line -> images.add(line.substring("FROM ".length())));
        }
        var elasticsearch = versionInPom("elasticsearch-server.version");
        assertThat(images)
                .containsExactly(
                        "apache/kafka:" + versionInPom("kafka.version"),
                        "elasticsearch:" + elasticsearch,
                        "flink:" + versionInPom("flink.version") + "-java17",
                        "kibana:" + elasticsearch,
                        "tributary-flink:0.1.0",
                        "tributary-tools:0.1.0");
    }

    /** Written by hand: so nothing comes or goes unnoticed. */
    @Test
    void hasTheseServicesAndVolumes() {
        assertThat(names(compose.path("services")))
                .containsExactlyInAnyOrder(
                        "kafka",
                        "elasticsearch",
                        "kibana",
                        "setup-secrets",
                        "setup-topics",
                        "setup-definitions",
                        "setup-security",
                        "setup",
                        "setup-kibana",
                        "simulator",
                        "ticker",
                        "jobmanager",
                        "taskmanager",
                        "submit");
        assertThat(names(compose.path("volumes")))
                .containsExactlyInAnyOrder(
                        "kafka-data",
                        "elasticsearch-data",
                        "flink-state",
                        "simulator-data",
                        "secrets-elasticsearch",
                        "secrets-kibana",
                        "secrets-setup",
                        "secrets-admin",
                        "secrets-job");
        assertThat(names(development.path("services"))).isEqualTo(names(compose.path("services")));
        for (var service : List.of("kafka", "elasticsearch", "kibana", "ticker", "jobmanager", "taskmanager")) {
            assertThat(compose.at("/services/" + service + "/restart").asText())
                    .as(service)
                    .isEqualTo("unless-stopped");
        }
    }

    @Test
    void runsTheSimulatorOnlyIfAskedAndBeforeTheClock() {
        for (var service : compose.path("services").properties()) {
            assertThat(texts(service.getValue().path("profiles")))
                    .as(service.getKey())
                    .isEqualTo(service.getKey().equals("simulator") ? List.of("simulator") : List.of());
        }
        var dependency = compose.at("/services/ticker/depends_on/simulator");
        assertThat(dependency.path("condition").asText()).isEqualTo("service_completed_successfully");
        assertThat(dependency.path("required").asBoolean(true)).isFalse();
    }

    @Test
    void refersOnlyToFilesThatExist() throws IOException {
        var referred = new ArrayList<Path>();
        for (var service : both()) {
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
        for (var dockerfile : DOCKERFILES) {
            copied(dockerfile)
                    .filter(source -> !source.matches(BUILT))
                    .forEach(source -> referred.add(ROOT.resolve(source)));
        }
        assertThat(referred).hasSizeGreaterThan(8).allSatisfy(path -> assertThat(path)
                .exists());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", "Dockerfile.tools"})
    void letsTheBuildSeeWhatTheDockerfileCopiesAndNothingElse(String dockerfile) throws IOException {
        var seen = Files.readAllLines(DOCKER.resolve(dockerfile + ".dockerignore"));
        assertThat(seen.get(0)).isEqualTo("*");
        assertThat(seen.subList(1, seen.size()).stream().map(line -> line.substring(1)))
                .containsExactlyInAnyOrderElementsOf(copied(dockerfile).toList());
    }

    /** The command builds what it does not find, which it can't in an image. */
    @Test
    void givesTheToolsAllModulesOfTheCommand() throws IOException {
        var modules = Pattern.compile("(?m)^modules=\"([a-z -]+)\"$").matcher(Files.readString(ROOT.resolve("cdp")));
        assertThat(modules.find()).isTrue();
        for (var module : modules.group(1).split(" ")) {
            assertThat(copied("Dockerfile.tools")).contains(module + "/target/classes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cdp.yaml", "cdp.development.yaml"})
    void configuresTheJobWithOptionsThatItHas(String file) {
        var options = OptionsFile.read(DOCKER.resolve(file), CustomerOptions.class);
        var ports = CustomerPorts.from(options, CustomerSettings.from(options), PublishedDefinitions.NONE);
        assertThat(ports.search()).isPresent();
    }

    @Test
    void connectsTheJobToServicesUnderTheirNames() {
        assertConnected(compose, "cdp.yaml", "https://elasticsearch:9200", "https://kibana:5601");
        assertConnected(development, "cdp.development.yaml", "http://elasticsearch:9200", "http://kibana:5601");
        assertSetsUp(compose, "cdp.admin.yaml", "https://elasticsearch:9200");
        assertSetsUp(development, "cdp.development.yaml", "http://elasticsearch:9200");
        for (var name : List.of("kafka", "elasticsearch", flink.get(JobManagerOptions.ADDRESS))) {
            assertThat(compose.path("services").has(name)).as(name).isTrue();
        }
        assertThat(flink.get(RestOptions.ADDRESS)).isEqualTo(flink.get(JobManagerOptions.ADDRESS));
        assertThat(compose.at("/services/jobmanager/ports/0").asText()).endsWith(":" + flink.get(RestOptions.PORT));
        assertThat(compose.at("/services/taskmanager/healthcheck/test/3").asText())
                .endsWith("/" + flink.getString("metrics.reporter.prom.port", ""));
    }

    private static void assertConnected(JsonNode compose, String file, String elasticsearch, String kibana) {
        assertThat(texts(compose.at("/services/submit/volumes"))).contains("./" + file + ":/opt/tributary/cdp.yaml:ro");
        var options = OptionsFile.read(DOCKER.resolve(file), CustomerOptions.class);
        var kafka = options.get(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS);
        assertThat(environment(compose, "kafka", "KAFKA_ADVERTISED_LISTENERS")).contains("PLAINTEXT://" + kafka);
        for (var service : List.of("setup-topics", "ticker", "simulator")) {
            assertThat(environment(compose, service, "KAFKA")).as(service).isEqualTo(kafka);
        }
        assertThat(texts(compose.at("/services/setup-definitions/command"))).contains(kafka);
        assertThat(options.get(CustomerOptions.ELASTICSEARCH_HOSTS)).containsExactly(elasticsearch);
        assertThat(environment(compose, "setup-kibana", "KIBANA")).isEqualTo(kibana);
        for (var service : List.of("elasticsearch", "kibana")) {
            var test = texts(compose.at("/services/" + service + "/healthcheck/test"));
            assertThat(test.get(test.size() - 1))
                    .as(service)
                    .startsWith(elasticsearch.split(":")[0] + "://localhost:"
                            + compose.at("/services/" + service + "/ports/0")
                                    .asText()
                                    .split(":")[2] + "/");
        }
    }

    private static void assertSetsUp(JsonNode compose, String file, String elasticsearch) {
        assertThat(texts(compose.at("/services/setup/command")))
                .containsExactly("elastic", "setup", "--config", "/opt/tributary/cdp.yaml");
        assertThat(texts(compose.at("/services/setup/volumes"))).contains("./" + file + ":/opt/tributary/cdp.yaml:ro");
        assertThat(OptionsFile.read(DOCKER.resolve(file), CustomerOptions.class)
                        .get(CustomerOptions.ELASTICSEARCH_HOSTS))
                .containsExactly(elasticsearch);
    }

    @Test
    void letsNobodyIntoElasticsearchWithoutAPassword() throws IOException {
        Map<String, Object> node = new Yaml().load(Files.readString(DOCKER.resolve("config/elasticsearch.yml")));
        assertThat(node)
                .containsEntry("xpack.security.enabled", true)
                .containsEntry("xpack.security.http.ssl.enabled", true);
        Map<String, Object> kibana = new Yaml().load(Files.readString(DOCKER.resolve("kibana/kibana.yml")));
        assertThat(kibana)
                .containsEntry("server.ssl.enabled", true)
                .containsEntry("elasticsearch.hosts", List.of("https://elasticsearch:9200"))
                .containsEntry("elasticsearch.username", "kibana_system");
        assertThat(texts(compose.at("/services/elasticsearch/volumes")))
                .contains("./config/elasticsearch.yml:/usr/share/elasticsearch/config/elasticsearch.yml:ro");
        var options = OptionsFile.read(DOCKER.resolve("cdp.yaml"), CustomerOptions.class);
        assertThat(options.get(CustomerOptions.ELASTICSEARCH_USER)).isEqualTo("tributary_writer");
        for (var file : List.of(
                options.get(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE),
                options.get(CustomerOptions.ELASTICSEARCH_CERTIFICATE_AUTHORITIES))) {
            assertThat(file).startsWith("/run/tributary/");
        }
        assertThat(texts(compose.at("/services/taskmanager/volumes"))).contains("secrets-job:/run/tributary:ro");
    }

    /** Written by hand: who gets which secrets. */
    @Test
    void givesNoServiceTheSecretsOfOthers() {
        var seen = new TreeMap<String, List<String>>();
        for (var service : compose.path("services").properties()) {
            var secrets = texts(service.getValue().path("volumes")).stream()
                    .map(volume -> volume.split(":")[0])
                    .filter(source -> source.contains("secrets"))
                    .toList();
            if (!secrets.isEmpty()) {
                seen.put(service.getKey(), secrets);
            }
        }
        assertThat(seen)
                .isEqualTo(Map.of(
                        "setup-secrets",
                        List.of(
                                "./secrets",
                                "secrets-elasticsearch",
                                "secrets-kibana",
                                "secrets-setup",
                                "secrets-admin",
                                "secrets-job"),
                        "elasticsearch",
                        List.of("secrets-elasticsearch"),
                        "kibana",
                        List.of("secrets-kibana"),
                        "setup-security",
                        List.of("secrets-setup"),
                        "setup",
                        List.of("secrets-admin"),
                        "setup-kibana",
                        List.of("secrets-setup"),
                        "taskmanager",
                        List.of("secrets-job")));
        assertThat(compose.at("/services/setup-secrets/network_mode").asText()).isEqualTo("none");
    }

    /** Only names of files. */
    @Test
    void saysNoPassword() throws IOException {
        var secret = Pattern.compile(
                "(?i)(password|passphrase|secret|(?<!ServiceAccount)token|api.?key)[\"']?\\s*[:=]\\s*[\"']?[^\\s\"']");
        try (var files = Files.walk(DOCKER)) {
            for (var path : files.filter(Files::isRegularFile)
                    .filter(path -> path.toString().matches(".*(\\.ya?ml|Dockerfile[^/]*)"))
                    .filter(path -> !path.toString().contains("/target/"))
                    .toList()) {
                assertThat(Files.readAllLines(path)).as(path.toString()).noneMatch(line -> secret.matcher(line)
                        .find());
            }
        }
        assertThat(Files.readString(DOCKER.resolve("secrets/.gitignore"))).contains("\n*\n");
    }

    @Test
    void documentsEveryVariableWithItsDefault() throws IOException {
        var readme = Files.readString(DOCKER.resolve("README.md"));
        var variables = Pattern.compile("\\$\\{([A-Z_]+)(?::-([^}]*))?}")
                .matcher(Files.readString(DOCKER.resolve(COMPOSE)) + Files.readString(DOCKER.resolve(DEVELOPMENT)))
                .results()
                .map(found -> "`%s` (%s)".formatted(found.group(1), found.group(2)))
                .distinct()
                .toList();
        assertThat(variables).isNotEmpty().allSatisfy(variable -> assertThat(readme)
                .contains(variable));
    }

    @Test
    void exposesNothingBeyondThisMachine() {
        for (var service : both()) {
            service.path("ports").forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:"));
        }
    }

    @Test
    void keepsTheTransactionsLongEnoughAndWithinTheBrokersLimit() {
        var timeout = OptionsFile.read(DOCKER.resolve("cdp.yaml"), CustomerOptions.class)
                .get(CustomerOptions.KAFKA_TRANSACTION_TIMEOUT);
        assertThat(timeout)
                .isLessThanOrEqualTo(Duration.ofMillis(
                        Long.parseLong(environment(compose, "kafka", "KAFKA_TRANSACTION_MAX_TIMEOUT_MS"))))
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
        assertThat(environment(compose, "setup-topics", "EVENT_PARTITIONS")).isEqualTo("1");
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

    /** As Compose reads the second file on top of the first; of what it can do, what the second one uses. */
    private static JsonNode merged(JsonNode compose, JsonNode development) {
        var merged = (ObjectNode) compose.deepCopy();
        for (var service : development.path("services").properties()) {
            var base = (ObjectNode) merged.path("services").path(service.getKey());
            for (var key : service.getValue().properties()) {
                switch (key.getKey()) {
                    case "environment", "healthcheck" ->
                        ((ObjectNode) base.path(key.getKey())).setAll((ObjectNode) key.getValue());
                    case "volumes" -> {
                        var byTarget = new TreeMap<String, String>();
                        for (var volumes : List.of(base.path("volumes"), key.getValue())) {
                            texts(volumes).forEach(volume -> byTarget.put(volume.split(":")[1], volume));
                        }
                        var volumes = base.putArray("volumes");
                        byTarget.values().forEach(volumes::add);
                    }
                    case "entrypoint" -> base.set("entrypoint", key.getValue());
                    default -> throw new IllegalArgumentException("How does Compose merge " + key.getKey() + "?");
                }
            }
        }
        return merged;
    }

    /** Services of the one arrangement and of the other. */
    private List<JsonNode> both() {
        return Stream.of(compose, development)
                .flatMap(file -> StreamSupport.stream(file.path("services").spliterator(), false))
                .toList();
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).sorted().toList();
    }

    private static String environment(JsonNode compose, String service, String variable) {
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

    private static Stream<String> copied(String dockerfile) throws IOException {
        return Files.readAllLines(DOCKER.resolve(dockerfile)).stream()
                .filter(line -> line.startsWith("COPY "))
                .map(line -> line.replace("--chown=flink:flink ", "").split(" ")[1]);
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
