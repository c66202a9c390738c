package io.tributary.operators.trigger;

import io.tributary.operators.profile.Cart;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.schemas.event.EventOrder;
import java.util.Map;

/**
 * The carts of a customer as triggers look at them.
 *
 * @param log of which they are made
 * @param segments in which the customer was when an operation became known, of those with which triggers ask for segments
 */
record SeenCarts(CartLog log, Map<EventOrder, SeenSegments> segments) {

    /** The cart after an operation; null behind an order, with which nothing begins. */
    CartVariables after(CartEntry entry) {
        return entry.isOrder() ? null : at(entry.order());
    }

    /** The cart after the operation at a place in the order of events. */
    CartVariables at(EventOrder place) {
        Cart cart = log.cartAt(place);
        return new CartVariables(cart, segments.getOrDefault(place, SeenSegments.NONE));
    }
}
