package io.tributary.operators.computed;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedMap;

/**
 * The fold of a parametric segment: an aggregate per value of its {@code for_each}.
 *
 * <p>Bound: see {@link KeyedBuckets}.
 */
public final class ValuesFold implements Fold {
    /** Like {@link TraitFold#CODEC}. */
    public static final Codec<ValuesFold> CODEC = new Codec<>() {
        @Override
        public void write(ValuesFold fold, DataOutput out) throws IOException {
            new FoldHeader(fold.shape, true).write(out);
            fold.values.write(out);
        }

        @Override
        public ValuesFold read(DataInput in) throws IOException {
            FoldHeader header = FoldHeader.read(in);
            if (!header.isPerValue()) {
                throw new IOException("a fold of a trait where one per value is wanted");
            }
            return withContent(header.shape(), in);
        }
    };

    private final TraitShape shape;
    private final KeyedBuckets<?> values;

    private ValuesFold(TraitShape shape) {
        this.shape = shape;
        this.values = new KeyedBuckets<>(new Bucketing(shape.window()), Summaries.of(shape.aggregate()));
    }

    /**
     * A fold of nothing.
     *
     * @throws IllegalArgumentException if the aggregate is none of count, sum, average, min, max
     */
    public static ValuesFold of(TraitShape shape) {
        switch (shape.aggregate()) {
            case COUNT, SUM, AVERAGE, MIN, MAX -> FoldHeader.checkLimit(shape);
            case FIRST, LAST, MOST_FREQUENT, UNIQUE_COUNT, UNIQUE_LIST, TOP_K ->
                throw new IllegalArgumentException(
                        "there is no " + shape.aggregate().id() + " per value");
        }
        return new ValuesFold(shape);
    }

    static ValuesFold withContent(TraitShape shape, DataInput in) throws IOException {
        ValuesFold fold = of(shape);
        fold.values.read(in);
        return fold;
    }

    @Override
    public TraitShape shape() {
        return shape;
    }

    /**
     * Folds an event in: it is one event of each of its keys, however often a key is there.
     *
     * @param keys of longer ones 256 characters count
     * @param numbers those beyond the bounds of money say nothing. None for a count; of the others an event without
     *     numbers says nothing
     */
    public void add(EventOrder order, List<String> keys, List<BigDecimal> numbers) {
        values.add(order, new LinkedHashSet<>(BoundedValues.texts(keys)), numbers);
    }

    /**
     * Takes in what another fragment's fold knows, which stays as it is.
     *
     * @throws IllegalArgumentException if it folds otherwise
     */
    public void merge(ValuesFold other) {
        if (!shape.equals(other.shape)) {
            throw new IllegalArgumentException("a fold of " + other.shape + " can't be merged into one of " + shape);
        }
        mergeSame(values, other.values);
    }

    @SuppressWarnings("unchecked") // The same aggregate has the same summary.
    private static <V> void mergeSame(KeyedBuckets<V> values, KeyedBuckets<?> others) {
        values.merge((KeyedBuckets<V>) others);
    }

    /**
     * Value → its result at an instant, for the values that have something in the window.
     *
     * @param now milliseconds since 1970
     * @return results as those of {@link TraitFold#value}; none is null
     */
    public SortedMap<String, Object> results(long now) {
        return values.results(now);
    }

    @Override
    public boolean isEmpty() {
        return values.isEmpty();
    }

    @Override
    public long nextChange(long now) {
        return values.nextChange(now);
    }

    @Override
    public void forgetBefore(long now) {
        values.forgetBefore(now);
    }
}
