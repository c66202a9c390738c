package io.tributary.jobs;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What every job of the suite asks of Flink. */
public final class JobEnvironment {
    private JobEnvironment() {}

    /**
     * The environment of the Flink client that runs the job. The cluster's configuration decides about the state
     * backend and the checkpoint interval; where it is silent, RocksDB and 10 seconds.
     */
    public static StreamExecutionEnvironment create() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Configuration configured = (Configuration) env.getConfiguration();
        Configuration own = required();
        if (configured.getOptional(StateBackendOptions.STATE_BACKEND).isEmpty()) {
            own.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        }
        if (configured.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL).isEmpty()) {
            own.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
        }
        env.configure(own);
        return env;
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
        return required;
    }
}
