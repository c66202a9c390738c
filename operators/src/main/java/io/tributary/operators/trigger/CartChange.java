package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A cart event or an order of a customer: what the abandoned-cart trigger looks at. */
public record CartChange(String customerId, CartEntry entry) {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<CartChange> CODEC = new Codec<>() {
        @Override
        public void write(CartChange change, DataOutput out) throws IOException {
            Wire.writeString(change.customerId, out);
            CartEntry.CODEC.write(change.entry, out);
        }

        @Override
        public CartChange read(DataInput in) throws IOException {
            return new CartChange(Wire.readString(in), CartEntry.CODEC.read(in));
        }
    };
}
