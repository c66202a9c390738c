package io.tributary.operators.segment;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.cel.common.ast.CelExpr;
import io.tributary.operators.segment.ConditionCompiler.NamedCondition;
import io.tributary.operators.segment.ProfileField.Root;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** All segments of a set of definitions, by what can change them. Immutable, for all threads. */
final class SegmentIndex {
    private static final int[] NONE = {};
    private static final long NO_COMPARISON = Long.MIN_VALUE;

    /**
     * A segment.
     *
     * @param number of it in {@link Memberships}
     * @param name unique
     * @param version of its definition
     * @param rank greater than that of each segment that it asks for
     * @param maxValues of a parametric one, else 0
     */
    record Segment(int number, String name, int version, Formula formula, int rank, int maxValues) {
        boolean isParametric() {
            return maxValues > 0;
        }
    }

    /** In the order of names. */
    private final List<Segment> segments;

    /** The names of all, as in JSON strings, in UTF-8; and by place where they begin, and the end. */
    private final byte[] names;

    private final int[] nameStarts;

    private final Map<String, Integer> byName = new HashMap<>();
    private final List<NamedCondition> conditions;
    private final Attribute[] attributes;
    private final AttributeIndex[] attributeIndices;

    /** By condition: its attribute, or -1. */
    private final int[] attributeOf;

    /** By condition: of a comparison {@link AttributeIndex#placesOf} where it holds, else {@link #NO_COMPARISON}. */
    private final long[] comparisons;

    private final ComparedSegments[] compared;

    /** By number of a segment in memberships: its place in {@link #segments}; -1 for numbers that are no segment's any more. */
    private final int[] placeOfNumber;

    /** By condition: whether it looks at the value of a parametric segment. */
    private final boolean[] ofValue;

    /** By condition: the places in {@link #segments} of those that have it. */
    private final int[][] segmentsOf;

    /** By place in {@link #segments}: the places of those that ask for it. */
    private final int[][] askers;

    /** By field, those that read the whole root included. */
    private final Map<ProfileField, int[]> attributesOf = new HashMap<>();

    private final Map<Root, int[]> attributesOfRoot = new EnumMap<>(Root.class);
    private final int[] elapsed;
    private final int[] parametric;

    private SegmentIndex(List<Segment> segments, List<NamedCondition> conditions) {
        this.segments = List.copyOf(segments);
        this.conditions = List.copyOf(conditions);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        nameStarts = new int[segments.size() + 1];
        for (int place = 0; place < segments.size(); place++) {
            all.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(segments.get(place).name));
            nameStarts[place + 1] = all.size();
        }
        names = all.toByteArray();
        Map<Attribute, Integer> places = new LinkedHashMap<>();
        attributeOf = new int[conditions.size()];
        ofValue = new boolean[conditions.size()];
        List<Map<Integer, Condition>> ofAttribute = new ArrayList<>();
        for (int number = 0; number < conditions.size(); number++) {
            attributeOf[number] = -1;
            if (conditions.get(number).condition() instanceof Condition.OnAttribute condition) {
                int place = places.computeIfAbsent(condition.attribute(), added -> places.size());
                attributeOf[number] = place;
                ofValue[number] = condition.attribute().reads().contains(ProfileField.VALUE);
                if (place == ofAttribute.size()) {
                    ofAttribute.add(new TreeMap<>());
                }
                ofAttribute.get(place).put(number, condition);
            }
        }
        attributes = places.keySet().toArray(Attribute[]::new);
        attributeIndices = ofAttribute.stream().map(AttributeIndex::new).toArray(AttributeIndex[]::new);
        comparisons = new long[conditions.size()];
        for (int number = 0; number < conditions.size(); number++) {
            comparisons[number] =
                    conditions.get(number).condition() instanceof Condition.Comparison comparison && !ofValue[number]
                            ? AttributeIndex.placesOf(
                                    comparison.operator(), attributeIndices[attributeOf[number]].boundOf(comparison))
                            : NO_COMPARISON;
        }
        segmentsOf = new int[conditions.size()][];
        List<List<Integer>> bySegment = lists(conditions.size());
        List<List<Integer>> byAsked = lists(segments.size());
        for (int place = 0; place < segments.size(); place++) {
            Segment segment = segments.get(place);
            byName.put(segment.name, place);
        }
        for (int place = 0; place < segments.size(); place++) {
            int here = place;
            segments.get(place).formula.forEach(number -> {
                addOnce(here, bySegment.get(number));
                if (conditions.get(number).condition() instanceof Condition.InSegment asked) {
                    addOnce(here, byAsked.get(byName.get(asked.segment())));
                }
            });
        }
        Arrays.setAll(segmentsOf, number -> ints(bySegment.get(number)));
        placeOfNumber =
                new int[segments.stream().mapToInt(Segment::number).max().orElse(-1) + 1];
        Arrays.fill(placeOfNumber, -1);
        for (int place = 0; place < segments.size(); place++) {
            placeOfNumber[segments.get(place).number] = place;
        }
        compared = Arrays.stream(attributeIndices).map(this::compared).toArray(ComparedSegments[]::new);
        askers = new int[segments.size()][];
        Arrays.setAll(askers, place -> ints(byAsked.get(place)));
        elapsed = places(Attribute::isElapsed);
        parametric = IntStream.range(0, segments.size())
                .filter(place -> segments.get(place).isParametric())
                .toArray();
        Map<ProfileField, Set<Integer>> byField = new HashMap<>();
        Map<Root, Set<Integer>> byRoot = new EnumMap<>(Root.class);
        places.forEach((attribute, place) -> attribute.reads().forEach(field -> {
            byField.computeIfAbsent(field, none -> new TreeSet<>()).add(place);
            byRoot.computeIfAbsent(field.root(), none -> new TreeSet<>()).add(place);
        }));
        byField.forEach((field, of) -> {
            of.addAll(byField.getOrDefault(ProfileField.all(field.root()), Set.of()));
            attributesOf.put(field, ints(of));
        });
        byRoot.forEach((root, of) -> attributesOfRoot.put(root, ints(of)));
    }

    private ComparedSegments compared(AttributeIndex index) {
        return ComparedSegments.of(IntStream.of(index.comparisons())
                .mapToObj(number -> IntStream.of(segmentsOf[number])
                        .mapToObj(place -> record(place, number))
                        .toList())
                .toList());
    }

    private int[] record(int place, int comparison) {
        Segment segment = segments.get(place);
        int[] all = segment.isParametric() ? null : segment.formula.conjuncts();
        if (all == null || IntStream.of(all).anyMatch(number -> attributeOf[number] < 0)) {
            return ComparedSegments.record(place);
        }
        int[] others = IntStream.of(all)
                .filter(number -> number != comparison)
                .flatMap(number -> isComparison(number)
                        ? ComparedSegments.comparison(attributeOf[number], comparisons[number])
                        : ComparedSegments.condition(number))
                .toArray();
        return ComparedSegments.record(place, segment.number, comparisons[comparison], others);
    }

    private static List<List<Integer>> lists(int size) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            lists.add(new ArrayList<>(1));
        }
        return lists;
    }

    /** Adds a place that is not less than any that is there. */
    private static void addOnce(int place, List<Integer> places) {
        if (places.isEmpty() || places.get(places.size() - 1) != place) {
            places.add(place);
        }
    }

    private static int[] ints(Collection<Integer> numbers) {
        int[] ints = new int[numbers.size()];
        int count = 0;
        for (int number : numbers) {
            ints[count] = number;
            count++;
        }
        return ints;
    }

    private int[] places(Predicate<Attribute> which) {
        return IntStream.range(0, attributes.length)
                .filter(place -> which.test(attributes[place]))
                .toArray();
    }

    List<Segment> segments() {
        return segments;
    }

    /** Writes the name of the segment at a place as a string. */
    void writeName(int place, JsonGenerator json) throws IOException {
        json.writeRawUTF8String(names, nameStarts[place], nameStarts[place + 1] - nameStarts[place]);
    }

    /** Null if there is none. */
    Segment byNumber(int number) {
        int place = placeOfNumber(number);
        return place < 0 ? null : segments.get(place);
    }

    /** The place of a segment in {@link #segments}, by its number in memberships; -1 if there is none. */
    int placeOfNumber(int number) {
        return number < placeOfNumber.length ? placeOfNumber[number] : -1;
    }

    /** Null if there is none. */
    Segment byName(String name) {
        Integer place = byName.get(name);
        return place == null ? null : segments.get(place);
    }

    /** The place of a segment in {@link #segments}. */
    int placeOf(Segment segment) {
        return byName.get(segment.name());
    }

    int conditionCount() {
        return attributeOf.length;
    }

    NamedCondition condition(int number) {
        return conditions.get(number);
    }

    /** The place of a condition's attribute, or -1. */
    int attributeOf(int condition) {
        return attributeOf[condition];
    }

    /**
     * Whether a comparison of an attribute holds.
     *
     * @param place of the attribute's value, as {@link AttributeIndex#placeOf}
     */
    boolean holds(int comparison, int place) {
        long places = comparisons[comparison];
        return AttributeIndex.isIn(AttributeIndex.from(places), AttributeIndex.to(places), place);
    }

    /** The place of its attribute's value from which on a condition holds, if it is one that holds from some place on; else the least integer. */
    int holdsFrom(int condition) {
        long places = comparisons[condition];
        return places != NO_COMPARISON && AttributeIndex.to(places) == Integer.MAX_VALUE
                ? AttributeIndex.from(places)
                : Integer.MIN_VALUE;
    }

    /** The segments that compare the attribute at a place. */
    ComparedSegments compared(int attribute) {
        return compared[attribute];
    }

    /** Whether a condition compares an attribute with a number. */
    boolean isComparison(int condition) {
        return comparisons[condition] != NO_COMPARISON;
    }

    boolean isOfValue(int condition) {
        return ofValue[condition];
    }

    /** The places of the segments that have a condition. */
    int[] segmentsOf(int condition) {
        return segmentsOf[condition];
    }

    /** The places of the segments that ask for the one at a place. */
    int[] askersOf(int place) {
        return askers[place];
    }

    int attributeCount() {
        return attributes.length;
    }

    Attribute attribute(int place) {
        return attributes[place];
    }

    AttributeIndex attributeIndex(int place) {
        return attributeIndices[place];
    }

    /** The places of the attributes that read a field; of a whole root, those that read any of it. */
    int[] attributesOf(ProfileField field) {
        if (field.name() == null) {
            return attributesOfRoot.getOrDefault(field.root(), NONE);
        }
        int[] of = attributesOf.get(field);
        return of != null ? of : attributesOf.getOrDefault(ProfileField.all(field.root()), NONE);
    }

    /** The places of the attributes that grow as time passes. */
    int[] elapsed() {
        return elapsed;
    }

    /**
     * The least instant after the present one at which a condition on an attribute that grows as time passes flips,
     * milliseconds since 1970, or {@link Long#MAX_VALUE}.
     */
    long nextFlip(int attribute, Facts facts) {
        if (!(attributes[attribute].value(facts) instanceof Long elapsed)) {
            return Long.MAX_VALUE;
        }
        long next = attributeIndices[attribute].nextFlip(elapsed);
        return next == Long.MAX_VALUE ? next : facts.now() + (next - elapsed);
    }

    /** The places of the parametric segments. */
    int[] parametric() {
        return parametric;
    }

    /** Puts an index together. Not thread-safe. */
    static final class Builder {
        private record Draft(int number, String name, int version, Formula formula, int maxValues) {}

        private final Map<String, Draft> drafts = new TreeMap<>();
        private final Map<Condition, Integer> numbers = new HashMap<>();
        private final List<NamedCondition> conditions = new ArrayList<>();
        private final Map<String, Integer> ranks = new HashMap<>();

        /**
         * Adds a segment.
         *
         * @param number of it in memberships, its own for good
         * @param when a checked expression of type boolean
         * @param maxValues of a parametric one, else 0
         */
        void add(
                int number,
                String name,
                int version,
                CelExpr when,
                ConditionCompiler.Programs programs,
                int maxValues) {
            Formula formula = new ConditionCompiler(programs, this::number).compile(when);
            drafts.put(name, new Draft(number, name, version, formula, maxValues));
        }

        /** Equal conditions have one number, whoever asks. */
        private int number(NamedCondition condition) {
            return numbers.computeIfAbsent(condition.condition(), added -> {
                conditions.add(condition);
                return conditions.size() - 1;
            });
        }

        /** @throws IllegalArgumentException if a segment asks for one that is not there, or for itself */
        SegmentIndex build() {
            List<Segment> segments = new ArrayList<>();
            for (Draft draft : drafts.values()) {
                segments.add(new Segment(
                        draft.number,
                        draft.name,
                        draft.version,
                        draft.formula,
                        rank(draft.name, drafts.size()),
                        draft.maxValues));
            }
            return new SegmentIndex(segments, conditions);
        }

        private int rank(String name, int depth) {
            Integer known = ranks.get(name);
            if (known != null) {
                return known;
            }
            Draft draft = drafts.get(name);
            if (draft == null || depth < 0) {
                throw new IllegalArgumentException(
                        draft == null ? "there is no segment " + name : "segment " + name + " asks for itself");
            }
            int[] rank = {0};
            draft.formula.forEach(number -> {
                if (conditions.get(number).condition() instanceof Condition.InSegment asked) {
                    rank[0] = Math.max(rank[0], 1 + rank(asked.segment(), depth - 1));
                }
            });
            ranks.put(name, rank[0]);
            return rank[0];
        }
    }
}
