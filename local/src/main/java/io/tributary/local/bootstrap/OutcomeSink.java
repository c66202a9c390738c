package io.tributary.local.bootstrap;

import io.tributary.operators.sink.OutboundRecord;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Gives an {@link Outcome} all that comes, and tells it how far time is.
 *
 * @param outcome its name, by which the copy in the job finds it
 */
record OutcomeSink(String outcome) implements Sink<OutboundRecord> {
    @Override
    public SinkWriter<OutboundRecord> createWriter(WriterInitContext context) {
        return new Writer(Outcome.of(outcome), context.getTaskInfo().getIndexOfThisSubtask());
    }

    private record Writer(Outcome outcome, int subtask) implements SinkWriter<OutboundRecord> {
        @Override
        public void write(OutboundRecord record, Context context) {
            outcome.write(record);
        }

        @Override
        public void writeWatermark(Watermark watermark) {
            outcome.reached(subtask, watermark.getTimestamp());
        }

        @Override
        public void flush(boolean endOfInput) {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
