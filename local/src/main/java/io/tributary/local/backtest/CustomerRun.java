package io.tributary.local.backtest;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.segment.CompiledDefinitions;
import io.tributary.operators.segment.SegmentTracker;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartTrigger;
import io.tributary.operators.trigger.CartTriggers;
import io.tributary.operators.trigger.Trigger;
import io.tributary.operators.trigger.TriggerState;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;

/** One customer's way through a backtest: the ledgers, the open matches, what has fired. */
final class CustomerRun {
    /** The decisions that need resources of their own; one per thread. */
    static final class Decisions implements AutoCloseable {
        private final CartTriggers triggers;
        private final CompiledDefinitions definitions;
        private final SegmentTracker tracker;

        Decisions(List<CartTrigger> triggers, CompiledDefinitions definitions) {
            this.triggers = new CartTriggers(triggers);
            this.definitions = definitions;
            this.tracker = new SegmentTracker(definitions);
        }

        CartTriggers triggers() {
            return triggers;
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
    record Fired(TriggerReport.Subject subject, long at, String customerId, byte[] json) {}

    private final String customerId;

    /** Up to and including this instant everything counts as fired. */
    private final long decidedUntil;

    private final ActivityLedger activity = new ActivityLedger();
    private final RecordLedger record = new RecordLedger();
    private final List<Fired> triggers = new ArrayList<>(0);

    /** Null until a cart event or an order. */
    private TriggerState watched;

    CustomerRun(String customerId) {
        this(customerId, Long.MIN_VALUE);
    }

    /** @param decidedUntil what would fire at or before this instant does not, milliseconds since 1970 */
    CustomerRun(String customerId, long decidedUntil) {
        this.customerId = customerId;
        this.decidedUntil = decidedUntil;
    }

    /** Applies the customer's next event in the order of events. */
    void apply(CustomerEvent event, Decisions decisions) throws IOException {
        if (watched != null && WatchedEvents.isWatched(event)) {
            decisions.triggers.advance(watched, customerId, passedBefore(event), this::fired);
        }
        replay(event, decisions);
    }

    /**
     * Applies the customer's next event, one that lies in the decided past: nothing that fires before it is of interest.
     * It costs less than {@link #apply}.
     */
    void replay(CustomerEvent event, Decisions decisions) throws IOException {
        LedgerFold.Effect effect = fold(event);
        boolean changesCart = effect.changesCart();
        boolean isOfInterest = !decisions.triggers.isEmpty() && CartChange.concerns(event, changesCart);
        if (isOfInterest && (watched != null || changesCart)) {
            if (watched == null) {
                watched = new TriggerState();
            }
            CartChange.Operation change = CartChange.of(
                    customerId, event, changesCart, activity.marketing().statements());
            decisions.triggers.add(watched, change, passedBefore(event));
        }
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
            decisions.triggers.advance(watched, customerId, until, this::fired);
        }
    }

    private void fired(Trigger trigger) {
        if (trigger.firedAt() > decidedUntil) {
            TriggerReport.Subject subject =
                    new TriggerReport.Subject(trigger.trigger().definition().name(), trigger.reminder());
            triggers.add(new Fired(subject, trigger.firedAt(), customerId, trigger.json()));
        }
    }

    byte[] profile(Collection<Identifier> identifiers, SortedSet<String> mergedFrom, ProfileJson.Segments segments) {
        return ProfileJson.profile(customerId, identifiers, activity, record, segments, mergedFrom, activity.count());
    }

    List<Fired> triggers() {
        return triggers;
    }
}
