package io.tributary.operators.sink;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Where documents go that Elasticsearch will never take. AsyncSink has no side output, so the sink's writer hands them
 * over itself, once each, and flushes before each checkpoint completes: at least once, never none.
 */
@FunctionalInterface
public interface RejectedDocuments extends Serializable {
    /** Opens the way of one subtask; called once per attempt of the job. */
    Channel open(WriterInitContext context) throws IOException;

    /** One subtask's way; used by the task's thread only. */
    interface Channel extends AutoCloseable {
        void accept(RejectedDocument rejected);

        /**
         * Returns when everything accepted is safe.
         *
         * @throws IOException if something is not: the checkpoint fails and the job starts again
         */
        void flush() throws IOException;

        @Override
        void close();
    }
}
