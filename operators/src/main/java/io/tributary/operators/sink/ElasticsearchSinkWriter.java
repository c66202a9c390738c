package io.tributary.operators.sink;

import io.tributary.operators.sink.BulkSender.Answer;
import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.SimpleBatchCreator;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.connector.base.sink.writer.strategy.AIMDScalingStrategy;
import org.apache.flink.connector.base.sink.writer.strategy.CongestionControlRateLimitingStrategy;
import org.apache.flink.connector.base.sink.writer.strategy.RateLimitingStrategy;
import org.apache.flink.connector.base.sink.writer.strategy.RequestInfo;
import org.apache.flink.connector.base.sink.writer.strategy.ResultInfo;
import org.apache.flink.connector.base.sink.writer.strategy.ScalingStrategy;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * One subtask of the {@link ElasticsearchSink}.
 *
 * <p>Everything but the request itself runs in the task's thread: answers come in as mails. Writes that have to be
 * repeated wait in the {@link CoalescingBuffer}; one timer at a time makes them available again.
 */
final class ElasticsearchSinkWriter<InputT> extends AsyncSinkWriter<InputT, DocumentWrite> {
    /** By how much a bulk shrinks while Elasticsearch is overloaded, at most. */
    private static final int SMALLEST_BULK = 10;

    private final ElementConverter<InputT, DocumentWrite> converter;
    private final HandedOver<InputT> handedOver;
    private final CoalescingBuffer buffer;
    private final BulkSender sender;
    private final RejectedDocuments.Channel rejects;
    private final RetrySchedule schedule;
    private final long maxRecordSizeInBytes;
    private final MailboxExecutor mailbox;
    private final ProcessingTimeService time;
    private final Map<SinkCounter, Counter> counters;

    private ScheduledFuture<?> timer;
    private long timerAt = Long.MAX_VALUE;
    private boolean flushing;

    /** What the writer is made of, opened. */
    record Parts<InputT>(
            ElementConverter<InputT, DocumentWrite> converter,
            AsyncSinkWriterConfiguration configuration,
            RetrySchedule schedule,
            BulkSender sender,
            RejectedDocuments.Channel rejects) {}

    static <InputT> ElasticsearchSinkWriter<InputT> open(
            WriterInitContext context, Parts<InputT> parts, Collection<BufferedRequestState<DocumentWrite>> states) {
        var counters = new EnumMap<SinkCounter, Counter>(SinkCounter.class);
        for (var counter : SinkCounter.values()) {
            counters.put(counter, context.metricGroup().counter(counter.metric()));
        }
        var buffer = new CoalescingBuffer(parts.schedule(), counters.get(SinkCounter.DOCUMENTS_COALESCED)::inc);
        return new ElasticsearchSinkWriter<>(
                MailedTimers.in(context), parts, states, buffer, counters, new HandedOver<>());
    }

    private ElasticsearchSinkWriter(
            WriterInitContext context,
            Parts<InputT> parts,
            Collection<BufferedRequestState<DocumentWrite>> states,
            CoalescingBuffer buffer,
            Map<SinkCounter, Counter> counters,
            HandedOver<InputT> handedOver) {
        super(
                handedOver,
                context,
                boundingWaiting(parts.configuration(), buffer),
                states,
                new SimpleBatchCreator<>(parts.configuration().getMaxBatchSizeInBytes()),
                buffer);
        this.converter = parts.converter();
        this.handedOver = handedOver;
        this.buffer = buffer;
        this.sender = parts.sender();
        this.rejects = parts.rejects();
        this.schedule = parts.schedule();
        this.maxRecordSizeInBytes = parts.configuration().getMaxRecordSizeInBytes();
        this.mailbox = context.getMailboxExecutor();
        this.time = context.getProcessingTimeService();
        this.counters = counters;
        context.metricGroup().gauge(SinkCounter.DOCUMENTS_WAITING, buffer::waiting);
        context.metricGroup().gauge(SinkCounter.FAILING_FOR_MILLIS, this::failingForMillis);
        converter.open(context);
    }

    @Override
    public void write(InputT element, Context context) throws IOException, InterruptedException {
        var write = converter.apply(element, context);
        if (write.size() > maxRecordSizeInBytes) {
            // The base class would throw, and again after each restart.
            reject(new RejectedDocument(
                    write,
                    RejectReason.TOO_LARGE,
                    "%d bytes; the limit is %d".formatted(write.size(), maxRecordSizeInBytes)));
            return;
        }
        handedOver.next = write;
        super.write(element, context);
    }

    @Override
    protected void submitRequestEntries(List<DocumentWrite> writes, ResultHandler<DocumentWrite> handler) {
        sender.send(List.copyOf(writes), answer -> {
            try {
                mailbox.execute(() -> settle(answer, handler), "outcomes of a bulk request");
            } catch (RejectedExecutionException e) {
                // The task has ended: nobody waits for the answer.
                return;
            }
        });
    }

    private void settle(Answer answer, ResultHandler<DocumentWrite> handler) {
        count(SinkCounter.REQUESTS_FAILED, answer.failedRequests());
        count(SinkCounter.REQUESTS_SPLIT, answer.splitRequests());
        long now = time.getCurrentProcessingTime();
        var again = new ArrayList<DocumentWrite>();
        for (var result : answer.results()) {
            var write = result.write();
            switch (result.outcome()) {
                case DONE -> {
                    count(SinkCounter.DOCUMENTS_WRITTEN, 1);
                    buffer.settled(write, true);
                }
                case STALE -> {
                    count(SinkCounter.DOCUMENTS_STALE, 1);
                    buffer.settled(write, true);
                }
                case REJECT -> {
                    reject(new RejectedDocument(write, RejectReason.REFUSED_BY_ELASTICSEARCH, result.detail()));
                    buffer.settled(write, false);
                }
                case RETRY -> {
                    count(SinkCounter.DOCUMENTS_RETRIED, 1);
                    buffer.failed(write, now);
                    again.add(write);
                }
                case FATAL -> {
                    handler.completeExceptionally(
                            new FlinkRuntimeException("The sink can't write to Elasticsearch: " + result.detail()));
                    return;
                }
            }
        }
        if (again.isEmpty()) {
            handler.complete();
        } else if (failingForMillis() > schedule.limit().toMillis()) {
            handler.completeExceptionally(
                    new FlinkRuntimeException("Elasticsearch has not taken a document of %s for %s; last answer: %s"
                            .formatted(again.get(0).index(), schedule.limit(), lastFailure(answer))));
        } else {
            handler.retryForEntries(again);
            mailbox.execute(this::scheduleRelease, "schedule the next attempt");
        }
    }

    private static String lastFailure(Answer answer) {
        return answer.results().stream()
                .filter(result -> result.outcome() == Outcome.RETRY)
                .map(BulkSender.Result::detail)
                .findFirst()
                .orElse("none");
    }

    /** One timer at a time, at the earliest end of a pause. */
    private void scheduleRelease() {
        long next = buffer.nextRelease();
        if (next >= timerAt) {
            return;
        }
        timerAt = next;
        timer = time.registerTimer(next, at -> {
            if (timerAt == next) {
                timerAt = Long.MAX_VALUE;
            }
            sendReleased();
        });
    }

    /**
     * Sends what has paused long enough. The base class sends what is added, not what is released; its flush is the only
     * way in. While that waits nothing else is released, or during an outage, when writes fail as fast as they are sent, it
     * would never come to its end, and no checkpoint to its beginning.
     */
    private void sendReleased() throws InterruptedException {
        if (flushing) {
            return;
        }
        buffer.release(time.getCurrentProcessingTime());
        flushing(true);
    }

    private void flushing(boolean whatIsBuffered) throws InterruptedException {
        boolean outermost = !flushing;
        flushing = true;
        try {
            super.flush(whatIsBuffered);
        } finally {
            flushing = !outermost;
        }
        scheduleRelease();
    }

    /**
     * @param endOfInput everything must be delivered, waiting writes too; otherwise a checkpoint is due, and what is
     *     unsent becomes part of it
     */
    @Override
    public void flush(boolean endOfInput) throws InterruptedException {
        flushing(endOfInput);
        while (endOfInput && buffer.waiting() > 0) {
            mailbox.yield();
            flushing(true);
        }
        try {
            rejects.flush();
        } catch (IOException e) {
            throw new FlinkRuntimeException("Refused documents are not safe", e);
        }
    }

    @Override
    public void close() {
        super.close();
        if (timer != null) {
            timer.cancel(false);
        }
        try (var closing = rejects) {
            sender.close();
        } catch (IOException e) {
            throw new FlinkRuntimeException("Closing the client of Elasticsearch", e);
        }
    }

    @Override
    protected long getSizeInBytes(DocumentWrite write) {
        return write.size();
    }

    private void reject(RejectedDocument rejected) {
        count(SinkCounter.DOCUMENTS_REJECTED, 1);
        rejects.accept(rejected);
    }

    private void count(SinkCounter counter, int by) {
        counters.get(counter).inc(by);
    }

    private long failingForMillis() {
        long now = time.getCurrentProcessingTime();
        return now - buffer.failingSince(now);
    }

    /**
     * Halves the bulks with each one that fails, as the base class does by itself, but not down to single documents: in an
     * outage each of them would be a request of its own, again and again.
     */
    private record Scaling(ScalingStrategy<Integer> inner, int least) implements ScalingStrategy<Integer> {
        @Override
        public Integer scaleUp(Integer documents) {
            return inner.scaleUp(documents);
        }

        @Override
        public Integer scaleDown(Integer documents) {
            return Math.max(least, inner.scaleDown(documents));
        }
    }

    /** Stops sending, and so in the end reading, while as many writes wait for another attempt as may be buffered. */
    private static AsyncSinkWriterConfiguration boundingWaiting(
            AsyncSinkWriterConfiguration given, CoalescingBuffer buffer) {
        var inner = CongestionControlRateLimitingStrategy.builder()
                .setMaxInFlightRequests(given.getMaxInFlightRequests())
                .setInitialMaxInFlightMessages(given.getMaxBatchSize())
                .setScalingStrategy(new Scaling(
                        AIMDScalingStrategy.builder(given.getMaxBatchSize() * given.getMaxInFlightRequests())
                                .build(),
                        Math.max(1, given.getMaxBatchSize() / SMALLEST_BULK)))
                .build();
        var bounding = new RateLimitingStrategy() {
            @Override
            public void registerInFlightRequest(RequestInfo request) {
                inner.registerInFlightRequest(request);
            }

            @Override
            public void registerCompletedRequest(ResultInfo result) {
                inner.registerCompletedRequest(result);
            }

            @Override
            public boolean shouldBlock(RequestInfo request) {
                return buffer.waiting() >= given.getMaxBufferedRequests() || inner.shouldBlock(request);
            }

            @Override
            public int getMaxBatchSize() {
                return inner.getMaxBatchSize();
            }
        };
        return AsyncSinkWriterConfiguration.builder()
                .setMaxBatchSize(given.getMaxBatchSize())
                .setMaxBatchSizeInBytes(given.getMaxBatchSizeInBytes())
                .setMaxInFlightRequests(given.getMaxInFlightRequests())
                .setMaxBufferedRequests(given.getMaxBufferedRequests())
                .setMaxTimeInBufferMS(given.getMaxTimeInBufferMS())
                .setMaxRecordSizeInBytes(given.getMaxRecordSizeInBytes())
                .setRequestTimeoutMS(given.getRequestTimeoutMS())
                .setFailOnTimeout(given.isFailOnTimeout())
                .setRateLimitingStrategy(bounding)
                .build();
    }

    /** Gives the base class the write that was made, and measured, before. */
    private static final class HandedOver<InputT> implements ElementConverter<InputT, DocumentWrite> {
        private static final long serialVersionUID = 1L;
        private transient DocumentWrite next;

        @Override
        public DocumentWrite apply(InputT element, Context context) {
            return next;
        }
    }
}
