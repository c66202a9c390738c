package io.tributary.local.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.jobs.JobEnvironment;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.CustomerTopology;
import io.tributary.local.latency.Latencies;
import io.tributary.local.stack.FlinkCluster;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A stretch of a measurement of the customer job under {@link CustomerTraffic}.
 *
 * @param beganNanos {@link System#nanoTime}
 * @param beganMillis milliseconds since 1970 of the real clock
 * @param changes what happened to so many besides
 */
record MeasuredStretch(String name, long beganNanos, long endedNanos, long beganMillis, long endedMillis, int changes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Those of a stretch: how long each took, and what the slowest task is. */
    record Checkpoints(List<Duration> durations, String slowest) {}

    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** Runs a step. */
    static MeasuredStretch of(String name, Step step, int changes) throws Exception {
        long nanos = System.nanoTime();
        long millis = System.currentTimeMillis();
        step.run();
        return new MeasuredStretch(name, nanos, System.nanoTime(), millis, System.currentTimeMillis(), changes);
    }

    /**
     * Starts the job as it is, but for a checkpoint each 2 s and no second try. {@code -Dtributary.bufferTimeout} and {@code
     * -Dtributary.watermarkInterval} are Flink's, milliseconds.
     */
    static JobClient submit(FlinkCluster flink, String servers, int parallelism) throws Exception {
        Configuration options = new Configuration();
        options.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, servers);
        CustomerSettings settings = CustomerSettings.from(options);
        StreamExecutionEnvironment env = flink.environment("million");
        Configuration job = JobEnvironment.required();
        job.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
        // A run that fails and starts again would be no measurement.
        job.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        job.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(Integer.getInteger("tributary.bufferTimeout", 10)));
        job.set(
                PipelineOptions.AUTO_WATERMARK_INTERVAL,
                Duration.ofMillis(Integer.getInteger("tributary.watermarkInterval", 50)));
        env.configure(job);
        env.setParallelism(parallelism);
        CustomerTopology.wire(env, CustomerPorts.from(options, settings), settings);
        return flink.submit(env.getStreamGraph());
    }

    static SlowestTask.Rest rest(FlinkCluster flink, JobClient job) {
        URI address = flink.http().resolve("/jobs/" + job.getJobID());
        return path -> {
            try (InputStream answer = URI.create(address + path).toURL().openStream()) {
                return JSON.readTree(answer);
            }
        };
    }

    /** The same, but that something happened to so many besides. */
    MeasuredStretch with(int those) {
        return new MeasuredStretch(name, beganNanos, endedNanos, beganMillis, endedMillis, those);
    }

    double seconds() {
        return (endedNanos - beganNanos) / 1e9;
    }

    Checkpoints checkpoints(SlowestTask.Rest job) throws Exception {
        List<Duration> durations = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (JsonNode checkpoint : job.get("/checkpoints").path("history")) {
            long at = checkpoint.path("trigger_timestamp").asLong();
            if (checkpoint.path("status").asText().equals("COMPLETED") && at >= beganMillis && at <= endedMillis) {
                durations.add(
                        Duration.ofMillis(checkpoint.path("end_to_end_duration").asLong()));
                ids.add(checkpoint.path("id").asLong());
            }
        }
        return new Checkpoints(durations, ids.isEmpty() ? "" : SlowestTask.of(job, ids));
    }

    /** @param what the changes happened to */
    void print(OutputObserver seen, Checkpoints checkpoints, String what) {
        Latencies uncommitted = seen.uncommitted(beganNanos, endedNanos);
        Latencies committed = seen.committed(beganNanos, endedNanos);
        List<Duration> durations = checkpoints.durations;
        System.out.printf(
                Locale.ROOT,
                "%-10s %6.1f s, %,8.0f %s/s; events p50 %,d ms, p99 %,d ms, most %,d ms;"
                        + " committed p50 %,d ms, p99 %,d ms; %d checkpoints%s%n           %s%n",
                name,
                seconds(),
                changes / seconds(),
                what,
                uncommitted.percentile(50).toMillis(),
                uncommitted.percentile(99).toMillis(),
                uncommitted.greatest().toMillis(),
                committed.percentile(50).toMillis(),
                committed.percentile(99).toMillis(),
                durations.size(),
                durations.isEmpty()
                        ? ""
                        : ", median %,d ms, most %,d ms"
                                .formatted(
                                        new Latencies(durations).percentile(50).toMillis(),
                                        new Latencies(durations).greatest().toMillis()),
                checkpoints.slowest);
    }
}
