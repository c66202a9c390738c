package io.tributary.local.bootstrap;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
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
 * Reads a {@link Feed} in its order: the first subtask alone, the others are idle. It keeps nothing in checkpoints, so it
 * can't go on after a failure.
 *
 * <p>A feed that does not end says nothing more when all is read, above all not that time is over: what is due behind it
 * stays in the state.
 *
 * @param <T> type of the records
 * @param ends whether the source ends with its feed
 */
record FeedSource<T>(String feed, boolean ends) implements Source<T, FeedSource.NoSplit, Void> {
    /** There are none: there is one feed. */
    record NoSplit() implements SourceSplit {
        @Override
        public String splitId() {
            return "";
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return ends ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<NoSplit, Void> createEnumerator(SplitEnumeratorContext<NoSplit> context) {
        return new Enumerator();
    }

    @Override
    public SplitEnumerator<NoSplit, Void> restoreEnumerator(SplitEnumeratorContext<NoSplit> context, Void nothing) {
        return new Enumerator();
    }

    @Override
    public SourceReader<T, NoSplit> createReader(SourceReaderContext context) {
        return new Reader<>(Feed.of(feed), context.getIndexOfSubtask() == 0, ends);
    }

    @Override
    public SimpleVersionedSerializer<NoSplit> getSplitSerializer() {
        return new NothingSerializer<>(new NoSplit());
    }

    @Override
    public SimpleVersionedSerializer<Void> getEnumeratorCheckpointSerializer() {
        return new NothingSerializer<>(null);
    }

    private static final class Enumerator implements SplitEnumerator<NoSplit, Void> {
        @Override
        public void start() {
            // The readers know what to read.
        }

        @Override
        public void handleSplitRequest(int subtask, String host) {
            // Nobody asks.
        }

        @Override
        public void addSplitsBack(List<NoSplit> splits, int subtask) {
            // There are none.
        }

        @Override
        public void addReader(int subtask) {
            // It knows what to read.
        }

        @Override
        public Void snapshotState(long checkpointId) {
            return null;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class Reader<T> implements SourceReader<T, NoSplit> {
        private final Feed<T> feed;
        private final boolean isFirst;
        private final boolean ends;
        private final CompletableFuture<Void> never = new CompletableFuture<>();
        private boolean isOver;

        Reader(Feed<T> feed, boolean isFirst, boolean ends) {
            this.feed = feed;
            this.isFirst = isFirst;
            this.ends = ends;
        }

        @Override
        public void start() {
            // Nothing to open.
        }

        @Override
        public InputStatus pollNext(ReaderOutput<T> output) {
            if (!isFirst) {
                // It must not hold back the clock.
                output.markIdle();
                return over();
            }
            if (!feed.whenOpen().isDone()) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            if (feed.hasNext()) {
                output.collect(feed.next());
                return InputStatus.MORE_AVAILABLE;
            }
            if (!isOver) {
                if (feed.lastWatermark() != Long.MIN_VALUE) {
                    output.emitWatermark(new Watermark(feed.lastWatermark()));
                }
                feed.hasRead();
            }
            return over();
        }

        private InputStatus over() {
            isOver = true;
            return ends ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            if (isOver) {
                return never;
            }
            return isFirst ? feed.whenOpen() : CompletableFuture.completedFuture(null);
        }

        @Override
        public List<NoSplit> snapshotState(long checkpointId) {
            return List.of();
        }

        @Override
        public void addSplits(List<NoSplit> splits) {
            throw new IllegalStateException("there are no splits");
        }

        @Override
        public void notifyNoMoreSplits() {
            // There are none.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private record NothingSerializer<E>(E nothing) implements SimpleVersionedSerializer<E> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(E unused) {
            return new byte[0];
        }

        @Override
        public E deserialize(int version, byte[] serialized) {
            return nothing;
        }
    }
}
