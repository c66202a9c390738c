package io.tributary.operators.segment;

import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.operators.segment.SegmentIndex.Segment;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes a customer's memberships through what happens: events, time that passes, fragments that come and go. The one place
 * that decides when memberships are looked at, for the job and for the backtest. For one thread; a customer at a time.
 *
 * <p>At an instant they are those with all that has happened at it; where nothing happens they change at the instants at
 * which time alone changes something. What is older than what they are right for changes them as of that instant.
 */
public final class SegmentTracker {
    private static final SegmentChange.Reason GONE =
            new SegmentChange.Reason("the customer exists", "its events are another's, or erased");
    private static final SegmentChange.Reason REMOVED = new SegmentChange.Reason("the segment is defined", "no more");
    private static final SegmentChange.Reason REDEFINED =
            new SegmentChange.Reason("the segment has values", "another definition");

    private final CompiledDefinitions definitions;
    private final SegmentEvaluator evaluator;

    // Of the instant between open and close.
    private boolean everything;
    private final List<ProfileField> computedThatMayChange = new ArrayList<>();

    public SegmentTracker(CompiledDefinitions definitions) {
        this.definitions = definitions;
        this.evaluator = definitions.evaluator();
    }

    /**
     * Lets time pass.
     *
     * @param known of the customer; what its instant is does not matter
     * @param until up to and including this instant, milliseconds since 1970
     * @param changes is told what changes, in order
     * @return whether anything was due: what computed traits say may be another too
     */
    public boolean advance(
            Facts known,
            SegmentClock clock,
            Supplier<Memberships> memberships,
            long until,
            Consumer<SegmentChange> changes) {
        boolean wasDue = clock.due() <= until;
        while (clock.due() <= until) {
            evaluator.begin(known.at(clock.now()), List.of(), clock.due());
            Facts then = known.at(clock.due());
            evaluator.end(then, memberships).forEach(changes);
            clock.set(then.now(), evaluator.nextChange(then));
        }
        return wasDue;
    }

    /**
     * Begins an instant: what is due before it changes now. To be followed by {@link #changing} and {@link #close} of the
     * same customer.
     *
     * @param known of the customer before anything has happened at the instant
     * @param instant milliseconds since 1970; one before that of the memberships counts as theirs
     * @param identifiersMayChange whether what happens at the instant may make the customer list others
     */
    public void open(
            Facts known,
            SegmentClock clock,
            Supplier<Memberships> memberships,
            long instant,
            boolean identifiersMayChange,
            Consumer<SegmentChange> changes) {
        computedThatMayChange.clear();
        everything = true;
        if (clock.isNew()) {
            evaluator.beginAnew(memberships.get());
            return;
        }
        advance(known, clock, memberships, Math.max(instant, clock.now()) - 1, changes);
        long then = Math.max(instant, clock.now());
        everything = clock.due() <= then;
        List<ProfileField> changing = identifiersMayChange ? List.of(ProfileField.all(Root.IDENTIFIERS)) : List.of();
        evaluator.begin(known.at(clock.now()), changing, everything ? then : clock.now());
    }

    /** To be told before an event of the instant is folded. */
    public void changing(CustomerEvent event, Facts known, SegmentClock clock) {
        if (!clock.isNew()) {
            List<ProfileField> computed = definitions.traits().changedBy(event);
            computedThatMayChange.addAll(computed);
            Facts then = known.at(clock.now());
            evaluator.noteEvent(event.name(), computed, then);
            evaluator.note(then, changedByContent(event));
        }
    }

    /** Ends an instant: memberships are those with all that has happened at it. */
    public void close(
            Facts known,
            SegmentClock clock,
            Supplier<Memberships> memberships,
            long instant,
            Consumer<SegmentChange> changes) {
        Facts now = known.at(Math.max(instant, clock.now()));
        evaluator.end(now, memberships).forEach(changes);
        long due = everything ? evaluator.nextChange(now) : Math.min(clock.due(), evaluator.nextFlipOfNoted());
        if (!everything) {
            // Of all others what was due next still is.
            due = Math.min(due, now.nextComputedChange(computedThatMayChange));
        }
        clock.set(now.now(), due);
    }

    /** What not every event of its name changes. */
    private static List<ProfileField> changedByContent(CustomerEvent event) {
        List<ProfileField> fields = new ArrayList<>(0);
        if (!event.traits().isEmpty()) {
            fields.add(ProfileField.all(Root.TRAITS));
        }
        if (!event.consent().isEmpty()) {
            fields.add(ProfileField.all(Root.CONSENT));
        }
        if (event.purchase() != null) {
            fields.add(ProfileField.all(Root.ORDERS));
        }
        if (event.kind() == EventKind.ORDER || !event.cartLines().isEmpty() || event.kind() == EventKind.CART_UPDATE) {
            fields.add(ProfileField.all(Root.CART));
        }
        return fields;
    }

    /**
     * Looks at all segments, because the customer has got or lost events of the past.
     *
     * @param instant milliseconds since 1970
     */
    public void lookAnew(
            Facts known,
            long instant,
            SegmentClock clock,
            Supplier<Memberships> memberships,
            Consumer<SegmentChange> changes) {
        evaluator.beginAnew(memberships.get());
        Facts now = known.at(Math.max(instant, clock.now()));
        evaluator.end(now, memberships).forEach(changes);
        clock.set(now.now(), evaluator.nextChange(now));
    }

    /**
     * Other definitions hold than those by which memberships were decided. Takes a customer out of segments that are there no
     * more, or of which there are values now and were none, or the other way round; decides the segments that decide
     * otherwise than they did.
     *
     * @param decidedBy the publication by which memberships were decided
     * @param known of the customer; what its instant is does not matter
     * @param instant milliseconds since 1970; one before that of the memberships counts as theirs
     * @param changes is told what changes
     * @return whether what the profile says may be another
     */
    public boolean adopt(
            long decidedBy,
            Facts known,
            long instant,
            SegmentClock clock,
            Supplier<Memberships> memberships,
            Consumer<SegmentChange> changes) {
        long now = Math.max(instant, clock.now());
        int[] otherwise = definitions.changes().segmentsSince(decidedBy);
        boolean isOther = definitions.changes().areOfTraitsSince(decidedBy) || isInAny(otherwise, memberships.get());
        List<SegmentChange> all = exitUndefined(now, memberships.get());
        advance(known, clock, memberships, now - 1, all::add);
        evaluator.begin(known.at(clock.now()), List.of(), clock.due() <= now ? now : clock.now());
        evaluator.ask(otherwise);
        Facts then = known.at(now);
        all.addAll(evaluator.end(then, memberships));
        clock.set(now, evaluator.nextChange(then));
        all.forEach(changes);
        return isOther || !all.isEmpty();
    }

    private boolean isInAny(int[] places, Memberships memberships) {
        for (int place : places) {
            if (memberships.contains(definitions.index().segments().get(place).number())) {
                return true;
            }
        }
        return false;
    }

    private List<SegmentChange> exitUndefined(long instant, Memberships memberships) {
        List<SegmentChange> all = new ArrayList<>();
        for (Held held : held(memberships)) {
            Segment segment = definitions.index().byNumber(held.number);
            if (segment == null) {
                PublishedDefinition removed = definitions.removed(held.number);
                all.add(exit(held, removed.name(), removed.version(), instant, REMOVED, memberships));
            } else if (segment.isParametric() != (held.value != null)) {
                all.add(exit(held, segment.name(), segment.version(), instant, REDEFINED, memberships));
            }
        }
        all.sort(SegmentEvaluator.IN_ORDER);
        return all;
    }

    /**
     * Takes a customer out of all segments who is not there any more.
     *
     * @param instant milliseconds since 1970
     */
    public void leaveAll(long instant, Supplier<Memberships> memberships, Consumer<SegmentChange> changes) {
        List<SegmentChange> all = new ArrayList<>();
        Memberships left = memberships.get();
        for (Held held : held(left)) {
            Segment segment = definitions.index().byNumber(held.number);
            all.add(exit(held, segment.name(), segment.version(), instant, GONE, left));
        }
        all.sort(SegmentEvaluator.IN_ORDER);
        all.forEach(changes);
    }

    private static SegmentChange exit(
            Held held, String name, int version, long instant, SegmentChange.Reason because, Memberships memberships) {
        memberships.exit(held.number, held.value);
        return new SegmentChange(instant, name, held.value, false, version, List.of(because));
    }

    /** What is kept of a membership. */
    private record Held(int number, String value, long since) {}

    private static List<Held> held(Memberships memberships) {
        List<Held> all = new ArrayList<>();
        for (int number : memberships.segments()) {
            all.add(new Held(number, null, memberships.since(number)));
        }
        memberships
                .parametric()
                .forEach((number, values) -> values.forEach((value, since) -> all.add(new Held(number, value, since))));
        return all;
    }

    /** What the profile says of segments. */
    public PublishedMemberships memberships(Memberships memberships, Facts known) {
        if (memberships.isEmpty()) {
            return PublishedMemberships.NONE;
        }
        SegmentForecast forecast = definitions.forecast();
        forecast.begin(known);
        return PublishedMemberships.of(definitions.index(), memberships, forecast);
    }
}
