package io.tributary.schemas.event;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * A product with a quantity, as a cart event names it.
 *
 * @param productId {@code product_id}, else {@code sku}
 * @param quantity at least 1
 * @param price of one unit, in {@code currency}, or null if the event names none
 * @param currency ISO 4217
 * @param name of the product for a person to read, or null
 */
public record CartLine(String productId, int quantity, BigDecimal price, String currency, String name) {
    public static final Codec<CartLine> CODEC = new Codec<>() {
        @Override
        public void write(CartLine line, DataOutput out) throws IOException {
            Wire.writeString(line.productId, out);
            Wire.writeVarInt(line.quantity, out);
            out.writeBoolean(line.price != null);
            if (line.price != null) {
                Wire.writeDecimal(line.price, out);
            }
            Wire.writeString(line.currency, out);
            Wire.writeNullableString(line.name, out);
        }

        @Override
        public CartLine read(DataInput in) throws IOException {
            String productId = Wire.readString(in);
            int quantity = Wire.readVarInt(in);
            BigDecimal price = in.readBoolean() ? Wire.readDecimal(in) : null;
            return new CartLine(productId, quantity, price, Wire.readString(in), Wire.readNullableString(in));
        }
    };
}
