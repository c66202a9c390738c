package io.tributary.operators.computed;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The buckets that have something, in their order.
 *
 * <p>Bound: at any instant 1,441 buckets of a minute, 721 of an hour, 3,651 of a day count; who forgets keeps no more,
 * and those that begin later.
 *
 * @param <A> what a bucket has
 */
final class Buckets<A> {
    /** A bucket; {@code content} is null only between {@link #at} and its first setting. */
    static final class Bucket<A> {
        private final long number;
        private A content;

        private Bucket(long number, A content) {
            this.number = number;
            this.content = content;
        }

        long number() {
            return number;
        }

        A content() {
            return content;
        }

        void set(A content) {
            this.content = content;
        }
    }

    private final Bucketing bucketing;
    private final ArrayList<Bucket<A>> buckets = new ArrayList<>(2);

    /** The first that counted at the instant that was asked for last; any number if there are others now. */
    private int near;

    Buckets(Bucketing bucketing) {
        this.bucketing = bucketing;
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    /** Ascending. */
    List<Bucket<A>> all() {
        return buckets;
    }

    /** Those that count at an instant, ascending. */
    List<Bucket<A>> counting(long now) {
        return buckets.subList(firstCounting(now), buckets.size());
    }

    /** How many count at an instant: the last ones. */
    int countOfCounting(long now) {
        return buckets.size() - firstCounting(now);
    }

    private int firstCounting(long now) {
        // Mostly it is the one that it was, or, of who goes from change to change, the next.
        if (!isFirstCounting(near, now)) {
            near = isFirstCounting(near + 1, now) ? near + 1 : searchFirstCounting(now);
        }
        return near;
    }

    private boolean isFirstCounting(int place, long now) {
        return place <= buckets.size() && (place == 0 || !counts(place - 1, now)) && counts(place, now);
    }

    /** Whether all do that are at a place or behind it. */
    private boolean counts(int place, long now) {
        return place == buckets.size() || bucketing.counts(buckets.get(place).number, now);
    }

    private int searchFirstCounting(long now) {
        int from = 0;
        int to = buckets.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (counts(middle, now)) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return from;
    }

    /** The bucket of a number; a new one without content if there is none yet. */
    Bucket<A> at(long number) {
        int from = 0;
        int to = buckets.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (buckets.get(middle).number < number) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if (from == buckets.size() || buckets.get(from).number != number) {
            buckets.add(from, new Bucket<>(number, null));
        }
        return buckets.get(from);
    }

    /** See {@link Fold#nextChange}. */
    long nextChange(long now) {
        int first = firstCounting(now);
        return first == buckets.size() ? Long.MAX_VALUE : bucketing.endOf(buckets.get(first).number);
    }

    /** See {@link Fold#forgetBefore}. */
    void forgetBefore(long now) {
        buckets.subList(0, firstCounting(now)).clear();
    }

    void write(Codec<A> contents, DataOutput out) throws IOException {
        Wire.writeVarInt(buckets.size(), out);
        long before = 0;
        for (Bucket<A> bucket : buckets) {
            // A lifetime has one bucket, so nobody need say which.
            if (bucketing.window() != null) {
                Wire.writeSigned(bucket.number - before, out);
                before = bucket.number;
            }
            contents.write(bucket.content, out);
        }
    }

    /** Reads into buckets that are empty. */
    void read(Codec<A> contents, DataInput in) throws IOException {
        long number = 0;
        int count = Wire.readVarInt(in);
        buckets.ensureCapacity(count + 1);
        for (int rest = count; rest > 0; rest--) {
            if (bucketing.window() != null) {
                number += Wire.readSigned(in);
            }
            buckets.add(new Bucket<>(number, contents.read(in)));
        }
    }
}
