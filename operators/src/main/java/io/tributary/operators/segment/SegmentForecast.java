package io.tributary.operators.segment;

import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.operators.segment.SegmentIndex.Segment;
import io.tributary.schemas.time.Timestamps;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;

/** Tells when memberships end if nothing happens. */
final class SegmentForecast {
    /** More changes by time alone than this are not looked through. */
    static final int MAX_STEPS = 10_000;

    private final SegmentIndex index;

    /** What of a segment changes as time passes, also through the segments that it asks for. */
    private record Clock(Set<Integer> elapsed, Set<ProfileField> computed) {
        boolean stands() {
            return elapsed.isEmpty() && computed.isEmpty();
        }
    }

    /** By place; null if nobody has asked. */
    private final Clock[] clocks;

    SegmentForecast(SegmentIndex index) {
        this.index = index;
        clocks = new Clock[index.segments().size()];
    }

    /**
     * The instant from which on a customer who is in a segment now is not in it, milliseconds since 1970, or
     * {@link Long#MAX_VALUE} if time alone does not end it in the years that events can have.
     *
     * @param value of a parametric segment, else null
     */
    long exitsAt(Segment segment, String value, Facts known) {
        Clock clock = clockOf(segment);
        if (clock.stands()) {
            return Long.MAX_VALUE;
        }
        Facts facts = known;
        for (int step = 0; step < MAX_STEPS; step++) {
            long next = nextChange(clock, facts);
            if (next > Timestamps.MAX) {
                return Long.MAX_VALUE;
            }
            facts = facts.at(next);
            if (!isIn(segment, value, facts)) {
                return next;
            }
        }
        return Long.MAX_VALUE;
    }

    private long nextChange(Clock clock, Facts facts) {
        long next = facts.nextComputedChange(clock.computed);
        for (int attribute : clock.elapsed) {
            next = Math.min(next, index.nextFlip(attribute, facts));
        }
        return next;
    }

    private boolean isIn(Segment segment, String value, Facts facts) {
        if (!segment.isParametric()) {
            return segment.formula().holds(condition -> holds(condition, facts));
        }
        SortedMap<String, Object> results = facts.values(segment.name());
        Set<String> in = ParametricRule.in(
                segment, results, (condition, result) -> holds(condition, new FactsOfValue(facts, result)));
        return value == null ? !in.isEmpty() : in.contains(value);
    }

    private boolean holds(int number, Facts facts) {
        Condition condition = index.condition(number).condition();
        if (condition instanceof Condition.InSegment asked) {
            return isIn(index.byName(asked.segment()), null, facts);
        }
        Condition.OnAttribute onAttribute = (Condition.OnAttribute) condition;
        return onAttribute.holds(onAttribute.attribute().value(facts));
    }

    private Clock clockOf(Segment segment) {
        int place = index.placeOf(segment);
        if (clocks[place] == null) {
            clocks[place] = newClockOf(segment);
        }
        return clocks[place];
    }

    private Clock newClockOf(Segment segment) {
        Set<Integer> elapsed = new HashSet<>();
        Set<ProfileField> computed = new HashSet<>();
        if (segment.isParametric()) {
            computed.add(new ProfileField(Root.VALUE, segment.name()));
        }
        Set<Integer> conditions = new HashSet<>();
        segment.formula().forEach(conditions::add);
        for (int number : conditions) {
            if (index.condition(number).condition() instanceof Condition.InSegment asked) {
                Clock of = clockOf(index.byName(asked.segment()));
                elapsed.addAll(of.elapsed);
                computed.addAll(of.computed);
            } else {
                Attribute attribute = index.attribute(index.attributeOf(number));
                if (attribute.isElapsed()) {
                    elapsed.add(index.attributeOf(number));
                }
                attribute.reads().stream()
                        .filter(field -> field.root() == Root.COMPUTED)
                        .forEach(computed::add);
            }
        }
        return new Clock(elapsed, computed);
    }
}
