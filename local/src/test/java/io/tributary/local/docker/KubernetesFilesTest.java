package io.tributary.local.docker;

import static io.tributary.local.docker.Script.DOCKER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.options.OptionsFile;
import io.tributary.local.cli.Cdp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The examples for Kubernetes, one of them for Flink's operator: what can be said of them without a Kubernetes. */
class KubernetesFilesTest {
    /** Fields of the operator's resource, version v1beta1, written by hand: Kubernetes drops others without a word. */
    private static final Map<String, Set<String>> FIELDS = Map.of(
            "/spec",
            Set.of(
                    "flinkConfiguration",
                    "flinkVersion",
                    "image",
                    "imagePullPolicy",
                    "ingress",
                    "job",
                    "jobManager",
                    "logConfiguration",
                    "mode",
                    "podTemplate",
                    "restartNonce",
                    "serviceAccount",
                    "taskManager"),
            "/spec/job",
            Set.of(
                    "allowNonRestoredState",
                    "args",
                    "entryClass",
                    "initialSavepointPath",
                    "jarURI",
                    "parallelism",
                    "savepointRedeployNonce",
                    "state",
                    "upgradeMode"),
            "/spec/jobManager",
            Set.of("podTemplate", "replicas", "resource"),
            "/spec/taskManager",
            Set.of("podTemplate", "replicas", "resource"),
            "/spec/jobManager/resource",
            Set.of("cpu", "ephemeralStorage", "memory"),
            "/spec/taskManager/resource",
            Set.of("cpu", "ephemeralStorage", "memory"));

    /** Settings of the compose file that a Kubernetes answers otherwise. */
    private static final Set<String> OF_THE_COMPOSE_FILE = Set.of(
            "jobmanager.bind-host",
            "jobmanager.rpc.address",
            "jobmanager.rpc.port",
            "jobmanager.memory.process.size",
            "taskmanager.bind-host",
            "taskmanager.memory.process.size",
            "parallelism.default",
            "rest.address",
            "rest.bind-address",
            "rest.port",
            "execution.checkpointing.dir",
            "execution.checkpointing.savepoint-dir");

    private final List<JsonNode> documents = documents("flinkdeployment.yaml");
    private final JsonNode options = documents.get(0);
    private final JsonNode deployment = documents.get(1);

    @TempDir
    Path folder;

    @Test
    void isAFlinkDeploymentWithFieldsThatThereAre() {
        assertThat(documents).hasSize(2);
        assertThat(deployment.path("apiVersion").asText()).isEqualTo("flink.apache.org/v1beta1");
        assertThat(deployment.path("kind").asText()).isEqualTo("FlinkDeployment");
        FIELDS.forEach((path, fields) -> assertThat(fields).as(path).containsAll(names(deployment.at(path))));
        assertThat(deployment.at("/spec/job/upgradeMode").asText()).isEqualTo("savepoint");
        assertThat(deployment.at("/spec/mode").asText()).isEqualTo("native");
    }

    @Test
    void runsTheVersionOfFlinkThatTheBuildTests() throws IOException {
        var from = Files.readAllLines(DOCKER.resolve("Dockerfile")).stream()
                .filter(line -> line.startsWith("FROM flink:"))
                .findFirst()
                .orElseThrow();
        var version = from.substring("FROM flink:".length()).split("-")[0];
        var parts = version.split("\\.");
        assertThat(deployment.at("/spec/flinkVersion").asText()).isEqualTo("v" + parts[0] + "_" + parts[1]);
        assertThat(container().at("/env/0/value").asText()).isEqualTo("flink-s3-fs-presto-" + version + ".jar");
    }

    /** Flink itself reads both. */
    @Test
    void configuresFlinkAsTheImageDoes() throws IOException {
        var lines = new ArrayList<String>();
        for (var setting : deployment.at("/spec/flinkConfiguration").properties()) {
            assertThat(setting.getValue().isTextual()).as(setting.getKey()).isTrue();
            lines.add(setting.getKey() + ": \"" + setting.getValue().asText() + "\"");
        }
        Files.write(folder.resolve("config.yaml"), lines);
        var here = new TreeMap<>(
                GlobalConfiguration.loadConfiguration(folder.toString()).toMap());
        var image = new TreeMap<>(
                GlobalConfiguration.loadConfiguration(DOCKER.resolve("flink").toString())
                        .toMap());
        image.keySet().removeAll(OF_THE_COMPOSE_FILE);

        assertThat(here).containsAllEntriesOf(image);
        here.keySet().removeAll(image.keySet());
        assertThat(here)
                .containsOnlyKeys(
                        "execution.checkpointing.dir",
                        "execution.checkpointing.savepoint-dir",
                        "high-availability.storageDir",
                        "high-availability.type",
                        "pipeline.max-parallelism",
                        "state.backend.rocksdb.localdir");
    }

    @Test
    void givesTheJobItsOptionsAndTheFilesThatTheyName() throws IOException {
        assertThat(options.path("kind").asText()).isEqualTo("ConfigMap");
        var mounts = new TreeMap<String, String>();
        container()
                .path("volumeMounts")
                .forEach(mount -> mounts.put(
                        mount.path("mountPath").asText(), mount.path("name").asText()));
        var volumes = StreamSupport.stream(
                        deployment.at("/spec/podTemplate/spec/volumes").spliterator(), false)
                .map(volume -> volume.path("name").asText())
                .toList();
        assertThat(volumes).containsExactlyInAnyOrderElementsOf(mounts.values());
        assertThat(deployment.at("/spec/podTemplate/spec/volumes/0/configMap/name"))
                .isEqualTo(options.at("/metadata/name"));
        assertThat(deployment.at("/spec/job/args/1").asText()).isEqualTo("/opt/tributary/options/cdp.yaml");
        assertThat(mounts).containsEntry("/opt/tributary/options", "options");

        var file = Files.writeString(
                folder.resolve("cdp.yaml"), options.at("/data/cdp.yaml").asText());
        var read = OptionsFile.read(file, CustomerOptions.class);
        assertThat(mounts).containsEntry("/run/tributary", "secrets");
        for (var secret : List.of(
                read.get(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE),
                read.get(CustomerOptions.ELASTICSEARCH_CERTIFICATE_AUTHORITIES))) {
            assertThat(secret).startsWith("/run/tributary/");
        }
        assertThat(mounts)
                .containsKey(deployment
                        .at("/spec/flinkConfiguration/state.backend.rocksdb.localdir")
                        .asText());
    }

    @Test
    void setsElasticsearchUpAndExpiresWhatIsOldWithTheOptionsOfTheComposeFile() throws IOException {
        var elastic = documents("elastic.yaml");
        assertThat(elastic).hasSize(2);
        assertThat(elastic.get(0)
                        .at("/data/cdp.yaml")
                        .asText()
                        .replace("https://ELASTICSEARCH", "https://elasticsearch"))
                .isEqualTo(Files.readAllLines(DOCKER.resolve("cdp.admin.yaml")).stream()
                        .skip(1)
                        .collect(Collectors.joining("\n", "", "\n")));

        var cron = elastic.get(1);
        assertThat(cron.path("apiVersion").asText()).isEqualTo("batch/v1");
        assertThat(cron.path("kind").asText()).isEqualTo("CronJob");
        var pod = cron.at("/spec/jobTemplate/spec/template/spec");
        assertThat(pod.at("/volumes/0/configMap/name")).isEqualTo(elastic.get(0).at("/metadata/name"));
        var containers = List.of(pod.at("/initContainers/0"), pod.at("/containers/0"));
        assertThat(containers)
                .extracting(container -> container.path("name").asText())
                .containsExactly("setup", "expire");
        for (var container : containers) {
            assertThat(container.path("image").asText()).isEqualTo("REGISTRY/tributary-tools:0.1.0");
            var arguments = StreamSupport.stream(container.path("args").spliterator(), false)
                    .map(JsonNode::asText)
                    .toArray(String[]::new);
            assertThat(arguments[1]).isEqualTo(container.path("name").asText());
            // The command understands them.
            Cdp.commandLine().parseArgs(arguments);
            assertThat(arguments[arguments.length - 1]).isEqualTo("/opt/tributary/options/cdp.yaml");
            assertThat(container.path("volumeMounts"))
                    .extracting(mount -> mount.path("mountPath").asText())
                    .containsExactly("/opt/tributary/options", "/run/tributary");
            assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
        }
    }

    private JsonNode container() {
        var container = deployment.at("/spec/podTemplate/spec/containers/0");
        assertThat(container.path("name").asText()).isEqualTo("flink-main-container");
        return container;
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static List<JsonNode> documents(String name) {
        try {
            var documents = new ArrayList<JsonNode>();
            var mapper = new YAMLMapper();
            new Yaml()
                    .loadAll(Files.readString(DOCKER.resolve("kubernetes").resolve(name)))
                    .forEach(document -> documents.add(mapper.valueToTree(document)));
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
