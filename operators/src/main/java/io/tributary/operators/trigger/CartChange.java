package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CustomerEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the abandoned-cart trigger looks at: a cart event or an order, or a statement on the trigger's purpose.
 *
 * @param entry the operation, or null
 * @param consent the customer's latest statement on the purpose, or null if there is none
 */
public record CartChange(String customerId, CartEntry entry, Consent.Statement consent) {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<CartChange> CODEC = new Codec<>() {
        @Override
        public void write(CartChange change, DataOutput out) throws IOException {
            Wire.writeString(change.customerId, out);
            out.writeBoolean(change.entry != null);
            if (change.entry != null) {
                CartEntry.CODEC.write(change.entry, out);
            }
            out.writeBoolean(change.consent != null);
            if (change.consent != null) {
                Consent.Statement.CODEC.write(change.consent, out);
            }
        }

        @Override
        public CartChange read(DataInput in) throws IOException {
            return new CartChange(
                    Wire.readString(in),
                    in.readBoolean() ? CartEntry.CODEC.read(in) : null,
                    in.readBoolean() ? Consent.Statement.CODEC.read(in) : null);
        }
    };

    /**
     * What an event means to the trigger, or null.
     *
     * @param changesCart whether it is a cart event or the first report of an order
     * @param consent the customer's, with what the event states
     */
    public static CartChange of(String customerId, CustomerEvent event, boolean changesCart, Consent consent) {
        if (!changesCart && !event.consent().containsKey(AbandonedCart.PURPOSE)) {
            return null;
        }
        return new CartChange(customerId, changesCart ? CartEntry.of(event) : null, consent.on(AbandonedCart.PURPOSE));
    }
}
