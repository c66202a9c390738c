package io.tributary.local.stack;

import io.tributary.operators.sink.Topic;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of live operation: each second a tick on every partition of {@link Topic#EVENTS}, also those added later,
 * so that event time goes on while the shop is quiet.
 */
@SuppressWarnings("FutureReturnValueIgnored") // tick() logs what goes wrong; nothing else is lost with the futures
public final class Ticker implements AutoCloseable {
    /** From one tick to the next. */
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final Producer<byte[], byte[]> producer;
    private final Clock clock;
    private final ScheduledExecutorService seconds;

    private Ticker(Producer<byte[], byte[]> producer, Clock clock, ScheduledExecutorService seconds) {
        this.producer = producer;
        this.clock = clock;
        this.seconds = seconds;
    }

    /**
     * Starts ticking.
     *
     * @param bootstrapServers Kafka's address
     * @param clock what the ticks tell
     */
    public static Ticker start(String bootstrapServers, Clock clock) {
        var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", bootstrapServers,
                        "client.id", "tributary-ticker",
                        "max.block.ms", "5000",
                        // How long an added partition may be without a clock; 5 minutes by default.
                        "metadata.max.age.ms", "2000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        var seconds = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "tributary-ticker");
            thread.setDaemon(true);
            return thread;
        });
        return start(producer, clock, seconds);
    }

    /** @param producer and seconds end with the ticker */
    static Ticker start(Producer<byte[], byte[]> producer, Clock clock, ScheduledExecutorService seconds) {
        var ticker = new Ticker(producer, clock, seconds);
        seconds.scheduleAtFixedRate(ticker::tick, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return ticker;
    }

    /** The record's value for an instant: {@code {"type":"tick","timestamp":"2026-01-02T10:00:00.000Z"}}. */
    public static byte[] value(Instant instant) {
        return "{\"type\":\"tick\",\"timestamp\":\"%s\"}"
                .formatted(Timestamps.format(instant.toEpochMilli()))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        seconds.shutdownNow();
        try {
            seconds.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the ticker was stopping", e);
        } finally {
            producer.close(Duration.ofSeconds(5));
        }
    }

    private void tick() {
        var now = clock.instant();
        try {
            for (var partition : producer.partitionsFor(Topic.EVENTS)) {
                var tick = new ProducerRecord<byte[], byte[]>(
                        Topic.EVENTS, partition.partition(), now.toEpochMilli(), null, value(now));
                producer.send(tick, (written, failure) -> {
                    if (failure != null) {
                        logMissed(now, failure);
                    }
                });
            }
        } catch (KafkaException e) {
            logMissed(now, e);
        }
    }

    /** A missed second does no harm: the next tick tells the whole time. */
    private static void logMissed(Instant now, Exception failure) {
        LOG.warn("No tick at {}", now, failure);
    }
}
