package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.json.JsonSize;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation on a cart: an addition, a removal, a replacement, or the order that empties it.
 *
 * @param order its place among all events; the kind says which operation it is
 * @param lines the products that it names; empty for an order; {@linkplain #forgotten() forgotten}, where they were too
 *     much to keep
 * @param orderId of an order, or null
 * @param knownAt from when on decisions know of it, milliseconds since 1970: its time, or later if it came late
 */
public record CartEntry(EventOrder order, List<CartLine> lines, String orderId, long knownAt)
        implements Comparable<CartEntry> {
    /** No product has this id: an event's is not blank. */
    private static final List<CartLine> FORGOTTEN = List.of(new CartLine("", 1, null, "", null));

    /** A product in JSON apart from its id and its name: field names, a price and a quantity of all digits. */
    private static final int ITEM_BYTES = 150;

    public static final Codec<CartEntry> CODEC = new Codec<>() {
        @Override
        public void write(CartEntry entry, DataOutput out) throws IOException {
            EventOrder.CODEC.write(entry.order, out);
            Wire.writeAll(entry.lines, CartLine.CODEC, out);
            Wire.writeNullableString(entry.orderId, out);
            Wire.writeVarLong(entry.knownAt - entry.order.timestamp(), out);
        }

        @Override
        public CartEntry read(DataInput in) throws IOException {
            EventOrder order = EventOrder.CODEC.read(in);
            int size = Wire.readVarInt(in);
            List<CartLine> lines = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                lines.add(CartLine.CODEC.read(in));
            }
            String orderId = Wire.readNullableString(in);
            return new CartEntry(order, lines, orderId, order.timestamp() + Wire.readVarLong(in));
        }
    };

    /** Whether an event changes a cart. */
    public static boolean isRelevant(EventKind kind) {
        return kind.isCart() || kind == EventKind.ORDER;
    }

    /** Whether it came late. */
    public boolean isLate() {
        return knownAt > order.timestamp();
    }

    public static CartEntry of(CustomerEvent event) {
        return new CartEntry(
                event.order(),
                event.cartLines(),
                event.purchase() == null ? null : event.purchase().orderId(),
                event.knownAt());
    }

    public boolean isOrder() {
        return order.kind() == EventKind.ORDER;
    }

    /** Whether the cart after it does not depend on what was before: an order empties it, a replacement replaces it. */
    boolean startsAnew() {
        return isOrder() || order.kind() == EventKind.CART_UPDATE;
    }

    /** The operation with its place, but without what it did: the mark before which a log knows nothing. */
    CartEntry forgotten() {
        return new CartEntry(order, FORGOTTEN, orderId, knownAt);
    }

    boolean isForgotten() {
        return lines.equals(FORGOTTEN);
    }

    /**
     * How many bytes of JSON its products take in a cart, at most.
     *
     * @param enough where counting may stop
     */
    int jsonBytes(int enough) {
        int bytes = 0;
        for (CartLine line : lines) {
            bytes += ITEM_BYTES + JsonSize.quoted(line.productId());
            bytes += line.name() == null ? 0 : JsonSize.quoted(line.name());
            if (bytes > enough) {
                return bytes;
            }
        }
        return bytes;
    }

    /** Whether both report the same order. */
    public boolean isSameOrder(CartEntry other) {
        return isOrder() && other.isOrder() && orderId != null && orderId.equals(other.orderId);
    }

    @Override
    public int compareTo(CartEntry other) {
        return order.compareTo(other.order);
    }
}
