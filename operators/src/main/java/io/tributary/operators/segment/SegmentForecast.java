package io.tributary.operators.segment;

import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.operators.segment.SegmentIndex.Segment;
import io.tributary.schemas.time.Timestamps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Tells when memberships end if nothing happens. Room for one customer at a time, used for one after the other; not thread-safe. */
final class SegmentForecast {
    /** More changes by time alone than this are not looked through. */
    static final int MAX_STEPS = 10_000;

    private final SegmentIndex index;
    private final Predicate<ProfileField> isWindowed;

    /** What of a segment changes as time passes, also through the segments that it asks for. */
    private record Clock(Set<Integer> elapsed, Set<ProfileField> computed) {
        /** That of most segments. */
        static final Clock STANDS = new Clock(Set.of(), Set.of());

        boolean stands() {
            return elapsed.isEmpty() && computed.isEmpty();
        }
    }

    private static final int[] NO_CONDITIONS = {};
    private static final int[] NOT_ALONE = {};

    /** How much is of a condition in {@link #timely}. */
    private static final int CONDITION = 3;

    /** Of the customer who is asked about, and by attribute which, if it is of this customer. */
    private final List<Course> courses = new ArrayList<>();

    private final int[] courseOf;
    private final int[] courseIn;
    private int round;

    private Facts known;

    /** By place; null if nobody has asked. */
    private final Clock[] clocks;

    /**
     * By place, null if nobody has asked: the conditions that time changes; of each its attribute, {@link
     * SegmentIndex#holdsFrom}, and its number. {@link #NOT_ALONE} of a segment that time changes and that is more than all of
     * some conditions, or asks for another segment.
     */
    private final int[][] timely;

    /** @param isWindowed whether time alone may change a field of computed traits */
    SegmentForecast(SegmentIndex index, Predicate<ProfileField> isWindowed) {
        this.index = index;
        this.isWindowed = isWindowed;
        clocks = new Clock[index.segments().size()];
        timely = new int[index.segments().size()][];
        courseOf = new int[index.attributeCount()];
        courseIn = new int[index.attributeCount()];
    }

    /** Begins with a customer. */
    void begin(Facts of) {
        known = of;
        courses.clear();
        round++;
    }

    /**
     * The instant from which on the customer, who is in a segment now, is not in it, milliseconds since 1970, or
     * {@link Long#MAX_VALUE} if time alone does not end it in the years that events can have.
     *
     * @param place of the segment in the index
     * @param value of a parametric segment, else null
     */
    long exitsAt(int place, String value) {
        if (timely[place] == null) {
            timely[place] = newTimelyOf(place);
        }
        return timely[place] == NOT_ALONE
                ? stepThrough(index.segments().get(place), value, clockOf(place))
                : leastOf(timely[place]);
    }

    /** Of conditions all of which hold now, when the first one does no more. */
    private long leastOf(int[] conditions) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < conditions.length; i += CONDITION) {
            least = Math.min(least, courseOf(conditions[i]).endOf(conditions[i + 1], conditions[i + 2], least));
        }
        return least;
    }

    private Course courseOf(int attribute) {
        if (courseIn[attribute] != round) {
            courseIn[attribute] = round;
            courseOf[attribute] = courses.size();
            courses.add(new Course(attribute));
        }
        return courses.get(courseOf[attribute]);
    }

    /** What becomes of an attribute as time passes; looked at as far as somebody asks. */
    private final class Course {
        private final Attribute attribute;
        private final int place;
        private final ComputedCourse computed;
        private Facts facts;

        /** Of each step after now: when, what the attribute holds from then on, and where that stands. */
        private long[] instants = new long[8];

        private final List<Object> values = new ArrayList<>();
        private int[] places = new int[8];

        /** By step: the least of the places up to it. */
        private int[] leastPlaces = new int[8];

        private int count;
        private boolean isAtEnd;

        Course(int place) {
            this.place = place;
            attribute = index.attribute(place);
            facts = known;
            ProfileField field = attribute.field();
            computed = field != null && field.root() == Root.COMPUTED ? known.course(field) : null;
        }

        /**
         * When a condition does not hold any more that holds now, milliseconds since 1970; {@link Long#MAX_VALUE} if that
         * is not before an instant, or time alone does not bring it about in the years that events can have.
         *
         * @param holdsFrom of the condition, as {@link SegmentIndex#holdsFrom}
         */
        long endOf(int holdsFrom, int condition, long before) {
            int step = 0;
            if (holdsFrom != Integer.MIN_VALUE) {
                step = firstBelow(holdsFrom);
            }
            for (; step < MAX_STEPS && hasStep(step) && instants[step] < before; step++) {
                if (!holds(condition, step)) {
                    return instants[step];
                }
            }
            return Long.MAX_VALUE;
        }

        /** The first step that has been looked at of which the place is below another; if there is none, the next one. */
        private int firstBelow(int other) {
            int from = 0;
            int to = count;
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (leastPlaces[middle] < other) {
                    to = middle;
                } else {
                    from = middle + 1;
                }
            }
            return from;
        }

        /** Whether there is a step after now; looks at it if nobody has, which has looked at the one before. */
        private boolean hasStep(int step) {
            if (step == count && !isAtEnd) {
                long now = count == 0 ? known.now() : instants[count - 1];
                long next = nextChange(now);
                isAtEnd = next > Timestamps.MAX;
                if (!isAtEnd) {
                    add(next);
                }
            }
            return step < count;
        }

        private long nextChange(long now) {
            if (computed != null) {
                return computed.nextChange(now);
            }
            long elapsed = attribute.isElapsed() ? index.nextFlip(place, facts) : Long.MAX_VALUE;
            return Math.min(elapsed, facts.nextComputedChange(attribute.reads()));
        }

        private void add(long instant) {
            Object value;
            if (computed != null) {
                value = computed.value(instant);
            } else {
                facts = facts.at(instant);
                value = attribute.value(facts);
            }
            if (count == instants.length) {
                instants = Arrays.copyOf(instants, 2 * count);
                places = Arrays.copyOf(places, 2 * count);
                leastPlaces = Arrays.copyOf(leastPlaces, 2 * count);
            }
            instants[count] = instant;
            values.add(value);
            AttributeIndex bounds = index.attributeIndex(place);
            places[count] = count == 0 ? bounds.placeOf(value) : bounds.placeOf(value, places[count - 1]);
            leastPlaces[count] = count == 0 ? places[0] : Math.min(leastPlaces[count - 1], places[count]);
            count++;
        }

        private boolean holds(int condition, int step) {
            return index.isComparison(condition)
                    ? index.holds(condition, places[step])
                    : ((Condition.OnAttribute) index.condition(condition).condition()).holds(values.get(step));
        }
    }

    private long stepThrough(Segment segment, String value, Clock clock) {
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

    private Clock clockOf(int place) {
        if (clocks[place] == null) {
            clocks[place] = newClockOf(index.segments().get(place));
        }
        return clocks[place];
    }

    private Clock newClockOf(Segment segment) {
        Set<Integer> elapsed = new HashSet<>();
        Set<ProfileField> computed = new HashSet<>();
        if (segment.isParametric() && isWindowed.test(new ProfileField(Root.VALUE, segment.name()))) {
            computed.add(new ProfileField(Root.VALUE, segment.name()));
        }
        Set<Integer> conditions = new HashSet<>();
        segment.formula().forEach(conditions::add);
        for (int number : conditions) {
            if (index.condition(number).condition() instanceof Condition.InSegment asked) {
                Clock of = clockOf(index.placeOf(index.byName(asked.segment())));
                elapsed.addAll(of.elapsed);
                computed.addAll(of.computed);
            } else {
                Attribute attribute = index.attribute(index.attributeOf(number));
                if (attribute.isElapsed()) {
                    elapsed.add(index.attributeOf(number));
                }
                attribute.reads().stream().filter(isWindowed).forEach(computed::add);
            }
        }
        return elapsed.isEmpty() && computed.isEmpty() ? Clock.STANDS : new Clock(elapsed, computed);
    }

    private int[] newTimelyOf(int place) {
        if (clockOf(place).stands()) {
            return NO_CONDITIONS;
        }
        Segment segment = index.segments().get(place);
        int[] all = segment.isParametric() ? null : segment.formula().conjuncts();
        if (all == null || IntStream.of(all).anyMatch(number -> index.attributeOf(number) < 0)) {
            return NOT_ALONE;
        }
        return IntStream.of(all)
                .filter(number -> isTimely(index.attribute(index.attributeOf(number))))
                .flatMap(number -> IntStream.of(index.attributeOf(number), index.holdsFrom(number), number))
                .toArray();
    }

    private boolean isTimely(Attribute attribute) {
        return attribute.isElapsed() || attribute.reads().stream().anyMatch(isWindowed);
    }
}
