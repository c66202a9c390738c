package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRulesProvider;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What holds a trigger back that has fired.
 *
 * @param quietHours in which nobody is told anything, or null
 * @param caps on how much a customer is told
 * @param optIn purposes that have to be granted: of others who has said nothing has not refused
 * @param suppress segments of the set: nobody in one of them is told anything
 * @param json as it was written: its keys sorted, numbers in their shortest form; null of what nobody has written
 */
public record DeliveryDefinition(
        QuietHours quietHours, List<Cap> caps, Set<String> optIn, SortedSet<String> suppress, ObjectNode json) {
    /** Nothing is held back. */
    public static final DeliveryDefinition NONE =
            new DeliveryDefinition(null, List.of(), Set.of(), new TreeSet<>(), null);

    public static final int MAX_CAPS = 20;

    /** As many purposes as are remembered of a customer. */
    public static final int MAX_OPT_IN = 32;

    public static final int MAX_SUPPRESS = 20;

    /** The greatest {@link Cap#most}. */
    public static final int MAX_PER_CAP = 1_000;

    /** No quiet hours are longer, however far a clock is put back, which in Antarctica once was seven hours: milliseconds. */
    public static final long MOST_POSTPONED = Duration.ofHours(31).toMillis();

    static final Duration LEAST_WITHIN = Duration.ofMinutes(1);
    static final Duration MOST_WITHIN = Duration.ofDays(30);

    /**
     * Hours by the clock on the wall, each day.
     *
     * @param from the first minute that is quiet
     * @param to the first minute that is not; before {@code from} if midnight lies between them
     * @param zone of whoever has none
     * @param customerZone where the zone of a customer stands, or null
     * @param postpone whether what fires in them waits for their end; else it is dropped
     */
    public record QuietHours(LocalTime from, LocalTime to, ZoneId zone, CustomerZone customerZone, boolean postpone) {
        private static final Set<String> ZONES = Set.copyOf(ZoneRulesProvider.getAvailableZoneIds());

        /** The names of the zones that there are. */
        public static Set<String> zones() {
            return ZONES;
        }

        public QuietHours {
            if (from.equals(to)) {
                throw new IllegalArgumentException("quiet hours have a beginning and an end, not both at " + from);
            }
        }

        /**
         * Those of a customer.
         *
         * @param id of its zone; null, or one that is no zone, if it has none
         */
        public QuietHours in(String id) {
            return id == null || !ZONES.contains(id)
                    ? this
                    : new QuietHours(from, to, ZoneId.of(id), customerZone, postpone);
        }

        /** Whether an instant, milliseconds since 1970, is within them: as the clock on the wall says. */
        public boolean hold(long instant) {
            LocalTime time = Instant.ofEpochMilli(instant).atZone(zone).toLocalTime();
            boolean hasBegun = !time.isBefore(from);
            boolean isOver = !time.isBefore(to);
            return from.isBefore(to) ? hasBegun && !isOver : hasBegun || !isOver;
        }

        /** The first instant from the given one on that is not within them; both milliseconds since 1970. */
        public long end(long instant) {
            return hold(instant) ? endOf(instant) : instant;
        }

        private long endOf(long instant) {
            ZonedDateTime now = Instant.ofEpochMilli(instant).atZone(zone);
            LocalDate day = now.toLocalTime().isBefore(to)
                    ? now.toLocalDate()
                    : now.toLocalDate().plusDays(1);
            LocalDateTime end = day.atTime(to);
            ZoneOffsetTransition change = zone.getRules().getTransition(end);
            if (change != null && change.isGap()) {
                // The wall never says so: it goes on from before to behind.
                return change.getInstant().toEpochMilli();
            }
            ZonedDateTime first = end.atZone(zone);
            // The wall says so twice where the clock is put back.
            return (first.isAfter(now) ? first : first.withLaterOffsetAtOverlap())
                    .toInstant()
                    .toEpochMilli();
        }

        /** As people write them: {@code 22:00-08:00 Europe/Warsaw}. */
        @Override
        public String toString() {
            return from + "-" + to + " " + zone;
        }
    }

    /**
     * Where in the profile the time zone of a customer stands.
     *
     * @param isComputed whether it is a computed trait, else a trait
     */
    public record CustomerZone(boolean isComputed, String name) {
        /** As it is written: {@code traits.NAME} or {@code computed.NAME}. */
        @Override
        public String toString() {
            return (isComputed ? Profile.COMPUTED : Profile.TRAITS) + "." + name;
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

    /** Where the time zone of a customer stands; null if nothing asks for it. */
    public CustomerZone customerZone() {
        return quietHours == null ? null : quietHours.customerZone;
    }

    public DeliveryDefinition {
        caps = List.copyOf(caps);
        optIn = Collections.unmodifiableSortedSet(new TreeSet<>(optIn));
        suppress = Collections.unmodifiableSortedSet(new TreeSet<>(suppress));
    }
}
