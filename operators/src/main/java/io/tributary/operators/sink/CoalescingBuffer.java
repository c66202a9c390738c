package io.tributary.operators.sink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.base.sink.writer.RequestBuffer;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;

/**
 * The writer's unsent documents: at most one write per document, the one with the highest version.
 *
 * <p>A write that failed waits <em>apart</em> until its pause is over. To the base writer it is not there then ({@link
 * #isEmpty()}, {@link #size()}, {@link #poll()}), so neither a timer nor a checkpoint blocks on it, but {@link
 * #getBufferedState()} holds it, so that a checkpoint keeps it. A newer write of the same document replaces it and
 * inherits its pause and the time of its first failure: a document is given up by the time that it failed, however often
 * it changed meanwhile. A write in flight is not in here; if a newer one is sent meanwhile, Elasticsearch keeps the
 * newer one, whichever comes first.
 *
 * <p>Only the task's thread uses it.
 */
final class CoalescingBuffer implements RequestBuffer<DocumentWrite> {
    private final RetrySchedule schedule;
    private final Runnable onCoalesced;
    private final Map<DocumentWrite.Key, RequestEntryWrapper<DocumentWrite>> ready = new LinkedHashMap<>();
    private final Map<DocumentWrite.Key, RequestEntryWrapper<DocumentWrite>> waiting = new LinkedHashMap<>();
    private final Map<DocumentWrite.Key, Failures> failures = new HashMap<>();
    private long readyBytes;

    CoalescingBuffer(RetrySchedule schedule, Runnable onCoalesced) {
        this.schedule = schedule;
        this.onCoalesced = onCoalesced;
    }

    /** @param failed the write comes back from a request that could not deliver it */
    @Override
    public void add(RequestEntryWrapper<DocumentWrite> added, boolean failed) {
        var key = added.getRequestEntry().key();
        var queue = ready.containsKey(key) || (!waiting.containsKey(key) && !failed) ? ready : waiting;
        var present = queue.get(key);
        if (present != null) {
            onCoalesced.run();
            // Equal versions have equal content, unless a job wrote both: then the later one is meant.
            long newer = added.getRequestEntry().version()
                    - present.getRequestEntry().version();
            if (newer < 0 || (newer == 0 && failed)) {
                return;
            }
        }
        queue.put(key, added);
        if (queue == ready) {
            readyBytes += added.getSize() - (present == null ? 0 : present.getSize());
        }
    }

    @Override
    public RequestEntryWrapper<DocumentWrite> poll() {
        var first = ready.values().iterator();
        if (!first.hasNext()) {
            return null;
        }
        var polled = first.next();
        first.remove();
        readyBytes -= polled.getSize();
        return polled;
    }

    @Override
    public RequestEntryWrapper<DocumentWrite> peek() {
        return ready.isEmpty() ? null : ready.values().iterator().next();
    }

    @Override
    public boolean isEmpty() {
        return ready.isEmpty();
    }

    @Override
    public int size() {
        return ready.size();
    }

    @Override
    public long totalSizeInBytes() {
        return readyBytes;
    }

    /** Everything unsent, waiting writes included. */
    @Override
    public Collection<RequestEntryWrapper<DocumentWrite>> getBufferedState() {
        var all = new ArrayList<RequestEntryWrapper<DocumentWrite>>(ready.size() + waiting.size());
        all.addAll(waiting.values());
        all.addAll(ready.values());
        return all;
    }

    int waiting() {
        return waiting.size();
    }

    /** Notes that a write was not delivered; the base writer adds it again right after. */
    void failed(DocumentWrite write, long now) {
        failures.compute(write.key(), (key, before) -> {
            int count = before == null ? 1 : before.count() + 1;
            long since = before == null ? now : before.since();
            return new Failures(since, count, now + schedule.pauseMillis(count));
        });
    }

    /**
     * Notes that a write needs no other attempt.
     *
     * @param applied Elasticsearch holds this version or a newer one, so an older one that waits is not needed any more
     */
    void settled(DocumentWrite write, boolean applied) {
        var key = write.key();
        var older = waiting.get(key);
        if (older != null && applied && older.getRequestEntry().version() <= write.version()) {
            waiting.remove(key);
            onCoalesced.run();
            older = null;
        }
        if (older == null) {
            failures.remove(key);
        }
    }

    /** Makes the writes whose pause is over available again. */
    void release(long now) {
        List<DocumentWrite.Key> due = new ArrayList<>();
        waiting.forEach((key, write) -> {
            if (due(key) <= now) {
                due.add(key);
            }
        });
        for (var key : due) {
            var write = waiting.remove(key);
            ready.put(key, write);
            readyBytes += write.getSize();
        }
    }

    /** When the next waiting write is due, or {@link Long#MAX_VALUE}. */
    long nextRelease() {
        return waiting.keySet().stream().mapToLong(this::due).min().orElse(Long.MAX_VALUE);
    }

    private long due(DocumentWrite.Key key) {
        var failed = failures.get(key);
        return failed == null ? Long.MIN_VALUE : failed.next();
    }

    /** Since when the write that has failed longest has been failing, or {@code now} if none is. */
    long failingSince(long now) {
        return failures.values().stream().mapToLong(Failures::since).min().orElse(now);
    }

    /**
     * @param since first failure, milliseconds
     * @param count failures so far
     * @param next when it may be sent again, milliseconds
     */
    private record Failures(long since, int count, long next) {}
}
