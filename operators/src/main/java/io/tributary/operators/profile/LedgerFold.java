package io.tributary.operators.profile;

import io.tributary.schemas.event.CustomerEvent;
import java.io.IOException;

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
     */
    public record Effect(RecordLedger record, boolean changesCart) {}

    /**
     * Folds an event in.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public static Effect apply(ActivityLedger activity, RecordAccess access, CustomerEvent event, long watermark)
            throws IOException {
        boolean hasNewIdentifier = activity.noteIdentifiers(event);
        RecordLedger record = null;
        boolean changesCart = CartEntry.isRelevant(event.kind());
        if (hasNewIdentifier || RecordLedger.isTouchedBy(event)) {
            record = access.get();
            changesCart &= !record.repeatsOrder(event);
            record.add(event);
        }
        activity.add(event, changesCart, watermark);
        return new Effect(record, changesCart);
    }
}
