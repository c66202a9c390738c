package io.tributary.operators.segment;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * The conditions on one attribute, by where they flip: a change of the attribute's value costs time in the number of
 * conditions that it flips, not in the number of conditions.
 */
final class AttributeIndex {
    /** The conditions with a bound, by what makes them flip. */
    private static final class Bound {
        /** {@code <}, {@code >=}: between below the bound and the bound. */
        private final List<Integer> at = new ArrayList<>(1);

        /** {@code <=}, {@code >}: between the bound and above it. */
        private final List<Integer> behind = new ArrayList<>(1);

        /** {@code ==}, {@code !=}: at the bound. */
        private final List<Integer> equal = new ArrayList<>(0);
    }

    private static final int[] NONE = {};

    private final BigDecimal[] bounds;

    /** The bounds rounded, to find the neighbourhood of a number in. */
    private final double[] rounded;

    private final int[][] at;
    private final int[][] behind;
    private final int[][] equal;
    private final Map<String, int[]> byText;
    private final int[] all;

    /** Values, ascending, of which the least above the value of an attribute that grows is where a condition flips. */
    private final long[] flips;

    /** @param conditions by number, all on the same attribute */
    AttributeIndex(Map<Integer, ? extends Condition> conditions) {
        TreeMap<BigDecimal, Bound> byBound = new TreeMap<>();
        Map<String, List<Integer>> texts = new HashMap<>();
        conditions.forEach((number, condition) -> {
            if (condition instanceof Condition.Comparison comparison) {
                Bound bound = byBound.computeIfAbsent(comparison.bound(), none -> new Bound());
                switch (comparison.operator()) {
                    case LESS, GREATER_OR_EQUAL -> bound.at.add(number);
                    case LESS_OR_EQUAL, GREATER -> bound.behind.add(number);
                    case EQUAL, NOT_EQUAL -> bound.equal.add(number);
                }
            } else if (condition instanceof Condition.OneOf oneOf) {
                oneOf.texts().forEach(text -> texts.computeIfAbsent(text, none -> new ArrayList<>())
                        .add(number));
            }
        });
        bounds = byBound.keySet().toArray(BigDecimal[]::new);
        rounded = byBound.keySet().stream().mapToDouble(BigDecimal::doubleValue).toArray();
        at = numbers(byBound.values().stream().map(bound -> bound.at).toList());
        behind = numbers(byBound.values().stream().map(bound -> bound.behind).toList());
        equal = numbers(byBound.values().stream().map(bound -> bound.equal).toList());
        byText = new HashMap<>();
        texts.forEach((text, numbers) -> byText.put(text, ints(numbers)));
        all = ints(conditions.keySet());
        flips = flips();
    }

    private static int[][] numbers(List<List<Integer>> lists) {
        return lists.stream().map(AttributeIndex::ints).toArray(int[][]::new);
    }

    private static int[] ints(Iterable<Integer> numbers) {
        List<Integer> list = new ArrayList<>();
        numbers.forEach(list::add);
        return list.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private long[] flips() {
        TreeSet<BigDecimal> values = new TreeSet<>();
        for (int i = 0; i < bounds.length; i++) {
            BigDecimal whole = bounds[i].setScale(0, RoundingMode.FLOOR);
            boolean isWhole = whole.compareTo(bounds[i]) == 0;
            boolean isMet = isWhole && equal[i].length > 0;
            if (at[i].length > 0 || isMet) {
                values.add(isWhole ? whole : whole.add(BigDecimal.ONE));
            }
            if (behind[i].length > 0 || isMet) {
                values.add(whole.add(BigDecimal.ONE));
            }
        }
        BigDecimal most = BigDecimal.valueOf(Long.MAX_VALUE);
        return values.stream()
                .filter(value -> value.abs().compareTo(most) < 0)
                .mapToLong(BigDecimal::longValueExact)
                .toArray();
    }

    /** The place of a value that is missing. */
    static final int MISSING = -1;

    /** The place of a value that is no number. */
    static final int NO_NUMBER = -2;

    /**
     * Where a value of the attribute stands among the bounds of its comparisons: with it {@link #holds} decides them.
     *
     * @param value as {@link Attribute#value}
     */
    int placeOf(Object value) {
        BigDecimal number = Attribute.number(value);
        if (number != null) {
            return place(number);
        }
        return value == null ? MISSING : NO_NUMBER;
    }

    /** The number of a bound among those of the attribute, ascending from 0. */
    int boundOf(Condition.Comparison comparison) {
        return Arrays.binarySearch(bounds, comparison.bound());
    }

    /**
     * Whether a comparison holds, as {@link Condition.Comparison#holds}.
     *
     * @param bound as {@link #boundOf}
     * @param place as {@link #placeOf}
     */
    static boolean holds(Condition.Operator operator, int bound, int place) {
        if (place < 0) {
            return operator == Condition.Operator.NOT_EQUAL && place == NO_NUMBER;
        }
        int at = 2 * bound + 1;
        return switch (operator) {
            case LESS -> place < at;
            case LESS_OR_EQUAL -> place <= at;
            case GREATER -> place > at;
            case GREATER_OR_EQUAL -> place >= at;
            case EQUAL -> place == at;
            case NOT_EQUAL -> place != at;
        };
    }

    /**
     * The least integer above a value at which a condition flips.
     *
     * @return {@link Long#MAX_VALUE} if there is none
     */
    long nextFlip(long value) {
        int place = Arrays.binarySearch(flips, value);
        int next = place < 0 ? -place - 1 : place + 1;
        return next < flips.length ? flips[next] : Long.MAX_VALUE;
    }

    /**
     * Gives the numbers of the conditions that may hold for one value and not for the other; at least those.
     *
     * @param before as {@link Attribute#value}
     * @param after as {@link Attribute#value}
     * @param placeAfter as {@link #placeOf}, of {@code after}
     */
    void forEachFlipped(Object before, Object after, int placeAfter, IntConsumer number) {
        if (Objects.equals(before, after)) {
            return;
        }
        int placeBefore = placeOf(before);
        if (placeBefore >= 0 && placeAfter >= 0) {
            forEachBetween(placeBefore, placeAfter, number);
        } else if (before instanceof String && after instanceof String) {
            accept(byText.getOrDefault(before, NONE), number);
            accept(byText.getOrDefault(after, NONE), number);
        } else {
            accept(all, number);
        }
    }

    /** Odd at a bound, even between bounds. */
    private int place(BigDecimal value) {
        int near = Arrays.binarySearch(rounded, value.doubleValue());
        int bound = near < 0 ? -near - 1 : near;
        // Rounding keeps the order, but several numbers may be one.
        while (bound > 0 && bounds[bound - 1].compareTo(value) >= 0) {
            bound--;
        }
        while (bound < bounds.length && bounds[bound].compareTo(value) < 0) {
            bound++;
        }
        return bound < bounds.length && bounds[bound].compareTo(value) == 0 ? 2 * bound + 1 : 2 * bound;
    }

    private void forEachBetween(int one, int other, IntConsumer number) {
        int low = Math.min(one, other);
        int high = Math.max(one, other);
        for (int i = low / 2; 2 * i + 1 <= high; i++) {
            int bound = 2 * i + 1;
            if (low < bound) {
                accept(at[i], number);
            }
            if (low <= bound && bound < high) {
                accept(behind[i], number);
            }
            if (low != high && (low == bound || high == bound)) {
                accept(equal[i], number);
            }
        }
    }

    private static void accept(int[] numbers, IntConsumer consumer) {
        for (int number : numbers) {
            consumer.accept(number);
        }
    }
}
