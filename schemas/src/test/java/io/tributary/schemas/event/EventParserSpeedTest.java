package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prints how many events of about 500 bytes one core parses; the number is a record, not a gate. */
@Tag("full")
class EventParserSpeedTest {
    private static final int EVENTS = 20_000;
    private static final int ROUNDS = 30;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    @Test
    void printsEventsPerSecondOfOneCore() {
        measure("Product Added, 500 bytes", cartEvents());
        measure("identify, 500 bytes", identifyEvents());
    }

    private static void measure(String title, List<byte[]> events) {
        EventParser parser = EventParser.withDefaults();
        Origin origin = Origin.line("speed", 1);
        long best = Long.MAX_VALUE;
        long bytes = events.stream().mapToLong(event -> event.length).sum() / events.size();
        for (int round = 0; round < ROUNDS; round++) {
            long start = CPU.getCurrentThreadCpuTime();
            int accepted = 0;
            for (byte[] event : events) {
                accepted += parser.parse(event, origin) instanceof Inbound.Accepted ? 1 : 0;
            }
            best = Math.min(best, CPU.getCurrentThreadCpuTime() - start);
            assertThat(accepted).isEqualTo(EVENTS);
        }
        System.out.printf(
                "%s (%d bytes): %,d events/s of CPU, %.2f µs each%n",
                title, bytes, EVENTS * 1_000_000_000L / best, best / 1_000.0 / EVENTS);
    }

    private static List<byte[]> cartEvents() {
        List<byte[]> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            events.add(("{\"type\":\"track\",\"event\":\"Product Added\",\"messageId\":\"ajs-f8ca1e4de5024d9430b3928b"
                            + (10_000_000 + i)
                            + "\",\"anonymousId\":\"23adfd82-aa0f-45a7-a756-24f2a7" + (100_000 + i)
                            + "\",\"userId\":\"" + i
                            + "\",\"timestamp\":\"2026-01-05T09:30:00.123Z\",\"sentAt\":\"2026-01-05T09:30:01.000Z\","
                            + "\"context\":{\"library\":{\"name\":\"analytics.js\",\"version\":\"2.11.1\"},"
                            + "\"ip\":\"108.0.78.21\",\"page\":{\"path\":\"/shop/\",\"title\":\"Shop\"}},"
                            + "\"properties\":{\"product_id\":\"p" + i % 1_000
                            + "\",\"sku\":\"G-32\",\"name\":\"Monopoly: 3rd Edition\",\"price\":35.79,\"quantity\":1,"
                            + "\"currency\":\"USD\",\"category\":\"Games\",\"position\":3}}")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return events;
    }

    private static List<byte[]> identifyEvents() {
        List<byte[]> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            events.add(("{\"type\":\"identify\",\"messageId\":\"ajs-f8ca1e4de5024d9430b3928b" + (10_000_000 + i)
                            + "\",\"anonymousId\":\"23adfd82-aa0f-45a7-a756-24f2a7" + (100_000 + i)
                            + "\",\"userId\":\"" + i
                            + "\",\"timestamp\":\"2026-01-05T09:30:00.123Z\",\"sentAt\":\"2026-01-05T09:30:01.000Z\","
                            + "\"context\":{\"library\":{\"name\":\"analytics.js\",\"version\":\"2.11.1\"},"
                            + "\"ip\":\"108.0.78.21\"},\"traits\":{\"email\":\"Ana." + i
                            + "@example.com\",\"firstName\":\"Ana\",\"lastName\":\"Kowalska\",\"country\":\"PL\","
                            + "\"age\":34,\"plan\":\"premium\",\"address\":{\"city\":\"Kraków\",\"postalCode\":\"30-001\"}}}")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return events;
    }
}
