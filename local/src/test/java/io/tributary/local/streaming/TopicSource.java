package io.tributary.local.streaming;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Reads what a {@link CrowdRun} has beside events as Kafka's source reads a topic of one partition: its offset in
 * checkpoints, no end.
 *
 * @param <T> type of the records
 * @param run whose records are read
 * @param topic which of them
 */
record TopicSource<T>(String run, TopicSource.Content topic) implements Source<T, TopicSource.Partition, Boolean> {
    /** What a topic of a run holds. */
    enum Content {
        COMMANDS,
        DEFINITIONS
    }

    /** Where reading goes on. */
    record Partition(int offset) implements SourceSplit {
        @Override
        public String splitId() {
            return "0";
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<Partition, Boolean> createEnumerator(SplitEnumeratorContext<Partition> context) {
        return new Enumerator(context, false);
    }

    @Override
    public SplitEnumerator<Partition, Boolean> restoreEnumerator(
            SplitEnumeratorContext<Partition> context, Boolean assigned) {
        return new Enumerator(context, assigned);
    }

    @Override
    public SourceReader<T, Partition> createReader(SourceReaderContext context) {
        return new Reader<>(CrowdRun.of(run), topic);
    }

    @Override
    public SimpleVersionedSerializer<Partition> getSplitSerializer() {
        return new PartitionSerializer();
    }

    @Override
    public SimpleVersionedSerializer<Boolean> getEnumeratorCheckpointSerializer() {
        return new AssignedSerializer();
    }

    private static final class Enumerator implements SplitEnumerator<Partition, Boolean> {
        private final SplitEnumeratorContext<Partition> context;
        private Partition unassigned;

        Enumerator(SplitEnumeratorContext<Partition> context, boolean assigned) {
            this.context = context;
            this.unassigned = assigned ? null : new Partition(0);
        }

        @Override
        public void start() {
            // The reader comes by itself.
        }

        @Override
        public void handleSplitRequest(int subtask, String host) {
            // Nobody asks.
        }

        @Override
        public void addSplitsBack(List<Partition> splits, int subtask) {
            splits.forEach(split -> unassigned = split);
        }

        @Override
        public void addReader(int subtask) {
            if (unassigned != null) {
                context.assignSplit(unassigned, subtask);
                unassigned = null;
            }
        }

        @Override
        public Boolean snapshotState(long checkpointId) {
            return unassigned == null;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class Reader<T> implements SourceReader<T, Partition> {
        private final CrowdRun run;
        private final Content topic;
        private final List<T> records;
        private final CompletableFuture<Void> never = new CompletableFuture<>();
        private final CompletableFuture<Void> assigned = new CompletableFuture<>();
        private int offset;

        /** The first checkpoint behind all records. */
        private long behindAll = Long.MAX_VALUE;

        Reader(CrowdRun run, Content topic) {
            this.run = run;
            this.topic = topic;
            this.records = run.records(topic);
        }

        @Override
        public void start() {
            // Nothing to open.
        }

        @Override
        public void addSplits(List<Partition> splits) {
            offset = splits.get(0).offset();
            assigned.complete(null);
        }

        @Override
        public void notifyNoMoreSplits() {
            // It goes on for ever.
        }

        @Override
        public InputStatus pollNext(ReaderOutput<T> output) {
            if (!assigned.isDone()) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            if (offset == records.size()) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            output.createOutputForSplit("0").collect(records.get(offset));
            offset++;
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public List<Partition> snapshotState(long checkpointId) {
            if (offset == records.size()) {
                behindAll = Math.min(behindAll, checkpointId);
            }
            List<Partition> partitions = new ArrayList<>(1);
            if (assigned.isDone()) {
                partitions.add(new Partition(offset));
            }
            return partitions;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            if (checkpointId >= behindAll) {
                run.knows(topic);
            }
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            boolean hasNext = !assigned.isDone() || offset < records.size();
            return hasNext ? assigned : never;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class PartitionSerializer implements SimpleVersionedSerializer<Partition> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Partition partition) {
            return ByteBuffer.allocate(Integer.BYTES).putInt(partition.offset()).array();
        }

        @Override
        public Partition deserialize(int version, byte[] serialized) {
            return new Partition(ByteBuffer.wrap(serialized).getInt());
        }
    }

    private static final class AssignedSerializer implements SimpleVersionedSerializer<Boolean> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Boolean assigned) {
            return new byte[] {(byte) (assigned ? 1 : 0)};
        }

        @Override
        public Boolean deserialize(int version, byte[] serialized) {
            return serialized[0] == 1;
        }
    }
}
