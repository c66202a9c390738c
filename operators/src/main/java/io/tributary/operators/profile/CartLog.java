package io.tributary.operators.profile;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.EventOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The operations of which a cart is the fold, in the order of events whatever the order of arrival. Carts are merged by
 * merging their operations.
 *
 * <p>The cart after a cart event at t is the fold of the newest {@value #MAX_CART_EVENTS} cart events in
 * (t − {@value #WINDOW_DAYS} d, t] since the last order; nothing leaves it by time alone.
 *
 * <p>Of what the watermark has passed it keeps the newest {@value #MAX_CART_EVENTS} cart events within
 * {@value #WINDOW_DAYS} days of the newest of them, since the last order or replacement of the cart ({@code Cart
 * Updated}). What is ahead of the watermark pushes nothing out: a job that catches up may have read months of one
 * partition before another one lets the watermark follow.
 *
 * <p>Bound: the newest {@value #MAX_ENTRIES} operations; of them, whatever the order of arrival, the newest whose
 * products take at most {@value #MAX_JSON_BYTES} bytes of JSON. Where that cuts, an operation without its products marks
 * the place: what lies before it is not known any more.
 */
public final class CartLog {
    public static final int MAX_CART_EVENTS = 200;
    public static final int WINDOW_DAYS = 30;
    public static final long WINDOW_MILLIS = WINDOW_DAYS * 86_400_000L;
    /** 1.25 MiB: more than the products of any one event. */
    public static final int MAX_JSON_BYTES = 5 << 18;

    /** Some 400 that the watermark has passed, with their orders, and 1,000 ahead of it. */
    static final int MAX_ENTRIES = 1_400;

    /** Without a format of its own: part of values that have one. */
    public static final Codec<CartLog> CODEC = new Codec<>() {
        @Override
        public void write(CartLog log, DataOutput out) throws IOException {
            Wire.writeAll(log.entries, CartEntry.CODEC, out);
        }

        @Override
        public CartLog read(DataInput in) throws IOException {
            CartLog log = new CartLog();
            log.entries.addAll(Wire.readAll(CartEntry.CODEC, in));
            return log;
        }
    };

    /** Ascending. */
    private final List<CartEntry> entries = new ArrayList<>(4);

    /**
     * Takes an operation in. One that is already there, or repeats an order that is, changes nothing; of an order that
     * is reported twice the earlier report counts.
     *
     * @return whether anything has changed
     */
    public boolean add(CartEntry entry) {
        boolean isNew = insert(entry);
        if (isNew) {
            keepWithinBounds();
        }
        return isNew;
    }

    private boolean insert(CartEntry entry) {
        int at = Collections.binarySearch(entries, entry);
        if (at >= 0) {
            return false;
        }
        for (CartEntry known : entries) {
            if (known.isSameOrder(entry)) {
                if (known.compareTo(entry) < 0) {
                    return false;
                }
                entries.remove(known);
                break;
            }
        }
        entries.add(-at - 1, entry);
        return true;
    }

    /** Takes the operations of another log in. */
    public void merge(CartLog other) {
        if (entries.isEmpty()) {
            entries.addAll(other.entries);
        } else if (!other.entries.isEmpty()) {
            other.entries.forEach(this::insert);
            keepWithinBounds();
        }
    }

    /** Drops reports of orders that another one has reported before: they change nothing. */
    void dropRepetitions(Predicate<CartEntry> repeats) {
        entries.removeIf(entry -> entry.isOrder() && repeats.test(entry));
    }

    private void keepWithinBounds() {
        int first = 0;
        int cartEvents = 0;
        int bytes = 0;
        for (int i = entries.size() - 1; i >= 0 && first == 0; i--) {
            CartEntry entry = entries.get(i);
            if (entry.isOrder()) {
                continue;
            }
            cartEvents++;
            bytes += entry.jsonBytes(MAX_JSON_BYTES);
            if (bytes > MAX_JSON_BYTES && cartEvents > 1 && !entry.isForgotten()) {
                entries.set(i, entry.forgotten());
            }
            if (entries.get(i).isForgotten()) {
                first = i;
            }
        }
        entries.subList(0, Math.max(first, entries.size() - MAX_ENTRIES)).clear();
    }

    /**
     * Drops what nobody can ask for again: what lies before the last order or replacement that is known at the watermark, and
     * what is {@linkplain #forgetOld old}.
     */
    public void forgetBehind(long watermark) {
        forgetBehind(watermark, entry -> false);
    }

    /** @param repeats whether an order has been reported before by somebody who is the same customer: it ends nothing */
    void forgetBehind(long watermark, Predicate<CartEntry> repeats) {
        for (int i = entries.size() - 1; i > 0; i--) {
            CartEntry entry = entries.get(i);
            // One that came late is known later than it happened, and deadlines till then see what lies before it.
            if (entry.startsAnew() && entry.knownAt() <= watermark && !repeats.test(entry)) {
                entries.subList(0, i).clear();
                break;
            }
        }
        forgetOld(watermark);
    }

    /** Drops what is more operations or days before the newest that the watermark has passed than a cart goes back. */
    void forgetOld(long watermark) {
        long newest = 0;
        int cartEvents = 0;
        for (int i = entries.size() - 1; i >= 0; i--) {
            CartEntry entry = entries.get(i);
            long at = entry.order().timestamp();
            if (entry.isOrder() || at > watermark) {
                continue;
            }
            if (cartEvents++ == 0) {
                newest = at;
            }
            if (cartEvents > MAX_CART_EVENTS || at <= newest - WINDOW_MILLIS) {
                entries.subList(0, i + 1).clear();
                return;
            }
        }
    }

    /** The cart after all operations. */
    public Cart cart() {
        return fold(entries.size());
    }

    /** The cart after all operations up to and including a place in the order of events. */
    public Cart cartAt(EventOrder order) {
        int end = entries.size();
        while (end > 0 && entries.get(end - 1).order().compareTo(order) > 0) {
            end--;
        }
        return fold(end);
    }

    private Cart fold(int end) {
        int first = end;
        long newest = 0;
        for (int count = 0; first > 0 && count < MAX_CART_EVENTS; first--, count++) {
            CartEntry entry = entries.get(first - 1);
            if (entry.isOrder()
                    || entry.isForgotten()
                    || (count > 0 && entry.order().timestamp() <= newest - WINDOW_MILLIS)) {
                break;
            }
            if (count == 0) {
                newest = entry.order().timestamp();
            }
        }
        if (first == end) {
            return Cart.EMPTY;
        }
        Map<String, Content> contents = new TreeMap<>();
        for (CartEntry entry : entries.subList(first, end)) {
            apply(entry, contents);
        }
        List<Cart.Item> items = new ArrayList<>();
        contents.forEach((productId, content) -> {
            if (content.quantity > 0) {
                items.add(new Cart.Item(productId, content.quantity, content.price, content.currency, content.name));
            }
        });
        return new Cart(items, newest);
    }

    private static void apply(CartEntry entry, Map<String, Content> contents) {
        switch (entry.order().kind()) {
            case CART_ADD -> entry.lines().forEach(line -> put(contents, line));
            case CART_REMOVE -> entry.lines().forEach(line -> take(contents, line));
            case CART_UPDATE -> {
                contents.clear();
                entry.lines().forEach(line -> put(contents, line));
            }
            default -> throw new IllegalStateException("no cart operation: " + entry.order());
        }
    }

    private static void put(Map<String, Content> contents, CartLine line) {
        Content content = contents.computeIfAbsent(line.productId(), id -> new Content());
        content.quantity += line.quantity();
        content.learn(line);
    }

    private static void take(Map<String, Content> contents, CartLine line) {
        Content content = contents.get(line.productId());
        if (content != null) {
            content.quantity -= line.quantity();
            content.learn(line);
            if (content.quantity <= 0) {
                contents.remove(line.productId());
            }
        }
    }

    /**
     * Whether the cart as of a place in the order of events counts as not known any more at an instant: an order or a
     * replacement behind it was known then, so what lies before may have been {@linkplain #forgetBehind forgotten}.
     *
     * @param instant milliseconds since 1970
     */
    public boolean isForgottenAt(EventOrder place, long instant) {
        return entries.stream()
                .anyMatch(entry ->
                        entry.startsAnew() && entry.order().compareTo(place) > 0 && entry.knownAt() <= instant);
    }

    /** The last operation at or before an instant, milliseconds since 1970; null if there is none. */
    public CartEntry lastAt(long instant) {
        CartEntry last = null;
        for (CartEntry entry : entries) {
            last = entry.order().timestamp() <= instant ? entry : last;
        }
        return last;
    }

    /** Whether an order or a replacement behind an instant was known at another one, both milliseconds since 1970. */
    public boolean isReplacedAfter(long instant, long knownAt) {
        return entries.stream()
                .anyMatch(entry ->
                        entry.startsAnew() && entry.order().timestamp() > instant && entry.knownAt() <= knownAt);
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Ascending; not to be changed. */
    public List<CartEntry> entries() {
        return Collections.unmodifiableList(entries);
    }

    /** What is known of a product while it lies in the cart. */
    private static final class Content {
        private long quantity;
        private BigDecimal price;
        private String currency;
        private String name;

        private void learn(CartLine line) {
            if (line.price() != null) {
                price = line.price();
                currency = line.currency();
            }
            if (line.name() != null) {
                name = line.name();
            }
        }
    }
}
