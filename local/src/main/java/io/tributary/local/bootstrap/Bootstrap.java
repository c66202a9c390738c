package io.tributary.local.bootstrap;

import io.tributary.jobs.JobEnvironment;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.CustomerTopology;
import io.tributary.local.UserException;
import io.tributary.local.stack.FlinkCluster;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.SearchDocuments;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * Makes the customer job's state of history: the job's own topology runs over the files in a Flink of its own, and is
 * stopped with a savepoint when the last watermark has passed through all of it. So the state is the one that the job would
 * have if the same lines had been in its topic, whatever its operators keep.
 *
 * <p>Nothing that the job says meanwhile is news. At the end profiles and aliases are published, as many as a compacted
 * topic keeps.
 *
 * <p>In memory: all events, and the newest profile of each customer. On disk: the state, twice for as long as it is
 * written.
 */
public final class Bootstrap {
    /** Tasks need memory for their connections with each other, of which there are the square of this. */
    public static final int MAX_PARALLELISM = 32;

    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration MAX_START = Duration.ofMinutes(2);
    private static final int BUFFER_KIB = 32;
    private static final int EXCHANGES = 12;

    /**
     * What to do.
     *
     * @param job options of the job that will start from the savepoint
     * @param published the definitions that hold, from the beginning
     * @param publishes whether profiles and aliases go where the options say
     * @param parallelism of every operator, at most {@link #MAX_PARALLELISM}
     * @param maxParallelism that of the job that will start from the savepoint
     */
    public record Options(
            Configuration job,
            PublishedDefinitions published,
            boolean publishes,
            int parallelism,
            int maxParallelism) {}

    /** Is told how far it is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param read how many lines of {@code all} have gone into the job
         * @param nanos since the first
         */
        void read(long read, long all, long nanos);
    }

    private final Options options;
    private final CustomerSettings settings;

    public Bootstrap(Options options) {
        this.options = options;
        Configuration own = new Configuration(options.job());
        own.set(CustomerOptions.PUBLISH_INTERVAL, PUBLISH_INTERVAL);
        settings = CustomerSettings.from(own);
    }

    /**
     * Looks whether there can be a savepoint.
     *
     * @throws UserException if the folder is in use
     */
    public static void requireFree(Path folder) throws IOException {
        SavepointFolder.requireFree(folder);
    }

    /**
     * Makes the savepoint.
     *
     * @param folder for it, absent or empty
     * @throws UserException if the folder is in use, or there is no event
     * @throws IOException if the savepoint could not be made: nothing of it is left; or if it is there and could not be
     *     published: the message says so
     */
    public BootstrapResult run(History history, Path folder, Progress progress) throws IOException {
        if (history.events().isEmpty()) {
            throw new UserException("There is no event to begin with");
        }
        SavepointFolder savepoint = new SavepointFolder(folder);
        try (FlinkCluster flink = FlinkCluster.start(savepoint.work(), 0, cluster())) {
            return run(history, savepoint, flink, progress);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        } finally {
            savepoint.tidy();
        }
    }

    private Configuration cluster() {
        int slots = options.parallelism();
        MemorySize network =
                MemorySize.ofMebiBytes(Math.max(64, (long) EXCHANGES * slots * (3L * slots + 10) * BUFFER_KIB / 1024));
        Configuration cluster = new Configuration();
        cluster.set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
        cluster.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(Math.max(256, 128L * slots)));
        cluster.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
        cluster.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
        // Whoever asks for a savepoint waits until it is there.
        cluster.set(RpcOptions.ASK_TIMEOUT_DURATION, Duration.ofDays(7));
        return cluster;
    }

    private BootstrapResult run(History history, SavepointFolder savepoint, FlinkCluster flink, Progress progress)
            throws IOException, InterruptedException {
        long end = history.end().orElseThrow();
        List<Inbound> lines = history.inOrder(settings.latenessBound().toMillis());
        try (Feed<Inbound> events = new Feed<>(lines, end);
                Feed<PrivacyInbound> commands = new Feed<>(history.commands(), Long.MIN_VALUE).open();
                Feed<DefinitionInbound> definitions = new Feed<DefinitionInbound>(List.of(), Long.MIN_VALUE).open();
                Outcome outcome = new Outcome(end, options.parallelism())) {
            JobClient job = flink.submit(job(flink, events, commands, definitions, outcome));
            CompletableFuture<?> over = job.getJobExecutionResult();
            if (!history.commands().isEmpty()) {
                await(commands.whenRead(), over);
                awaitObedience(job, savepoint.work(), over);
            }
            events.open();
            long begun = System.nanoTime();
            while (!isDone(outcome.whenProcessed(), over, LOOK_AGAIN)) {
                progress.read(events.numberRead(), lines.size(), System.nanoTime() - begun);
            }
            // Who has changed just now is published when the interval is over.
            isDone(new CompletableFuture<>(), over, PUBLISH_INTERVAL.plus(LOOK_AGAIN));
            requireAllToldOf(history, outcome);
            savepoint.take(stop(job, savepoint.work()), CustomerTopology.portUids());
            return result(history, savepoint, outcome, publish(flink, outcome, savepoint));
        }
    }

    private StreamGraph job(
            FlinkCluster flink,
            Feed<Inbound> events,
            Feed<PrivacyInbound> commands,
            Feed<DefinitionInbound> definitions,
            Outcome outcome) {
        StreamExecutionEnvironment env = environment(flink, "tributary-bootstrap");
        env.setParallelism(options.parallelism());
        CustomerTopology.wire(
                env,
                new CustomerPorts(
                        events.source(false),
                        commands.source(false),
                        options.published(),
                        definitions.source(false),
                        outcome.sink(),
                        Optional.empty()),
                settings);
        return env.getStreamGraph();
    }

    /** Of a job that is not restarted: a source that has given its records has none to give again. */
    private StreamExecutionEnvironment environment(FlinkCluster flink, String name) {
        StreamExecutionEnvironment env = flink.environment(name);
        Configuration own = JobEnvironment.required();
        own.set(PipelineOptions.MAX_PARALLELISM, options.maxParallelism());
        own.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        // Only what is asked for, but as exactly as if there were others: without an interval Flink aligns no barriers.
        own.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofDays(3650));
        own.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofDays(7));
        env.configure(own);
        return env;
    }

    /**
     * Waits until commands are where they are obeyed: a savepoint behind them has come to its end. An event could overtake
     * them otherwise.
     */
    private static void awaitObedience(JobClient job, Path work, CompletableFuture<?> over)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (true) {
            CompletableFuture<String> savepoint =
                    job.triggerSavepoint(work.resolve("commands").toUri().toString(), SavepointFormatType.NATIVE);
            try {
                savepoint.get();
                return;
            } catch (ExecutionException e) {
                // As long as a task is still starting.
                if (System.nanoTime() - begun > MAX_START.toNanos()) {
                    throw failed(e);
                }
            }
            isDone(new CompletableFuture<>(), over, LOOK_AGAIN);
        }
    }

    private static Path stop(JobClient job, Path work) throws IOException, InterruptedException {
        try {
            String location = job.stopWithSavepoint(
                            false, work.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
                    .get();
            return Path.of(URI.create(location));
        } catch (ExecutionException e) {
            throw failed(e);
        }
    }

    private static void await(CompletableFuture<?> what, CompletableFuture<?> over)
            throws IOException, InterruptedException {
        while (!isDone(what, over, LOOK_AGAIN)) {
            // On and on: the job may have much to do, and its end is noticed.
        }
    }

    /**
     * Waits a while.
     *
     * @param over the job's end
     * @throws IOException if the job ends before
     */
    private static boolean isDone(CompletableFuture<?> what, CompletableFuture<?> over, Duration atMost)
            throws IOException, InterruptedException {
        try {
            CompletableFuture.anyOf(what, over).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw failed(e);
        }
        if (!what.isDone()) {
            throw new IOException("The job over the history has ended before its time");
        }
        return true;
    }

    private static IOException failed(ExecutionException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new IOException(root.getMessage() == null ? root.toString() : root.getMessage(), failure);
    }

    private OptionalLong publish(FlinkCluster flink, Outcome outcome, SavepointFolder savepoint)
            throws IOException, InterruptedException {
        if (!options.publishes()) {
            return OptionalLong.empty();
        }
        List<OutboundRecord> records = outcome.compacted();
        try (Feed<OutboundRecord> feed = new Feed<>(records, Long.MIN_VALUE).open()) {
            JobClient job = flink.submit(publication(flink, feed));
            CompletableFuture<?> over = job.getJobExecutionResult();
            await(over, over);
        } catch (IOException e) {
            throw new IOException(
                    "The savepoint is complete in %s, but not all of its profiles were published: %s"
                            .formatted(savepoint.path(), e.getMessage()),
                    e);
        }
        return OptionalLong.of(records.size());
    }

    private StreamGraph publication(FlinkCluster flink, Feed<OutboundRecord> records) {
        Configuration job = new Configuration(options.job());
        // Each record carries its version, so one that comes twice does no harm, and no transaction of the job's is
        // met.
        job.set(CustomerOptions.KAFKA_DELIVERY, "at-least-once");
        CustomerPorts ports = CustomerPorts.from(job, settings, options.published());
        StreamExecutionEnvironment env = environment(flink, "tributary-bootstrap-publication");
        env.setParallelism(1);
        var published = env.fromSource(
                        records.source(true),
                        WatermarkStrategy.noWatermarks(),
                        "Profiles and aliases",
                        WireType.OUTBOUND_RECORD.info())
                .uid("publication-source");
        published.sinkTo(ports.kafka()).name("To Kafka").uid("publication-kafka");
        ports.search().ifPresent(search -> published
                .filter(record -> record.topic().equals(Topic.PROFILES))
                .name("Profiles")
                .uid("publication-profiles")
                .flatMap(new SearchDocuments(settings.search().promoted()))
                .returns(WireType.DOCUMENT_WRITE.info())
                .name("Profiles to documents")
                .uid("publication-documents")
                .sinkTo(search)
                .name("To Elasticsearch")
                .uid("publication-search"));
        return env.getStreamGraph();
    }

    private static void requireAllToldOf(History history, Outcome outcome) {
        if (outcome.records(Topic.REJECTS) != history.rejects().size()) {
            throw new IllegalStateException("%d lines were refused, and the job says so of %d"
                    .formatted(history.rejects().size(), outcome.records(Topic.REJECTS)));
        }
    }

    private static BootstrapResult result(
            History history, SavepointFolder savepoint, Outcome outcome, OptionalLong published) {
        long rejected = history.rejects().size();
        long accepted = outcome.records(Topic.CUSTOMER_EVENTS);
        return new BootstrapResult(
                history.events().size() + rejected,
                accepted,
                history.events().size() - accepted,
                rejected,
                history.afterUntil(),
                outcome.customers(),
                history.end().orElseThrow(),
                published,
                savepoint.path());
    }
}
