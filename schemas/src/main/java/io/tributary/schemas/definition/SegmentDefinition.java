package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;

/**
 * A segment.
 *
 * <p>In {@link #when}, {@code days_since} and {@code hours_since} are operands of {@code <}, {@code <=}, {@code >} or
 * {@code >=} whose other operand is an integer or double constant, and such comparisons, like {@code in_segment} of a text
 * constant, are conditions: reached from the root through {@code &&}, {@code ||}, {@code !} and {@code ?:} alone.
 *
 * @param title null if there is none
 * @param description null if there is none
 * @param parametric null for a segment without values
 * @param segments names of the segments that {@code when} names
 * @param computed names of the computed traits that {@code when} names
 * @param json as it was written: its keys sorted, numbers in their shortest form
 */
public record SegmentDefinition(
        String name,
        String title,
        String description,
        CheckedExpression when,
        Parametric parametric,
        SortedSet<String> segments,
        SortedSet<String> computed,
        ObjectNode json) {
    /** {@code f(time)}: real 24-hour days from a timestamp, or a text that is one, to now. */
    public static final String DAYS_SINCE = "days_since";

    /** {@code f(time)}: as {@link #DAYS_SINCE}, in hours. */
    public static final String HOURS_SINCE = "hours_since";

    /** {@code f('name')}: whether the customer is in a segment of the set. */
    public static final String IN_SEGMENT = "in_segment";

    /** The variable of a parametric segment that holds the trait's result for the value in question. */
    public static final String VALUE = "value";

    static final Set<String> TIME_FUNCTIONS = Set.of(DAYS_SINCE, HOURS_SINCE);

    public static final int MAX_VALUES = 100;
    public static final int DEFAULT_MAX_VALUES = 20;

    /**
     * What a segment with a membership per value has besides.
     *
     * @param forEach gives the values of an event, as texts
     * @param maxValues most values of one customer
     * @param trait is folded per value
     */
    public record Parametric(EventExpression forEach, int maxValues, FoldDefinition trait) {
        /** Most values that are counted in a bucket. */
        public static final int LEAST_COUNTED = 100;

        public Parametric {
            Objects.requireNonNull(forEach);
            Objects.requireNonNull(trait);
        }

        /** Most values that are counted in a bucket of a window. */
        public int counted() {
            return Math.max(LEAST_COUNTED, maxValues);
        }

        /** Whether two folds per value are one; see {@link FoldDefinition#fingerprint}. */
        public long fingerprint() {
            return FoldDefinition.fingerprint(
                    trait.deciding("values").add(forEach.canonical()).add(counted()));
        }
    }

    public boolean isParametric() {
        return parametric != null;
    }

    /**
     * Whether two segments decide alike, as far as their own words go: the first eight bytes of the SHA-256 of them. What
     * the traits and segments that it names say, is in theirs.
     */
    public long fingerprint() {
        ArrayNode deciding =
                parametric == null ? JsonNodeFactory.instance.arrayNode() : parametric.trait.deciding("values");
        deciding.add(when.canonical());
        if (parametric != null) {
            deciding.add(parametric.forEach.canonical()).add(parametric.maxValues);
        }
        return FoldDefinition.fingerprint(deciding);
    }

    /** Equal if they are written alike. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SegmentDefinition that && json.equals(that.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }
}
