package io.tributary.operators.segment;

import io.tributary.operators.segment.Condition.Operator;
import io.tributary.operators.segment.SegmentExplanation.Flip;
import io.tributary.operators.segment.SegmentExplanation.Verdict;
import io.tributary.operators.segment.SegmentIndex.Segment;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.TraitShape;
import io.tributary.schemas.time.Timestamps;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which segments a customer is in by its published profile, and why: by a set of definitions, at the instant of the facts.
 *
 * <p>Parametric segments can't be decided by a profile. Of them the profile's own word counts: the customer is in those that
 * it names, until they end. So they have to be those by which the profile was made. Not thread-safe.
 */
public final class PublishedSegments {
    private static final Set<Aggregate> COUNTS = EnumSet.of(Aggregate.COUNT, Aggregate.UNIQUE_COUNT);
    private static final Set<Operator> EQUALITIES = EnumSet.of(Operator.EQUAL, Operator.NOT_EQUAL);

    private final SegmentIndex index;
    private final PublishedFacts facts;
    private final Map<String, List<PublishedFacts.Membership>> parametric = new HashMap<>();
    private final Map<String, Boolean> decided = new HashMap<>();
    private final Map<Integer, Boolean> truths = new HashMap<>();

    /** @throws IllegalArgumentException if what the profile says of segments can't be read */
    public PublishedSegments(CompiledDefinitions definitions, PublishedFacts facts) {
        this.index = definitions.index();
        this.facts = facts;
        for (PublishedFacts.Membership membership : facts.memberships()) {
            Segment segment = index.byName(membership.segment());
            if (segment != null
                    && segment.isParametric()
                    && membership.value() != null
                    && membership.since() <= facts.now()
                    && facts.now() < membership.exitsAt()) {
                parametric
                        .computeIfAbsent(membership.segment(), none -> new ArrayList<>(1))
                        .add(membership);
            }
        }
    }

    /**
     * Whether the customer is in a segment, in a parametric one with any value.
     *
     * @throws IllegalArgumentException if there is no such segment
     */
    public boolean isIn(String name) {
        Boolean known = decided.get(name);
        if (known != null) {
            return known;
        }
        Segment segment = segment(name);
        boolean isIn = segment.isParametric()
                ? parametric.containsKey(name)
                : segment.formula().holds(this::holds);
        decided.put(name, isIn);
        return isIn;
    }

    private Segment segment(String name) {
        Segment segment = index.byName(name);
        if (segment == null) {
            throw new IllegalArgumentException("there is no segment " + name);
        }
        return segment;
    }

    /** The values that the customer is in a parametric segment with; none of another segment. */
    public List<PublishedFacts.Membership> values(String name) {
        return List.copyOf(parametric.getOrDefault(name, List.of()));
    }

    private boolean holds(int number) {
        if (index.condition(number).condition() instanceof Condition.InSegment asked) {
            return isIn(asked.segment());
        }
        Boolean known = truths.get(number);
        if (known != null) {
            return known;
        }
        Condition.OnAttribute condition = onAttribute(number);
        boolean holds = condition.holds(condition.attribute().value(facts));
        truths.put(number, holds);
        return holds;
    }

    private Condition.OnAttribute onAttribute(int number) {
        return (Condition.OnAttribute) index.condition(number).condition();
    }

    /**
     * The conditions that decide, as a segment change names them; none of a parametric segment.
     *
     * @throws IllegalArgumentException if there is no such segment
     */
    public List<SegmentChange.Reason> because(String name) {
        List<SegmentChange.Reason> because = new ArrayList<>();
        Segment segment = segment(name);
        if (!segment.isParametric()) {
            segment.formula().explain(this::holds, number -> because.add(reason(number)));
        }
        return because;
    }

    private SegmentChange.Reason reason(int number) {
        String text = index.condition(number).text();
        if (index.condition(number).condition() instanceof Condition.InSegment) {
            return new SegmentChange.Reason(text, String.valueOf(holds(number)));
        }
        Attribute attribute = onAttribute(number).attribute();
        return new SegmentChange.Reason(text, attribute.observed(attribute.value(facts)));
    }

    // ------------------------------------------------------------------------------------------------ the whole of it

    /**
     * All that a segment looks at, also through the segments that it asks for. What is asked for twice is told once.
     *
     * @throws IllegalArgumentException if there is no such segment
     */
    public SegmentExplanation explain(String name) {
        return part(segment(name).formula(), new HashSet<>());
    }

    private SegmentExplanation part(Formula formula, Set<String> told) {
        if (formula instanceof Formula.Constant constant) {
            return new SegmentExplanation.Constant(Verdict.of(constant.value()));
        }
        if (formula instanceof Formula.Not not) {
            SegmentExplanation part = part(not.part(), told);
            return new SegmentExplanation.Not(part.verdict().not(), part);
        }
        if (formula instanceof Formula.Connective connective) {
            List<SegmentExplanation> parts = new ArrayList<>();
            connective.parts().forEach(part -> parts.add(part(part, told)));
            return new SegmentExplanation.Connective(verdict(connective.isAnd(), parts), connective.isAnd(), parts);
        }
        if (formula instanceof Formula.Choice choice) {
            SegmentExplanation when = part(choice.when(), told);
            SegmentExplanation then = part(choice.then(), told);
            SegmentExplanation otherwise = part(choice.otherwise(), told);
            return new SegmentExplanation.Choice(verdict(when, then, otherwise), when, then, otherwise);
        }
        int number = ((Formula.One) formula).number();
        return index.condition(number).condition() instanceof Condition.InSegment asked
                ? asked(asked.segment(), index.condition(number).text(), told)
                : one(number);
    }

    private static Verdict verdict(boolean isAnd, List<SegmentExplanation> parts) {
        Verdict decisive = Verdict.of(!isAnd);
        Verdict verdict = Verdict.of(isAnd);
        for (SegmentExplanation part : parts) {
            if (part.verdict() == decisive) {
                return decisive;
            }
            verdict = part.verdict() == Verdict.UNTOLD ? Verdict.UNTOLD : verdict;
        }
        return verdict;
    }

    private static Verdict verdict(SegmentExplanation when, SegmentExplanation then, SegmentExplanation otherwise) {
        return switch (when.verdict()) {
            case HOLDS -> then.verdict();
            case FAILS -> otherwise.verdict();
            case UNTOLD -> then.verdict() == otherwise.verdict() ? then.verdict() : Verdict.UNTOLD;
        };
    }

    private SegmentExplanation asked(String name, String text, Set<String> told) {
        Segment segment = segment(name);
        SegmentExplanation when = segment.isParametric() || !told.add(name) ? null : part(segment.formula(), told);
        return new SegmentExplanation.Asked(
                Verdict.of(isIn(name)), text, name, segment.isParametric(), when, values(name));
    }

    private SegmentExplanation one(int number) {
        String text = index.condition(number).text();
        if (index.isOfValue(number)) {
            return new SegmentExplanation.One(Verdict.UNTOLD, text, null, Flip.untold());
        }
        Attribute attribute = onAttribute(number).attribute();
        return new SegmentExplanation.One(
                Verdict.of(holds(number)), text, attribute.observed(attribute.value(facts)), flip(onAttribute(number)));
    }

    // ------------------------------------------------------------------------------------------------------- the time

    /** When a condition on an attribute says something else if nothing happens. */
    Flip flip(Condition.OnAttribute condition) {
        Attribute attribute = condition.attribute();
        long passes = facts.passesAt(attribute.reads());
        Flip flip = attribute.isElapsed() ? elapses(condition, passes) : passes(condition, passes);
        // Nobody writes down, or waits for, what comes after the year 9999.
        return flip.at() > Timestamps.MAX ? Flip.byEventOnly() : flip;
    }

    private Flip elapses(Condition.OnAttribute condition, long passes) {
        Object value = condition.attribute().value(facts);
        long flips = Long.MAX_VALUE;
        if (value instanceof Long elapsed) {
            long next = new AttributeIndex(Map.of(0, condition)).nextFlip(elapsed);
            flips = next == Long.MAX_VALUE ? next : facts.now() + (next - elapsed);
        }
        if (passes == SegmentClock.NEVER) {
            return new Flip(Flip.Kind.AT, flips);
        }
        // A time that is gone makes it false.
        return condition.holds(value)
                ? new Flip(Flip.Kind.AT_THE_LATEST, Math.min(flips, passes))
                : new Flip(Flip.Kind.IF_AT_ALL_UNTIL, passes);
    }

    /** @param passes when what it looks at says nothing any more, or {@link SegmentClock#NEVER} */
    private Flip passes(Condition.OnAttribute condition, long passes) {
        if (passes == SegmentClock.NEVER) {
            return Flip.byEventOnly();
        }
        Attribute attribute = condition.attribute();
        boolean holds = condition.holds(attribute.value(facts));
        if (condition.holds(attribute.value(facts.at(passes))) != holds) {
            return new Flip(Flip.Kind.AT_THE_LATEST, passes);
        }
        return canOnlyFall(condition) ? Flip.byEventOnly() : new Flip(Flip.Kind.IF_AT_ALL_UNTIL, passes);
    }

    /** Whether it is a bound of a count: that falls as time passes, so it crosses the bound once at most. */
    private boolean canOnlyFall(Condition.OnAttribute condition) {
        if (!(condition instanceof Condition.Comparison comparison)
                || EQUALITIES.contains(comparison.operator())
                || comparison.attribute().form() != Attribute.Form.VALUE
                || !(comparison.attribute().operand() instanceof Attribute.Path path)
                || !path.path().isEmpty()) {
            return false;
        }
        TraitShape shape = facts.shape(path.field().name());
        return shape != null && COUNTS.contains(shape.aggregate());
    }
}
