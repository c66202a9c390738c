package io.tributary.local.streaming;

import io.tributary.jobs.JobEnvironment;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.CustomerTopology;
import io.tributary.local.streaming.CrowdScenario.Interruption;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * The customer job from a {@link CrowdLog} to what it has committed, with the interruption of its scenario. It is stopped
 * when everything is processed.
 *
 * <p>Everything is processed when the log's last watermark has reached all writers, which comes behind all that it causes,
 * but not behind barriers, and a checkpoint has completed that began when the publications were over that waited for their
 * time.
 */
final class CrowdRun {
    /** The job runs in this JVM, but its source and sink are copies: they find their run by its name. */
    private static final Map<String, CrowdRun> RUNS = new ConcurrentHashMap<>();

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(100);
    private static final Duration WATERMARK_INTERVAL = Duration.ofMillis(2);
    private static final Duration LINGER = Duration.ofMillis(150);

    /**
     * What consumers that read committed have got, in order.
     *
     * @param atTheEnd what was sent when everything was processed, so when nothing was left to say
     */
    record Published(List<OutboundRecord> records, List<OutboundRecord> atTheEnd) {}

    private record Sent(long transaction, OutboundRecord record) {}

    private final String name = UUID.randomUUID().toString();
    private final CrowdLog log;
    private final CustomerSettings settings;
    private final PublishedDefinitions published;
    private final long lingerNanos;

    // The interruption.
    private final int midway;
    private final int crashAt;
    private final AtomicInteger read = new AtomicInteger();
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final CompletableFuture<Void> reachedMidway = new CompletableFuture<>();
    private volatile boolean hasCheckpoint;
    private final Set<TopicSource.Content> known = ConcurrentHashMap.newKeySet();

    // How far it is; guarded by this.
    private final Set<Integer> writersAtEnd = new HashSet<>();
    private final Map<Long, Integer> quietReaders = new HashMap<>();
    private final CompletableFuture<Void> processed = new CompletableFuture<>();
    private long lastSign = Long.MIN_VALUE;
    private int parallelism;

    // What it has sent; guarded by this.
    private final List<Sent> sent = new ArrayList<>();
    private final Set<Long> committed = new HashSet<>();
    private long transactions;
    private int sentBeforeTheEnd;

    /** @param published the definitions that hold */
    CrowdRun(CrowdLog log, CustomerSettings settings, PublishedDefinitions published) {
        this.log = log;
        this.settings = settings;
        this.published = published;
        this.lingerNanos = LINGER.plus(settings.publishInterval()).toNanos();
        Random random = log.scenario().random(-2);
        this.midway = (int) (log.size() * (0.2 + 0.6 * random.nextDouble()));
        this.crashAt = midway + random.nextInt(Math.max(1, (log.size() - midway) / 3));
        this.parallelism = log.scenario().parallelism();
    }

    /** A cluster for runs, started; on a port of its own choice, because another Flink may run beside. */
    static MiniCluster cluster(Path folder, int slots) throws Exception {
        Configuration options = new Configuration();
        options.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        options.set(CoreOptions.TMP_DIRS, folder.toString());
        options.set(RestOptions.BIND_PORT, "0");
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(options)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
        cluster.start();
        return cluster;
    }

    static CrowdRun of(String name) {
        return RUNS.get(name);
    }

    /**
     * Runs the job to the end of the log.
     *
     * @param folder for checkpoints
     */
    Published on(MiniCluster cluster, Path folder) throws Exception {
        CrowdScenario scenario = log.scenario();
        RUNS.put(name, this);
        try {
            JobID job = submit(cluster, folder, null);
            if (scenario.interruption() == Interruption.RESCALED) {
                await("the middle of the log", reachedMidway, cluster, job);
                String savepoint = stop(cluster, folder, job, false);
                interrupted.set(true);
                rescale(scenario.otherParallelism());
                job = submit(cluster, folder, savepoint);
            }
            await("everything to be processed", processed, cluster, job);
            end();
            stop(cluster, folder, job, scenario.drained());
        } finally {
            RUNS.remove(name);
        }
        if (scenario.interruption() != Interruption.NONE && !interrupted.get()) {
            throw new AssertionError("the interruption did not come: " + scenario);
        }
        return published();
    }

    private JobID submit(MiniCluster cluster, Path folder, String savepoint) throws Exception {
        Configuration options = JobEnvironment.required();
        options.set(PipelineOptions.NAME, "crowd-" + log.scenario().seed());
        options.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, WATERMARK_INTERVAL);
        options.set(ExecutionOptions.BUFFER_TIMEOUT, WATERMARK_INTERVAL);
        options.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        options.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        options.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        options.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        options.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        // One failure is meant; any other ends the run.
        boolean crashes = log.scenario().interruption() == Interruption.CRASH_OF_SOURCE
                || log.scenario().interruption() == Interruption.CRASH_OF_SINK;
        options.set(RestartStrategyOptions.RESTART_STRATEGY, crashes ? "fixed-delay" : "none");
        options.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
        options.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(options);
        env.setParallelism(parallelism());
        CustomerTopology.wire(
                env,
                new CustomerPorts(
                        new LogSource(name, settings.limits(), settings.identifierRules()),
                        new TopicSource<>(name, TopicSource.Content.COMMANDS),
                        published,
                        new TopicSource<>(name, TopicSource.Content.DEFINITIONS),
                        new LogSink(name),
                        Optional.empty()),
                settings);
        StreamGraph graph = env.getStreamGraph();
        if (savepoint != null) {
            graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
        }
        return cluster.submitJob(graph).get().getJobID();
    }

    /** Waits for something that comes while the job is running. */
    private static void await(String what, CompletableFuture<Void> future, MiniCluster cluster, JobID job)
            throws Exception {
        CompletableFuture<JobResult> end = cluster.requestJobResult(job);
        try {
            CompletableFuture.anyOf(future, end).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            cluster.cancelJob(job).get();
            throw new AssertionError("waited " + LIMIT.toSeconds() + " s for " + what, e);
        }
        if (end.isDone()) {
            throw new AssertionError("the job ended before " + what, failure(end.get()));
        }
    }

    /** @param drain whether the watermark of the end of time comes before */
    private static String stop(MiniCluster cluster, Path folder, JobID job, boolean drain) throws Exception {
        CompletableFuture<String> savepoint = cluster.stopWithSavepoint(
                job, folder.resolve("savepoints").toUri().toString(), drain, SavepointFormatType.NATIVE);
        // What the job says of its failure says more than what the savepoint says of it.
        Throwable failure = failure(cluster.requestJobResult(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        if (failure != null) {
            throw new AssertionError("the job did not stop in good order", failure);
        }
        return savepoint.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static Throwable failure(JobResult result) {
        return result.getSerializedThrowable().orElse(null);
    }

    CrowdLog log() {
        return log;
    }

    // ------------------------------------------------------------------------------------------------- for the readers

    /**
     * Whether a reader may go on, or has to wait for a checkpoint or the job's end.
     *
     * @throws IllegalStateException if it is time to crash
     */
    boolean mayRead() {
        if (!known.contains(TopicSource.Content.COMMANDS) && !log.commands().isEmpty()) {
            return false;
        }
        Interruption interruption = log.scenario().interruption();
        if (interruption == Interruption.NONE || interrupted.get() || read.get() < midway) {
            return true;
        }
        if (hasCheckpoint && interruption == Interruption.RESCALED) {
            reachedMidway.complete(null);
        }
        if (interruption == Interruption.CRASH_OF_SOURCE && read.get() >= crashAt) {
            crash();
        }
        return hasCheckpoint && interruption != Interruption.RESCALED;
    }

    /**
     * Whether a reader may read the last tick of a partition. It waits for the interruption, because a watermark is in no
     * checkpoint: of a partition that was read to its end the clock stands still after a restart, until somebody ticks.
     */
    boolean mayReadLast() {
        return log.scenario().interruption() == Interruption.NONE || interrupted.get();
    }

    /** All records of a topic are where they are obeyed: a checkpoint behind them has come to its end. */
    void knows(TopicSource.Content topic) {
        known.add(topic);
    }

    /** What a topic holds. */
    @SuppressWarnings("unchecked") // Who asks knows of which type they are.
    <T> List<T> records(TopicSource.Content topic) {
        return switch (topic) {
            case COMMANDS ->
                (List<T>) log.commands().stream()
                        .map(PrivacyInbound.Accepted::new)
                        .toList();
            case DEFINITIONS -> List.of();
        };
    }

    private void crash() {
        if (hasCheckpoint && interrupted.compareAndSet(false, true)) {
            throw new IllegalStateException("the crash that is meant");
        }
    }

    void hasRead() {
        read.incrementAndGet();
    }

    /** Is told by each reader when a checkpoint begins. */
    synchronized void beginsCheckpoint(long checkpoint) {
        if (writersAtEnd.size() == parallelism && System.nanoTime() - lastSign >= lingerNanos) {
            quietReaders.merge(checkpoint, 1, Integer::sum);
        }
    }

    synchronized void checkpointed(long checkpoint) {
        hasCheckpoint = true;
        if (quietReaders.getOrDefault(checkpoint, 0) == parallelism) {
            processed.complete(null);
        }
    }

    private synchronized int parallelism() {
        return parallelism;
    }

    private synchronized void rescale(int other) {
        parallelism = other;
    }

    // ------------------------------------------------------------------------------------------------- for the writers

    synchronized long beginTransaction() {
        return transactions++;
    }

    synchronized void send(long transaction, OutboundRecord record) {
        mayWrite();
        sent.add(new Sent(transaction, record));
        lastSign = System.nanoTime();
    }

    /** Is told by each writer what it has got everything up to. */
    synchronized void reaches(int writer, long watermark) {
        if (watermark >= log.newest() && writersAtEnd.add(writer)) {
            lastSign = System.nanoTime();
        }
    }

    /** @throws IllegalStateException if it is time to crash */
    void mayWrite() {
        if (log.scenario().interruption() == Interruption.CRASH_OF_SINK && read.get() >= crashAt) {
            crash();
        }
    }

    /** May be told of the same transaction again after a crash. */
    synchronized void commit(long transaction) {
        committed.add(transaction);
    }

    private synchronized void end() {
        sentBeforeTheEnd = sent.size();
    }

    private synchronized Published published() {
        return new Published(committed(0, sentBeforeTheEnd), committed(sentBeforeTheEnd, sent.size()));
    }

    private List<OutboundRecord> committed(int from, int to) {
        return sent.subList(from, to).stream()
                .filter(record -> committed.contains(record.transaction))
                .map(Sent::record)
                .toList();
    }
}
