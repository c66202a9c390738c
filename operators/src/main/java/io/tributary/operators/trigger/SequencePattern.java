package io.tributary.operators.trigger;

import dev.cel.runtime.CelVariableResolver;
import io.tributary.schemas.definition.EventSequence;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.definition.TriggerExpression;
import java.io.Serial;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;

/** A sequence of events as a pattern of Flink CEP's. */
public final class SequencePattern {
    /** Between the id of a step and which of its times is meant. */
    private static final String TIME = "#";

    private SequencePattern() {}

    /**
     * The pattern of a trigger or of a deadline of it. Its window is a millisecond longer than its time, because a window
     * excludes its end and an event at the deadline still counts.
     *
     * @param window from the first event of a match to its last or to the deadline; at least as long as the events may take
     */
    static Pattern<WatchedEvent, ?> of(EventSequence events, Duration window) {
        Pattern<WatchedEvent, WatchedEvent> pattern = null;
        Map<String, String> lastNames = new HashMap<>();
        for (Step step : events.steps()) {
            boolean isLimited = step.isTaken() && window.compareTo(events.within()) > 0;
            StepCondition condition = new StepCondition(step, Map.copyOf(lastNames), isLimited ? events : null);
            // As one pattern, a repeated step would not allow between its events what is not to follow it.
            for (int time = 1; time <= step.times(); time++) {
                pattern = following(pattern, step, time).where(condition);
                lastNames.put(step.id(), pattern.getName());
            }
            pattern = step.optional() ? pattern.optional() : pattern;
        }
        return pattern.within(window.plusMillis(1));
    }

    private static Pattern<WatchedEvent, WatchedEvent> following(
            Pattern<WatchedEvent, WatchedEvent> before, Step step, int time) {
        String name = time == 1 ? step.id() : step.id() + TIME + time;
        if (before == null) {
            return Pattern.begin(name);
        }
        return switch (step.relation()) {
            case ON, FOLLOWED_BY -> before.followedBy(name);
            case NEXT -> before.next(name);
            case NOT_FOLLOWED_BY -> before.notFollowedBy(name);
        };
    }

    /** Whether a match begins with an event that the first step names, as the pattern's own condition says. */
    static boolean begins(EventSequence events, WatchedEvent event) {
        TriggerExpression where = events.first().where();
        return where == null || where.holds(new Variables(event, earlier -> null));
    }

    /** A match as Flink CEP finds it, by the ids of steps. */
    static Map<String, List<WatchedEvent>> bySteps(Map<String, List<WatchedEvent>> match) {
        Map<String, List<WatchedEvent>> bySteps = new HashMap<>();
        match.forEach((name, events) -> bySteps.computeIfAbsent(
                        name.replaceFirst(TIME + ".*", ""), added -> new ArrayList<>(events.size()))
                .addAll(events));
        bySteps.values().forEach(events -> events.sort(null));
        return bySteps;
    }

    /** Whether an event is one of a step's. */
    private static final class StepCondition extends IterativeCondition<WatchedEvent> {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient Step step;
        private final transient EventSequence limited;

        /** By id of a step, what its last time is called. */
        private final transient Map<String, String> lastNames;

        /**
         * @param lastNames by id of an earlier step, what its last time is called
         * @param limited of which the window is longer than its events may take; null if that is the same
         */
        StepCondition(Step step, Map<String, String> lastNames, EventSequence limited) {
            this.step = step;
            this.lastNames = lastNames;
            this.limited = limited;
        }

        @Override
        public boolean filter(WatchedEvent event, Context<WatchedEvent> context) throws Exception {
            return step.events().contains(event.name())
                    && (!step.isTaken() || !isBehindWindow(event, context))
                    && (limited == null || isInTime(event, context))
                    && (step.where() == null
                            || step.where()
                                    .holds(new Variables(event, id -> last(context, lastNames.getOrDefault(id, id)))));
        }

        /** Such an event comes as if it happened at the window's end. It may end a match; it is no part of one. */
        private static boolean isBehindWindow(WatchedEvent event, Context<WatchedEvent> context) {
            return event.order().timestamp() > context.timestamp();
        }

        private boolean isInTime(WatchedEvent event, Context<WatchedEvent> context) throws Exception {
            for (WatchedEvent first :
                    context.getEventsForPattern(limited.first().id())) {
                return event.order().timestamp() - first.order().timestamp()
                        <= limited.within().toMillis();
            }
            return true;
        }

        private static WatchedEvent last(Context<WatchedEvent> context, String id) {
            WatchedEvent last = null;
            try {
                for (WatchedEvent event : context.getEventsForPattern(id)) {
                    last = event;
                }
            } catch (Exception e) {
                throw new IllegalStateException("the events of the step '" + id + "' can't be read", e);
            }
            return last;
        }
    }

    /** What a trigger tells of a match looks at this. */
    static CelVariableResolver variables(Map<String, List<WatchedEvent>> match, WatchedEvent last) {
        return new Variables(last, id -> {
            List<WatchedEvent> events = match.get(id);
            return events == null ? null : events.get(events.size() - 1);
        });
    }

    /** An event, and the last one of each step that has been taken. */
    private record Variables(WatchedEvent event, Function<String, WatchedEvent> lastOf) implements CelVariableResolver {
        @Override
        public Optional<Object> find(String name) {
            return switch (name) {
                case TriggerExpression.EVENT -> Optional.of(event.variable());
                case TriggerExpression.STEPS -> Optional.of(new Steps(lastOf));
                case TriggerExpression.CART ->
                    Optional.ofNullable(event.cart()).filter(SeenCart::isKnown).map(SeenCart::variable);
                case SegmentDefinition.IN_SEGMENT ->
                    Optional.ofNullable(event.segments()).map(SeenSegments::isIn);
                default -> Optional.empty();
            };
        }
    }

    /** Looks an event up when somebody asks for it. */
    private static final class Steps extends AbstractMap<String, Object> {
        private final Function<String, WatchedEvent> lastOf;
        private final Map<String, Map<String, Object>> known = new HashMap<>(1);

        Steps(Function<String, WatchedEvent> lastOf) {
            this.lastOf = lastOf;
        }

        @Override
        public Object get(Object id) {
            return known.computeIfAbsent((String) id, asked -> {
                WatchedEvent event = lastOf.apply(asked);
                return event == null ? null : event.variable();
            });
        }

        @Override
        public boolean containsKey(Object id) {
            return get(id) != null;
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            throw new UnsupportedOperationException("definitions name the steps that they look at");
        }
    }
}
