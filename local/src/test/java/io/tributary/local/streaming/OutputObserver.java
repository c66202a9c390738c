package io.tributary.local.streaming;

import io.tributary.local.latency.Latencies;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.testing.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what the customer job writes, when it is written and when it is committed: how long each event of {@link
 * CustomerTraffic} took, how many customers have changed, and when each trigger came.
 */
final class OutputObserver implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String MESSAGE_ID = "\"messageId\":\"" + CustomerTraffic.SENT;

    /**
     * An event of the traffic.
     *
     * @param sent {@link System#nanoTime}
     * @param took nanoseconds
     */
    record Seen(long sent, long took) {}

    /**
     * A trigger.
     *
     * @param firedAt milliseconds since 1970
     * @param seen {@link System#nanoTime}
     */
    record Fired(long firedAt, long seen) {}

    /** What one reader has seen. */
    private static final class Output {
        private final List<Seen> events = new ArrayList<>();
        private final AtomicInteger eventCount = new AtomicInteger();
        private final Map<String, List<Fired>> triggers = new ConcurrentHashMap<>();

        List<Fired> of(String trigger) {
            return triggers.computeIfAbsent(trigger, none -> Collections.synchronizedList(new ArrayList<>()));
        }
    }

    private final Map<String, AtomicInteger> changes = new ConcurrentHashMap<>();
    private final Output uncommitted = new Output();
    private final Output committed = new Output();
    private final List<Thread> readers;

    OutputObserver(String bootstrapServers) {
        readers = List.of(
                reader(
                        bootstrapServers,
                        "read_uncommitted",
                        List.of(Topic.CUSTOMER_EVENTS, Topic.SEGMENT_CHANGES, Topic.TRIGGERS),
                        uncommitted),
                reader(bootstrapServers, "read_committed", List.of(Topic.CUSTOMER_EVENTS, Topic.TRIGGERS), committed));
        readers.forEach(Thread::start);
    }

    private Thread reader(String bootstrapServers, String isolation, List<String> topics, Output seen) {
        Thread thread = new Thread(() -> read(bootstrapServers, isolation, topics, seen), isolation);
        thread.setDaemon(true);
        return thread;
    }

    private void read(String bootstrapServers, String isolation, List<String> topics, Output seen) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!Thread.currentThread().isInterrupted()) {
                var polled = consumer.poll(POLL);
                long now = System.nanoTime();
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    String value = new String(record.value(), StandardCharsets.UTF_8);
                    if (record.topic().equals(Topic.SEGMENT_CHANGES)) {
                        count(value);
                    } else if (record.topic().equals(Topic.TRIGGERS)) {
                        seen.of(field(value, "trigger")).add(new Fired(record.timestamp(), now));
                    } else {
                        seen.eventCount.incrementAndGet();
                        note(value, now, seen.events);
                    }
                }
            }
        } catch (InterruptException e) {
            // How it ends.
            Thread.currentThread().interrupt();
        }
    }

    private void count(String change) {
        String what = field(change, "segment") + " " + field(change, "change");
        changes.computeIfAbsent(what, none -> new AtomicInteger()).incrementAndGet();
    }

    private static String field(String json, String name) {
        String begin = "\"" + name + "\":\"";
        int from = json.indexOf(begin) + begin.length();
        return json.substring(from, json.indexOf('"', from));
    }

    private static void note(String event, long now, List<Seen> seen) {
        int from = event.indexOf(MESSAGE_ID);
        if (from >= 0) {
            int begin = from + MESSAGE_ID.length();
            long sent = Long.parseLong(event.substring(begin, event.indexOf('-', begin)));
            synchronized (seen) {
                seen.add(new Seen(sent, now - sent));
            }
        }
    }

    /** How many customers have {@code entered} or {@code exited} a segment, committed or not. */
    int changes(String segment, String change) {
        AtomicInteger count = changes.get(segment + " " + change);
        return count == null ? 0 : count.get();
    }

    /** Returns when an event has been seen that was sent that much later than now. */
    void await(Duration later) throws Exception {
        long end = System.nanoTime() + later.toNanos();
        Await.until("the traffic to go on", later.plus(Duration.ofMinutes(5)), () -> newest() >= end);
    }

    private long newest() {
        List<Seen> events = uncommitted.events;
        synchronized (events) {
            return events.isEmpty() ? Long.MIN_VALUE : events.get(events.size() - 1).sent;
        }
    }

    /** All events of the traffic that were written. */
    List<Seen> uncommitted() {
        return copy(uncommitted.events);
    }

    /** All events of the traffic that were committed. */
    List<Seen> committed() {
        return copy(committed.events);
    }

    /** All triggers of a name that were written. */
    List<Fired> uncommitted(String trigger) {
        return copy(uncommitted.of(trigger));
    }

    /** All triggers of a name that were committed. */
    List<Fired> committed(String trigger) {
        return copy(committed.of(trigger));
    }

    /** How many events were written, those of the traffic and others. */
    int events() {
        return uncommitted.eventCount.get();
    }

    /** How many triggers of a name were written. */
    int fired(String trigger) {
        return uncommitted.of(trigger).size();
    }

    private static <T> List<T> copy(List<T> seen) {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** How long the events took that were sent in between ({@link System#nanoTime}) until they were written. */
    Latencies uncommitted(long from, long to) {
        return between(uncommitted(), from, to);
    }

    /** The same until they were committed. */
    Latencies committed(long from, long to) {
        return between(committed(), from, to);
    }

    private static Latencies between(List<Seen> seen, long from, long to) {
        return new Latencies(seen.stream()
                .filter(event -> event.sent >= from && event.sent <= to)
                .map(event -> Duration.ofNanos(event.took))
                .toList());
    }

    @Override
    public void close() throws InterruptedException {
        readers.forEach(Thread::interrupt);
        for (Thread reader : readers) {
            reader.join();
        }
    }
}
