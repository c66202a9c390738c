package io.tributary.local.streaming;

import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
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
 * Reads the privacy commands of a {@link CrowdLog} as Kafka's source reads a topic of one partition: its offset in
 * checkpoints, no end.
 *
 * @param run whose commands are read
 */
record CommandSource(String run) implements Source<PrivacyInbound, CommandSource.Partition, Boolean> {
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
    public SourceReader<PrivacyInbound, Partition> createReader(SourceReaderContext context) {
        return new Reader(CrowdRun.of(run));
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

    private static final class Reader implements SourceReader<PrivacyInbound, Partition> {
        private final CrowdRun run;
        private final CompletableFuture<Void> never = new CompletableFuture<>();
        private final CompletableFuture<Void> assigned = new CompletableFuture<>();
        private int offset;

        /** The first checkpoint behind all commands. */
        private long behindAll = Long.MAX_VALUE;

        Reader(CrowdRun run) {
            this.run = run;
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
        public InputStatus pollNext(ReaderOutput<PrivacyInbound> output) {
            if (!assigned.isDone()) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            List<PrivacyCommand> commands = run.log().commands();
            if (offset == commands.size()) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            output.createOutputForSplit("0").collect(new PrivacyInbound.Accepted(commands.get(offset)));
            offset++;
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public List<Partition> snapshotState(long checkpointId) {
            if (offset == run.log().commands().size()) {
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
                run.knowsCommands();
            }
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            boolean hasNext =
                    !assigned.isDone() || offset < run.log().commands().size();
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
