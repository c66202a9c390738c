package io.tributary.operators.trigger;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.Replay;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.List;

/** One customer's way through the triggers of the cart: what the operators do, with a watermark behind every event. */
final class TriggerRun {
    static final String CUSTOMER = "c_1";

    private TriggerRun() {}

    /**
     * What fires.
     *
     * @param replay of events of the customer
     * @param storing whether the state is written and read behind every event
     * @param restarting whether the customer starts anew behind every event, with what it has done
     */
    static List<Trigger> of(CartTriggers triggers, Replay replay, boolean storing, boolean restarting)
            throws Exception {
        List<Trigger> fired = new ArrayList<>();
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        TriggerState state = null;
        long watermark = Long.MIN_VALUE;
        while (replay.hasNext()) {
            CustomerEvent event = replay.next().event();
            LedgerFold.Effect effect = LedgerFold.apply(activity, () -> record, event, watermark);
            boolean changesCart = effect.changesCart();
            if (CartChange.concerns(event, changesCart) && (state != null || changesCart)) {
                state = state == null ? new TriggerState() : state;
                CartChange change = CartChange.of(
                        CUSTOMER, event, changesCart, activity.marketing().statements());
                triggers.add(state, (CartChange.Operation) Codecs.roundTrip(CartChange.CODEC, change), watermark);
            }
            watermark = replay.watermark();
            if (state != null) {
                triggers.advance(state, CUSTOMER, watermark, fired::add);
                if (restarting && watermark > 0) {
                    CartChange.Restart restart = new CartChange.Restart(
                            CUSTOMER,
                            watermark + 1,
                            false,
                            activity.cart().entries(),
                            activity.marketing().statements());
                    triggers.restart(state, restart, fired::add);
                }
                state = storing ? Codecs.roundTrip(TriggerState.CODEC, state) : state;
            }
        }
        return fired;
    }
}
