package io.tributary.local.cli;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.UserException;
import io.tributary.local.definitions.StarterLibrary;
import io.tributary.local.stack.CustomerStackJob;
import io.tributary.local.stack.LocalStack;
import io.tributary.local.stack.StackJob;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the stack and keeps it up until Ctrl-C, or in the background. */
@Command(
        name = "up",
        description = {
            "Start Kafka, Elasticsearch and Flink on this machine, without traffic, until Ctrl-C.",
            "Data stay in the folder; the next start goes on where this one stopped."
        })
final class Up implements Callable<Integer> {
    private static final int PARALLELISM = 2;

    @Spec
    private CommandSpec spec;

    @Mixin
    private StackOption stack;

    @Option(
            names = "--detach",
            description = "Return when the stack is ready, and leave it running; ./cdp down stops it.")
    private boolean detach;

    @Option(names = "--live", description = "Send a tick each second, so that event time follows the clock.")
    private boolean live;

    @Option(names = "--fresh", description = "First delete what earlier stacks left in the folder.")
    private boolean fresh;

    @Option(names = "--kafka-port", paramLabel = "N", defaultValue = "0", description = "Default: a free port.")
    private int kafkaPort;

    @Option(names = "--elasticsearch-port", paramLabel = "N", defaultValue = "0", description = "Default: a free port.")
    private int elasticsearchPort;

    @Option(names = "--flink-port", paramLabel = "N", defaultValue = "0", description = "Default: a free port.")
    private int flinkPort;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "2",
            description = "Partitions of the topic cdp.events.v1. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--from",
            paramLabel = "SAVEPOINT",
            description = "Start the customer job from this savepoint and not where it stopped: from that of ./cdp"
                    + " bootstrap, or of an upgrade. Later starts go on from there.")
    private Path from;

    @Option(
            names = "--start-from",
            paramLabel = "INSTANT",
            description =
                    "With --from: read cdp.events.v1 and cdp.privacy.v1 from this record time on, ISO-8601, if the"
                            + " savepoint does not know where (docs/bootstrap.md). Default: from their beginning.")
    private String startFrom;

    @Override
    public Integer call() throws IOException, InterruptedException {
        validate();
        var folder = stack.folder();
        var terminal = Terminal.of(spec.commandLine());
        if (detach) {
            new DetachedStack(folder, arguments(folder.path())).start(line -> terminal.line("%s", line));
            terminal.line(
                    "It runs in the background (process %d) until ./cdp down; its output is in %s",
                    folder.runningPid().orElse(-1L), folder.output());
            return 0;
        }
        Logs.to(folder.log());
        var local = new LocalStack(
                new LocalStack.Options(
                        folder,
                        fresh,
                        kafkaPort,
                        elasticsearchPort,
                        flinkPort,
                        partitions,
                        live,
                        StarterLibrary.load(),
                        List.of(job())),
                (component, detail, took) ->
                        terminal.line("  %-14s %-32s %8s", component, detail, Terminal.seconds(took)));
        var onExit = new Thread(() -> stop(local, terminal), "tributary-stop");
        Runtime.getRuntime().addShutdownHook(onExit);
        var begun = System.nanoTime();
        try {
            local.start();
        } catch (IOException | RuntimeException e) {
            if (local.isClosing() && !Runtime.getRuntime().removeShutdownHook(onExit)) {
                return 1;
            }
            throw e;
        }
        terminal.line("@|bold Ready|@ in %s.", Terminal.seconds(Duration.ofNanos(System.nanoTime() - begun)));
        if (!DetachedStack.isThis()) {
            terminal.line("Ctrl-C stops it, or ./cdp down in another terminal.");
        }
        local.awaitEnd();
        return 0;
    }

    /** What the stack runs. */
    private StackJob job() {
        Configuration options = new Configuration();
        if (startFrom != null) {
            options.set(CustomerOptions.KAFKA_START_FROM, startFrom);
        }
        CustomerStackJob job = new CustomerStackJob(options, PARALLELISM);
        return from == null
                ? job
                : job.from(from.toAbsolutePath().normalize().toUri().toString());
    }

    private static void stop(LocalStack local, Terminal terminal) {
        terminal.line("Stopping …");
        local.close();
        terminal.line("Stopped.");
    }

    /** The same command for a process that does not detach. */
    private List<String> arguments(Path folder) {
        var arguments = new ArrayList<>(List.of(
                "up",
                "--dir=" + folder,
                "--kafka-port=" + kafkaPort,
                "--elasticsearch-port=" + elasticsearchPort,
                "--flink-port=" + flinkPort,
                "--partitions=" + partitions));
        if (live) {
            arguments.add("--live");
        }
        if (fresh) {
            arguments.add("--fresh");
        }
        if (from != null) {
            arguments.add("--from=" + from.toAbsolutePath().normalize());
        }
        if (startFrom != null) {
            arguments.add("--start-from=" + startFrom);
        }
        return arguments;
    }

    private void validate() throws UserException {
        for (var port : List.of(kafkaPort, elasticsearchPort, flinkPort)) {
            if (port < 0 || port > 65535) {
                throw new ParameterException(spec.commandLine(), "%d is not a port: 0 to 65535.".formatted(port));
            }
        }
        if (partitions < 1) {
            throw new ParameterException(spec.commandLine(), "--partitions must be at least 1.");
        }
        if (startFrom != null && from == null) {
            throw new ParameterException(spec.commandLine(), "--start-from says nothing without --from.");
        }
        if (startFrom != null && Timestamps.parse(startFrom) == Timestamps.INVALID) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--start-from is no ISO-8601 instant like 2026-01-31T00:00:00Z: " + startFrom + ".");
        }
        if (from != null && !Files.isReadable(from.resolve("_metadata"))) {
            throw new UserException(from + " is no savepoint: there is no _metadata in it");
        }
    }
}
