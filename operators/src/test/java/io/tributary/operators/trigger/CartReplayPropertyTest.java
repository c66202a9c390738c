package io.tributary.operators.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** A replay says of a cart since it last began what Flink CEP's NFA has fired for it, whatever somebody still knows of before. */
class CartReplayPropertyTest {
    private static final long MINUTE = 60_000;
    private static final String CUSTOMER = "c_1";

    @Property(tries = 300)
    void firesWhatHasFiredSinceTheCartBegan(
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 30) int minutes,
            @ForAll @IntRange(max = 60) int untilLast,
            @ForAll @IntRange(max = 40) int forgotten)
            throws Exception {
        List<CartEntry> entries = entries(events);
        if (entries.isEmpty()) {
            return;
        }
        long instant = entries.get(Math.max(0, entries.size() - 1 - untilLast % 7))
                        .order()
                        .timestamp()
                + untilLast * MINUTE / 2;
        List<CartEntry> known =
                entries.stream().filter(entry -> entry.knownAt() <= instant).toList();
        int first = beginning(known);
        try (CartTriggers triggers = new CartTriggers(triggers(minutes))) {
            TriggerState state = new TriggerState();
            Due due = new Due(Gate.open());
            for (CartEntry entry : known) {
                triggers.advance(state, CUSTOMER, entry.order().timestamp() - 1, due);
                triggers.add(
                        state,
                        new CartChange.Operation(CUSTOMER, entry, null, Said.nothing(), Said.noSegments()),
                        entry.order().timestamp() - 1);
            }
            triggers.advance(state, CUSTOMER, instant, due);
            List<Trigger> fired = new ArrayList<>();
            due.tell(state, fired::add);
            EventOrder since = known.isEmpty()
                    ? EventOrder.beginningOf(0)
                    : known.get(first).order();

            // What lies before the beginning may be known or not.
            List<Trigger> replayed = CartReplay.of(
                    triggers(minutes),
                    CUSTOMER,
                    entries.subList(Math.min(first, forgotten), entries.size()),
                    Map.of(),
                    Map.of(),
                    Gate.open(),
                    instant);

            assertThat(lines(replayed))
                    .isEqualTo(lines(fired.stream()
                            .filter(trigger -> trigger.anchor().compareTo(since) >= 0)
                            .toList()));
        }
    }

    /** As the folder knows them: an order that is reported again is none. */
    private static List<CartEntry> entries(List<CustomerEvent> events) {
        Set<String> orders = new HashSet<>();
        return TestStreams.sorted(events).stream()
                .filter(event -> CartEntry.isRelevant(event.kind()))
                .map(CartEntry::of)
                .filter(entry -> !entry.isOrder() || entry.orderId() == null || orders.add(entry.orderId()))
                .toList();
    }

    /** The place of the last order or replacement; else of the first operation. */
    private static int beginning(List<CartEntry> known) {
        int first = 0;
        for (int i = 0; i < known.size(); i++) {
            boolean startsAnew = known.get(i).isOrder() || known.get(i).order().kind() == EventKind.CART_UPDATE;
            first = startsAnew ? i : first;
        }
        return first;
    }

    private static List<CartTrigger> triggers(int minutes) {
        return CartTrigger.firstOf(TestTriggers.set(
                TestTriggers.trigger(
                        "b",
                        "size(cart.items) > 0",
                        minutes + "m",
                        "1h",
                        "  reminders: [{id: r, after: 5m, when: size(cart.items) > 1}]\n"),
                TestTriggers.trigger("a", "size(cart.items) > 1", minutes + "m", "1h", ""),
                TestTriggers.trigger("z", "size(cart.items) != 1", minutes + "m", "1h", "  priority: 3\n")));
    }

    private static List<String> lines(List<Trigger> triggers) {
        return triggers.stream()
                .map(trigger -> "%d %s %s %s"
                        .formatted(trigger.firedAt(), trigger.trigger().name(), trigger.step(), trigger.id()))
                .toList();
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(MINUTE, 40);
    }
}
