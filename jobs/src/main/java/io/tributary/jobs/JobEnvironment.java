package io.tributary.jobs;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What every job of the suite asks of Flink. */
public final class JobEnvironment {
    private JobEnvironment() {}

    /**
     * The environment of the Flink client that runs the job. What the cluster's configuration decides holds; where it is
     * silent, {@link #defaults}.
     */
    public static StreamExecutionEnvironment create() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Configuration own = defaultsBeside(env.getConfiguration());
        own.addAll(required());
        env.configure(own);
        return env;
    }

    /** What a job has of which its cluster says nothing. */
    public static Configuration defaults() {
        return defaultsBeside(new Configuration());
    }

    private static Configuration defaultsBeside(ReadableConfig cluster) {
        Configuration defaults = new Configuration();
        set(StateBackendOptions.STATE_BACKEND, "rocksdb", cluster, defaults);
        // The whole index of a large file may not fit into a slot's cache; then it is read anew for each access.
        set(RocksDBOptions.USE_PARTITIONED_INDEX_FILTERS, true, cluster, defaults);
        set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10), cluster, defaults);
        // A trigger goes through five channels and waits for a watermark: these decide how soon it comes.
        set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(10), cluster, defaults);
        set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(50), cluster, defaults);
        return defaults;
    }

    private static <T> void set(ConfigOption<T> option, T value, ReadableConfig cluster, Configuration defaults) {
        if (cluster.getOptional(option).isEmpty()) {
            defaults.set(option, value);
        }
    }

    /** What correctness and the state's compatibility rest on: not for a cluster to change. */
    public static Configuration required() {
        Configuration required = new Configuration();
        required.set(PipelineOptions.OBJECT_REUSE, true);
        required.set(PipelineOptions.GENERIC_TYPES, false);
        required.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        required.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        // Unaligned checkpoints would let watermarks overtake events: lateness would depend on a crash.
        required.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        // No source of a job ends. Where Flink reckons with it, a stop with a savepoint fails for jobs with union
        // states if some reader is held up by what follows and another is not: one is taken for finished.
        required.set(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH, false);
        return required;
    }
}
