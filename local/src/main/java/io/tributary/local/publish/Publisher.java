package io.tributary.local.publish;

import io.tributary.local.UserException;
import io.tributary.operators.kafka.EventDeserializer;
import io.tributary.operators.kafka.OutboundSerializer;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.RejectJson;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import javax.annotation.Nullable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events to {@code cdp.events.v1}. Kafka's record time is the event's time; a record time of 0 says that a line
 * has none, and {@link EventDeserializer#SENT_AT_HEADER} when it was sent.
 */
public final class Publisher implements AutoCloseable {
    /** Header of what was rejected before: the id of its reject; several, if it stands for several with its bytes. */
    public static final String REPLAY_HEADER = "tributary_replay_of";

    private static final long NO_TIME = 0;

    private static final long PROGRESS_EVERY = 1_000;

    private final Producer<byte[], byte[]> producer;
    private final Pace.Clock clock;
    private final InstantSource now;
    private final int partitions;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    public Publisher(String bootstrapServers) {
        this(
                new KafkaProducer<>(
                        configuration(bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer()),
                Pace.SYSTEM,
                InstantSource.system());
    }

    /**
     * @param producer is closed with this
     * @param clock of the pace
     * @param now of what has no time
     */
    Publisher(Producer<byte[], byte[]> producer, Pace.Clock clock, InstantSource now) {
        this.producer = producer;
        this.clock = clock;
        this.now = now;
        this.partitions = producer.partitionsFor(Topic.EVENTS).size();
    }

    private static Map<String, Object> configuration(String bootstrapServers) {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.LINGER_MS_CONFIG,
                20,
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                Topic.MAX_RECORD_BYTES,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4");
    }

    /**
     * Sends a plan, without a tick behind it.
     *
     * @param perSecond events per second, or 0 for as fast as Kafka takes them
     * @param progress is told how many records have been sent, now and then
     * @throws UserException if Kafka did not take everything
     */
    public void send(PublishPlan plan, long perSecond, LongConsumer progress) throws UserException {
        long sentAt = now.millis();
        for (Reject reject : plan.unsendable()) {
            OutboundRecord record = RejectJson.record(reject.sentAt(sentAt), NO_TIME);
            send(new OutboundSerializer().serialize(record, null, null));
        }
        byte[] header = Timestamps.format(sentAt).getBytes(StandardCharsets.UTF_8);
        for (byte[] line : plan.refused()) {
            var record = new ProducerRecord<byte[], byte[]>(Topic.EVENTS, null, NO_TIME, null, line);
            record.headers().add(EventDeserializer.SENT_AT_HEADER, header);
            send(record);
        }
        Pace pace = new Pace(clock, perSecond);
        long sent = 0;
        for (PublishPlan.Event event : plan.events()) {
            pace.awaitNext(sent);
            byte[] key = event.key().getBytes(StandardCharsets.UTF_8);
            send(new ProducerRecord<>(Topic.EVENTS, null, event.timestamp(), key, event.json()));
            sent++;
            if (sent % PROGRESS_EVERY == 0) {
                progress.accept(sent);
            }
        }
        flush();
    }

    /**
     * Sends what was rejected before, marked as such.
     *
     * @param recordTime Kafka's record time, milliseconds since 1970
     * @param rejectIds which rejects it is of
     */
    public void sendAgain(PublishPlan.Event event, long recordTime, List<String> rejectIds) throws UserException {
        var record = new ProducerRecord<>(
                Topic.EVENTS, null, recordTime, event.key().getBytes(StandardCharsets.UTF_8), event.json());
        for (String rejectId : rejectIds) {
            record.headers().add(REPLAY_HEADER, rejectId.getBytes(StandardCharsets.UTF_8));
        }
        send(record);
    }

    /**
     * Writes a tick to every partition.
     *
     * @param timestamp milliseconds since 1970
     */
    public void tick(long timestamp) throws UserException {
        byte[] tick = ("{\"type\":\"tick\",\"timestamp\":\"" + Timestamps.format(timestamp) + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        for (int partition = 0; partition < partitions; partition++) {
            send(new ProducerRecord<>(Topic.EVENTS, partition, timestamp, null, tick));
        }
    }

    /** Sends a privacy command, after which comes no tick. */
    public void send(PrivacyCommand command) throws UserException {
        send(new ProducerRecord<>(
                Topic.PRIVACY, null, command.at(), command.id().getBytes(StandardCharsets.UTF_8), command.json()));
    }

    /**
     * Sends one record.
     *
     * @param timestamp Kafka's record time, milliseconds since 1970
     * @param key what keeps records in order among each other; null if nothing does
     */
    public void send(long timestamp, @Nullable byte[] key, byte[] value) throws UserException {
        send(new ProducerRecord<>(Topic.EVENTS, null, timestamp, key, value));
    }

    private void send(ProducerRecord<byte[], byte[]> record) throws UserException {
        check();
        // The callback tells, and flush() waits.
        var unused = producer.send(record, (metadata, failed) -> {
            if (failed != null) {
                failure.compareAndSet(null, failed);
            }
        });
    }

    /** Returns when Kafka has taken everything. */
    public void flush() throws UserException {
        producer.flush();
        check();
    }

    private void check() throws UserException {
        Exception failed = failure.get();
        if (failed != null) {
            throw new UserException(
                    "Kafka did not take everything: " + failed.getMessage()
                            + ". Publish again: what has arrived is recognised by its message ids",
                    failed);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
