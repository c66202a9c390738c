package io.tributary.local.streaming;

import io.tributary.operators.sink.OutboundRecord;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Keeps records as Kafka does for consumers that read committed: in the order in which they were sent, those of a
 * transaction that a crash ended are never seen.
 *
 * @param run that gets them
 */
record LogSink(String run) implements Sink<OutboundRecord>, SupportsCommitter<Long> {
    @Override
    public Writer createWriter(WriterInitContext context) {
        return new Writer(CrowdRun.of(run), context.getTaskInfo().getIndexOfThisSubtask());
    }

    @Override
    public Committer<Long> createCommitter(CommitterInitContext context) {
        return new TransactionCommitter(CrowdRun.of(run));
    }

    @Override
    public SimpleVersionedSerializer<Long> getCommittableSerializer() {
        return new TransactionIdSerializer();
    }

    /** One transaction from checkpoint to checkpoint. */
    static final class Writer implements CommittingSinkWriter<OutboundRecord, Long> {
        private final CrowdRun run;
        private final int subtask;
        private long transaction;

        Writer(CrowdRun run, int subtask) {
            this.run = run;
            this.subtask = subtask;
            this.transaction = run.beginTransaction();
        }

        @Override
        public void write(OutboundRecord record, Context context) {
            run.send(transaction, record);
        }

        @Override
        public void writeWatermark(Watermark watermark) {
            run.reaches(subtask, watermark.getTimestamp());
        }

        @Override
        public void flush(boolean endOfInput) {
            // Sent at once. Each checkpoint passes here: a crash comes also where there is nothing more to write.
            run.mayWrite();
        }

        @Override
        public Collection<Long> prepareCommit() {
            long prepared = transaction;
            transaction = run.beginTransaction();
            return List.of(prepared);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class TransactionCommitter implements Committer<Long> {
        private final CrowdRun run;

        TransactionCommitter(CrowdRun run) {
            this.run = run;
        }

        @Override
        public void commit(Collection<CommitRequest<Long>> requests) {
            requests.forEach(request -> run.commit(request.getCommittable()));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class TransactionIdSerializer implements SimpleVersionedSerializer<Long> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Long id) {
            return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
        }

        @Override
        public Long deserialize(int version, byte[] serialized) {
            return ByteBuffer.wrap(serialized).getLong();
        }
    }
}
