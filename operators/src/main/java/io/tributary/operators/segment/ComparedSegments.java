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
    private static final int NUMBER = 1;
    private static final int CONDITIONS = 2;
    private static final int FROM = 3;
    private static final int TO = 4;
    private static final int HEADER = 5;

    /** What is of a condition. */
    private static final int CONDITION = 3;

    /**
     * Of each segment: its place, its number in memberships, how many other conditions it has, or -1 if it is not nothing
     * but all of some, and at which places the comparison holds; and of each of the other conditions the attribute that it
     * compares and at which places it holds, or -1 and its number.
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
    static int[] record(int place) {
        return new int[] {place, -1, -1, 0, 0};
    }

    /**
     * A record of a segment that is nothing but all of some conditions on attributes.
     *
     * @param number of the segment in memberships
     * @param comparison as {@link AttributeIndex#placesOf}
     * @param others the other conditions: each a {@link #comparison} or a {@link #condition}
     */
    static int[] record(int place, int number, long comparison, int[] others) {
        return IntStream.concat(
                        IntStream.of(
                                place,
                                number,
                                others.length / CONDITION,
                                AttributeIndex.from(comparison),
                                AttributeIndex.to(comparison)),
                        IntStream.of(others))
                .toArray();
    }

    /** @param places as {@link AttributeIndex#placesOf} */
    static IntStream comparison(int attribute, long places) {
        return IntStream.of(attribute, AttributeIndex.from(places), AttributeIndex.to(places));
    }

    /** A condition that is no comparison. */
    static IntStream condition(int number) {
        return IntStream.of(-1, number, 0);
    }

    /** Where the records begin of the segments that have a comparison, and those of the comparison before end. */
    int start(int comparison) {
        return starts[comparison];
    }

    int next(int record) {
        return record + HEADER + CONDITION * Math.max(0, records[record + CONDITIONS]);
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
        return AttributeIndex.isIn(records[record + FROM], records[record + TO], placeOfValue);
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
     * @param anyway of which attributes comparisons count as if they held
     * @param placeOfAttribute where an attribute's value stands, as {@link AttributeIndex#placeOf}
     * @param condition whether a condition holds that is no comparison
     */
    boolean doOthersHold(int record, IntPredicate anyway, IntUnaryOperator placeOfAttribute, IntPredicate condition) {
        int end = next(record);
        for (int i = record + HEADER; i < end; i += CONDITION) {
            boolean holds = records[i] < 0
                    ? condition.test(records[i + 1])
                    : anyway.test(records[i])
                            || AttributeIndex.isIn(
                                    records[i + 1], records[i + 2], placeOfAttribute.applyAsInt(records[i]));
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
