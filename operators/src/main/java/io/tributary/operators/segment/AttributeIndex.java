package io.tributary.operators.segment;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

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

    /** Told what flips. */
    interface Flips {
        /** Those of {@link #comparisons} from one to before another may flip. */
        void mayFlip(int from, int to);

        /** @param condition the number of one that is no comparison and may flip */
        void mayFlip(int condition);
    }

    private static final int[] NONE = {};

    /** Integers up to this one are the same as {@code double}. */
    private static final long MOST_EXACT = 1L << 53;

    private final BigDecimal[] bounds;

    /** The bounds rounded, to find the neighbourhood of a number in. */
    private final double[] rounded;

    /** By bound: whether it is what it is rounded to. */
    private final boolean[] isExact;

    /** The comparisons by what makes them flip: of each bound those at it and those behind it; then of each the equal ones. */
    private final int[] comparisons;

    /**
     * Where they begin in {@link #comparisons}: by {@linkplain #placeOf place} those that flip between it and the next one,
     * then by bound the equal ones; and the end.
     */
    private final int[] starts;

    /** The conditions that are no comparisons. */
    private final int[] others;

    private final Map<String, int[]> byText;

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
        isExact = new boolean[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            isExact[i] = Double.isFinite(rounded[i]) && new BigDecimal(rounded[i]).compareTo(bounds[i]) == 0;
        }
        List<List<Integer>> kinds = Stream.concat(
                        byBound.values().stream().flatMap(bound -> Stream.of(bound.at, bound.behind)),
                        byBound.values().stream().map(bound -> bound.equal))
                .toList();
        comparisons =
                kinds.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
        starts = new int[kinds.size() + 1];
        for (int kind = 0; kind < kinds.size(); kind++) {
            starts[kind + 1] = starts[kind] + kinds.get(kind).size();
        }
        byText = new HashMap<>();
        texts.forEach((text, numbers) -> byText.put(text, ints(numbers)));
        others = conditions.entrySet().stream()
                .filter(condition -> !(condition.getValue() instanceof Condition.Comparison))
                .mapToInt(Map.Entry::getKey)
                .sorted()
                .toArray();
        flips = flips();
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
            boolean isMet = isWhole && isAny(equations(i));
            if (isAny(2 * i) || isMet) {
                values.add(isWhole ? whole : whole.add(BigDecimal.ONE));
            }
            if (isAny(2 * i + 1) || isMet) {
                values.add(whole.add(BigDecimal.ONE));
            }
        }
        BigDecimal most = BigDecimal.valueOf(Long.MAX_VALUE);
        return values.stream()
                .filter(value -> value.abs().compareTo(most) < 0)
                .mapToLong(BigDecimal::longValueExact)
                .toArray();
    }

    private boolean isAny(int start) {
        return starts[start] < starts[start + 1];
    }

    /** The numbers of the comparisons, in an order in which those that flip together are neighbours. */
    int[] comparisons() {
        return comparisons;
    }

    /** The place of a value that is missing. */
    static final int MISSING = -1;

    /** The place of a value that is no number. */
    static final int NO_NUMBER = -2;

    /**
     * Where a value of the attribute stands among the bounds of its comparisons: {@link #placesOf} tells where they hold.
     *
     * @param value as {@link Attribute#value}
     */
    int placeOf(Object value) {
        if (value instanceof Long integer && integer < MOST_EXACT && integer > -MOST_EXACT) {
            int near = Arrays.binarySearch(rounded, integer);
            if (near < 0) {
                return 2 * (-near - 1);
            }
            if (isExact[near]) {
                return 2 * near + 1;
            }
        }
        BigDecimal number = Attribute.number(value);
        if (number != null) {
            return place(number);
        }
        return value == null ? MISSING : NO_NUMBER;
    }

    /**
     * As {@link #placeOf(Object)}, in time in the number of bounds that lie between the value and another one.
     *
     * @param other the place of the other value
     */
    int placeOf(Object value, int other) {
        if (other >= 0 && (value instanceof Long || value instanceof BigDecimal)) {
            double number = ((Number) value).doubleValue();
            int bound = boundFrom(number, other / 2);
            if (bound == rounded.length || rounded[bound] != number) {
                // Rounding keeps the order.
                return 2 * bound;
            }
        }
        return placeOf(value);
    }

    /** The first bound that, rounded, is not less than a number; looks from another one on. */
    private int boundFrom(double number, int from) {
        int bound = from;
        while (bound > 0 && rounded[bound - 1] >= number) {
            bound--;
        }
        while (bound < rounded.length && rounded[bound] < number) {
            bound++;
        }
        return bound;
    }

    /** The number of a bound among those of the attribute, ascending from 0. */
    int boundOf(Condition.Comparison comparison) {
        return Arrays.binarySearch(bounds, comparison.bound());
    }

    /**
     * The places of values of which a comparison holds, as {@link Condition.Comparison#holds}: those {@link #from} one {@link
     * #to} another; if the first is the greater one, all others, but not {@link #MISSING}.
     *
     * @param bound as {@link #boundOf}
     */
    static long placesOf(Condition.Operator operator, int bound) {
        int at = 2 * bound + 1;
        return switch (operator) {
            case LESS -> places(0, at - 1);
            case LESS_OR_EQUAL -> places(0, at);
            case GREATER -> places(at + 1, Integer.MAX_VALUE);
            case GREATER_OR_EQUAL -> places(at, Integer.MAX_VALUE);
            case EQUAL -> places(at, at);
            case NOT_EQUAL -> places(at + 1, at - 1);
        };
    }

    private static long places(int from, int to) {
        return (long) from << Integer.SIZE | to;
    }

    static int from(long places) {
        return (int) (places >> Integer.SIZE);
    }

    static int to(long places) {
        return (int) places;
    }

    /**
     * Whether a value stands at one of some {@link #placesOf}.
     *
     * @param place as {@link #placeOf}
     */
    static boolean isIn(int from, int to, int place) {
        return from <= to ? place >= from && place <= to : (place >= from || place <= to) && place != MISSING;
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
     * Tells of the conditions that hold for one value and not for the other, if both are numbers of no other comparisons.
     *
     * @param before as {@link Attribute#value}
     * @param placeBefore as {@link #placeOf}, of {@code before}
     * @param after another value
     * @param placeAfter as {@link #placeOf}, of {@code after}
     */
    void forEachFlipped(Object before, int placeBefore, Object after, int placeAfter, Flips flips) {
        if (placeBefore >= 0 && placeAfter >= 0) {
            forEachBetween(placeBefore, placeAfter, flips);
        } else if (before instanceof String && after instanceof String) {
            mayFlip(byText.getOrDefault(before, NONE), flips);
            mayFlip(byText.getOrDefault(after, NONE), flips);
        } else {
            flips.mayFlip(0, comparisons.length);
            mayFlip(others, flips);
        }
    }

    private static void mayFlip(int[] conditions, Flips flips) {
        for (int condition : conditions) {
            flips.mayFlip(condition);
        }
    }

    /** Odd at a bound, even between bounds. */
    private int place(BigDecimal value) {
        int bound = Arrays.binarySearch(rounded, value.doubleValue());
        if (bound < 0) {
            // Rounding keeps the order.
            return 2 * (-bound - 1);
        }
        // But several numbers may be one.
        while (bound > 0 && bounds[bound - 1].compareTo(value) >= 0) {
            bound--;
        }
        while (bound < bounds.length && bounds[bound].compareTo(value) < 0) {
            bound++;
        }
        return bound < bounds.length && bounds[bound].compareTo(value) == 0 ? 2 * bound + 1 : 2 * bound;
    }

    private void forEachBetween(int before, int after, Flips flips) {
        int low = Math.min(before, after);
        int high = Math.max(before, after);
        if (low < high) {
            flips.mayFlip(starts[low], starts[high]);
            mayFlipAt(low, flips);
            mayFlipAt(high, flips);
        }
    }

    /** Of the equations with the bound of a place, if it is at one. */
    private void mayFlipAt(int place, Flips flips) {
        if (place % 2 == 1) {
            int equations = equations(place / 2);
            flips.mayFlip(starts[equations], starts[equations + 1]);
        }
    }

    /** Where in {@link #starts} the equations with a bound are. */
    private int equations(int bound) {
        return 2 * bounds.length + bound;
    }
}
