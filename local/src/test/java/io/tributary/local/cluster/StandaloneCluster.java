package io.tributary.local.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;

/**
 * A standalone session cluster of Flink as its scripts start it, from Maven's jars and with the image's configuration: a
 * JobManager and TaskManagers, each a process with the memory that Flink computes for it, and the real command-line
 * client.
 */
final class StandaloneCluster implements AutoCloseable {
    private static final String LIB = Path.of(System.getProperty("tributary.root"), "flink-dist/target/lib") + "/*";
    private static final Path DOCKER_CONF = Path.of(System.getProperty("tributary.root"), "docker/flink");
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final String RESULT = "BASH_JAVA_UTILS_EXEC_RESULT:";
    private static final Pattern JOB_ID = Pattern.compile("submitted with JobID ([0-9a-f]{32})");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path folder;
    private final URI rest;
    private final Thread onExit = new Thread(this::killAll, "standalone-cluster-on-exit");
    /** The JobManager takes the first, whichever TaskManager lives the second. */
    private final List<Integer> prometheusPorts = List.of(freePort(), freePort());

    private final List<Process> processes = new ArrayList<>();
    private List<String> javaOptions;
    private List<String> taskManagerCommand;
    private int taskManagers;

    private StandaloneCluster(Path folder, int restPort) {
        this.folder = folder;
        this.rest = URI.create("http://127.0.0.1:" + restPort);
    }

    /**
     * Starts a JobManager and one TaskManager of two slots, and returns when the slots are offered: 9 s.
     *
     * @param folder where configuration, logs and checkpoints go
     * @param options added to, or instead of, the image's and those that make a small cluster on 127.0.0.1
     */
    static StandaloneCluster start(Path folder, Map<String, String> options) throws Exception {
        var cluster = new StandaloneCluster(folder, freePort());
        Runtime.getRuntime().addShutdownHook(cluster.onExit);
        try {
            cluster.configure(options);
            cluster.startProcess(
                    "jobmanager",
                    cluster.command(
                            "GET_JM_RESOURCE_PARAMS",
                            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                            "--executionMode",
                            "cluster"));
            cluster.taskManagerCommand = cluster.command(
                    "GET_TM_RESOURCE_PARAMS", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner");
            cluster.startTaskManager();
            Await.found("two free slots; logs in " + folder, START_LIMIT, () -> cluster.get("/overview")
                    .filter(overview -> overview.path("slots-available").asInt() == 2));
            return cluster;
        } catch (Exception | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts a further TaskManager and does not wait for it. */
    Process startTaskManager() throws IOException {
        taskManagers++;
        return startProcess("taskmanager-" + taskManagers, taskManagerCommand);
    }

    /** Kills the youngest TaskManager with -9, and returns when it is gone. */
    void killTaskManager() throws InterruptedException {
        var taskManager = processes.get(processes.size() - 1);
        taskManager.destroyForcibly();
        taskManager.waitFor();
    }

    /**
     * Submits a job as a user does: {@code flink run -d -c CLASS JAR …}.
     *
     * @return the job's id
     */
    String run(String mainClass, Path jar, String... arguments) throws IOException, InterruptedException {
        var command = java();
        command.addAll(List.of("org.apache.flink.client.cli.CliFrontend", "run", "-d", "-c", mainClass));
        command.add(jar.toString());
        command.addAll(List.of(arguments));
        var output = call(command);
        var id = JOB_ID.matcher(output);
        if (!id.find()) {
            throw new IOException("The job was not submitted: " + output);
        }
        return id.group(1);
    }

    /** What the REST interface answers, or nothing while it is not up or does not know the resource (yet). */
    Optional<JsonNode> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(rest.resolve(path)).build());
    }

    /** Takes a checkpoint now and returns when it is completed; the tasks are told, and commit, a little later. */
    void checkpoint(String job) throws Exception {
        var trigger = send(HttpRequest.newBuilder(rest.resolve("/jobs/" + job + "/checkpoints"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"checkpointType\":\"CONFIGURED\"}"))
                        .build())
                .orElseThrow(() -> new IOException("No checkpoint of " + job + " could be triggered"))
                .path("request-id")
                .asText();
        Await.found("a checkpoint; logs in " + folder, START_LIMIT, () -> {
            var status = get("/jobs/" + job + "/checkpoints/" + trigger)
                    .filter(answer -> answer.path("status").path("id").asText().equals("COMPLETED"));
            if (status.isPresent() && status.get().path("operation").has("failure-cause")) {
                throw new IOException("The checkpoint failed: " + status.get());
            }
            return status;
        });
    }

    /** What Prometheus reads from the JobManager and the living TaskManager. */
    String prometheus() throws IOException, InterruptedException {
        var metrics = new StringBuilder();
        for (int port : prometheusPorts) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .build();
            metrics.append(HTTP.send(request, BodyHandlers.ofString()).body());
        }
        return metrics.toString();
    }

    /** Kills everything. Logs stay. */
    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(onExit);
    }

    private void killAll() {
        processes.forEach(Process::destroyForcibly);
    }

    private void configure(Map<String, String> more) throws IOException {
        var options = GlobalConfiguration.loadConfiguration(DOCKER_CONF.toString());
        options.setString("jobmanager.rpc.address", "127.0.0.1");
        options.setString("jobmanager.rpc.port", Integer.toString(freePort()));
        options.setString("jobmanager.bind-host", "127.0.0.1");
        options.setString("rest.address", "127.0.0.1");
        options.setString("rest.bind-address", "127.0.0.1");
        options.setString("rest.port", Integer.toString(rest.getPort()));
        options.setString("metrics.reporter.prom.port", prometheusPorts.get(0) + "," + prometheusPorts.get(1));
        options.setString("taskmanager.bind-host", "127.0.0.1");
        options.setString("taskmanager.host", "127.0.0.1");
        options.setString("taskmanager.numberOfTaskSlots", "2");
        options.setString("jobmanager.memory.process.size", "640m");
        options.setString("jobmanager.memory.jvm-metaspace.size", "160m");
        options.setString("jobmanager.memory.jvm-overhead.min", "64m");
        options.setString("jobmanager.memory.off-heap.size", "64m");
        options.setString("taskmanager.memory.process.size", "1024m");
        options.setString("taskmanager.memory.jvm-metaspace.size", "192m");
        options.setString("taskmanager.memory.jvm-overhead.min", "96m");
        options.setString("taskmanager.memory.framework.heap.size", "96m");
        options.setString("taskmanager.memory.framework.off-heap.size", "96m");
        options.setString("io.tmp.dirs", folder.resolve("tmp").toString());
        options.setString(
                "execution.checkpointing.dir",
                folder.resolve("checkpoints").toUri().toString());
        more.forEach(options::setString);
        javaOptions = List.of(options.get(CoreOptions.FLINK_JVM_OPTIONS).split(" "));
        Files.createDirectories(folder.resolve("conf"));
        Files.createDirectories(folder.resolve("tmp"));
        Files.write(folder.resolve("conf/config.yaml"), ConfigurationUtils.convertConfigToWritableLines(options, true));
        Files.writeString(
                folder.resolve("conf/log4j.properties"),
                """
                rootLogger.level = INFO
                rootLogger.appenderRef.console.ref = console
                appender.console.name = console
                appender.console.type = CONSOLE
                appender.console.layout.type = PatternLayout
                appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %-60c{1.} - %m%n
                """);
    }

    /** The command of a component with the memory that the configuration gives it. */
    private List<String> command(String memory, String mainClass, String... arguments)
            throws IOException, InterruptedException {
        var asked = java();
        asked.addAll(List.of("org.apache.flink.runtime.util.bash.BashJavaUtils", memory));
        asked.addAll(List.of("--configDir", conf()));
        var answers = call(asked)
                .lines()
                .filter(line -> line.startsWith(RESULT))
                .map(line -> List.of(line.substring(RESULT.length()).split(" ")))
                .toList();
        if (answers.size() != 2) {
            throw new IOException("Flink can't compute the memory: " + answers);
        }
        var command = java();
        command.addAll(1, answers.get(0));
        command.add(mainClass);
        command.addAll(List.of("--configDir", conf()));
        command.addAll(List.of(arguments));
        command.addAll(answers.get(1));
        return command;
    }

    private List<String> java() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j.configurationFile=" + folder.resolve("conf/log4j.properties"),
                "-cp",
                LIB));
        return command;
    }

    private String conf() {
        return folder.resolve("conf").toString();
    }

    private Process startProcess(String name, List<String> command) throws IOException {
        var process = processOf(command)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String call(List<String> command) throws IOException, InterruptedException {
        var process = processOf(command).start();
        processes.add(process);
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + output);
        }
        processes.remove(process);
        return output;
    }

    private ProcessBuilder processOf(List<String> command) {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("FLINK_CONF_DIR", conf());
        return builder;
    }

    private Optional<JsonNode> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            var response = HTTP.send(request, BodyHandlers.ofString());
            return response.statusCode() < 300 ? Optional.of(JSON.readTree(response.body())) : Optional.empty();
        } catch (ConnectException e) {
            return Optional.empty();
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
