package io.tributary.operators.testing;

import static io.tributary.operators.testing.TestEvent.START;

import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random events of one customer, for properties. */
public final class TestStreams {
    private static final List<String> PRODUCTS = List.of("p1", "p2", "p3");

    private TestStreams() {}

    /**
     * Events that often happen at the same instant, repeat orders, grant and refuse, and contradict each other; in no
     * particular order, each with a message id of its own.
     *
     * @param stepMillis unit of the event times, of which there are at most a hundred
     */
    public static Arbitrary<List<CustomerEvent>> events(long stepMillis, int maxSize) {
        Arbitrary<Integer> small = Arbitraries.integers().between(0, 5);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.integers().between(0, 99),
                        small,
                        small,
                        Arbitraries.integers().between(0, 7))
                .as((kind, step, a, b, says) -> new int[] {kind, step, a, b, says})
                .list()
                .ofMaxSize(maxSize)
                .map(choices -> {
                    List<CustomerEvent> events = new ArrayList<>();
                    for (int[] choice : choices) {
                        String messageId = "m" + events.size();
                        TestEvent event =
                                event(messageId, choice[0], START + choice[1] * stepMillis, choice[2], choice[3]);
                        if (choice[4] < 2) {
                            event.consent("marketing", choice[4] == 0);
                        }
                        events.add(event.event());
                    }
                    return events;
                });
    }

    private static TestEvent event(String messageId, int kind, long at, int a, int b) {
        String product = PRODUCTS.get(a % PRODUCTS.size());
        return switch (kind) {
            case 0 -> TestEvent.identify(messageId, at).trait("t" + a, b).trait("city", b == 0 ? null : "c" + b);
            case 1 -> TestEvent.identify(messageId, at).consent("marketing", b % 2 == 0);
            case 2 -> TestEvent.track(messageId, "Viewed " + a, at).alsoDevice("a-" + b);
            case 3, 4, 5 ->
                TestEvent.added(messageId, product, at).with("price", b + ".25").with("quantity", 1 + b % 3);
            case 6 -> TestEvent.removed(messageId, product, at).with("quantity", 1 + b % 3);
            case 7 -> b == 0 ? TestEvent.cart(messageId, at) : TestEvent.cart(messageId, at, product);
            case 8 -> TestEvent.ordered(messageId, b == 0 ? null : "o" + a, at).with("revenue", b + ".10");
            default ->
                TestEvent.track(messageId, "Order Refunded", at)
                        .with("total", b + ".05")
                        .with("order_id", "o" + a);
        };
    }

    /** The events in their order. */
    public static List<CustomerEvent> sorted(List<CustomerEvent> events) {
        return events.stream()
                .sorted(Comparator.comparing(CustomerEvent::order))
                .toList();
    }

    /** The events in an order of arrival in which each is at most {@code bound} behind the newest before it. */
    public static List<CustomerEvent> inTime(List<CustomerEvent> events, long bound, long seed) {
        Random random = new Random(seed);
        return arriving(events, event -> event.timestamp() + random.nextLong(bound + 1));
    }

    /** The events in the order of their instants of arrival, of which each is asked for once. */
    public static <T> List<T> arriving(List<T> events, ToLongFunction<T> at) {
        record Arrival<T>(long at, T event) {}
        return events.stream()
                .map(event -> new Arrival<>(at.applyAsLong(event), event))
                .sorted(Comparator.comparingLong(Arrival::at))
                .map(Arrival::event)
                .toList();
    }
}
