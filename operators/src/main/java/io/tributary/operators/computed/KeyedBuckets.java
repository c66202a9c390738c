package io.tributary.operators.computed;

import io.tributary.operators.computed.Buckets.Bucket;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Something per bucket and text.
 *
 * <p>Bound: in a bucket the {@value #MAX_IN_BUCKET} texts with the smallest hashes, over a lifetime the
 * {@value #MAX_IN_LIFETIME}. A text that has left can't come back, because those that are before it stay; so what is kept
 * of the others is complete, whatever the order of arrival.
 *
 * <p>Texts stand in a table, once for all buckets, in the order of their hashes; so do those of a bucket.
 *
 * @param <V> what is kept
 */
final class KeyedBuckets<V> {
    static final int MAX_IN_BUCKET = 100;
    static final int MAX_IN_LIFETIME = 500;

    private static final int UNUSED = -1;

    private static final class Entry<V> {
        private final HashedText text;
        private V value;

        Entry(HashedText text, V value) {
            this.text = text;
            this.value = value;
        }
    }

    private final Bucketing bucketing;
    private final Summary<V> summary;
    private final int max;
    private final Buckets<List<Entry<V>>> buckets;

    /** Ascending. Some may be in no bucket any more. */
    private final List<HashedText> texts = new ArrayList<>();

    KeyedBuckets(Bucketing bucketing, Summary<V> summary) {
        this.bucketing = bucketing;
        this.summary = summary;
        this.max = bucketing.window() == null ? MAX_IN_LIFETIME : MAX_IN_BUCKET;
        this.buckets = new Buckets<>(bucketing);
    }

    /**
     * Folds an event in.
     *
     * @param texts a text that is there twice is there twice
     * @param values what the event says of each of them
     */
    void add(EventOrder order, Collection<String> texts, List<?> values) {
        V said = summary.of(order, values);
        if (said != null && !texts.isEmpty()) {
            Bucket<List<Entry<V>>> bucket = buckets.at(bucketing.of(order.timestamp()));
            texts.forEach(text -> add(bucket, new HashedText(text), said));
        }
    }

    /** Takes in what others know, which stay as they are. */
    void merge(KeyedBuckets<V> other) {
        other.number();
        List<HashedText> own = new ArrayList<>(other.texts.size());
        other.texts.forEach(text -> own.add(inTable(text.copy())));
        for (Bucket<List<Entry<V>>> theirs : other.buckets.all()) {
            Bucket<List<Entry<V>>> bucket = buckets.at(theirs.number());
            theirs.content().forEach(entry -> add(bucket, own.get(entry.text.place()), entry.value));
        }
    }

    private void add(Bucket<List<Entry<V>>> bucket, HashedText text, V value) {
        if (bucket.content() == null) {
            bucket.set(new ArrayList<>(2));
        }
        List<Entry<V>> entries = bucket.content();
        int at = search(entries, text);
        if (at < entries.size() && entries.get(at).text.isSame(text)) {
            Entry<V> entry = entries.get(at);
            entry.value = summary.combine(entry.value, value);
        } else if (at < max) {
            entries.add(at, new Entry<>(inTable(text), value));
            if (entries.size() > max) {
                entries.remove(max);
            }
        }
    }

    /** Where a text stands in a bucket, or would. */
    private static <V> int search(List<Entry<V>> entries, HashedText text) {
        int from = 0;
        int to = entries.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (entries.get(middle).text.compareTo(text) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private HashedText inTable(HashedText text) {
        int at = Collections.binarySearch(texts, text);
        if (at >= 0) {
            return texts.get(at);
        }
        texts.add(-at - 1, text);
        return text;
    }

    /** Text → what is kept of it in the buckets that count. */
    SortedMap<String, V> counting(long now) {
        number();
        List<V> sums = new ArrayList<>(Collections.nCopies(texts.size(), null));
        for (Bucket<List<Entry<V>>> bucket : buckets.counting(now)) {
            for (Entry<V> entry : bucket.content()) {
                int place = entry.text.place();
                V known = sums.get(place);
                sums.set(place, known == null ? entry.value : summary.combine(known, entry.value));
            }
        }
        SortedMap<String, V> counting = new TreeMap<>();
        for (int i = 0; i < sums.size(); i++) {
            if (sums.get(i) != null) {
                counting.put(texts.get(i).text(), sums.get(i));
            }
        }
        return counting;
    }

    /** Drops texts that no bucket has any more and tells the others their places. */
    private void number() {
        texts.forEach(text -> text.setPlace(UNUSED));
        buckets.all().forEach(bucket -> bucket.content().forEach(entry -> entry.text.setPlace(0)));
        texts.removeIf(text -> text.place() == UNUSED);
        for (int i = 0; i < texts.size(); i++) {
            texts.get(i).setPlace(i);
        }
    }

    /** Text → what it comes to in the buckets that count; those that are in none are missing. */
    SortedMap<String, Object> results(long now) {
        SortedMap<String, Object> results = new TreeMap<>();
        counting(now).forEach((text, kept) -> results.put(text, summary.result(kept)));
        return results;
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    /** See {@link Fold#nextChange}. */
    long nextChange(long now) {
        return buckets.nextChange(now);
    }

    /** See {@link Fold#forgetBefore}. */
    void forgetBefore(long now) {
        buckets.forgetBefore(now);
    }

    void write(DataOutput out) throws IOException {
        number();
        Wire.writeVarInt(texts.size(), out);
        for (HashedText text : texts) {
            Wire.writeString(text.text(), out);
        }
        buckets.write(new EntriesCodec(), out);
    }

    /** Reads into buckets that are empty. */
    void read(DataInput in) throws IOException {
        for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
            texts.add(new HashedText(Wire.readString(in)));
        }
        buckets.read(new EntriesCodec(), in);
    }

    /** Entries name their texts by how many places of the table lie between them. */
    private final class EntriesCodec implements Codec<List<Entry<V>>> {
        @Override
        public void write(List<Entry<V>> entries, DataOutput out) throws IOException {
            Wire.writeVarInt(entries.size(), out);
            int next = 0;
            for (Entry<V> entry : entries) {
                Wire.writeVarInt(entry.text.place() - next, out);
                summary.write(entry.value, out);
                next = entry.text.place() + 1;
            }
        }

        @Override
        public List<Entry<V>> read(DataInput in) throws IOException {
            int size = Wire.readVarInt(in);
            List<Entry<V>> entries = new ArrayList<>(size + 1);
            int next = 0;
            for (int i = 0; i < size; i++) {
                int place = next + Wire.readVarInt(in);
                entries.add(new Entry<>(texts.get(place), summary.read(in)));
                next = place + 1;
            }
            return entries;
        }
    }
}
