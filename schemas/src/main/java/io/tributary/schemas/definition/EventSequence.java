package io.tributary.schemas.definition;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which events make a trigger fire, and in which order.
 *
 * @param steps in their order; the first one has {@link Relation#ON}, no other one has
 * @param select what an event means with which the first step holds while a match is open
 * @param correlation what all events of a match have in common beside the customer
 * @param within from the first event of a match to its last, both included, or to the deadline; zero if one event is enough
 */
public record EventSequence(List<Step> steps, Select select, Correlation correlation, Duration within) {
    /** Steps that a trigger may have. */
    public static final int MAX_STEPS = 10;

    /** Events that a step may name. */
    public static final int MAX_EVENTS = 50;

    /** How often a step may have to happen. */
    public static final int MAX_TIMES = 20;

    /** How a step follows the one before it. */
    public enum Relation {
        /** It is the first. */
        ON("on"),

        /** Whatever else the customer does in between. */
        FOLLOWED_BY("followed_by"),

        /** None of the events that the trigger names comes in between. */
        NEXT("next"),

        /** It does not happen before the next one, or, if it is the last, before the deadline. */
        NOT_FOLLOWED_BY("not_followed_by");

        private final String key;

        Relation(String key) {
            this.key = key;
        }

        /** As definitions write it. */
        public String key() {
            return key;
        }
    }

    /** Of several events with which a trigger may begin. */
    public enum Select {
        /** An event that the first step names ends what an earlier one has begun. */
        LAST("last"),

        /** Each begins a match of its own. */
        EVERY("every");

        private final String key;

        Select(String key) {
            this.key = key;
        }

        /** As definitions write it. */
        public String key() {
            return key;
        }
    }

    /** What events have in common. */
    public enum Correlation {
        CUSTOMER("customer"),

        /** {@code properties.product_id}, or that of one of {@code properties.products}. */
        PRODUCT("product"),

        /** {@code properties.category}, or that of one of {@code properties.products}. */
        CATEGORY("category"),

        /** {@code properties.cart_id}. */
        CART("cart");

        private final String key;

        Correlation(String key) {
            this.key = key;
        }

        /** As definitions write it. */
        public String key() {
            return key;
        }
    }

    /**
     * A step.
     *
     * @param events names of events, of which any is meant: that of a track call, else the call's type
     * @param where what has to hold of the event, or null for nothing
     * @param times how often it has to happen, at least 1
     * @param optional whether a match may do without it
     */
    public record Step(
            String id,
            Relation relation,
            SortedSet<String> events,
            TriggerExpression where,
            int times,
            boolean optional) {
        public Step {
            events = Collections.unmodifiableSortedSet(new TreeSet<>(events));
        }

        /** Whether events of it are part of a match. */
        public boolean isTaken() {
            return relation != Relation.NOT_FOLLOWED_BY;
        }
    }

    public EventSequence {
        steps = List.copyOf(steps);
    }

    public Step first() {
        return steps.get(0);
    }

    public Step last() {
        return steps.get(steps.size() - 1);
    }

    /** Whether a match is complete when its time is over, not with an event. */
    public boolean endsByAbsence() {
        return !last().isTaken();
    }
}
