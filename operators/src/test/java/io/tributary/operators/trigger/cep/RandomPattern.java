package io.tributary.operators.trigger.cep;

import java.time.Duration;
import java.util.List;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.RichIterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * A pattern of a small family, as data, so that a failing one is printed and shrunk.
 *
 * @param steps at least one; the first step's link is not used
 * @param within window between the first and the last event, milliseconds
 * @param gap window between neighbouring events, milliseconds; 0 for none
 */
record RandomPattern(List<Step> steps, int within, int gap, boolean skipPastLastEvent) {

    enum Link {
        NEXT,
        FOLLOWED_BY,
        FOLLOWED_BY_ANY,
        NOT_FOLLOWED_BY
    }

    enum Quantity {
        ONE,
        OPTIONAL,
        TWICE,
        ONE_TO_THREE,
        ONE_OR_MORE,
        ONE_OR_MORE_CONSECUTIVE
    }

    record Step(Link link, Quantity quantity, String kind, boolean comparesWithFirst) {}

    Pattern<ShopEvent, ShopEvent> build() {
        Step first = steps.get(0);
        Pattern<ShopEvent, ShopEvent> pattern = Pattern.<ShopEvent>begin(
                        "s0",
                        skipPastLastEvent
                                ? AfterMatchSkipStrategy.skipPastLastEvent()
                                : AfterMatchSkipStrategy.noSkip())
                .where(isOf(first.kind()));
        // An optional first step could match nothing at all, which CEP does not support.
        pattern = quantified(pattern, first.quantity() == Quantity.OPTIONAL ? Quantity.ONE : first.quantity());
        boolean afterNot = false;
        boolean afterOptional = false;
        for (int i = 1; i < steps.size(); i++) {
            Step step = steps.get(i);
            boolean not = step.link() == Link.NOT_FOLLOWED_BY && !afterOptional && !afterNot;
            pattern = linked(pattern, step.link(), not, "s" + i).where(condition(step));
            if (!not) {
                pattern = quantified(pattern, step.quantity());
            }
            afterNot = not;
            afterOptional = !not && step.quantity() == Quantity.OPTIONAL;
        }
        if (gap > 0) {
            pattern = pattern.within(Duration.ofMillis(Math.min(gap, within)), WithinType.PREVIOUS_AND_CURRENT);
        }
        return pattern.within(Duration.ofMillis(within));
    }

    private static Pattern<ShopEvent, ShopEvent> linked(
            Pattern<ShopEvent, ShopEvent> pattern, Link link, boolean not, String name) {
        if (not) {
            return pattern.notFollowedBy(name);
        }
        return switch (link) {
            case NEXT -> pattern.next(name);
            case FOLLOWED_BY, NOT_FOLLOWED_BY -> pattern.followedBy(name);
            case FOLLOWED_BY_ANY -> pattern.followedByAny(name);
        };
    }

    private static IterativeCondition<ShopEvent> condition(Step step) {
        return step.comparesWithFirst() ? new NotLessThanFirst(step.kind()) : isOf(step.kind());
    }

    private static SimpleCondition<ShopEvent> isOf(String kind) {
        return SimpleCondition.of(event -> event.kind().equals(kind));
    }

    private static Pattern<ShopEvent, ShopEvent> quantified(Pattern<ShopEvent, ShopEvent> pattern, Quantity quantity) {
        return switch (quantity) {
            case ONE -> pattern;
            case OPTIONAL -> pattern.optional();
            case TWICE -> pattern.times(2);
            case ONE_TO_THREE -> pattern.times(1, 3);
            case ONE_OR_MORE -> pattern.oneOrMore();
            case ONE_OR_MORE_CONSECUTIVE -> pattern.oneOrMore().consecutive();
        };
    }

    /** Reads the events matched so far and needs a runtime context. */
    static final class NotLessThanFirst extends RichIterativeCondition<ShopEvent> {

        private static final long serialVersionUID = 1L;

        private final String kind;

        NotLessThanFirst(String kind) {
            this.kind = kind;
        }

        @Override
        public boolean filter(ShopEvent event, Context<ShopEvent> context) throws Exception {
            getRuntimeContext().getMetricGroup().counter("evaluated").inc();
            for (ShopEvent first : context.getEventsForPattern("s0")) {
                if (event.value() < first.value()) {
                    return false;
                }
            }
            return event.kind().equals(kind);
        }
    }
}
