package io.tributary.operators.sink;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.AsyncSinkBase;
import org.apache.flink.connector.base.sink.AsyncSinkBaseBuilder;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Writes documents to Elasticsearch 8, each version once in effect: at least once on the wire, made idempotent and
 * order-free by external versions.
 *
 * <p>A refused document goes to {@link RejectedDocuments} and never holds up the others; an absent or overloaded
 * Elasticsearch holds up the job, not the data. Guarantees, responsibilities and metrics: {@code
 * docs/elasticsearch-sink.md}.
 *
 * @param <InputT> what comes in; one write per element
 */
public final class ElasticsearchSink<InputT> extends AsyncSinkBase<InputT, DocumentWrite> {
    /** How long a document waits for others at most before it is sent, unless the builder is told otherwise. */
    public static final Duration TIME_IN_BUFFER = Duration.ofSeconds(1);

    private static final long serialVersionUID = 1L;

    private final ElasticsearchConnection connection;
    private final RejectedDocuments rejects;
    private final RetrySchedule schedule;
    private final boolean requireAlias;

    private ElasticsearchSink(Builder<InputT> builder) {
        super(
                requireNonNull(builder.converter, "setConverter"),
                builder.maxBatchSize(),
                builder.maxInFlightRequests(),
                builder.maxBufferedRequests(),
                builder.maxBatchSizeInBytes(),
                builder.maxTimeInBufferMillis(),
                builder.maxRecordSizeInBytes());
        this.connection = requireNonNull(builder.connection, "setConnection");
        this.rejects = requireNonNull(builder.rejects, "setRejectedDocuments");
        this.schedule = builder.schedule;
        this.requireAlias = builder.requireAlias;
    }

    public static <InputT> Builder<InputT> builder() {
        return new Builder<>();
    }

    @Override
    public StatefulSinkWriter<InputT, BufferedRequestState<DocumentWrite>> createWriter(WriterInitContext context)
            throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public StatefulSinkWriter<InputT, BufferedRequestState<DocumentWrite>> restoreWriter(
            WriterInitContext context, Collection<BufferedRequestState<DocumentWrite>> states) throws IOException {
        var configuration = AsyncSinkWriterConfiguration.builder()
                .setMaxBatchSize(getMaxBatchSize())
                .setMaxBatchSizeInBytes(getMaxBatchSizeInBytes())
                .setMaxInFlightRequests(getMaxInFlightRequests())
                .setMaxBufferedRequests(getMaxBufferedRequests())
                .setMaxTimeInBufferMS(getMaxTimeInBufferMS())
                .setMaxRecordSizeInBytes(getMaxRecordSizeInBytes())
                .setRequestTimeoutMS(getRequestTimeoutMS())
                .setFailOnTimeout(getFailOnTimeout())
                .build();
        return ElasticsearchSinkWriter.open(
                context,
                new ElasticsearchSinkWriter.Parts<>(
                        getElementConverter(),
                        configuration,
                        schedule,
                        new BulkSender(connection.open(), requireAlias),
                        rejects.open(context)),
                states);
    }

    @Override
    public SimpleVersionedSerializer<BufferedRequestState<DocumentWrite>> getWriterStateSerializer() {
        return new DocumentWriteStateSerializer();
    }

    /**
     * The sink's settings. Inherited ones and their defaults: at most 500 documents ({@code maxBatchSize}) and 5 MiB
     * ({@code maxBatchSizeInBytes}) per bulk, 2 bulks in flight, 10,000 documents buffered (and as many waiting for
     * another attempt), 1,000 ms in the buffer, 4 MiB per document; larger documents are refused as {@code too_large}.
     */
    public static final class Builder<InputT> extends AsyncSinkBaseBuilder<InputT, DocumentWrite, Builder<InputT>> {
        private ElementConverter<InputT, DocumentWrite> converter;
        private ElasticsearchConnection connection;
        private RejectedDocuments rejects;
        private RetrySchedule schedule = RetrySchedule.DEFAULT;
        private boolean requireAlias = true;

        private Builder() {}

        /** What to write for an element; required. For {@link DocumentWrite}s: {@code (write, context) -> write}. */
        public Builder<InputT> setConverter(ElementConverter<InputT, DocumentWrite> converter) {
            this.converter = converter;
            return this;
        }

        /** Where Elasticsearch is; required. */
        public Builder<InputT> setConnection(ElasticsearchConnection connection) {
            this.connection = connection;
            return this;
        }

        /** Where refused documents go; required, since nothing may be lost silently. */
        public Builder<InputT> setRejectedDocuments(RejectedDocuments rejects) {
            this.rejects = rejects;
            return this;
        }

        /** Default: from 250 ms to 10 s between attempts, for 10 minutes. */
        public Builder<InputT> setRetrySchedule(RetrySchedule schedule) {
            this.schedule = schedule;
            return this;
        }

        /**
         * Whether documents may only be written through aliases; default true, so that an Elasticsearch that nobody has
         * set up stops the job instead of guessing mappings.
         */
        public Builder<InputT> setRequireAlias(boolean requireAlias) {
            this.requireAlias = requireAlias;
            return this;
        }

        @Override
        public ElasticsearchSink<InputT> build() {
            return new ElasticsearchSink<>(this);
        }

        private int maxBatchSize() {
            return requireNonNullElse(getMaxBatchSize(), 500);
        }

        private int maxInFlightRequests() {
            return requireNonNullElse(getMaxInFlightRequests(), 2);
        }

        private int maxBufferedRequests() {
            return requireNonNullElse(getMaxBufferedRequests(), 10_000);
        }

        private long maxBatchSizeInBytes() {
            return requireNonNullElse(getMaxBatchSizeInBytes(), 5L << 20);
        }

        private long maxTimeInBufferMillis() {
            return requireNonNullElse(getMaxTimeInBufferMS(), TIME_IN_BUFFER.toMillis());
        }

        private long maxRecordSizeInBytes() {
            return requireNonNullElse(getMaxRecordSizeInBytes(), 4L << 20);
        }
    }
}
