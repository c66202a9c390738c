package io.tributary.operators.profile;

import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.io.IOException;
import java.util.function.Predicate;

/**
 * Folds one event into both halves of a ledger: the one place that decides what an event touches, for the job and for
 * the backtest.
 */
public final class LedgerFold {
    private LedgerFold() {}

    /** The cold half, which is fetched only by events that touch it. */
    @FunctionalInterface
    public interface RecordAccess {
        /** The record as it is; never null. */
        RecordLedger get() throws IOException;
    }

    /**
     * What an event did.
     *
     * @param record the cold half, changed, or null if the event does not touch it
     * @param changesCart whether the event is a cart event or the first report of an order
     * @param repeats whether the event reports an order that the same ledger has been told of before
     */
    public record Effect(RecordLedger record, boolean changesCart, boolean repeats) {}

    /**
     * Folds an event in.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public static Effect apply(ActivityLedger activity, RecordAccess access, CustomerEvent event, long watermark)
            throws IOException {
        return apply(activity, access, event, watermark, entry -> false);
    }

    /**
     * Folds an event in, of one of several fragments.
     *
     * @param watermark what has passed, milliseconds since 1970
     * @param repeats whether an order has been reported before by other fragments of the customer: then it changes
     *     nothing
     */
    static Effect apply(
            ActivityLedger activity,
            RecordAccess access,
            CustomerEvent event,
            long watermark,
            Predicate<CartEntry> repeats)
            throws IOException {
        boolean hasNewDevice = activity.noteDevices(event);
        RecordLedger record = null;
        boolean changesCart = CartEntry.isRelevant(event.kind());
        if (hasNewDevice || RecordLedger.isTouchedBy(event)) {
            record = access.get();
            changesCart &= !record.repeatsOrder(event);
            record.add(event);
        }
        activity.add(event, changesCart, watermark, repeats);
        boolean repeatsAnother = changesCart && event.kind() == EventKind.ORDER && repeats.test(CartEntry.of(event));
        boolean repeatsItself = event.kind() == EventKind.ORDER && !changesCart;
        return new Effect(record, changesCart && !repeatsAnother, repeatsItself);
    }
}
