package io.tributary.operators.trigger;

import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The contract's rule of the abandoned cart, told plainly over all the events of one customer: at each deadline it looks
 * back at what was known then.
 */
final class AbandonedCartRule {
    private final List<CustomerEvent> known;

    private AbandonedCartRule(List<CustomerEvent> known) {
        this.known = known;
    }

    /**
     * The message ids of the anchors that fire, in the order of their deadlines.
     *
     * @param sorted in the order of events
     */
    static List<String> anchors(List<CustomerEvent> sorted, AbandonedCart definition) {
        List<String> anchors = new ArrayList<>();
        for (CustomerEvent event : sorted) {
            if (event.kind().isCart()) {
                long deadline = event.timestamp() + definition.delay().toMillis();
                List<CustomerEvent> known = sorted.stream()
                        .filter(other -> other.knownAt() <= deadline)
                        .toList();
                AbandonedCartRule rule = new AbandonedCartRule(known);
                if (event.equals(rule.anchor()) && !rule.refuses()) {
                    anchors.add(event.messageId());
                }
            }
        }
        return anchors;
    }

    /** The last cart event, if it left something in the cart and no order came behind it; else null. */
    private CustomerEvent anchor() {
        Map<String, Long> cart = new TreeMap<>();
        Set<String> orders = new HashSet<>();
        CustomerEvent anchor = null;
        for (CustomerEvent event : known) {
            boolean isOrder = event.kind() == EventKind.ORDER;
            boolean repeats = isOrder
                    && event.purchase().orderId() != null
                    && !orders.add(event.purchase().orderId());
            if ((isOrder && !repeats) || event.kind().isCart()) {
                change(cart, event);
                anchor = !isOrder && !cart.isEmpty() ? event : null;
            }
        }
        return anchor;
    }

    private static void change(Map<String, Long> cart, CustomerEvent event) {
        if (event.kind() == EventKind.ORDER || event.kind() == EventKind.CART_UPDATE) {
            cart.clear();
        }
        for (CartLine line : event.cartLines()) {
            long sign = event.kind() == EventKind.CART_REMOVE ? -1 : 1;
            long left = cart.getOrDefault(line.productId(), 0L) + sign * line.quantity();
            if (left > 0) {
                cart.put(line.productId(), left);
            } else {
                cart.remove(line.productId());
            }
        }
    }

    /** Whether the customer's last word up to the deadline is a refusal; of two at one instant the refusal counts. */
    private boolean refuses() {
        long saidAt = Long.MIN_VALUE;
        boolean granted = true;
        for (CustomerEvent event : known) {
            Boolean says = event.consent().get(AbandonedCart.PURPOSE);
            if (says != null) {
                granted = event.timestamp() == saidAt ? granted && says : says;
                saidAt = event.timestamp();
            }
        }
        return !granted;
    }
}
