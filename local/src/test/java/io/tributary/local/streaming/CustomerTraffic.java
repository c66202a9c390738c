package io.tributary.local.streaming;

import io.tributary.operators.sink.Topic;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Events of some users at a steady rate, and a tick each second, by a clock that goes as fast as the real one and leaps when
 * it is told to. The message id of each event says when it was sent. Some events are those of users who leave a cart and are
 * never seen again.
 */
final class CustomerTraffic implements AutoCloseable {
    static final String SENT = "sent-";
    static final String VIEWED = "Product Viewed";
    static final String ADDED = "Product Added";

    /** What the ids of users who leave a cart begin with, before a number. */
    static final String LEAVER = "leaver";

    /** What lies in the cart that is left, and in no other. */
    static final String DEAR = "900.00";

    private static final String CHEAP = "10.00";

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

    /** What the clock said when it was set → {@link System#nanoTime} then. */
    private final NavigableMap<Long, Long> settings = new ConcurrentSkipListMap<>();

    /** When each cart was left, by its number, milliseconds since 1970. */
    private final List<Long> left = new ArrayList<>();

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
     * @param event its name
     */
    void load(int customers, IntToLongFunction instants, String users, String event) {
        for (int i = 0; i < customers; i++) {
            send("load-" + i, users + i, instants.applyAsLong(i), event, CHEAP);
        }
        tick(base);
        producer.flush();
    }

    /** Starts without carts. */
    void start(int perSecond) {
        start(perSecond, Integer.MAX_VALUE);
    }

    /** @param perCart of so many events one leaves a cart */
    void start(int perSecond, int perCart) {
        worker.execute(() -> {
            begunNanos = System.nanoTime();
            set(base, begunNanos);
            lastTickNanos = begunNanos - TimeUnit.SECONDS.toNanos(1);
        });
        var unused = worker.scheduleAtFixedRate(
                () -> step(perSecond, perCart), STEP.toMillis(), STEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void set(long instant, long nanos) {
        base = instant;
        baseNanos = nanos;
        settings.put(instant, nanos);
    }

    private void step(int perSecond, int perCart) {
        long now = System.nanoTime();
        if (now - lastTickNanos >= TimeUnit.SECONDS.toNanos(1)) {
            lastTickNanos = now;
            tick(instant(now));
        }
        long due = (long) ((now - begunNanos) / 1e9 * perSecond);
        int number = sent;
        for (; number < due; number++) {
            String id = SENT + System.nanoTime() + "-" + number;
            if (number % perCart == perCart - 1) {
                send(id, LEAVER + left.size(), instant(now), ADDED, DEAR);
                left.add(instant(now));
            } else {
                send(id, "visitor" + number % USERS, instant(now), VIEWED, CHEAP);
            }
        }
        sent = number;
    }

    /**
     * When the clock said that an instant has come ({@link System#nanoTime}): nothing of it or later was sent before. It may
     * have leapt over it.
     *
     * @param instant milliseconds since 1970, not before the clock was started
     */
    long nanosAt(long instant) {
        var setting = settings.floorEntry(instant);
        var next = settings.higherEntry(instant);
        long nanos = setting.getValue() + TimeUnit.MILLISECONDS.toNanos(instant - setting.getKey());
        return next == null ? nanos : Math.min(nanos, next.getValue());
    }

    /** When each cart was left, by its number, milliseconds since 1970. To be asked when all is sent. */
    List<Long> left() {
        return left;
    }

    private long instant(long nanos) {
        return base + TimeUnit.NANOSECONDS.toMillis(nanos - baseNanos);
    }

    /** @param instant what the clock says from now on, milliseconds since 1970 */
    void leapTo(long instant) throws Exception {
        worker.submit(() -> {
                    set(instant, System.nanoTime());
                    lastTickNanos = baseNanos;
                    tick(instant);
                })
                .get();
    }

    private void send(String messageId, String user, long at, String event, String price) {
        byte[] value =
                """
                {"type":"track","event":"%s","messageId":"%s","userId":"%s","timestamp":"%s","properties":{"product_id":"p1","category":"shoes","price":"%s","currency":"USD"}}"""
                        .formatted(event, messageId, user, Timestamps.format(at), price)
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
