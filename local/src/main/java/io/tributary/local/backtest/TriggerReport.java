package io.tributary.local.backtest;

import io.tributary.operators.trigger.Suppression.Reason;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** How often each trigger, and each reminder of one, has fired, for how many, what came of it, and what was held back. */
public final class TriggerReport {
    /** How soon an order counts as one that would have come anyway, milliseconds. */
    static final long ANYWAY = 86_400_000;

    /**
     * A trigger, or a reminder of it.
     *
     * @param reminder null for the trigger itself
     */
    public record Subject(String trigger, String reminder) implements Comparable<Subject> {
        private static final Comparator<Subject> ORDER = Comparator.comparing(Subject::trigger)
                .thenComparing(Subject::reminder, Comparator.nullsFirst(Comparator.naturalOrder()));

        @Override
        public int compareTo(Subject other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return reminder == null ? trigger : trigger + ", " + reminder;
        }
    }

    /** What is counted of one. */
    public static final class Counts {
        private long fired;
        private long boughtWithinADay;
        private final Set<String> customers = new HashSet<>();
        private final SortedMap<LocalDate, Long> perDay = new TreeMap<>();
        private final Map<Reason, Long> suppressed = new EnumMap<>(Reason.class);

        public long fired() {
            return fired;
        }

        /** How many of the customers that there are at the end it has fired for. */
        public long customers() {
            return customers.size();
        }

        /** How often the customer has ordered within 24 hours of it. */
        public long boughtWithinADay() {
            return boughtWithinADay;
        }

        /** By UTC day; without days of none. */
        public SortedMap<LocalDate, Long> perDay() {
            return perDay;
        }

        /** How often it was held back, by reason; without reasons of none. Not part of what has fired. */
        public Map<Reason, Long> suppressed() {
            return suppressed;
        }

        public long mostPerDay() {
            return perDay.values().stream().mapToLong(Long::longValue).max().orElse(0);
        }
    }

    private final SortedMap<Subject, Counts> all = new TreeMap<>();

    /** One that is to be told of, also if it never fires. */
    void expect(Subject subject) {
        all.computeIfAbsent(subject, added -> new Counts());
    }

    /**
     * It has fired.
     *
     * @param at milliseconds since 1970
     * @param customerId whose it is at the end
     */
    void fired(Subject subject, long at, String customerId, boolean boughtWithinADay) {
        Counts counts = all.computeIfAbsent(subject, added -> new Counts());
        counts.fired++;
        counts.boughtWithinADay += boughtWithinADay ? 1 : 0;
        counts.customers.add(customerId);
        counts.perDay.merge(LocalDate.ofInstant(Instant.ofEpochMilli(at), ZoneOffset.UTC), 1L, Long::sum);
    }

    /** It was held back. */
    void suppressed(Subject subject, Reason reason) {
        all.computeIfAbsent(subject, added -> new Counts()).suppressed.merge(reason, 1L, Long::sum);
    }

    /** What another one, of other customers, has counted. */
    void add(TriggerReport other) {
        other.all.forEach((subject, theirs) -> {
            Counts counts = all.computeIfAbsent(subject, added -> new Counts());
            counts.fired += theirs.fired;
            counts.boughtWithinADay += theirs.boughtWithinADay;
            counts.customers.addAll(theirs.customers);
            theirs.perDay.forEach((day, fired) -> counts.perDay.merge(day, fired, Long::sum));
            theirs.suppressed.forEach((reason, times) -> counts.suppressed.merge(reason, times, Long::sum));
        });
    }

    /** By trigger, its reminders behind it. */
    public SortedMap<Subject, Counts> all() {
        return all;
    }

    /** Fired, by name of the trigger, with its reminders. */
    public SortedMap<String, Long> firedByTrigger() {
        SortedMap<String, Long> fired = new TreeMap<>();
        for (Map.Entry<Subject, Counts> entry : all.entrySet()) {
            fired.merge(entry.getKey().trigger(), entry.getValue().fired, Long::sum);
        }
        return fired;
    }

    /** Held back, by name of the trigger, with its reminders; without those of which nothing was. */
    public SortedMap<String, Map<Reason, Long>> suppressedByTrigger() {
        SortedMap<String, Map<Reason, Long>> suppressed = new TreeMap<>();
        all.forEach((subject, counts) -> counts.suppressed.forEach((reason, times) -> suppressed
                .computeIfAbsent(subject.trigger(), added -> new EnumMap<>(Reason.class))
                .merge(reason, times, Long::sum)));
        return suppressed;
    }
}
