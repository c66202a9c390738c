package io.tributary.operators.trigger.cep;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Prints what one event of the abandoned cart costs: load, advance and save of one value, on one thread. Processor time
 * of the thread, so that other work on the machine counts little; it includes making the event and reading the clock.
 */
final class NfaHostSpeed {

    private static final int CUSTOMERS = 50_000;
    private static final int EVENTS = 500_000;
    private static final long START = 1_767_268_800_000L;

    private NfaHostSpeed() {}

    public static void main(String[] arguments) throws Exception {
        for (int round = 0; round < 5; round++) {
            measure();
        }
    }

    private static void measure() throws Exception {
        byte[][] values = new byte[CUSTOMERS][];
        long[] matches = new long[1];
        MatchSink<ShopEvent> sink = new MatchSink<>() {
            @Override
            public void matched(Map<String, List<ShopEvent>> match, long timestamp) {
                matches[0]++;
            }

            @Override
            public void timedOut(Map<String, List<ShopEvent>> partialMatch, long timestamp) {
                throw new AssertionError("The pattern has no timeouts");
            }
        };
        DataInputDeserializer input = new DataInputDeserializer();
        DataOutputSerializer output = new DataOutputSerializer(256);
        long load = 0;
        long advance = 0;
        long save = 0;
        long bytes = 0;
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long begin = clock.getCurrentThreadCpuTime();
        try (NfaHost<ShopEvent> host =
                new NfaHost<>(AbandonedCart.pattern(Duration.ofHours(1)), ShopEvent.serializer())) {
            for (int i = 0; i < EVENTS; i++) {
                int customer = (int) (i * 48_271L % CUSTOMERS);
                long timestamp = START + i * 80L;
                String kind = i % 7 == 0 ? "order" : "cart";
                ShopEvent event = new ShopEvent("customer-" + customer, timestamp, i, kind, i);
                long t0 = System.nanoTime();
                if (values[customer] == null) {
                    host.reset();
                } else {
                    input.setBuffer(values[customer]);
                    host.load(input);
                }
                long t1 = System.nanoTime();
                host.advance(event, timestamp, sink);
                long t2 = System.nanoTime();
                output.clear();
                host.save(output);
                values[customer] = output.getCopyOfBuffer();
                long t3 = System.nanoTime();
                load += t1 - t0;
                advance += t2 - t1;
                save += t3 - t2;
                bytes += values[customer].length;
            }
        }
        long processor = clock.getCurrentThreadCpuTime() - begin;
        double all = load + advance + save;
        System.out.printf(
                "%,d events/s of processor time; per event %.2f µs (load %.0f %%, advance %.0f %%, save %.0f %%),"
                        + " %d bytes; %,d matches%n",
                EVENTS * 1_000_000_000L / processor,
                processor / 1e3 / EVENTS,
                100 * load / all,
                100 * advance / all,
                100 * save / all,
                bytes / EVENTS,
                matches[0]);
    }
}
