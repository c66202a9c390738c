package io.tributary.local.backtest;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.operators.trigger.AbandonedCarts;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.Trigger;
import io.tributary.operators.trigger.TriggerState;
import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One customer's way through a backtest: the ledgers, the open matches, what has fired. */
final class CustomerRun {
    /** The decisions that need resources of their own; one per thread. */
    static final class Decisions implements AutoCloseable {
        private final AbandonedCarts abandonedCarts;

        Decisions(AbandonedCart definition) {
            this.abandonedCarts = new AbandonedCarts(definition);
        }

        @Override
        public void close() throws Exception {
            abandonedCarts.close();
        }
    }

    private final String customerId;
    private final ActivityLedger activity = new ActivityLedger();
    private final RecordLedger record = new RecordLedger();
    private final List<byte[]> triggers = new ArrayList<>();

    /** Null until a cart event or an order. */
    private TriggerState watched;

    CustomerRun(String customerId) {
        this.customerId = customerId;
    }

    /** Applies the customer's next event in the order of events. */
    void apply(CustomerEvent event, Decisions decisions) throws IOException {
        // Everything before the event has happened: the watermark stands right behind it.
        long watermark = event.timestamp() - 1;
        LedgerFold.Effect effect = LedgerFold.apply(activity, () -> record, event, watermark);
        CartChange change = CartChange.of(customerId, event, effect.changesCart(), activity.marketing());
        if (change != null && (watched != null || change.entry() != null)) {
            if (watched == null) {
                watched = new TriggerState();
            }
            decisions.abandonedCarts.advance(watched, customerId, watermark, this::fired);
            decisions.abandonedCarts.add(watched, change, watermark);
        }
    }

    /** Lets time pass up to and including an instant. */
    void finish(long until, Decisions decisions) {
        if (watched != null) {
            decisions.abandonedCarts.advance(watched, customerId, until, this::fired);
        }
    }

    private void fired(Trigger trigger) {
        triggers.add(trigger.json());
    }

    byte[] profile() {
        return ProfileJson.profile(customerId, activity, record, activity.count());
    }

    List<byte[]> triggers() {
        return triggers;
    }
}
