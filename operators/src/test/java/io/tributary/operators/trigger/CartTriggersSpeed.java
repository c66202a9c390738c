package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Prints what an event of a cart costs by the number of definitions: reading, deciding and writing a customer's one value,
 * on one thread, apart from the state backend. Processor time of the thread, so that other work on the machine counts
 * little.
 */
final class CartTriggersSpeed {
    private static final int CUSTOMERS = 10_000;
    private static final int EVENTS = 100_000;

    private static final CartEntry[] ENTRIES = IntStream.range(0, EVENTS)
            .mapToObj(i -> {
                long at = TestEvent.START + i * 200L;
                return i % 7 == 0
                        ? TestEvent.ordered("m" + i, "o" + i, at)
                        : TestEvent.cart("m" + i, at, "p1", "p" + (2 + i % 5));
            })
            .map(event -> CartEntry.of(event.event()))
            .toArray(CartEntry[]::new);

    private CartTriggersSpeed() {}

    public static void main(String[] arguments) throws Exception {
        for (int round = 0; round < 4; round++) {
            for (int definitions : List.of(1, 5, 50)) {
                // Of carts worth 10 dollars the first three hold, or all do.
                measure("few begin", definitions, 4);
                measure("all begin", definitions, 0);
            }
        }
    }

    private static void measure(String what, int definitions, int step) throws Exception {
        String[] yaml = IntStream.range(0, definitions)
                .mapToObj(i -> TestTriggers.trigger(
                        "t" + i,
                        "cart.value.USD > " + i * step,
                        30 + i + "m",
                        "1d",
                        "  payload: {value: cart.value}\n"))
                .toArray(String[]::new);
        byte[][] values = new byte[CUSTOMERS][];
        long[] fired = new long[1];
        long bytes = 0;
        DataOutputSerializer out = new DataOutputSerializer(256);
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        try (CartTriggers triggers = new CartTriggers(CartTrigger.firstOf(TestTriggers.set(yaml)))) {
            long begin = clock.getCurrentThreadCpuTime();
            for (int i = 0; i < EVENTS; i++) {
                int customer = (int) (i * 48_271L % CUSTOMERS);
                long at = ENTRIES[i].knownAt();
                TriggerState state = values[customer] == null
                        ? new TriggerState()
                        : TriggerState.CODEC.read(new DataInputDeserializer(values[customer]));
                triggers.add(
                        state,
                        new CartChange.Operation("c" + customer, ENTRIES[i], null, Said.nothing(), Said.noSegments()),
                        at - 1);
                Due due = new Due(Gate.open());
                triggers.advance(state, "c" + customer, at, due);
                due.tell(state, trigger -> ++fired[0] > 0);
                out.clear();
                TriggerState.CODEC.write(state, out);
                values[customer] = out.getCopyOfBuffer();
                bytes += values[customer].length;
            }
            System.out.printf(
                    "%s, %d definitions: %.2f µs per event, %d bytes, %,d fired%n",
                    what,
                    definitions,
                    (clock.getCurrentThreadCpuTime() - begin) / 1e3 / EVENTS,
                    bytes / EVENTS,
                    fired[0]);
        }
    }
}
