package io.tributary.local.cli;

import io.tributary.benchmarks.Benchmark;
import io.tributary.benchmarks.BenchmarkReport;
import io.tributary.benchmarks.BenchmarkResult;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.UserException;
import io.tributary.local.definitions.DefinitionsFolder;
import io.tributary.local.input.EventFiles;
import io.tributary.local.latency.MergeLatency;
import io.tributary.local.latency.MergeLatencyReport;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.local.simulate.SimulationRates;
import io.tributary.local.simulate.SimulationWriter;
import io.tributary.local.simulate.Simulator;
import io.tributary.local.stack.Folders;
import io.tributary.local.stack.KafkaProcess;
import io.tributary.local.stack.Topics;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what the customer job costs. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measures the customer job against a bare skeleton (Kafka, parse, keyBy, one value read and written in",
            "RocksDB, Kafka exactly-once) on the same events, in turn, on a Kafka and a Flink of its own.",
            "Prints the ratio, CPU per event, and what is read from and written to state per event.",
            "",
            "Not measured: Elasticsearch. Nothing else should run on the machine. Takes about 5 minutes.",
            "",
            "With --merge-latency it measures instead how long after a login the merger of two customers is visible in",
            "Kafka and in Elasticsearch, on a whole stack of its own. Takes about 2 minutes.",
            ""
        })
final class BenchCommand implements Callable<Integer> {
    private static final long SEED = 1;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MERGERS_PER_SECOND = 5;
    private static final Duration LONGEST_BOUND = Duration.ofMinutes(10);
    private static final List<String> OF_THE_COMPARISON =
            List.of("--events", "--mapping", "--definitions", "--customers", "--days", "--runs", "--parallelism");
    private static final List<String> OF_MERGE_LATENCY = List.of("--mergers", "--other-events", "--lateness-bound");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--events",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Your own events instead of simulated ones.")
    private List<Path> events = new ArrayList<>();

    @Option(names = "--mapping", arity = "1..*", paramLabel = "M", description = "Mapping files for --events.")
    private List<Path> mappings = new ArrayList<>();

    @Option(
            names = "--definitions",
            paramLabel = "DIR",
            description = "Computed traits, segments and triggers that hold for the customer job (default: none).")
    private Path definitions;

    @Option(
            names = "--customers",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Simulated persons (default: ${DEFAULT-VALUE}).")
    private int customers;

    @Option(
            names = "--days",
            paramLabel = "D",
            defaultValue = "7",
            description = "Simulated days (default: ${DEFAULT-VALUE}).")
    private int days;

    @Option(
            names = "--runs",
            paramLabel = "R",
            defaultValue = "5",
            description = "Timed runs of each (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--parallelism",
            paramLabel = "P",
            defaultValue = "1",
            description = "Of both jobs (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(names = "--merge-latency", description = "Measure when mergers are visible; only with the options below.")
    private boolean mergeLatency;

    @Option(
            names = "--mergers",
            paramLabel = "N",
            defaultValue = "300",
            description = "How many, 5 per second (default: ${DEFAULT-VALUE}).")
    private int mergers;

    @Option(
            names = "--other-events",
            paramLabel = "N",
            defaultValue = "200",
            description = "Events of other customers, per second (default: ${DEFAULT-VALUE}).")
    private int otherEvents;

    @Option(
            names = "--lateness-bound",
            paramLabel = "DURATION",
            description = "Option events.lateness-bound of the customer job, such as '1 s' (default: the job's).")
    private String latenessBound;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return mergeLatency ? measureMergers() : compare();
    }

    private int measureMergers() throws IOException, InterruptedException {
        refuse(OF_THE_COMPARISON, " is not for --merge-latency.");
        if (mergers < 1 || mergers > 5_000) {
            throw new ParameterException(spec.commandLine(), "--mergers must be between 1 and 5000.");
        }
        if (otherEvents < 0 || otherEvents > 10_000) {
            throw new ParameterException(spec.commandLine(), "--other-events must be between 0 and 10000.");
        }
        Configuration options = new Configuration();
        if (latenessBound != null) {
            options.set(CustomerOptions.LATENESS_BOUND, duration());
        }
        var result = new MergeLatencyBench(
                        new MergeLatency.Plan(mergers, MERGERS_PER_SECOND, otherEvents), options, this::progress)
                .run();
        Terminal terminal = Terminal.of(spec.commandLine());
        result.ifPresent(seen -> MergeLatencyReport.of(seen).forEach(line -> terminal.line("%s", line)));
        return result.isPresent() ? 0 : 1;
    }

    private void refuse(List<String> options, String because) {
        for (String option : options) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(spec.commandLine(), option + because);
            }
        }
    }

    private Duration duration() {
        try {
            Duration duration = TimeUtils.parseDuration(latenessBound);
            if (!duration.isNegative() && duration.compareTo(LONGEST_BOUND) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--lateness-bound is no duration such as '1 s' or '500 ms': " + latenessBound + ".",
                    e);
        }
        throw new ParameterException(spec.commandLine(), "--lateness-bound must be between 0 and 10 min.");
    }

    private int compare() throws IOException {
        refuse(OF_MERGE_LATENCY, " needs --merge-latency.");
        if (runs < 1 || runs > 99) {
            throw new ParameterException(spec.commandLine(), "--runs must be between 1 and 99.");
        }
        if (parallelism < 1 || parallelism > 64) {
            throw new ParameterException(spec.commandLine(), "--parallelism must be between 1 and 64.");
        }
        if (events.isEmpty() && !mappings.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--mapping needs --events.");
        }
        SimulationConfig traffic = traffic();
        Optional<Definitions> holding = holding();
        Path folder = Files.createTempDirectory("tributary-bench");
        Thread onExit = new Thread(() -> delete(folder), "tributary-bench-clean");
        Runtime.getRuntime().addShutdownHook(onExit);
        try (KafkaProcess kafka = KafkaProcess.start(folder.resolve("kafka"), folder.resolve("kafka.log"))) {
            Topics.create(kafka.bootstrapServers(), Math.max(2, parallelism));
            if (holding.isPresent()) {
                DefinitionPublisher.publish(kafka.bootstrapServers(), holding.get(), START.toEpochMilli());
            }
            fill(kafka.bootstrapServers(), events.isEmpty() ? List.of(simulated(traffic, folder)) : events);
            BenchmarkResult result = new Benchmark(kafka.bootstrapServers(), folder.resolve("flink"), parallelism, runs)
                    .run(this::progress);
            Terminal terminal = Terminal.of(spec.commandLine());
            BenchmarkReport.of(result).forEach(line -> terminal.line("%s", line));
        } finally {
            delete(folder);
        }
        return 0;
    }

    private void fill(String kafka, List<Path> files) throws IOException {
        PublishPlan plan = PublishPlan.read(EventFiles.of(files, mappings));
        if (plan.events().isEmpty()) {
            throw new UserException("There are no events to measure with");
        }
        try (Publisher publisher = new Publisher(kafka)) {
            publisher.send(plan, 0, sent -> {});
        }
        progress("%,d events in Kafka".formatted(plan.events().size()));
    }

    private Optional<Definitions> holding() throws UserException {
        return definitions == null
                ? Optional.empty()
                : Optional.of(DefinitionsFolder.load(definitions, IdentitySettings.defaults()));
    }

    private SimulationConfig traffic() {
        try {
            return new SimulationConfig(
                    customers, days, SEED, START, SimulationConfig.DEFAULT_PRODUCTS, SimulationRates.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private static Path simulated(SimulationConfig traffic, Path folder) throws IOException {
        Path file = folder.resolve("events.jsonl");
        new SimulationWriter().write(new Simulator(traffic), file, lines -> {});
        return file;
    }

    private void progress(String message) {
        spec.commandLine().getErr().println(message);
        spec.commandLine().getErr().flush();
    }

    private static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            // A component that is still stopping writes there; the system cleans its temporary folder.
            return;
        }
    }
}
