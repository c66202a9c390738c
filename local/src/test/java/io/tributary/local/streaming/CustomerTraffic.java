package io.tributary.local.streaming;

import io.tributary.operators.sink.Topic;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Events of some users at a steady rate, and a tick each second, by a clock that goes as fast as the real one and leaps when
 * it is told to. The message id of each event says when it was sent.
 */
final class CustomerTraffic implements AutoCloseable {
    static final String SENT = "sent-";

    private static final int USERS = 2_000;
    private static final Duration STEP = Duration.ofMillis(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor();
    private final int partitions;

    // Of the worker.
    private long base;
    private long baseNanos;
    private long begunNanos;
    private long lastTickNanos;
    private volatile int sent;

    /** @param instant what the clock says first, milliseconds since 1970 */
    CustomerTraffic(String bootstrapServers, long instant) {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 2, "compression.type", "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        partitions = producer.partitionsFor(Topic.EVENTS).size();
        base = instant;
    }

    /**
     * Sends an event of each of so many customers, as fast as Kafka takes them, and a tick behind the last.
     *
     * @param instants when, milliseconds since 1970, by number
     * @param users what their ids begin with, before the number
     */
    void load(int customers, IntToLongFunction instants, String users) {
        for (int i = 0; i < customers; i++) {
            send("load-" + i, users + i, instants.applyAsLong(i));
        }
        tick(base);
        producer.flush();
    }

    void start(int perSecond) {
        worker.execute(() -> {
            begunNanos = System.nanoTime();
            baseNanos = begunNanos;
            lastTickNanos = begunNanos - TimeUnit.SECONDS.toNanos(1);
        });
        var unused = worker.scheduleAtFixedRate(
                () -> step(perSecond), STEP.toMillis(), STEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void step(int perSecond) {
        long now = System.nanoTime();
        if (now - lastTickNanos >= TimeUnit.SECONDS.toNanos(1)) {
            lastTickNanos = now;
            tick(instant(now));
        }
        long due = (long) ((now - begunNanos) / 1e9 * perSecond);
        int number = sent;
        for (; number < due; number++) {
            send(SENT + System.nanoTime() + "-" + number, "visitor" + number % USERS, instant(now));
        }
        sent = number;
    }

    private long instant(long nanos) {
        return base + TimeUnit.NANOSECONDS.toMillis(nanos - baseNanos);
    }

    /** @param instant what the clock says from now on, milliseconds since 1970 */
    void leapTo(long instant) throws Exception {
        worker.submit(() -> {
                    base = instant;
                    baseNanos = System.nanoTime();
                    lastTickNanos = baseNanos;
                    tick(instant);
                })
                .get();
    }

    private void send(String messageId, String user, long at) {
        byte[] value =
                """
                {"type":"track","event":"Product Viewed","messageId":"%s","userId":"%s","timestamp":"%s","properties":{"product_id":"p1","category":"shoes","price":"10.00"}}"""
                        .formatted(messageId, user, Timestamps.format(at))
                        .getBytes(StandardCharsets.UTF_8);
        var unused = producer.send(
                new ProducerRecord<>(Topic.EVENTS, null, at, user.getBytes(StandardCharsets.UTF_8), value));
    }

    private void tick(long at) {
        byte[] value = "{\"type\":\"tick\",\"timestamp\":\"%s\"}"
                .formatted(Timestamps.format(at))
                .getBytes(StandardCharsets.UTF_8);
        for (int partition = 0; partition < partitions; partition++) {
            var unused = producer.send(new ProducerRecord<>(Topic.EVENTS, partition, at, null, value));
        }
    }

    /** Ends the events and the ticks. */
    void stop() throws InterruptedException {
        worker.shutdown();
        worker.awaitTermination(10, TimeUnit.SECONDS);
        producer.flush();
    }

    /** How many events were sent since the start. */
    int sent() {
        return sent;
    }

    @Override
    public void close() {
        worker.shutdownNow();
        producer.close();
    }
}
