package io.tributary.benchmarks;

import io.tributary.jobs.JobEnvironment;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateLatencyTrackOptions;
import org.apache.flink.configuration.StateSizeTrackOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Runs jobs on a Flink of its own in this JVM, RocksDB and exactly-once, over what the topic of events holds. */
final class JobRunner implements AutoCloseable {
    private static final List<String> OUTPUTS = List.of(
            Topic.CUSTOMER_EVENTS,
            Topic.PROFILES,
            Topic.IDENTITY_CHANGES,
            Topic.CUSTOMER_ALIASES,
            Topic.SEGMENT_CHANGES,
            Topic.TRIGGERS,
            Topic.TRIGGERS_SUPPRESSED,
            Topic.REJECTS);

    /** Seldom: to look costs what is measured. */
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(20).toNanos();

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final Path folder;
    private final int parallelism;
    private final MiniCluster cluster;
    private int runs;

    /**
     * Starts Flink.
     *
     * @param bootstrapServers of a Kafka that has the suite's topics, the one of events filled
     * @param folder for checkpoints and RocksDB's files
     */
    JobRunner(String bootstrapServers, Path folder, int parallelism) throws IOException {
        this.bootstrapServers = bootstrapServers;
        this.folder = folder;
        this.parallelism = parallelism;
        Configuration options = new Configuration();
        options.set(TaskManagerOptions.NUM_TASK_SLOTS, parallelism);
        options.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        options.set(
                CoreOptions.TMP_DIRS,
                Files.createDirectories(folder.resolve("tmp")).toString());
        // A port of its own choice: another Flink may run beside.
        options.set(RestOptions.BIND_PORT, "0");
        MetricRegister.addTo(options);
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(options)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build());
        try {
            cluster.start();
        } catch (Exception e) {
            throw new IOException("Flink did not start: " + e.getMessage(), e);
        }
    }

    /** Records in the topic of events. */
    long available() throws IOException {
        return endOffsets(List.of(Topic.EVENTS)).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Measures time. */
    Run time(MeasuredJob job, int valueBytes) throws IOException {
        return time(job, valueBytes, 1);
    }

    /**
     * Measures time.
     *
     * @param before how many records are read before it begins
     */
    Run time(MeasuredJob job, int valueBytes, long before) throws IOException {
        return run(job, valueBytes, new Configuration(), before, (id, name, run) -> run);
    }

    /** Counts the access to state, which takes time of its own. */
    StateUse inspect(MeasuredJob job, int valueBytes) throws IOException {
        int samples = Math.toIntExact(Math.min(available(), 20_000_000));
        Configuration tracking = new Configuration();
        tracking.set(StateLatencyTrackOptions.LATENCY_TRACK_ENABLED, true);
        tracking.set(StateLatencyTrackOptions.LATENCY_TRACK_SAMPLE_INTERVAL, StateUse.SAMPLE_INTERVAL);
        tracking.set(StateLatencyTrackOptions.LATENCY_TRACK_HISTORY_SIZE, 1);
        tracking.set(StateLatencyTrackOptions.LATENCY_TRACK_STATE_NAME_AS_VARIABLE, true);
        tracking.set(StateSizeTrackOptions.SIZE_TRACK_ENABLED, true);
        tracking.set(StateSizeTrackOptions.SIZE_TRACK_SAMPLE_INTERVAL, StateUse.SAMPLE_INTERVAL);
        // All samples: their mean times their number is their sum.
        tracking.set(StateSizeTrackOptions.SIZE_TRACK_HISTORY_SIZE, samples);
        tracking.set(StateSizeTrackOptions.SIZE_TRACK_STATE_NAME_AS_VARIABLE, true);
        return run(job, valueBytes, tracking, 1, (id, name, run) -> {
            cluster.triggerSavepoint(
                            id, folder.resolve("savepoint").toUri().toString(), false, SavepointFormatType.CANONICAL)
                    .get();
            var graph = cluster.getExecutionGraph(id).get();
            var history = graph.getCheckpointStatsSnapshot().getHistory();
            Map<String, Long> byTask = new LinkedHashMap<>();
            for (var vertex : graph.getVerticesTopologically()) {
                byTask.put(
                        vertex.getName(),
                        history.getLatestSavepoint()
                                .getTaskStateStats(vertex.getJobVertexId())
                                .getStateSize());
            }
            return new StateUse(
                    StateUse.accessOf(name),
                    byTask,
                    history.getLatestCompletedCheckpoint().getStateSize(),
                    MetricRegister.count(name, "customersCreated"));
        });
    }

    @FunctionalInterface
    private interface AtTheEnd<T> {
        T of(JobID id, String name, Run run) throws IOException, ExecutionException, InterruptedException;
    }

    private <T> T run(MeasuredJob job, int valueBytes, Configuration more, long before, AtTheEnd<T> atTheEnd)
            throws IOException {
        String name = "bench-" + ++runs;
        long records = available();
        MetricRegister.clear();
        try {
            JobID id = submit(job, name, valueBytes, more);
            await(id, name, before);
            Map<TopicPartition, Long> outputsBefore = endOffsets(OUTPUTS);
            long readBefore = read(name);
            long begun = System.nanoTime();
            ProcessorTime usedBefore = ProcessorTime.now();
            long sentBefore = MetricRegister.count(name, "numRecordsSend");
            long changesBefore = MetricRegister.count(name, "segmentsChanged");
            await(id, name, records);
            awaitRunning(id);
            cluster.triggerCheckpoint(id, CheckpointType.FULL).get();
            long wall = System.nanoTime() - begun;
            ProcessorTime used = ProcessorTime.now().since(usedBefore);
            T result = atTheEnd.of(
                    id,
                    name,
                    new Run(
                            records - (before == 1 ? 0 : readBefore),
                            wall,
                            used.process(),
                            used.byWorker(),
                            MetricRegister.count(name, "numRecordsSend") - sentBefore,
                            MetricRegister.count(name, "segmentsChanged") - changesBefore,
                            bytesBehind(outputsBefore)));
            cluster.cancelJob(id).get();
            cluster.requestJobResult(id).get();
            forgetOutputs();
            return result;
        } catch (ExecutionException e) {
            throw new IOException(
                    "The " + job.title() + " failed: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the " + job.title() + " was running", e);
        }
    }

    private JobID submit(MeasuredJob job, String name, int valueBytes, Configuration more)
            throws ExecutionException, InterruptedException {
        Configuration options = new Configuration();
        options.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, bootstrapServers);
        options.set(CustomerOptions.KAFKA_GROUP_ID, name);
        options.set(CustomerOptions.KAFKA_TRANSACTIONAL_ID_PREFIX, name);
        CustomerSettings settings = CustomerSettings.from(options);

        Configuration environment = JobEnvironment.required();
        environment.set(PipelineOptions.NAME, name);
        environment.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        environment.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        environment.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        environment.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        environment.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        // A run that fails and starts again would be no measurement.
        environment.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        environment.addAll(more);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(environment);
        env.setParallelism(parallelism);
        job.wire(env, CustomerPorts.from(options, settings), settings, valueBytes);
        return cluster.submitJob(env.getStreamGraph()).get().getJobID();
    }

    private void await(JobID id, String name, long records)
            throws ExecutionException, InterruptedException, IOException {
        while (read(name) < records) {
            JobStatus status = cluster.getJobStatus(id).get();
            if (status.isTerminalState()) {
                throw new IOException(
                        "The job ended before it had read everything",
                        cluster.requestJobResult(id)
                                .get()
                                .getSerializedThrowable()
                                .orElse(null));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static long read(String name) {
        return MetricRegister.count(name, "Source: " + MeasuredJob.SOURCE_TITLE, "numRecordsOut");
    }

    /** A source may have read everything before the tasks behind it are up, and then no checkpoint is possible. */
    private void awaitRunning(JobID id) throws ExecutionException, InterruptedException {
        while (!allRunning(cluster.getExecutionGraph(id).get())) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static boolean allRunning(AccessExecutionGraph graph) {
        for (var vertex : graph.getVerticesTopologically()) {
            if (vertex.getAggregateState() != ExecutionState.RUNNING) {
                return false;
            }
        }
        return true;
    }

    /** Empties the output topics, so that the disk does not fill up. */
    private void forgetOutputs() throws IOException, ExecutionException, InterruptedException {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        endOffsets(OUTPUTS).forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        // Of a topic that is only compacted no records can be deleted.
        var deletable = new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SET);
        try (Admin admin = admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, Topic.PROFILES),
                            List.of(deletable),
                            new ConfigResource(ConfigResource.Type.TOPIC, Topic.CUSTOMER_ALIASES),
                            List.of(deletable)))
                    .all()
                    .get();
            admin.deleteRecords(all).all().get();
        }
    }

    private Map<TopicPartition, Long> endOffsets(List<String> topics) throws IOException {
        try (Admin admin = admin()) {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            admin.describeTopics(topics).allTopicNames().get().forEach((topic, description) -> description
                    .partitions()
                    .forEach(partition ->
                            latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new IOException(
                    "Kafka does not tell its offsets: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking Kafka for its offsets", e);
        }
    }

    /** Bytes of all records behind these offsets: keys, values and headers. */
    private long bytesBehind(Map<TopicPartition, Long> offsets) throws IOException {
        Map<TopicPartition, Long> ends = endOffsets(OUTPUTS);
        long bytes = 0;
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(offsets.keySet());
            offsets.forEach(consumer::seek);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> sent : consumer.poll(Duration.ofSeconds(1))) {
                    bytes += Math.max(0, sent.serializedKeySize()) + Math.max(0, sent.serializedValueSize());
                    for (Header header : sent.headers()) {
                        bytes += header.key().length() + header.value().length;
                    }
                }
            }
        }
        return bytes;
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    @Override
    public void close() throws IOException {
        try {
            cluster.closeAsync().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Flink was stopping", e);
        } catch (ExecutionException e) {
            throw new IOException("Flink did not stop in good order", e);
        }
    }
}
