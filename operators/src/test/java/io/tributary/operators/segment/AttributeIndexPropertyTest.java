package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.segment.Attribute.Form;
import io.tributary.operators.segment.Condition.OnAttribute;
import io.tributary.operators.segment.Condition.Operator;
import io.tributary.operators.segment.ProfileField.Root;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class AttributeIndexPropertyTest {
    private static final Attribute ATTRIBUTE =
            new Attribute(Form.VALUE, new Attribute.Path(new ProfileField(Root.TRAITS, "x"), List.of()));

    @Property
    void givesEveryConditionThatFlips(
            @ForAll @Size(max = 30) List<@From("conditions") OnAttribute> conditions,
            @ForAll("values") Object before,
            @ForAll("values") Object after) {
        Set<Integer> given = flipped(conditions, before, after);

        for (int number = 0; number < conditions.size(); number++) {
            if (conditions.get(number).holds(before) != conditions.get(number).holds(after)) {
                assertThat(given)
                        .as("%s from %s to %s", conditions.get(number), before, after)
                        .contains(number);
            }
        }
    }

    @Property
    void givesNoComparisonThatDoesNotFlipFromNumberToNumber(
            @ForAll @Size(max = 30) List<@From("comparisons") OnAttribute> conditions,
            @ForAll("numbers") Object before,
            @ForAll("numbers") Object after) {
        assertThat(flipped(conditions, before, after))
                .allMatch(number -> conditions.get(number).holds(before)
                        != conditions.get(number).holds(after));
    }

    @Property
    void decidesAComparisonByPlaces(
            @ForAll @Size(max = 30) List<@From("comparisons") OnAttribute> conditions, @ForAll("values") Object value) {
        AttributeIndex index = new AttributeIndex(numbered(conditions));
        int place = index.placeOf(value);

        assertThat(conditions).allSatisfy(condition -> {
            Condition.Comparison comparison = (Condition.Comparison) condition;
            long places = AttributeIndex.placesOf(comparison.operator(), index.boundOf(comparison));
            assertThat(AttributeIndex.isIn(AttributeIndex.from(places), AttributeIndex.to(places), place))
                    .isEqualTo(comparison.holds(value));
        });
    }

    @Property
    void knowsTheNextValueAtWhichAConditionFlips(
            @ForAll @Size(min = 1, max = 10) List<@From("comparisons") OnAttribute> conditions,
            @ForAll("small") long value) {
        long next = new AttributeIndex(numbered(conditions)).nextFlip(value);

        long end = Math.min(next, 20);
        for (long later = value + 1; later < end; later++) {
            assertThat(holding(conditions, later)).as("at %d", later).isEqualTo(holding(conditions, value));
        }
        if (next != Long.MAX_VALUE) {
            assertThat(holding(conditions, next)).isNotEqualTo(holding(conditions, next - 1));
        }
    }

    @Property
    void findsAPlaceFromAnyOther(
            @ForAll @Size(max = 30) List<@From("comparisons") OnAttribute> conditions,
            @ForAll("values") Object value,
            @ForAll("values") Object other) {
        AttributeIndex index = new AttributeIndex(numbered(conditions));

        assertThat(index.placeOf(value, index.placeOf(other))).isEqualTo(index.placeOf(value));
    }

    private static Set<Integer> flipped(List<OnAttribute> conditions, Object before, Object after) {
        Set<Integer> given = new HashSet<>();
        AttributeIndex index = new AttributeIndex(numbered(conditions));
        index.forEachFlipped(before, index.placeOf(before), after, index.placeOf(after), new AttributeIndex.Flips() {
            @Override
            public void mayFlip(int from, int to) {
                IntStream.range(from, to).forEach(i -> given.add(index.comparisons()[i]));
            }

            @Override
            public void mayFlip(int condition) {
                given.add(condition);
            }
        });
        return given;
    }

    private static List<Boolean> holding(List<OnAttribute> conditions, Object value) {
        return conditions.stream().map(condition -> condition.holds(value)).toList();
    }

    private static Map<Integer, Condition> numbered(List<OnAttribute> conditions) {
        Map<Integer, Condition> numbered = new TreeMap<>();
        conditions.forEach(condition -> numbered.put(numbered.size(), condition));
        return numbered;
    }

    @Provide
    Arbitrary<OnAttribute> comparisons() {
        return Combinators.combine(
                        Arbitraries.of(Operator.class),
                        Arbitraries.of(
                                "-3", "0", "1e-400", "1.5", "2", "2.00", "2.0000000000000000001", "7", "9.99", "1e400"))
                .as((operator, bound) -> new Condition.Comparison(ATTRIBUTE, operator, new BigDecimal(bound)));
    }

    @Provide
    Arbitrary<OnAttribute> conditions() {
        return Arbitraries.oneOf(
                comparisons(),
                Combinators.combine(
                                Arbitraries.of(true, false),
                                Arbitraries.of("a", "b", "c").set().ofMinSize(1))
                        .as((isOneOf, texts) -> new Condition.OneOf(ATTRIBUTE, isOneOf, texts)),
                Combinators.combine(Arbitraries.of(true, false), Arbitraries.of(true, false))
                        .as((isEqual, expected) -> new Condition.Truth(ATTRIBUTE, isEqual, expected)));
    }

    @Provide
    Arbitrary<Object> numbers() {
        return Arbitraries.<Object>of(
                -4L,
                -3L,
                0L,
                1L,
                2L,
                7L,
                8L,
                10L,
                Long.MAX_VALUE,
                new BigDecimal("1.50"),
                new BigDecimal("2.0000000000000000001"),
                new BigDecimal("2.0000000000000000002"),
                new BigDecimal("9.99"));
    }

    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.oneOf(
                        numbers(), Arbitraries.<Object>of("a", "b", "d", true, false, List.of("a"), Map.of("a", 1L)))
                .injectNull(0.1);
    }

    @Provide
    Arbitrary<Long> small() {
        return Arbitraries.longs().between(-6, 12);
    }
}
