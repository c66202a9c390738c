package io.tributary.operators.trigger;

import io.tributary.operators.profile.Cart;
import io.tributary.operators.profile.CartLog;
import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.EventOrder;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was known of the customer's cart as of an event, as far as triggers that name the event look at it.
 *
 * <p>Bound: items of at most {@value EventWatch#MAX_FIELD_BYTES} bytes.
 *
 * @param items null if nobody looks at them, or if they take too much
 * @param value by currency; null if nothing is known of the cart
 * @param updatedAt of the last cart event, milliseconds since 1970; 0 for none since the last order
 */
record SeenCart(List<Cart.Item> items, SortedMap<String, BigDecimal> value, long updatedAt) {
    /** The cart was looked at when it was not known any more. */
    static final SeenCart FORGOTTEN = new SeenCart(null, null, 0);

    private static final Codec<Cart.Item> ITEM = new Codec<>() {
        @Override
        public void write(Cart.Item item, DataOutput out) throws IOException {
            Wire.writeString(item.productId(), out);
            Wire.writeVarLong(item.quantity(), out);
            Wire.writeNullable(item.price(), DECIMAL, out);
            Wire.writeNullableString(item.currency(), out);
            Wire.writeNullableString(item.name(), out);
        }

        @Override
        public Cart.Item read(DataInput in) throws IOException {
            return new Cart.Item(
                    Wire.readString(in),
                    Wire.readVarLong(in),
                    Wire.readNullable(DECIMAL, in),
                    Wire.readNullableString(in),
                    Wire.readNullableString(in));
        }
    };

    private static final Codec<BigDecimal> DECIMAL = new Codec<>() {
        @Override
        public void write(BigDecimal value, DataOutput out) throws IOException {
            Wire.writeDecimal(value, out);
        }

        @Override
        public BigDecimal read(DataInput in) throws IOException {
            return Wire.readDecimal(in);
        }
    };

    private static final Codec<List<Cart.Item>> ITEMS = new Codec<>() {
        @Override
        public void write(List<Cart.Item> items, DataOutput out) throws IOException {
            Wire.writeAll(items, ITEM, out);
        }

        @Override
        public List<Cart.Item> read(DataInput in) throws IOException {
            return List.copyOf(Wire.readAll(ITEM, in));
        }
    };

    private static final Codec<Map<String, BigDecimal>> AMOUNTS = new Codec<>() {
        @Override
        public void write(Map<String, BigDecimal> amounts, DataOutput out) throws IOException {
            Wire.writeMap(amounts, Wire.STRING, DECIMAL, out);
        }

        @Override
        public Map<String, BigDecimal> read(DataInput in) throws IOException {
            return Wire.readMap(Wire.STRING, DECIMAL, in);
        }
    };

    /** Part of values that have a format. */
    static final Codec<SeenCart> CODEC = new Codec<>() {
        @Override
        public void write(SeenCart cart, DataOutput out) throws IOException {
            Wire.writeNullable(cart.value, AMOUNTS, out);
            if (cart.isKnown()) {
                Wire.writeNullable(cart.items, ITEMS, out);
                Wire.writeVarLong(cart.updatedAt, out);
            }
        }

        @Override
        public SeenCart read(DataInput in) throws IOException {
            Map<String, BigDecimal> value = Wire.readNullable(AMOUNTS, in);
            return value == null
                    ? FORGOTTEN
                    : new SeenCart(Wire.readNullable(ITEMS, in), new TreeMap<>(value), Wire.readVarLong(in));
        }
    };

    SeenCart {
        value = value == null ? null : Collections.unmodifiableSortedMap(value);
    }

    /**
     * The cart as of a place in the order of events. One that nobody has touched for {@value CartLog#WINDOW_DAYS} days counts
     * as empty.
     *
     * @param withItems whether somebody looks at them
     */
    static SeenCart asOf(EventOrder place, CartLog log, boolean withItems) {
        Cart cart = log.cartAt(place);
        if (cart.updatedAt() + CartLog.WINDOW_MILLIS < place.timestamp()) {
            cart = Cart.EMPTY;
        }
        boolean isKept = withItems && bytes(cart.items()) <= EventWatch.MAX_FIELD_BYTES;
        return new SeenCart(isKept ? cart.items() : null, cart.value(), cart.updatedAt());
    }

    private static int bytes(List<Cart.Item> items) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ITEMS.write(items, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.size();
    }

    boolean isKnown() {
        return value != null;
    }

    /** As expressions see it. */
    Map<String, Object> variable() {
        return CartVariables.fields(items, value, updatedAt);
    }
}
