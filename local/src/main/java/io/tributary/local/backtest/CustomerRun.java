package io.tributary.local.backtest;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.SegmentTracker;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartReplay;
import io.tributary.operators.trigger.CartTrigger;
import io.tributary.operators.trigger.EventWatch;
import io.tributary.operators.trigger.Gate;
import io.tributary.operators.trigger.GateHistory;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.operators.trigger.RetainedEvents;
import io.tributary.operators.trigger.SuppressedTrigger;
import io.tributary.operators.trigger.Suppression;
import io.tributary.operators.trigger.Suppression.Reason;
import io.tributary.operators.trigger.Trigger;
import io.tributary.operators.trigger.TriggerSink;
import io.tributary.operators.trigger.TriggerState;
import io.tributary.operators.trigger.Triggers;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** One customer's way through a backtest: the ledgers, the open matches, what has fired. */
final class CustomerRun {
    /** The decisions that need resources of their own; one per thread. */
    static final class Decisions implements AutoCloseable {
        private final List<CartTrigger> defined;
        private final Triggers triggers;
        private final EventWatch watch;
        private final Gate gate;
        private final CompiledDefinitions definitions;
        private final SegmentTracker tracker;

        Decisions(List<CartTrigger> triggers, EventWatch watch, Gate gate, CompiledDefinitions definitions) {
            this.defined = triggers;
            this.triggers = new Triggers(triggers, gate);
            this.watch = watch;
            this.gate = gate;
            this.definitions = definitions;
            this.tracker = new SegmentTracker(definitions);
        }

        Triggers triggers() {
            return triggers;
        }

        EventWatch watch() {
            return watch;
        }

        boolean isWatched(CustomerEvent event) {
            return watch.names(event) || WatchedEvents.isWatchedByAll(event);
        }

        Gate gate() {
            return gate;
        }

        CompiledDefinitions definitions() {
            return definitions;
        }

        SegmentTracker tracker() {
            return tracker;
        }

        @Override
        public void close() throws Exception {
            triggers.close();
        }
    }

    /**
     * A trigger that has fired.
     *
     * @param at milliseconds since 1970
     * @param json what it told, a public JSON line
     */
    record Fired(TriggerReport.Subject subject, long match, long at, String customerId, byte[] json) {}

    /**
     * A trigger that has fired and was held back.
     *
     * @param json what is told of it, a public JSON line
     */
    record Suppressed(TriggerReport.Subject subject, long match, Reason reason, byte[] json) {}

    private final String customerId;

    /** Before this instant everything counts as fired, and so do deadlines at it. */
    private final long decidedUntil;

    /** {@link Trigger#match} of what has fired for the customer already. */
    private final Set<Long> told;

    private final ActivityLedger activity = new ActivityLedger();
    private final RecordLedger record = new RecordLedger();
    private final List<Fired> triggers = new ArrayList<>(0);
    private final List<Suppressed> suppressed = new ArrayList<>(0);

    /** What counts for caps. */
    private GateHistory history;

    /** Null until something happens that triggers look at. */
    private TriggerState watched;

    private final RetainedEvents retained = new RetainedEvents.InMemory();

    /** What triggers ask for of the customer; of segments of which nothing is known, that it never was in one. */
    private final ProfileTimelines asked;

    /** @param asked what triggers ask for of the customer, which whoever makes this keeps up to date */
    CustomerRun(String customerId, ProfileTimelines asked) {
        this(customerId, asked, Long.MIN_VALUE, Set.of(), GateHistory.EMPTY);
    }

    /**
     * @param asked what triggers ask for of the customer, which whoever makes this keeps up to date
     * @param decidedUntil what would fire before this instant, or at it by a deadline, does not; milliseconds since 1970
     * @param told {@link Trigger#match} of what has fired for the customer already
     */
    CustomerRun(String customerId, ProfileTimelines asked, long decidedUntil, Set<Long> told, GateHistory history) {
        this.customerId = customerId;
        this.asked = asked;
        this.told = told;
        this.decidedUntil = decidedUntil;
        this.history = history;
    }

    /** Applies the customer's next event in the order of events. */
    void apply(CustomerEvent event, Decisions decisions) throws IOException {
        if (watched != null && decisions.isWatched(event)) {
            advance(passedBefore(event), decisions);
        }
        replay(event, decisions);
    }

    /**
     * Applies the customer's next event, one that lies in the decided past: nothing that fires before it is of interest.
     * It costs less than {@link #apply}.
     */
    void replay(CustomerEvent event, Decisions decisions) throws IOException {
        LedgerFold.Effect effect = fold(event);
        if (decisions.triggers.isEmpty()) {
            return;
        }
        WatchedEvent ofSequences = decisions.watch.names(event) && !effect.repeats()
                ? decisions.watch.watched(event, FragmentId.of(event.firstIdentityKey()))
                : null;
        CartChange.Operation change = CartChange.of(
                customerId,
                event,
                effect.changesCart(),
                ofSequences,
                () -> activity.said().statements(),
                () -> turns(decisions));
        if (change != null && (watched != null || change.isEvent())) {
            if (watched == null) {
                watched = new TriggerState();
            }
            decisions.triggers.add(watched, change, passedBefore(event));
        }
    }

    /** Applies the customer's next change of a membership in the order of events. */
    void apply(WatchedEvent change, Decisions decisions) {
        if (watched != null) {
            advance(passedBefore(change), decisions);
        }
        replay(change, decisions);
    }

    /** Applies a change of a membership in the decided past. */
    void replay(WatchedEvent change, Decisions decisions) {
        if (watched == null) {
            watched = new TriggerState();
        }
        decisions.triggers.add(
                watched,
                new CartChange.Operation(
                        customerId, null, change, activity.said().statements(), turns(decisions)),
                passedBefore(change));
    }

    /** A membership has changed for which triggers ask. */
    void see(Decisions decisions) {
        if (watched != null) {
            decisions.triggers.add(
                    watched,
                    new CartChange.Operation(
                            customerId, null, null, activity.said().statements(), turns(decisions)),
                    Long.MIN_VALUE);
        }
    }

    private SortedMap<String, List<Turn>> turns(Decisions decisions) {
        SortedMap<String, List<Turn>> turns = new TreeMap<>();
        for (String name : decisions.watch.asked()) {
            List<Turn> known = asked.turns(name);
            turns.put(name, known == null ? List.of(Turn.always(false)) : known);
        }
        return turns;
    }

    /** Behind all of the decided past: what happened in it is seen as it shows since its end. */
    void startAnew(Decisions decisions) {
        if (watched != null) {
            decisions.triggers.startAnew(watched, decidedUntil);
        }
    }

    private static long passedBefore(WatchedEvent change) {
        return change.order().timestamp() - 1;
    }

    /** Applies the customer's next event to the profile alone. */
    LedgerFold.Effect fold(CustomerEvent event) throws IOException {
        return LedgerFold.apply(activity, () -> record, event, passedBefore(event));
    }

    /** Everything before the event has happened: the watermark stands right behind it. */
    private static long passedBefore(CustomerEvent event) {
        return event.timestamp() - 1;
    }

    /** Lets time pass up to and including an instant. */
    void finish(long until, Decisions decisions) {
        if (watched != null) {
            advance(until, decisions);
        }
    }

    private void advance(long until, Decisions decisions) {
        decisions.triggers.advance(watched, retained, customerId, until, new Outputs(decisions.gate));
    }

    /** Where what is decided goes. */
    private final class Outputs implements TriggerSink {
        private final Gate gate;

        Outputs(Gate gate) {
            this.gate = gate;
        }

        @Override
        public boolean fire(Trigger trigger) {
            if (isDecided(trigger)) {
                return false;
            }
            Suppression suppression = gate.suppression(trigger, history);
            if (suppression == null) {
                history = gate.told(trigger, history);
                triggers.add(
                        new Fired(subject(trigger), trigger.match(), trigger.toldAt(), customerId, trigger.json()));
            } else {
                add(new SuppressedTrigger(trigger, suppression));
            }
            return suppression == null;
        }

        @Override
        public void holdBack(SuppressedTrigger held) {
            if (held.at() >= decidedUntil && !isDecided(held.trigger())) {
                add(held);
            }
        }

        private void add(SuppressedTrigger held) {
            suppressed.add(new Suppressed(
                    subject(held.trigger()), held.trigger().match(), held.why().reason(), held.json()));
        }

        private boolean isDecided(Trigger trigger) {
            // An event of that instant comes behind what has changed the customer, a deadline counts as passed.
            boolean comesFirst = trigger.isOfDeadline() || trigger.hasWaited();
            boolean isOfInstant = trigger.isOfDeadline() && trigger.firedAt() == decidedUntil;
            return isOfInstant
                    || (comesFirst ? trigger.toldAt() <= decidedUntil : trigger.toldAt() < decidedUntil)
                    || told.contains(trigger.match());
        }

        private static TriggerReport.Subject subject(Trigger trigger) {
            return new TriggerReport.Subject(trigger.trigger().definition().name(), trigger.reminder());
        }
    }

    /** What would have fired up to and including an instant, milliseconds since 1970, by all events up to it. */
    List<Trigger> firesOf(Decisions decisions, long instant) {
        return CartReplay.of(
                decisions.defined,
                customerId,
                activity.cart().entries(),
                activity.said().statements(),
                turns(decisions),
                decisions.gate,
                instant);
    }

    byte[] profile(Collection<Identifier> identifiers, SortedSet<String> mergedFrom, ProfileJson.Segments segments) {
        return ProfileJson.profile(customerId, identifiers, activity, record, segments, mergedFrom, activity.count());
    }

    List<Fired> triggers() {
        return triggers;
    }

    List<Suppressed> suppressed() {
        return suppressed;
    }

    GateHistory history() {
        return history;
    }

    void history(GateHistory known) {
        history = known;
    }
}
