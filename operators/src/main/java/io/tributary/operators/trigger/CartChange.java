package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.profile.ConsentTimeline;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the abandoned-cart trigger looks at: a cart event or an order, or a statement on the trigger's purpose.
 *
 * @param entry the operation, or null
 * @param knownAt from when on decisions know of the operation: its time, or later if it came late
 * @param consent on the purpose, ascending by time: all that a deadline ahead of the watermark may ask for, the event's
 *     own statement included. So who has no cart needs no state here, however much is said before the first cart event.
 */
public record CartChange(String customerId, CartEntry entry, long knownAt, List<Consent.Statement> consent) {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<CartChange> CODEC = new Codec<>() {
        @Override
        public void write(CartChange change, DataOutput out) throws IOException {
            Wire.writeString(change.customerId, out);
            out.writeBoolean(change.entry != null);
            if (change.entry != null) {
                CartEntry.CODEC.write(change.entry, out);
                Wire.writeVarLong(change.knownAt - change.entry.order().timestamp(), out);
            }
            Wire.writeVarInt(change.consent.size(), out);
            for (Consent.Statement statement : change.consent) {
                Consent.Statement.TIMED_CODEC.write(statement, out);
            }
        }

        @Override
        public CartChange read(DataInput in) throws IOException {
            String customerId = Wire.readString(in);
            CartEntry entry = in.readBoolean() ? CartEntry.CODEC.read(in) : null;
            long knownAt = entry == null ? 0 : entry.order().timestamp() + Wire.readVarLong(in);
            List<Consent.Statement> consent = new ArrayList<>(2);
            for (int rest = Wire.readVarInt(in); rest > 0; rest--) {
                consent.add(Consent.Statement.TIMED_CODEC.read(in));
            }
            return new CartChange(customerId, entry, knownAt, consent);
        }
    };

    /**
     * What an event means to the trigger, or null.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     * @param marketing what the customer has said on the purpose, with what the event states
     */
    public static CartChange of(
            String customerId, CustomerEvent event, boolean changesCart, ConsentTimeline marketing) {
        if (!changesCart && !event.consent().containsKey(AbandonedCart.PURPOSE)) {
            return null;
        }
        return changesCart
                ? new CartChange(customerId, CartEntry.of(event), event.knownAt(), marketing.statements())
                : new CartChange(customerId, null, 0, marketing.statements());
    }
}
