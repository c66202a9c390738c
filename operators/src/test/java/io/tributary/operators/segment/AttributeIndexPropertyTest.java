package io.tributary.operators.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AttributeIndexPropertyTest {
    private static final Attribute ATTRIBUTE = new Attribute(
            Attribute.Form.VALUE, new Attribute.Path(new ProfileField(ProfileField.Root.COMPUTED, "spent"), List.of()));

    /** Whole numbers and others, near each other, and so near that they are the same when rounded. */
    @Provide
    Arbitrary<BigDecimal> numbers() {
        Arbitrary<BigDecimal> near = Arbitraries.integers().between(-8, 8).map(BigDecimal::valueOf);
        Arbitrary<BigDecimal> halves = near.map(number -> number.divide(BigDecimal.valueOf(2)));
        Arbitrary<BigDecimal> huge = near.map(number -> new BigDecimal(BigInteger.TWO.pow(53)).add(number));
        Arbitrary<BigDecimal> tiny = near.map(number -> BigDecimal.ONE.add(number.movePointLeft(30)));
        Arbitrary<BigDecimal> infinite =
                near.map(number -> BigDecimal.TEN.pow(400).add(number));
        return Arbitraries.oneOf(near, halves, huge, huge.map(BigDecimal::negate), tiny, infinite);
    }

    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.oneOf(
                numbers().map(number -> (Object) number),
                numbers().map(BigDecimal::longValue),
                numbers().map(BigDecimal::doubleValue),
                Arbitraries.of("text", true, "").injectNull(0.3).map(value -> (Object) value));
    }

    @Property
    void findsAPlaceFromAnyOther(
            @ForAll List<@From("numbers") BigDecimal> bounds,
            @ForAll("values") Object value,
            @ForAll("values") Object other) {
        AttributeIndex index = index(bounds);

        assertThat(index.placeOf(value, index.placeOf(other))).isEqualTo(index.placeOf(value));
    }

    @Property
    void aPlaceSaysWhetherComparisonsHold(
            @ForAll List<@From("numbers") BigDecimal> bounds, @ForAll("values") Object value) {
        AttributeIndex index = index(bounds);

        int place = index.placeOf(value);
        for (BigDecimal bound : bounds) {
            for (Condition.Operator operator : Condition.Operator.values()) {
                Condition.Comparison comparison = new Condition.Comparison(ATTRIBUTE, operator, bound);
                long places = AttributeIndex.placesOf(operator, index.boundOf(comparison));
                assertThat(AttributeIndex.isIn(AttributeIndex.from(places), AttributeIndex.to(places), place))
                        .as("%s %s %s", value, operator, bound)
                        .isEqualTo(comparison.holds(value));
            }
        }
    }

    /** And of nothing if nothing has changed; of a step over one bound, of none with another bound. */
    @Property
    void tellsOfEachComparisonThatFlips(
            @ForAll List<@From("numbers") BigDecimal> bounds,
            @ForAll("values") Object before,
            @ForAll("values") Object after) {
        Map<Integer, Condition> conditions = conditions(bounds);
        AttributeIndex index = new AttributeIndex(conditions);
        int from = index.placeOf(before);
        int to = index.placeOf(after);
        Set<Integer> told = new HashSet<>();

        index.forEachFlipped(before, from, after, to, new AttributeIndex.Flips() {
            @Override
            public void mayFlip(int first, int end) {
                for (int i = first; i < end; i++) {
                    told.add(index.comparisons()[i]);
                }
            }

            @Override
            public void mayFlip(int condition) {
                told.add(condition);
            }
        });

        conditions.forEach((number, condition) -> {
            Condition.Comparison comparison = (Condition.Comparison) condition;
            if (comparison.holds(before) != comparison.holds(after)) {
                assertThat(told)
                        .as("%s %s", comparison.operator(), comparison.bound())
                        .contains(number);
            }
        });
        if (from >= 0 && to >= 0 && Math.abs(from - to) <= 1) {
            assertThat(told)
                    .hasSizeLessThanOrEqualTo(Math.abs(from - to) * bounds.size() * Condition.Operator.values().length);
            assertThat(told.stream()
                            .map(number -> ((Condition.Comparison) conditions.get(number)).bound())
                            .distinct())
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    private static AttributeIndex index(List<BigDecimal> bounds) {
        return new AttributeIndex(conditions(bounds));
    }

    private static Map<Integer, Condition> conditions(List<BigDecimal> bounds) {
        Map<Integer, Condition> conditions = new HashMap<>();
        for (BigDecimal bound : bounds) {
            for (Condition.Operator operator : Condition.Operator.values()) {
                conditions.put(conditions.size(), new Condition.Comparison(ATTRIBUTE, operator, bound));
            }
        }
        return conditions;
    }
}
