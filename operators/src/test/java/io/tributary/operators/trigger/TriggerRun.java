package io.tributary.operators.trigger;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.Said;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One customer's way through triggers: what the operators do, with a watermark behind every event. */
final class TriggerRun {
    static final String CUSTOMER = "c_1";

    private TriggerRun() {}

    /** For triggers of the cart alone. */
    static final EventWatch NO_SEQUENCE = new EventWatch(List.of(), DeliveryDefinition.NONE);

    /**
     * What fires and is not refused.
     *
     * @param watch says what the triggers look at
     * @param replay of events of the customer
     * @param storing whether the state is written and read behind every event
     * @param restarting whether the customer starts anew behind every event, with what it has done
     */
    static List<Trigger> of(Triggers triggers, EventWatch watch, Replay replay, boolean storing, boolean restarting)
            throws Exception {
        List<Trigger> fired = new ArrayList<>();
        told(triggers, watch, replay, storing, restarting, new TriggerSink() {
            @Override
            public boolean fire(Trigger trigger) {
                return fired.add(trigger);
            }

            @Override
            public void retract(Retraction retraction) {
                // Nobody asks.
            }

            @Override
            public void holdBack(SuppressedTrigger suppressed) {
                // Nobody asks.
            }
        });
        fired.removeIf(Trigger::isRefused);
        return fired;
    }

    /** The same; what fires, refused or not, and what is taken back goes where the sink says. */
    static void told(
            Triggers triggers, EventWatch watch, Replay replay, boolean storing, boolean restarting, TriggerSink sink)
            throws Exception {
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        RetainedEvents retained = new RetainedEvents.InMemory();
        List<WatchedEvent> all = new ArrayList<>();
        TriggerState state = null;
        long watermark = Long.MIN_VALUE;
        while (replay.hasNext()) {
            CustomerMessage.Event message = replay.next();
            CustomerEvent event = message.event();
            LedgerFold.Effect effect = LedgerFold.apply(activity, () -> record, event, watermark);
            WatchedEvent watched =
                    watch.names(event) && !effect.repeats() ? watch.watched(event, message.fragmentId()) : null;
            if (watched != null) {
                all.add(watched);
            }
            CartChange.Operation change = CartChange.of(
                    CUSTOMER,
                    event,
                    effect.changesCart(),
                    watched,
                    () -> activity.said().statements(),
                    Said::noSegments);
            if (change != null && (state != null || change.isEvent())) {
                state = state == null ? new TriggerState() : state;
                CartChange read = Codecs.roundTrip(CartChange.CODEC, change);
                triggers.add(state, (CartChange.Operation) read, watermark);
            }
            watermark = replay.watermark();
            if (state != null) {
                triggers.advance(state, retained, CUSTOMER, watermark, sink);
                if (restarting && watermark > 0) {
                    CartChange.Restart restart = new CartChange.Restart(
                            CUSTOMER,
                            watermark + 1,
                            false,
                            activity.cart().entries(),
                            Set.of(message.fragmentId()),
                            false,
                            all,
                            activity.said().statements(),
                            Said.noSegments());
                    triggers.restart(state, retained, restart, sink);
                }
                state = storing ? Codecs.roundTrip(TriggerState.CODEC, state) : state;
            }
        }
    }
}
