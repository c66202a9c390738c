package io.tributary.operators.trigger;

import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * The contract's rule of the abandoned cart, and of any trigger of the cart, told plainly over all the events of one
 * customer: at each deadline it looks back at what was known then.
 */
final class CartTriggerRule {
    private final List<CustomerEvent> known;

    private final Condition condition;

    /** When what it decides is told, milliseconds since 1970. */
    private final long toldAt;

    private CartTriggerRule(List<CustomerEvent> known, Condition condition, long toldAt) {
        this.known = known;
        this.condition = condition;
        this.toldAt = toldAt;
    }

    /** What has to hold behind a cart event. */
    interface Condition {
        /**
         * Whether it does.
         *
         * @param cart products and how many of each
         * @param toldAt when that is told, milliseconds since 1970: who the customer is then has done the event
         */
        boolean holds(Map<String, Long> cart, CustomerEvent event, long toldAt);

        /** One that looks at the cart alone. */
        static Condition of(Predicate<Map<String, Long>> condition) {
            return (cart, event, toldAt) -> condition.test(cart);
        }
    }

    /**
     * The message ids of the anchors of abandoned carts, in the order of their deadlines.
     *
     * @param sorted in the order of events
     */
    static List<String> anchors(List<CustomerEvent> sorted, Duration delay) {
        return anchors(sorted, delay, Condition.of(cart -> !cart.isEmpty()));
    }

    /**
     * The message ids of the anchors that fire, in the order of their deadlines.
     *
     * @param sorted in the order of events
     */
    static List<String> anchors(List<CustomerEvent> sorted, Duration delay, Condition condition) {
        return anchors(sorted, delay, deadline -> deadline, Long.MAX_VALUE, condition).stream()
                .map(CustomerEvent::messageId)
                .toList();
    }

    /**
     * The anchors that are told.
     *
     * @param opensAt when it is told what fires at an instant; what ends it before that ends it
     * @param until nothing is told after it, milliseconds since 1970
     */
    static List<CustomerEvent> anchors(
            List<CustomerEvent> sorted, Duration delay, LongUnaryOperator opensAt, long until, Condition condition) {
        List<CustomerEvent> anchors = new ArrayList<>();
        for (CustomerEvent event : sorted) {
            if (event.kind().isCart()) {
                long deadline = event.timestamp() + delay.toMillis();
                long toldAt = opensAt.applyAsLong(deadline);
                List<CustomerEvent> known = knownAt(sorted, toldAt);
                boolean fires =
                        event.equals(new CartTriggerRule(knownAt(sorted, deadline), condition, toldAt).anchor());
                boolean isLeft = event.equals(new CartTriggerRule(known, condition, toldAt).anchor());
                if (fires && isLeft && toldAt <= until && !refuses(known)) {
                    anchors.add(event);
                }
            }
        }
        return anchors;
    }

    private static List<CustomerEvent> knownAt(List<CustomerEvent> sorted, long instant) {
        return sorted.stream().filter(event -> event.knownAt() <= instant).toList();
    }

    /**
     * What is taken back: the message id of the anchor, and from when on that is known, in the order of that instant.
     *
     * @param told message ids of anchors that were told
     * @param grace how long after a deadline
     */
    static List<String> retractions(
            List<CustomerEvent> sorted, List<String> told, Duration delay, Duration grace, Condition condition) {
        List<String> retractions = new ArrayList<>();
        for (CustomerEvent anchor : sorted) {
            if (!told.contains(anchor.messageId())) {
                continue;
            }
            long deadline = anchor.timestamp() + delay.toMillis();
            List<CustomerEvent> late = sorted.stream()
                    .filter(event -> event.kind().isCart() || event.kind() == EventKind.ORDER)
                    .filter(event -> event.timestamp() <= deadline
                            && event.knownAt() > deadline
                            && event.knownAt() <= deadline + grace.toMillis())
                    .sorted(Comparator.comparingLong((CustomerEvent one) -> one.knownAt())
                            .thenComparing(CustomerEvent::order))
                    .toList();
            for (CustomerEvent event : late) {
                if (endsBy(sorted, anchor, deadline, event, condition)) {
                    retractions.add(anchor.messageId() + " " + event.knownAt());
                    break;
                }
            }
        }
        return retractions;
    }

    /** Whether a late event shows that no cart was left at the deadline. */
    private static boolean endsBy(
            List<CustomerEvent> sorted, CustomerEvent anchor, long deadline, CustomerEvent late, Condition condition) {
        // What is known when it is.
        List<CustomerEvent> known = sorted.stream()
                .filter(event -> event.knownAt() < late.knownAt()
                        || (event.knownAt() == late.knownAt() && event.order().compareTo(late.order()) <= 0))
                .toList();
        if (!reportsFirst(known, late)) {
            return false;
        }
        boolean isReplaced = known.stream()
                .anyMatch(event -> event.timestamp() > deadline
                        && (event.kind() == EventKind.CART_UPDATE
                                || (event.kind() == EventKind.ORDER && reportsFirst(known, event))));
        if (isReplaced) {
            return late.kind() == EventKind.ORDER && late.order().compareTo(anchor.order()) > 0;
        }
        List<CustomerEvent> until =
                known.stream().filter(event -> event.timestamp() <= deadline).toList();
        return new CartTriggerRule(until, condition, late.knownAt()).anchor() == null;
    }

    /** Whether an event is no order that an earlier one has reported. */
    private static boolean reportsFirst(List<CustomerEvent> known, CustomerEvent event) {
        return event.kind() != EventKind.ORDER
                || event.purchase().orderId() == null
                || known.stream()
                        .filter(other -> other.kind() == EventKind.ORDER
                                && event.purchase()
                                        .orderId()
                                        .equals(other.purchase().orderId()))
                        .allMatch(other -> event.order().compareTo(other.order()) <= 0);
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
                anchor = !isOrder && condition.holds(cart, event, toldAt) ? event : null;
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
