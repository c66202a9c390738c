package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What holds a trigger back that has fired.
 *
 * @param quietHours in which nobody is told anything, or null
 * @param caps on how much a customer is told
 * @param optIn purposes that have to be granted: of others who has said nothing has not refused
 * @param json as it was written: its keys sorted, numbers in their shortest form; null of what nobody has written
 */
public record DeliveryDefinition(QuietHours quietHours, List<Cap> caps, Set<String> optIn, ObjectNode json) {
    /** Nothing is held back. */
    public static final DeliveryDefinition NONE = new DeliveryDefinition(null, List.of(), Set.of(), null);

    public static final int MAX_CAPS = 20;

    /** As many purposes as are remembered of a customer. */
    public static final int MAX_OPT_IN = 32;

    /** The greatest {@link Cap#most}. */
    public static final int MAX_PER_CAP = 1_000;

    static final Duration LEAST_WITHIN = Duration.ofMinutes(1);
    static final Duration MOST_WITHIN = Duration.ofDays(30);

    /**
     * Hours by the clock on the wall, each day.
     *
     * @param from the first minute that is quiet
     * @param to the first minute that is not; before {@code from} if midnight lies between them
     */
    public record QuietHours(LocalTime from, LocalTime to, ZoneId zone) {
        public QuietHours {
            if (from.equals(to)) {
                throw new IllegalArgumentException("quiet hours have a beginning and an end, not both at " + from);
            }
        }

        /** As people write them: {@code 22:00-08:00 Europe/Warsaw}. */
        @Override
        public String toString() {
            return from + "-" + to + " " + zone;
        }
    }

    /**
     * How often a customer is told something in a rolling window.
     *
     * @param most of so many one more is held back; from 1 to {@value #MAX_PER_CAP}
     * @param within length of the window (t − within, t]; a minute to 30 days
     * @param written the length as it was written
     * @param channel of the triggers that it counts, or null for any
     * @param group of the triggers that it counts, or null for any
     */
    public record Cap(int most, Duration within, String written, String channel, String group) {
        /** Whether it counts triggers of a channel and a group, each of which may be null. */
        public boolean counts(String ofChannel, String ofGroup) {
            return (channel == null || channel.equals(ofChannel)) && (group == null || group.equals(ofGroup));
        }

        /** As people write it: {@code 1 in 24h}, {@code 1 in 24h, channel email}. */
        @Override
        public String toString() {
            return most
                    + " in "
                    + written
                    + (channel == null ? "" : ", channel " + channel)
                    + (group == null ? "" : ", group " + group);
        }
    }

    public DeliveryDefinition {
        caps = List.copyOf(caps);
        optIn = Collections.unmodifiableSortedSet(new TreeSet<>(optIn));
    }
}
