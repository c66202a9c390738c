package io.tributary.operators.computed;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** The fold of a computed trait. */
public abstract sealed class TraitFold implements Fold permits SummaryFold, FrequencyFold, UniqueFold {
    /**
     * Without a format of its own: part of values that have one. It says how it folds, so nobody need know the
     * definition. Folds of the same events that have forgotten nothing have the same bytes.
     */
    public static final Codec<TraitFold> CODEC = new Codec<>() {
        @Override
        public void write(TraitFold fold, DataOutput out) throws IOException {
            new FoldHeader(fold.shape, false).write(out);
            fold.writeContent(out);
        }

        @Override
        public TraitFold read(DataInput in) throws IOException {
            FoldHeader header = FoldHeader.read(in);
            if (header.isPerValue()) {
                throw new IOException("a fold per value where one of a trait is wanted");
            }
            return withContent(header.shape(), in);
        }
    };

    private final TraitShape shape;

    TraitFold(TraitShape shape) {
        this.shape = shape;
    }

    /**
     * A fold of nothing.
     *
     * @throws IllegalArgumentException if the limit is beyond its bounds
     */
    public static TraitFold of(TraitShape shape) {
        FoldHeader.checkLimit(shape);
        return switch (shape.aggregate()) {
            case COUNT, SUM, AVERAGE, MIN, MAX, FIRST, LAST ->
                new SummaryFold<>(shape, Summaries.of(shape.aggregate()));
            case MOST_FREQUENT, TOP_K -> new FrequencyFold(shape);
            case UNIQUE_COUNT, UNIQUE_LIST -> new UniqueFold(shape);
        };
    }

    static TraitFold withContent(TraitShape shape, DataInput in) throws IOException {
        TraitFold fold = of(shape);
        fold.readContent(in);
        return fold;
    }

    @Override
    public final TraitShape shape() {
        return shape;
    }

    /**
     * Folds an event in.
     *
     * @param values each a {@link String}, a {@link java.math.BigDecimal} or a {@link Boolean}; kinds that the aggregate
     *     does not take say nothing, nor do numbers beyond the bounds of money; of longer texts 256 characters count.
     *     None for a count. First and last take one value or none
     * @throws IllegalArgumentException if a value is of another class
     */
    public abstract void add(EventOrder order, List<?> values);

    /**
     * Takes in what another fragment's fold knows, which stays as it is.
     *
     * @throws IllegalArgumentException if it folds otherwise
     */
    public final void merge(TraitFold other) {
        if (!shape.equals(other.shape)) {
            throw new IllegalArgumentException("a fold of " + other.shape + " can't be merged into one of " + shape);
        }
        mergeSame(other);
    }

    /** Merges a fold of the same shape. */
    abstract void mergeSame(TraitFold other);

    /**
     * The result at an instant.
     *
     * @param now milliseconds since 1970
     * @return a {@link Long} of counts; a {@link java.math.BigDecimal} without trailing zeros of sum, min and max; a
     *     {@link Double} of 10 significant digits of an average; the value of first and last; a {@link String} of
     *     most_frequent; a list of texts of unique_list and top_k; null if it is missing
     */
    public abstract Object value(long now);

    abstract void writeContent(DataOutput out) throws IOException;

    /** Reads into a fold of nothing. */
    abstract void readContent(DataInput in) throws IOException;
}
