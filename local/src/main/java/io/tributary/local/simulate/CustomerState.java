package io.tributary.local.simulate;

import java.util.ArrayList;
import java.util.List;

/** What a simulation remembers of one person between visits; small, because there are millions of them. */
final class CustomerState {
    private static final long ABANDONED_AFTER = 3_600_000L;
    private static final long NONE = Long.MIN_VALUE;

    final SeededRandom behaviour;
    final SeededRandom delivery;
    final List<CartLine> cart = new ArrayList<>(0);
    boolean registered;
    boolean lost;
    /** Bit per own device: logged in there. */
    int loggedIn;
    /** End of the latest visit on a device of this owner that the household shares. */
    long sharedBusyUntil = NONE;

    private int messages;
    private int orders;
    private int abandoned;
    private long anchor = NONE;

    CustomerState(long seed, int person) {
        behaviour = SeededRandom.of(seed, SeededRandom.Purpose.BEHAVIOUR, person);
        delivery = SeededRandom.of(seed, SeededRandom.Purpose.DELIVERY, person);
    }

    int nextMessage() {
        return ++messages;
    }

    int nextOrder() {
        return ++orders;
    }

    /** The cart has changed; what it abandons is decided by the hour that follows. */
    void cartChanged(long at) {
        settle(at);
        anchor = cart.isEmpty() ? NONE : at;
    }

    void ordered(long at) {
        settle(at);
        cart.clear();
        anchor = NONE;
    }

    /** Carts abandoned by this person, when the last event of all happened at {@code newest}. */
    int abandonedUntil(long newest) {
        return abandoned + (anchor != NONE && anchor + ABANDONED_AFTER <= newest ? 1 : 0);
    }

    private void settle(long at) {
        if (anchor != NONE && anchor + ABANDONED_AFTER < at) {
            abandoned++;
        }
    }

    /** Units of an article in the cart. */
    static final class CartLine {
        final int product;
        final long addedAt;
        int quantity;

        CartLine(int product, long addedAt, int quantity) {
            this.product = product;
            this.addedAt = addedAt;
            this.quantity = quantity;
        }
    }
}
