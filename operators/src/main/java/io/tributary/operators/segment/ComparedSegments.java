package io.tributary.operators.segment;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The segments that compare one attribute, in the order of {@link AttributeIndex#comparisons}. Of each that is nothing but all
 * of some conditions on attributes, all that decides it is here: what an event flips lies side by side in memory, which is
 * what deciding thousands of segments otherwise waits for. Immutable.
 */
final class ComparedSegments {
    // What a record has.
    private static final int PLACE = 0;
    private static final int COMPARISON = 1;
    private static final int NUMBER = 2;
    private static final int CONDITIONS = 3;
    private static final int HEADER = 4;

    private static final int OPERATOR_BITS = 3;
    private static final Condition.Operator[] OPERATORS = Condition.Operator.values();

    /**
     * Of each segment: its place, the comparison, its number in memberships, how many other conditions it has, or
     * -1 if it is not nothing but all of some, and of each of those two: what attribute a comparison compares and {@link
     * #packed} with what, or -1 and another condition.
     */
    private final int[] records;

    /** By comparison: where the records begin of the segments that have it; and the end. */
    private final int[] starts;

    private ComparedSegments(int[] records, int[] starts) {
        this.records = records;
        this.starts = starts;
    }

    /** @param ofComparisons by comparison the records of the segments that have it */
    static ComparedSegments of(List<List<int[]>> ofComparisons) {
        int[] starts = new int[ofComparisons.size() + 1];
        for (int i = 0; i < ofComparisons.size(); i++) {
            starts[i + 1] = starts[i]
                    + ofComparisons.get(i).stream()
                            .mapToInt(record -> record.length)
                            .sum();
        }
        int[] records = ofComparisons.stream()
                .flatMap(List::stream)
                .flatMapToInt(IntStream::of)
                .toArray();
        return new ComparedSegments(records, starts);
    }

    /** A record of a segment that has to be looked at as a whole. */
    static int[] record(int place, int comparison) {
        return new int[] {place, comparison, -1, -1};
    }

    /**
     * A record of a segment that is nothing but all of some conditions on attributes.
     *
     * @param comparison {@link #packed}
     * @param number of the segment in memberships
     * @param others the other conditions: the place of an attribute and a {@link #packed} comparison, or -1 and the number of
     *     another condition
     */
    static int[] record(int place, int comparison, int number, int[] others) {
        return IntStream.concat(IntStream.of(place, comparison, number, others.length / 2), IntStream.of(others))
                .toArray();
    }

    /** @param bound as {@link AttributeIndex#boundOf} */
    static int packed(Condition.Operator operator, int bound) {
        return bound << OPERATOR_BITS | operator.ordinal();
    }

    /** Whether what is {@link #packed} holds of a value that stands at a place. */
    static boolean holds(int packed, int placeOfValue) {
        return AttributeIndex.holds(
                OPERATORS[packed & (1 << OPERATOR_BITS) - 1], packed >> OPERATOR_BITS, placeOfValue);
    }

    /** As {@link AttributeIndex#holdsFrom}. */
    static int holdsFrom(int packed) {
        return AttributeIndex.holdsFrom(OPERATORS[packed & (1 << OPERATOR_BITS) - 1], packed >> OPERATOR_BITS);
    }

    /** Where the records begin of the segments that have a comparison, and those of the comparison before end. */
    int start(int comparison) {
        return starts[comparison];
    }

    int next(int record) {
        return record + HEADER + 2 * Math.max(0, records[record + CONDITIONS]);
    }

    /** The place of the segment in the index. */
    int place(int record) {
        return records[record + PLACE];
    }

    /**
     * Whether the comparison holds.
     *
     * @param placeOfValue as {@link AttributeIndex#placeOf}, of the attribute
     */
    boolean doesComparisonHold(int record, int placeOfValue) {
        return holds(records[record + COMPARISON], placeOfValue);
    }

    /** Whether the segment is nothing but all of some conditions on attributes. */
    boolean isConjunction(int record) {
        return records[record + CONDITIONS] >= 0;
    }

    /** The number in memberships of a segment that {@link #isConjunction}. */
    int number(int record) {
        return records[record + NUMBER];
    }

    /**
     * Whether all other conditions hold of a segment that {@link #isConjunction}.
     *
     * @param placeOfAttribute where an attribute's value stands, as {@link AttributeIndex#placeOf}
     * @param condition whether a condition holds that is no comparison
     */
    boolean doOthersHold(int record, IntUnaryOperator placeOfAttribute, IntPredicate condition) {
        int end = next(record);
        for (int i = record + HEADER; i < end; i += 2) {
            boolean holds = records[i] < 0
                    ? condition.test(records[i + 1])
                    : holds(records[i + 1], placeOfAttribute.applyAsInt(records[i]));
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
