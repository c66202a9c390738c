package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.definition.EventSequence.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A trigger: of the cart (a cart event, and then up to a deadline neither another cart event nor an order), or of a sequence of
 * events.
 *
 * @param title for people, or null
 * @param description for people, or null
 * @param where of a trigger of the cart, what has to hold of the cart after the event with which it begins, or null for
 *     nothing
 * @param events null for a trigger of the cart
 * @param delay from the event that completes it to its firing; zero of what fires at a deadline
 * @param deadlines at which it fires, the first one and those of its reminders; ascending; none if it fires with an event
 * @param expiresAfter from firing to the instant after which acting on it makes no sense; not negative
 * @param grace of what fires at a deadline, how long after it an event that came late takes it back; zero of the rest
 * @param coolDown after a match was told, how long no other one is; not negative
 * @param purpose who has refused it gets no trigger
 * @param payload what it tells, by name
 * @param channel on which it is sent, or null; caps may count by it
 * @param group of triggers to which it belongs, or null; caps may count by it
 * @param priority 0 to 100: of those that are due at the same instant the greater comes first
 * @param json as it was written: its keys sorted, numbers in their shortest form
 */
public record TriggerDefinition(
        String name,
        String title,
        String description,
        TriggerExpression where,
        EventSequence events,
        List<Deadline> deadlines,
        Duration delay,
        Duration expiresAfter,
        Duration grace,
        Duration coolDown,
        String purpose,
        SortedMap<String, TriggerExpression> payload,
        String channel,
        String group,
        int priority,
        ObjectNode json) {
    /** The purpose of what names none. */
    public static final String PURPOSE = "marketing";

    /** How long a trigger can cool down, milliseconds. */
    public static final long MAX_COOL_DOWN = Duration.ofDays(365).toMillis();

    /** How long what an event has completed can wait, milliseconds. */
    public static final long MAX_WAIT = Duration.ofDays(30).toMillis();

    /** Characters of the name of a purpose. */
    public static final int MAX_PURPOSE = 256;

    /** How long what fires at a deadline is taken back, if nothing is said. */
    public static final Duration GRACE = Duration.ofHours(24);

    /** How long it can be, milliseconds. */
    public static final long MAX_GRACE = Duration.ofDays(30).toMillis();

    /** Deadlines that a trigger may have. */
    public static final int MAX_DEADLINES = 10;

    /** What a trigger may tell. */
    public static final int MAX_PAYLOAD = 50;

    /** No deadline is longer after the event with which it begins, milliseconds. */
    public static final long MAX_DELAY = Window.MOST;

    /**
     * When it fires.
     *
     * @param step its name within the trigger: of the first one the id of the step with which the trigger begins, else the
     *     reminder's
     * @param delay from the event with which it begins to the deadline; positive
     * @param when what else has to hold, of the cart or of the match, or null for nothing
     */
    public record Deadline(String step, Duration delay, TriggerExpression when) {
        public Deadline {
            if (delay.toMillis() <= 0) {
                throw new IllegalArgumentException("the delay must be positive: " + delay);
            }
        }
    }

    public TriggerDefinition {
        if (deadlines.isEmpty() != (events != null && !events.endsByAbsence()) || expiresAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "what does not end with an event must have a deadline, and the expiry must not be negative");
        }
        deadlines = List.copyOf(deadlines);
        payload = Collections.unmodifiableSortedMap(new TreeMap<>(payload));
    }

    /** Whether it is about the cart, which only the whole of its operations tells. */
    public boolean isOfCart() {
        return events == null;
    }

    /** All that it is made of, in no particular order. */
    public List<TriggerExpression> expressions() {
        List<TriggerExpression> expressions = new ArrayList<>(payload.values());
        expressions.add(where);
        deadlines.stream().map(Deadline::when).forEach(expressions::add);
        if (events != null) {
            events.steps().stream().map(Step::where).forEach(expressions::add);
        }
        expressions.removeIf(Objects::isNull);
        return expressions;
    }

    /** The segments that it asks for by {@code in_segment}. */
    public SortedSet<String> segments() {
        SortedSet<String> segments = new TreeSet<>();
        expressions().forEach(expression -> segments.addAll(expression.segments()));
        return segments;
    }

    /** The step with which it begins: what its own {@code trigger_id}s bear, as those of its reminders bear theirs. */
    public String step() {
        return isOfCart() ? deadlines.get(0).step() : events.first().id();
    }

    /** The steps of its reminders, in their order. */
    public List<String> reminders() {
        return deadlines.stream().skip(1).map(Deadline::step).toList();
    }
}
