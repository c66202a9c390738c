package io.tributary.operators.sink;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobInfo;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.util.UserCodeClassLoader;

/**
 * Timers whose work runs as mails.
 *
 * <p>A writer waits for Elasticsearch inside its timers. What a timer's callback throws, Flink reports and swallows, also
 * the interrupt that is to end a task that has failed; then the waiting callback around it has to be interrupted, half a
 * minute later, and so on. Out of a mail both get through to the task at once.
 */
final class MailedTimers implements ProcessingTimeService {
    private final ProcessingTimeService timers;
    private final MailboxExecutor mailbox;

    MailedTimers(ProcessingTimeService timers, MailboxExecutor mailbox) {
        this.timers = timers;
        this.mailbox = mailbox;
    }

    /** The same context, but for its timers. */
    static WriterInitContext in(WriterInitContext context) {
        return new Context(context, new MailedTimers(context.getProcessingTimeService(), context.getMailboxExecutor()));
    }

    @Override
    public ScheduledFuture<?> registerTimer(long timestamp, ProcessingTimeCallback target) {
        return timers.registerTimer(timestamp, at -> {
            try {
                mailbox.execute(() -> target.onProcessingTime(at), "timer of the Elasticsearch sink");
            } catch (RejectedExecutionException e) {
                // The task takes no more mails: everything is flushed, or the task has failed.
                return;
            }
        });
    }

    @Override
    public long getCurrentProcessingTime() {
        return timers.getCurrentProcessingTime();
    }

    private record Context(WriterInitContext context, MailedTimers timers) implements WriterInitContext {
        @Override
        public ProcessingTimeService getProcessingTimeService() {
            return timers;
        }

        @Override
        public MailboxExecutor getMailboxExecutor() {
            return context.getMailboxExecutor();
        }

        @Override
        public UserCodeClassLoader getUserCodeClassLoader() {
            return context.getUserCodeClassLoader();
        }

        @Override
        public SinkWriterMetricGroup metricGroup() {
            return context.metricGroup();
        }

        @Override
        public SerializationSchema.InitializationContext asSerializationSchemaInitializationContext() {
            return context.asSerializationSchemaInitializationContext();
        }

        @Override
        public boolean isObjectReuseEnabled() {
            return context.isObjectReuseEnabled();
        }

        @Override
        public <T> TypeSerializer<T> createInputSerializer() {
            return context.createInputSerializer();
        }

        @Override
        public <T> Optional<Consumer<T>> metadataConsumer() {
            return context.metadataConsumer();
        }

        @Override
        public OptionalLong getRestoredCheckpointId() {
            return context.getRestoredCheckpointId();
        }

        @Override
        public JobInfo getJobInfo() {
            return context.getJobInfo();
        }

        @Override
        public TaskInfo getTaskInfo() {
            return context.getTaskInfo();
        }
    }
}
