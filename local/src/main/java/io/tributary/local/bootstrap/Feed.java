package io.tributary.local.bootstrap;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a {@link FeedSource} reads. The job runs in this JVM, but its source is a copy: it finds its feed by a name.
 *
 * @param <T> type of the records
 */
final class Feed<T> implements AutoCloseable {
    private static final Map<String, Feed<?>> FEEDS = new ConcurrentHashMap<>();

    private final String name = UUID.randomUUID().toString();
    private final Iterator<T> records;
    private final long lastWatermark;
    private final CompletableFuture<Void> open = new CompletableFuture<>();
    private final CompletableFuture<Void> read = new CompletableFuture<>();
    private volatile long numberRead;

    /**
     * @param records in their order; they are read once
     * @param lastWatermark the watermark behind them, or {@link Long#MIN_VALUE} for none
     */
    Feed(List<T> records, long lastWatermark) {
        this.records = records.iterator();
        this.lastWatermark = lastWatermark;
        FEEDS.put(name, this);
    }

    @SuppressWarnings("unchecked") // A source is made for its feed.
    static <T> Feed<T> of(String name) {
        Feed<?> feed = FEEDS.get(name);
        if (feed == null) {
            throw new IllegalStateException("the feed is over");
        }
        return (Feed<T>) feed;
    }

    /** A source that goes on for ever when all is read, or ends. */
    FeedSource<T> source(boolean ends) {
        return new FeedSource<>(name, ends);
    }

    /** Lets reading begin. */
    Feed<T> open() {
        open.complete(null);
        return this;
    }

    CompletableFuture<Void> whenOpen() {
        return open;
    }

    /** Done when all is read, and the last watermark is on its way. */
    CompletableFuture<Void> whenRead() {
        return read;
    }

    long numberRead() {
        return numberRead;
    }

    // For the one who reads.

    boolean hasNext() {
        return records.hasNext();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread reads.
    T next() {
        numberRead++;
        return records.next();
    }

    long lastWatermark() {
        return lastWatermark;
    }

    void hasRead() {
        read.complete(null);
    }

    @Override
    public void close() {
        FEEDS.remove(name);
    }
}
