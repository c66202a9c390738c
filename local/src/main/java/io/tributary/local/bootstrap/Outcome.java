package io.tributary.local.bootstrap;

import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What the job has to say of history, which is no news: of profiles and aliases the newest of each key, as a compacted
 * topic keeps them, all else as numbers.
 */
final class Outcome implements AutoCloseable {
    private static final Map<String, Outcome> OUTCOMES = new ConcurrentHashMap<>();

    private final String name = UUID.randomUUID().toString();
    private final long lastWatermark;
    private final int writers;
    private final Map<String, OutboundRecord> profiles = new ConcurrentHashMap<>();
    private final Map<String, OutboundRecord> aliases = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> records = new ConcurrentHashMap<>();
    private final Set<Integer> done = new HashSet<>();
    private final CompletableFuture<Void> processed = new CompletableFuture<>();

    /**
     * @param lastWatermark behind which nothing more comes
     * @param writers of the sink
     */
    Outcome(long lastWatermark, int writers) {
        this.lastWatermark = lastWatermark;
        this.writers = writers;
        OUTCOMES.put(name, this);
    }

    static Outcome of(String name) {
        return OUTCOMES.get(name);
    }

    OutcomeSink sink() {
        return new OutcomeSink(name);
    }

    void write(OutboundRecord record) {
        records.computeIfAbsent(record.topic(), topic -> new AtomicLong()).incrementAndGet();
        // Records of a key come from one subtask, in their order.
        if (record.topic().equals(Topic.PROFILES)) {
            profiles.put(record.key(), record);
        } else if (record.topic().equals(Topic.CUSTOMER_ALIASES)) {
            aliases.put(record.key(), record);
        }
    }

    synchronized void reached(int writer, long watermark) {
        if (watermark >= lastWatermark && done.add(writer) && done.size() == writers) {
            processed.complete(null);
        }
    }

    /** Done when all writers know that nothing more comes. */
    CompletableFuture<Void> whenProcessed() {
        return processed;
    }

    /** How many records there were for a topic. */
    long records(String topic) {
        AtomicLong number = records.get(topic);
        return number == null ? 0 : number.get();
    }

    /** Customers that are there. */
    long customers() {
        return profiles.values().stream()
                .filter(profile -> profile.value() != null)
                .count();
    }

    /** What compacted topics would hold, deletions included. */
    List<OutboundRecord> compacted() {
        List<OutboundRecord> all = new ArrayList<>(profiles.size() + aliases.size());
        Stream.of(profiles, aliases).forEach(topic -> all.addAll(topic.values()));
        return all;
    }

    @Override
    public void close() {
        OUTCOMES.remove(name);
    }
}
