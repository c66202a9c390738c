package io.tributary.operators.trigger;

import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The contract's rule of the abandoned cart, and of any trigger of the cart, told plainly over all the events of one
 * customer: at each deadline it looks back at what was known then.
 */
final class CartTriggerRule {
    private final List<CustomerEvent> known;

    /** What has to hold of the cart: products and how many of each. */
    private final Predicate<Map<String, Long>> condition;

    private CartTriggerRule(List<CustomerEvent> known, Predicate<Map<String, Long>> condition) {
        this.known = known;
        this.condition = condition;
    }

    /**
     * The message ids of the anchors of abandoned carts, in the order of their deadlines.
     *
     * @param sorted in the order of events
     */
    static List<String> anchors(List<CustomerEvent> sorted, Duration delay) {
        return anchors(sorted, delay, cart -> !cart.isEmpty());
    }

    /**
     * The message ids of the anchors that fire, in the order of their deadlines.
     *
     * @param sorted in the order of events
     */
    static List<String> anchors(List<CustomerEvent> sorted, Duration delay, Predicate<Map<String, Long>> condition) {
        List<String> anchors = new ArrayList<>();
        for (CustomerEvent event : sorted) {
            if (event.kind().isCart()) {
                long deadline = event.timestamp() + delay.toMillis();
                List<CustomerEvent> known = sorted.stream()
                        .filter(other -> other.knownAt() <= deadline)
                        .toList();
                CartTriggerRule rule = new CartTriggerRule(known, condition);
                if (event.equals(rule.anchor()) && !refuses(known)) {
                    anchors.add(event.messageId());
                }
            }
        }
        return anchors;
    }

    /** The last cart event, if it left a cart of which the condition holds and no order came behind it; else null. */
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
                anchor = !isOrder && condition.test(cart) ? event : null;
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

    /** Whether the customer's last word of all that is known, ascending, is a refusal; of two at one instant the refusal counts. */
    static boolean refuses(List<CustomerEvent> known) {
        long saidAt = Long.MIN_VALUE;
        boolean granted = true;
        for (CustomerEvent event : known) {
            Boolean says = event.consent().get(TriggerDefinition.PURPOSE);
            if (says != null) {
                granted = event.timestamp() == saidAt ? granted && says : says;
                saidAt = event.timestamp();
            }
        }
        return !granted;
    }
}
