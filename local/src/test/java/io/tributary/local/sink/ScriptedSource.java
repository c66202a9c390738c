package io.tributary.local.sink;

import io.tributary.operators.sink.DocumentWrite;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Documents in portions: after each, the source waits for a checkpoint. A script is told what happens, and may make the
 * job fail by what it throws. Like Kafka, the source reads nothing again that lies before the checkpoint.
 */
final class ScriptedSource {
    /** The job runs in this JVM, but its functions are copies: they find their script by the name of the run. */
    private static final Map<String, Progress> PROGRESS = new ConcurrentHashMap<>();

    private ScriptedSource() {}

    /** What happens while a job runs that is restarted whenever it fails. */
    interface Script {
        /** @param attempt 1 before the first failure */
        default void starts(int attempt) {}

        /** @param index of a document that goes to the sink */
        default void sends(int attempt, int index) {}

        /** @param documents that were sent before the checkpoint, over all attempts */
        default void checkpointed(int attempt, int documents) {}
    }

    /** Only the task's thread uses it, one attempt after the other. */
    private static final class Progress {
        private final Script script;
        private int attempt;
        private int sent;

        Progress(Script script) {
            this.script = script;
        }
    }

    static DataStream<DocumentWrite> of(
            StreamExecutionEnvironment env, String run, List<DocumentWrite> writes, int portion, Script script) {
        PROGRESS.put(run, new Progress(script));
        var source = new DataGeneratorSource<>(
                new Documents(run, List.copyOf(writes)),
                writes.size(),
                RateLimiterStrategy.perCheckpoint(portion),
                TypeInformation.of(DocumentWrite.class));
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "documents")
                .map(new Checkpoints(run));
    }

    private static final class Documents implements GeneratorFunction<Long, DocumentWrite> {
        private final String run;
        private final List<DocumentWrite> writes;
        private transient Progress progress;

        Documents(String run, List<DocumentWrite> writes) {
            this.run = run;
            this.writes = writes;
        }

        @Override
        public void open(SourceReaderContext context) {
            progress = PROGRESS.get(run);
            progress.attempt++;
            progress.script.starts(progress.attempt);
        }

        @Override
        public DocumentWrite map(Long index) {
            int place = Math.toIntExact(index);
            progress.script.sends(progress.attempt, place);
            progress.sent = place + 1;
            return writes.get(place);
        }
    }

    /** In the same task as the source, so that both see a checkpoint at the same place. */
    private static final class Checkpoints extends RichMapFunction<DocumentWrite, DocumentWrite>
            implements CheckpointedFunction, CheckpointListener, Serializable {
        private final String run;
        private transient Map<Long, Integer> sentBefore;

        Checkpoints(String run) {
            this.run = run;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {
            sentBefore = new HashMap<>();
        }

        @Override
        public DocumentWrite map(DocumentWrite write) {
            return write;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            sentBefore.put(context.getCheckpointId(), PROGRESS.get(run).sent);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            Progress progress = PROGRESS.get(run);
            progress.script.checkpointed(progress.attempt, sentBefore.remove(checkpointId));
        }
    }
}
