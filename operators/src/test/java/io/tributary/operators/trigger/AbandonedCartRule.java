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

/** The contract's rule of the abandoned cart, told plainly over all the events of one customer. */
final class AbandonedCartRule {
    private final List<CustomerEvent> sorted;
    private final long delay;
    private final List<String> anchors = new ArrayList<>();

    private AbandonedCartRule(List<CustomerEvent> sorted, AbandonedCart definition) {
        this.sorted = sorted;
        this.delay = definition.delay().toMillis();
    }

    /**
     * The message ids of the anchors that fire, in the order of their deadlines.
     *
     * @param sorted in the order of events
     */
    static List<String> anchors(List<CustomerEvent> sorted, AbandonedCart definition) {
        AbandonedCartRule rule = new AbandonedCartRule(sorted, definition);
        rule.apply();
        return rule.anchors;
    }

    private void apply() {
        Map<String, Long> cart = new TreeMap<>();
        Set<String> orders = new HashSet<>();
        CustomerEvent anchor = null;
        for (CustomerEvent event : sorted) {
            boolean isOrder = event.kind() == EventKind.ORDER;
            if (!isOrder && !event.kind().isCart()) {
                continue;
            }
            if (isOrder
                    && event.purchase().orderId() != null
                    && !orders.add(event.purchase().orderId())) {
                continue;
            }
            if (anchor != null && event.timestamp() > deadline(anchor)) {
                fire(anchor);
            }
            change(cart, event);
            anchor = !isOrder && !cart.isEmpty() ? event : null;
        }
        if (anchor != null) {
            fire(anchor);
        }
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

    private long deadline(CustomerEvent anchor) {
        return anchor.timestamp() + delay;
    }

    /** Unless the customer's last word up to the deadline is a refusal; of two at one instant the refusal counts. */
    private void fire(CustomerEvent anchor) {
        long saidAt = Long.MIN_VALUE;
        boolean granted = true;
        for (CustomerEvent event : sorted) {
            Boolean says = event.consent().get(AbandonedCart.PURPOSE);
            if (says != null && event.timestamp() <= deadline(anchor)) {
                granted = event.timestamp() == saidAt ? granted && says : says;
                saidAt = event.timestamp();
            }
        }
        if (granted) {
            anchors.add(anchor.messageId());
        }
    }
}
