package io.tributary.local.sink;

import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSink;
import io.tributary.operators.sink.RejectedDocument;
import io.tributary.operators.sink.RejectedDocuments;
import io.tributary.operators.sink.RetrySchedule;
import io.tributary.operators.sink.SinkCounter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** One bounded job with the real sink in it, what it counted and what it refused. */
final class SinkRun {
    /** The job runs in this JVM, but its sink is a copy: a run is found by its name. */
    private static final Map<String, ConcurrentLinkedQueue<RejectedDocument>> REJECTED = new ConcurrentHashMap<>();

    private final String name = UUID.randomUUID().toString();
    private ElasticsearchConnection connection;
    private int batch = 500;
    private Duration limit = Duration.ofMinutes(2);
    private int portion;
    private ScriptedSource.Script script;

    SinkRun() {
        REJECTED.put(name, new ConcurrentLinkedQueue<>());
    }

    /** Another one than the shared node. */
    SinkRun against(ElasticsearchConnection other) {
        connection = other;
        return this;
    }

    SinkRun inBatchesOf(int documents) {
        batch = documents;
        return this;
    }

    /** Gives up on a document after a second. */
    SinkRun impatient() {
        limit = Duration.ofSeconds(1);
        return this;
    }

    /**
     * Goes on from its last checkpoint when it fails.
     *
     * @param documents that are sent before each checkpoint
     */
    SinkRun restarting(int documents, ScriptedSource.Script told) {
        portion = documents;
        script = told;
        return this;
    }

    /** Returns when the job has finished: everything is delivered or refused. */
    SinkRun write(List<DocumentWrite> writes) throws Exception {
        var config = new Configuration();
        RetainedCounters.addTo(config);
        config.set(PipelineOptions.GENERIC_TYPES, false);
        config.set(RestartStrategyOptions.RESTART_STRATEGY, script == null ? "none" : "fixed-delay");
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 20);
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
        config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        try (var env = StreamExecutionEnvironment.createLocalEnvironment(1, config)) {
            var documents = script == null
                    ? env.fromData(writes, TypeInformation.of(DocumentWrite.class))
                    : ScriptedSource.of(env, name, writes, portion, script);
            documents.sinkTo(ElasticsearchSink.<DocumentWrite>builder()
                    .setConnection(connection == null ? SharedElasticsearch.connection() : connection)
                    .setConverter((write, context) -> write)
                    .setRejectedDocuments(new Collecting(name))
                    .setRetrySchedule(new RetrySchedule(Duration.ofMillis(100), Duration.ofSeconds(2), limit))
                    .setMaxBatchSize(batch)
                    .setMaxInFlightRequests(2)
                    .setMaxTimeInBufferMS(200)
                    .build());
            env.execute(name);
        }
        return this;
    }

    long count(SinkCounter counter) {
        return RetainedCounters.of(name, counter.metric());
    }

    List<RejectedDocument> rejected() {
        return List.copyOf(REJECTED.get(name));
    }

    private record Collecting(String run) implements RejectedDocuments {
        @Override
        public Channel open(WriterInitContext context) {
            var rejected = REJECTED.get(run);
            return new Channel() {
                @Override
                public void accept(RejectedDocument document) {
                    rejected.add(document);
                }

                @Override
                public void flush() {
                    // In memory: safe at once.
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }
    }
}
