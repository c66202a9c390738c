package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * What an order, a refund or a cancellation says about money.
 *
 * @param orderId {@code order_id}, or null
 * @param amount {@code revenue}, else {@code total}, else the sum of price × quantity; null if the event names none. Of
 *     a refund or a cancellation: positive
 * @param currency ISO 4217
 */
public record Purchase(String orderId, BigDecimal amount, String currency) {
    public static final Codec<Purchase> CODEC = new Codec<>() {
        @Override
        public void write(Purchase purchase, DataOutput out) throws IOException {
            Wire.writeNullableString(purchase.orderId, out);
            out.writeBoolean(purchase.amount != null);
            if (purchase.amount != null) {
                Wire.writeDecimal(purchase.amount, out);
            }
            Wire.writeString(purchase.currency, out);
        }

        @Override
        public Purchase read(DataInput in) throws IOException {
            String orderId = Wire.readNullableString(in);
            BigDecimal amount = in.readBoolean() ? Wire.readDecimal(in) : null;
            return new Purchase(orderId, amount, Wire.readString(in));
        }
    };
}
