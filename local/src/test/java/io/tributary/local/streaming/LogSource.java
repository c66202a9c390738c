package io.tributary.local.streaming;

import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Reads a {@link CrowdLog} as Kafka's source reads a topic: a split per partition, offsets in checkpoints, a watermark
 * per partition, no end. It pauses often, so that watermarks and checkpoints come between the records.
 *
 * @param run whose log is read
 */
record LogSource(String run, EventLimits limits, IdentifierRules identifierRules)
        implements Source<Inbound, LogSource.Partition, List<LogSource.Partition>> {
    private static final int LONGEST_BURST = 40;
    private static final long PAUSE_MICROS = 500;

    /** Where reading a partition goes on. */
    record Partition(int number, int offset) implements SourceSplit {
        @Override
        public String splitId() {
            return Integer.toString(number);
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<Partition, List<Partition>> createEnumerator(SplitEnumeratorContext<Partition> context) {
        List<Partition> all = new ArrayList<>();
        for (int i = 0; i < CrowdRun.of(run).log().partitions().size(); i++) {
            all.add(new Partition(i, 0));
        }
        return new Enumerator(context, all);
    }

    @Override
    public SplitEnumerator<Partition, List<Partition>> restoreEnumerator(
            SplitEnumeratorContext<Partition> context, List<Partition> unassigned) {
        return new Enumerator(context, unassigned);
    }

    @Override
    public SourceReader<Inbound, Partition> createReader(SourceReaderContext context) {
        return new Reader(CrowdRun.of(run), context.getIndexOfSubtask(), new EventParser(limits, identifierRules));
    }

    @Override
    public SimpleVersionedSerializer<Partition> getSplitSerializer() {
        return new PartitionSerializer();
    }

    @Override
    public SimpleVersionedSerializer<List<Partition>> getEnumeratorCheckpointSerializer() {
        return new PartitionsSerializer();
    }

    /** Gives each reader its share when it comes; a restored one has its own. */
    private static final class Enumerator implements SplitEnumerator<Partition, List<Partition>> {
        private final SplitEnumeratorContext<Partition> context;
        private final List<Partition> unassigned;

        Enumerator(SplitEnumeratorContext<Partition> context, List<Partition> unassigned) {
            this.context = context;
            this.unassigned = new ArrayList<>(unassigned);
        }

        @Override
        public void start() {
            // The readers come by themselves.
        }

        @Override
        public void handleSplitRequest(int subtask, String host) {
            // Nobody asks.
        }

        @Override
        public void addSplitsBack(List<Partition> splits, int subtask) {
            unassigned.addAll(splits);
        }

        /** All at once, as Kafka's does: of a partition that comes later the others' watermark knows nothing. */
        @Override
        public void addReader(int subtask) {
            List<Partition> share = unassigned.stream()
                    .filter(partition -> partition.number() % context.currentParallelism() == subtask)
                    .toList();
            if (!share.isEmpty()) {
                context.assignSplits(new SplitsAssignment<>(Map.of(subtask, share)));
                unassigned.removeAll(share);
            }
        }

        @Override
        public List<Partition> snapshotState(long checkpointId) {
            return List.copyOf(unassigned);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** Where a reader is in one partition. */
    private static final class Cursor {
        private final Partition start;
        private final List<CrowdLog.Entry> entries;
        private final double speed;
        private int offset;

        Cursor(Partition start, List<CrowdLog.Entry> entries, double speed) {
            this.start = start;
            this.entries = entries;
            this.speed = speed;
            this.offset = start.offset();
        }

        boolean hasNext() {
            return offset < entries.size();
        }

        boolean isAtLast() {
            return offset == entries.size() - 1;
        }

        CrowdLog.Entry next() {
            return entries.get(offset);
        }
    }

    private static final class Reader implements SourceReader<Inbound, Partition> {
        private final CrowdRun run;
        private final EventParser parser;
        private final Random random;
        private final List<Cursor> cursors = new ArrayList<>();
        private CompletableFuture<Void> available = new CompletableFuture<>();
        private Cursor current;
        private int restOfBurst;

        Reader(CrowdRun run, int subtask, EventParser parser) {
            this.run = run;
            this.parser = parser;
            this.random = run.log().scenario().random(-3 - subtask);
        }

        @Override
        public void start() {
            // Nothing to open.
        }

        @Override
        public void addSplits(List<Partition> splits) {
            for (Partition split : splits) {
                List<CrowdLog.Entry> entries = run.log().partitions().get(split.number());
                // Speeds are up to 50 times apart.
                cursors.add(new Cursor(split, entries, Math.exp(4 * random.nextDouble())));
            }
            available.complete(null);
        }

        @Override
        public void notifyNoMoreSplits() {
            // It goes on for ever.
        }

        @Override
        public InputStatus pollNext(ReaderOutput<Inbound> output) {
            if (hasReadAll()) {
                available = new CompletableFuture<>();
                return InputStatus.NOTHING_AVAILABLE;
            }
            List<Cursor> open = open();
            if (restOfBurst == 0 || open.isEmpty() || !run.mayRead()) {
                restOfBurst = 1 + random.nextInt(LONGEST_BURST);
                current = null;
                available = CompletableFuture.runAsync(
                        () -> {}, CompletableFuture.delayedExecutor(PAUSE_MICROS, TimeUnit.MICROSECONDS));
                return InputStatus.NOTHING_AVAILABLE;
            }
            restOfBurst--;
            read(choose(open), output);
            return InputStatus.MORE_AVAILABLE;
        }

        private boolean hasReadAll() {
            return cursors.stream().noneMatch(Cursor::hasNext);
        }

        /** Those that may be read. */
        private List<Cursor> open() {
            return cursors.stream()
                    .filter(cursor -> cursor.hasNext() && (!cursor.isAtLast() || run.mayReadLast()))
                    .toList();
        }

        private Cursor choose(List<Cursor> open) {
            if (run.log().scenario().reading() == CrowdScenario.Reading.IN_STEP) {
                return open.stream()
                        .min(Comparator.comparingLong(cursor -> cursor.next().arrival()))
                        .orElseThrow();
            }
            if (current == null || !open.contains(current)) {
                double place = random.nextDouble()
                        * open.stream().mapToDouble(cursor -> cursor.speed).sum();
                current = open.get(open.size() - 1);
                for (Cursor cursor : open) {
                    place -= cursor.speed;
                    if (place < 0) {
                        current = cursor;
                        break;
                    }
                }
            }
            return current;
        }

        private void read(Cursor cursor, ReaderOutput<Inbound> output) {
            CrowdLog.Entry entry = cursor.next();
            Origin origin = Origin.record(Topic.EVENTS, cursor.start.number(), cursor.offset);
            output.createOutputForSplit(cursor.start.splitId())
                    .collect(parser.parse(entry.value(), origin, entry.recordTime()), entry.recordTime());
            cursor.offset++;
            run.hasRead();
        }

        @Override
        public List<Partition> snapshotState(long checkpointId) {
            run.beginsCheckpoint(checkpointId);
            return cursors.stream()
                    .map(cursor -> new Partition(cursor.start.number(), cursor.offset))
                    .toList();
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            run.checkpointed(checkpointId);
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static void write(Partition partition, DataOutputStream out) throws IOException {
        out.writeInt(partition.number());
        out.writeInt(partition.offset());
    }

    private static Partition read(DataInputStream in) throws IOException {
        return new Partition(in.readInt(), in.readInt());
    }

    private static final class PartitionSerializer implements SimpleVersionedSerializer<Partition> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Partition partition) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            write(partition, new DataOutputStream(bytes));
            return bytes.toByteArray();
        }

        @Override
        public Partition deserialize(int version, byte[] serialized) throws IOException {
            return read(new DataInputStream(new ByteArrayInputStream(serialized)));
        }
    }

    private static final class PartitionsSerializer implements SimpleVersionedSerializer<List<Partition>> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(List<Partition> partitions) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(partitions.size());
            for (Partition partition : partitions) {
                write(partition, out);
            }
            return bytes.toByteArray();
        }

        @Override
        public List<Partition> deserialize(int version, byte[] serialized) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            List<Partition> partitions = new ArrayList<>();
            for (int rest = in.readInt(); rest > 0; rest--) {
                partitions.add(read(in));
            }
            return partitions;
        }
    }
}
