package io.tributary.operators.trigger.cep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AbandonedCartPatternTest {

    private static final int DELAY = 10;

    /** How often the watermark moves must not matter. */
    private enum Watermarks {
        AFTER_EACH_INSTANT,
        EACH_MILLISECOND,
        AT_THE_END
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            fires at the deadline                        | cart@5                                | 99 | 5->15
            fires at a deadline that is the watermark    | cart@5                                | 15 | 5->15
            does not fire before its deadline            | cart@5                                | 14 |
            fires once while the cart stays open         | cart@5                                | 99 | 5->15
            an order cancels                             | cart@5 order@9                        | 99 |
            an order at the deadline cancels             | cart@5 order@15                       | 99 |
            an order after the deadline is too late      | cart@5 order@16                       | 99 | 5->15
            an emptied cart cancels                      | cart@5 emptied@9                      | 99 |
            a cart emptied at the deadline cancels       | cart@5 emptied@15                     | 99 |
            a burst waits for its last event             | cart@5 cart@7 cart@9                  | 99 | 9->19
            a cart event at the deadline is a new anchor | cart@5 cart@15                        | 99 | 15->25
            a cart event after a fire is a new anchor    | cart@5 cart@16                        | 99 | 5->15 16->26
            filling an emptied cart is a new anchor      | cart@5 emptied@6 cart@8               | 99 | 8->18
            a cart after an order is a new anchor        | cart@5 order@6 cart@8                 | 99 | 8->18
            every burst fires by itself                  | cart@5 cart@6 cart@30 cart@31 cart@60 | 70 | 6->16 31->41 60->70
            only the burst with an order is cancelled    | cart@5 cart@6 cart@30 order@33        | 99 | 6->16
            events of one instant fire once              | cart@5 cart@5 cart@5                  | 99 | 5->15
            an order in the same instant cancels         | cart@5 order@5                        | 99 |
            emptied in the same instant cancels          | cart@5 emptied@5                      | 99 |
            filled after emptying in the same instant    | cart@5 emptied@5 cart@5               | 99 | 5->15
            an order before the cart does not cancel     | order@5 cart@5                        | 99 | 5->15
            neither order nor emptying fires             | order@5 emptied@7                     | 99 |
            """)
    void firesAsTheContractSays(String rule, String events, long until, String fires) throws Exception {
        for (Watermarks watermarks : Watermarks.values()) {
            for (boolean saved : new boolean[] {false, true}) {
                assertThat(fired(parsed(events), until, watermarks, saved))
                        .as("%s, %s, saved in between: %s", rule, watermarks, saved)
                        .isEqualTo(fires == null ? List.of() : List.of(fires.split(" ")));
            }
        }
    }

    private static List<String> fired(List<ShopEvent> events, long until, Watermarks watermarks, boolean saved)
            throws Exception {
        Fires fires = new Fires();
        try (NfaHost<ShopEvent> host =
                new NfaHost<>(AbandonedCart.pattern(Duration.ofMillis(DELAY)), ShopEvent.serializer())) {
            long watermark = 0;
            for (ShopEvent event : events) {
                if (watermarks == Watermarks.AFTER_EACH_INSTANT && event.timestamp() > watermark && watermark > 0) {
                    host.advanceTime(watermark + 1, fires);
                }
                for (; watermarks == Watermarks.EACH_MILLISECOND && watermark < event.timestamp(); watermark++) {
                    host.advanceTime(watermark + 1, fires);
                }
                watermark = event.timestamp();
                if (saved) {
                    saveAndLoad(host);
                }
                host.advance(event, event.timestamp(), fires);
            }
            if (saved) {
                saveAndLoad(host);
            }
            host.advanceTime(until + 1, fires);
        }
        return fires.lines;
    }

    private static void saveAndLoad(NfaHost<ShopEvent> host) throws IOException {
        DataOutputSerializer output = new DataOutputSerializer(64);
        host.save(output);
        host.load(new DataInputDeserializer(output.getCopyOfBuffer()));
    }

    private static List<ShopEvent> parsed(String text) {
        List<ShopEvent> events = new ArrayList<>();
        for (String event : text.split(" ")) {
            String[] parts = event.split("@");
            events.add(new ShopEvent("ana", Long.parseLong(parts[1]), events.size(), parts[0], 1));
        }
        return events;
    }

    private static final class Fires implements MatchSink<ShopEvent> {

        private final List<String> lines = new ArrayList<>();

        @Override
        public void matched(Map<String, List<ShopEvent>> match, long timestamp) {
            long anchor = match.get("cart").get(0).timestamp();
            assertThat(timestamp - 1).isEqualTo(anchor + DELAY);
            lines.add(anchor + "->" + (anchor + DELAY));
        }

        @Override
        public void timedOut(Map<String, List<ShopEvent>> partialMatch, long timestamp) {
            throw new AssertionError("A cart that waits is a match when its window ends, never a timeout");
        }
    }
}
