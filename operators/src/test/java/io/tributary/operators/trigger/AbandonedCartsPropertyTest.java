package io.tributary.operators.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.event.CartLine;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Which carts are abandoned is a function of the events, not of their arrival within the lateness bound. */
class AbandonedCartsPropertyTest {
    private static final long MINUTE = 60_000;
    private static final AbandonedCart DEFINITION = new AbandonedCart(Duration.ofMinutes(10), Duration.ofHours(1));

    @Property
    void firesAlikeInAnyOrderOfArrivalWithinTheBound(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws Exception {
        long bound = 9 * MINUTE;
        List<String> inOrder = run(TestStreams.sorted(events), 0, false);

        assertThat(run(TestStreams.inTime(events, bound, seed), bound, false)).isEqualTo(inOrder);
    }

    @Property
    void firesAlikeWhenTheStateIsStoredAfterEveryEvent(@ForAll("events") List<CustomerEvent> events, @ForAll long seed)
            throws Exception {
        long bound = 5 * MINUTE;
        List<CustomerEvent> arriving = TestStreams.inTime(events, bound, seed);

        assertThat(run(arriving, bound, true)).isEqualTo(run(arriving, bound, false));
    }

    @Property
    void firesWhatTheRuleSays(@ForAll("events") List<CustomerEvent> events) throws Exception {
        List<String> fired = run(TestStreams.sorted(events), 0, false).stream()
                .map(json -> json.replaceAll(".*\"anchor_message_id\":\"([^\"]*)\".*", "$1"))
                .toList();

        assertThat(fired).isEqualTo(rule(TestStreams.sorted(events)));
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(MINUTE, 60);
    }

    /** What the operator does, with a watermark behind every event. */
    private static List<String> run(List<CustomerEvent> events, long bound, boolean storing) throws Exception {
        List<String> fired = new ArrayList<>();
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        TriggerState state = null;
        long newest = bound;
        try (AbandonedCarts carts = new AbandonedCarts(DEFINITION)) {
            for (CustomerEvent event : events) {
                long watermark = newest - bound - 1;
                LedgerFold.Effect effect = LedgerFold.apply(activity, () -> record, event, watermark);
                CartChange change = CartChange.of("c_1", event, effect.changesCart(), activity.consent());
                if (change != null && (state != null || change.entry() != null)) {
                    state = state == null ? new TriggerState() : state;
                    assertThat(carts.add(state, Codecs.roundTrip(CartChange.CODEC, change), watermark))
                            .as("late")
                            .isFalse();
                }
                newest = Math.max(newest, event.timestamp());
                if (state != null) {
                    carts.advance(state, "c_1", newest - bound - 1, trigger -> fired.add(text(trigger)));
                    state = storing ? Codecs.roundTrip(TriggerState.CODEC, state) : state;
                }
            }
            if (state != null) {
                carts.advance(state, "c_1", newest + 60 * MINUTE, trigger -> fired.add(text(trigger)));
            }
        }
        return fired;
    }

    private static String text(Trigger trigger) {
        return new String(trigger.json(), StandardCharsets.UTF_8);
    }

    /** The contract's rule, told plainly: the anchors that fire. */
    private static List<String> rule(List<CustomerEvent> sorted) {
        List<String> anchors = new ArrayList<>();
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
                fire(anchor, sorted, anchors);
            }
            change(cart, event);
            anchor = !isOrder && !cart.isEmpty() ? event : null;
        }
        if (anchor != null) {
            fire(anchor, sorted, anchors);
        }
        return anchors;
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

    private static long deadline(CustomerEvent anchor) {
        return anchor.timestamp() + DEFINITION.delay().toMillis();
    }

    /** Unless the customer's last word up to the deadline is a refusal; of two at one instant the refusal counts. */
    private static void fire(CustomerEvent anchor, List<CustomerEvent> sorted, List<String> anchors) {
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
