package io.tributary.operators.trigger;

import dev.cel.runtime.CelVariableResolver;
import io.tributary.operators.trigger.Trigger.Reason;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.definition.SegmentEvent;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * A match of a trigger of a sequence.
 *
 * @param deadline at which it was complete; null if an event has completed it
 * @param events by the id of the step
 * @param key what they have in common beside the customer
 */
record SequenceMatch(CartTrigger trigger, Deadline deadline, Map<String, List<WatchedEvent>> events, String key) {

    /** Whether what else has to hold of the match does. */
    boolean isWanted() {
        return deadline == null || deadline.when() == null || deadline.when().holds(variables());
    }

    private CelVariableResolver variables() {
        return SequencePattern.variables(events, last());
    }

    private WatchedEvent last() {
        return events.values().stream()
                .flatMap(List::stream)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /**
     * What fires.
     *
     * @param completedAt if an event has completed it, from when on that is known; milliseconds since 1970
     * @param recipient the customer at an instant, milliseconds since 1970
     */
    Trigger trigger(String customerId, long completedAt, LongFunction<Recipient> recipient) {
        WatchedEvent anchor = events.get(trigger.definition().step()).get(0);
        long firedAt = deadline == null
                ? completedAt + trigger.definition().delay().toMillis()
                : anchor.order().timestamp() + deadline.delay().toMillis();
        String payload = TriggerPayload.of(trigger.definition().payload(), variables(), last().cart())
                .toString();
        String step = deadline == null ? trigger.definition().step() : deadline.step();
        return new Trigger(
                trigger,
                step,
                customerId,
                anchor.order(),
                firedAt,
                firedAt,
                key,
                payload,
                reasons(),
                recipient.apply(firedAt));
    }

    /** Why a match of a deadline is none: an event that must not have happened. */
    static Reason ended(CartTrigger trigger, Deadline deadline, WatchedEvent by) {
        Step step = trigger.definition().events().last();
        return Reason.seen(absence(step, deadline.delay()), by.order());
    }

    private static String absence(Step step, Duration within) {
        return "no " + text(step) + " within " + CartTrigger.text(within);
    }

    private List<Reason> reasons() {
        List<Reason> reasons = new ArrayList<>();
        List<Step> steps = trigger.definition().events().steps();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            List<WatchedEvent> taken = events.getOrDefault(step.id(), List.of());
            if (!step.isTaken()) {
                boolean isLast = i == steps.size() - 1;
                Duration within = isLast
                        ? deadline.delay()
                        : trigger.definition().events().within();
                reasons.add(new Reason(absence(step, within), "none"));
            } else if (!taken.isEmpty()) {
                reasons.add(Reason.seen(text(step), taken.get(taken.size() - 1).order()));
            }
        }
        if (deadline != null && deadline.when() != null) {
            reasons.add(new Reason(deadline.when().text(), "true"));
        }
        return reasons;
    }

    private static String text(Step step) {
        return step.events().stream()
                        .map(SegmentEvent::text)
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(" or "))
                + (step.times() > 1 ? " " + step.times() + " times" : "")
                + (step.where() == null ? "" : " where " + step.where().text());
    }
}
