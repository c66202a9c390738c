package io.tributary.local.stack;

import io.tributary.jobs.JobEnvironment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.client.JobInitializationException;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.ExecutionPlan;

/**
 * Flink with its real web UI in this JVM: for the local stack and for tests, never for production.
 *
 * <p>A job of {@link #environment} keeps its state in RocksDB and takes an exactly-once, aligned checkpoint each second
 * below the cluster's folder, in a directory of its own that is found by the job's name. Checkpoints outlive the
 * cluster, also one that was killed, and {@link #submit} goes on from the newest: a job that is submitted again under
 * its name neither loses nor repeats anything. Failed jobs are restarted for ever, with growing delays of 1 to 30 s.
 */
public final class FlinkCluster implements AutoCloseable {
    private final MiniCluster cluster;
    private final CheckpointFolders checkpoints;
    private final URI http;

    private FlinkCluster(MiniCluster cluster, CheckpointFolders checkpoints, URI http) {
        this.cluster = cluster;
        this.checkpoints = checkpoints;
        this.http = http;
    }

    /**
     * Starts a cluster with one task manager and returns when its web UI answers: about 2 s.
     *
     * @param dataDir the cluster's folder, made if absent; checkpoints stay there, temporary files are removed
     * @param httpPort the port of the web UI and the REST interface, or 0 for a free one
     * @param more options that are added to, or replace, those of the local stack
     * @throws io.tributary.local.UserException if the port is taken
     * @throws IOException if the cluster does not start
     */
    public static FlinkCluster start(Path dataDir, int httpPort, Configuration more) throws IOException {
        var directory = Files.createDirectories(dataDir).toAbsolutePath();
        var temporary = directory.resolve("tmp");
        Folders.delete(temporary);
        Files.createDirectories(temporary);
        // A free one is Flink's to choose when it binds it: between now and then anybody could take it.
        var options = options(temporary, httpPort == 0 ? 0 : Ports.choose(httpPort, "Flink"));
        options.addAll(more);
        var cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(options)
                .setCommonBindAddress("127.0.0.1")
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(options.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .build());
        try {
            cluster.start();
            return new FlinkCluster(
                    cluster,
                    new CheckpointFolders(directory.resolve("checkpoints")),
                    cluster.getRestAddress().get());
        } catch (Exception e) {
            var failure = new IOException("Flink did not start: " + rootOf(e).getMessage(), e);
            try {
                stop(cluster);
            } catch (IOException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw failure;
        }
    }

    private static Throwable rootOf(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** {@link #start(Path, int, Configuration)} with the options of the local stack. */
    public static FlinkCluster start(Path dataDir, int httpPort) throws IOException {
        return start(dataDir, httpPort, new Configuration());
    }

    /** The web UI and REST interface, for example {@code http://127.0.0.1:8081}. */
    public URI http() {
        return http;
    }

    /**
     * An environment to build a job in, for {@link #submit}: RocksDB, exactly-once checkpoints each second, object reuse,
     * no generic types.
     *
     * @param job the job's name, the same at every start; letters, digits and hyphens, because it names a directory
     */
    public StreamExecutionEnvironment environment(String job) {
        return environment(job, checkpoints.current(job));
    }

    /**
     * {@link #environment} of a job that begins with a state that it will be told, whatever it had before: from now on only
     * what comes of that is gone on from.
     */
    public StreamExecutionEnvironment environmentAnew(String job) throws IOException {
        return environment(job, checkpoints.next(job));
    }

    private static StreamExecutionEnvironment environment(String job, Path folder) {
        var options = JobEnvironment.defaults();
        options.set(PipelineOptions.NAME, job);
        options.set(PipelineOptions.OBJECT_REUSE, true);
        options.set(PipelineOptions.GENERIC_TYPES, false);
        options.set(RocksDBOptions.USE_MANAGED_MEMORY, false);
        options.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        options.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        options.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        options.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        options.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        options.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
        // One directory per name instead of one per run, so that a later run finds it.
        options.set(CheckpointingOptions.CREATE_CHECKPOINT_SUB_DIR, false);
        options.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        options.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        options.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, Duration.ofSeconds(1));
        options.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, Duration.ofSeconds(30));
        return StreamExecutionEnvironment.getExecutionEnvironment(options);
    }

    /**
     * Runs a job of {@link #environment}, from the newest checkpoint under its name if there is one and the job does not
     * say what to restore. Returns when the job is initialised, which proves that its state could be read.
     *
     * @param plan a {@code StreamGraph} or {@code JobGraph}
     * @throws IOException if the job is refused, or its checkpoint does not fit it
     */
    public JobClient submit(ExecutionPlan plan) throws IOException {
        var restored = plan.getSavepointRestoreSettings().restoreSavepoint()
                ? Optional.<Path>empty()
                : newestCheckpoint(plan.getName());
        restored.ifPresent(checkpoint -> plan.setSavepointRestoreSettings(
                SavepointRestoreSettings.forPath(checkpoint.toUri().toString(), false, RecoveryClaimMode.CLAIM)));
        var classes = Thread.currentThread().getContextClassLoader();
        try {
            var id = cluster.submitJob(plan).get().getJobID();
            ClientUtils.waitUntilJobInitializationFinished(
                    () -> cluster.getJobStatus(id).get(),
                    () -> cluster.requestJobResult(id).get(),
                    classes);
            return new MiniClusterJobClient(id, cluster, classes, MiniClusterJobClient.JobFinalizationBehavior.NOTHING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while submitting the job " + plan.getName(), e);
        } catch (ExecutionException | JobInitializationException e) {
            throw new IOException(
                    "Flink refused the job %s%s"
                            .formatted(
                                    plan.getName(),
                                    restored.map(from -> " on its checkpoint " + from)
                                            .orElse("")),
                    e);
        }
    }

    /**
     * The newest completed checkpoint of a job, of this cluster or of an earlier one on the same folder.
     *
     * @param job the name given to {@link #environment}
     */
    public Optional<Path> newestCheckpoint(String job) throws IOException {
        return checkpoints.newest(job);
    }

    /** Stops the cluster with its jobs; their checkpoints stay. */
    @Override
    public void close() throws IOException {
        stop(cluster);
    }

    private static void stop(MiniCluster cluster) throws IOException {
        try {
            cluster.closeAsync().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Flink was stopping", e);
        } catch (ExecutionException e) {
            throw new IOException("Flink did not stop in good order", e);
        }
    }

    private static Configuration options(Path temporary, int httpPort) {
        var options = new Configuration();
        options.set(RestOptions.ADDRESS, "127.0.0.1");
        options.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        options.set(RestOptions.PORT, httpPort);
        options.set(RestOptions.BIND_PORT, Integer.toString(httpPort));
        options.set(WebOptions.SUBMIT_ENABLE, false);
        options.set(WebOptions.TMP_DIR, temporary.toString());
        options.set(CoreOptions.TMP_DIRS, temporary.toString());
        options.set(TaskManagerOptions.NUM_TASK_SLOTS, 4);
        // All slots share RocksDB's memory, so a job that takes one of them has it all.
        options.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ZERO);
        options.set(RocksDBOptions.USE_MANAGED_MEMORY, false);
        options.set(RocksDBOptions.FIX_PER_TM_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        options.set(RocksDBOptions.USE_PARTITIONED_INDEX_FILTERS, true);
        options.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        options.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        var log = System.getProperty("tributary.log");
        if (log != null) {
            options.set(WebOptions.LOG_PATH, log);
        }
        return options;
    }
}
