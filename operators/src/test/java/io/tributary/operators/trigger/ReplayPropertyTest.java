package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.FolderHarness;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.schemas.event.CustomerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/**
 * What one partition says of noon may arrive before what another says of ten o'clock: which carts are abandoned must not
 * depend on it, nor on a crash. What is late counts from when it was known. The operators are the job's own, one behind the other, on RocksDB.
 */
class ReplayPropertyTest {
    private static final long MINUTE = 60_000;
    private static final Duration DELAY = Duration.ofMinutes(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Few tries, because RocksDB starts slowly, of many customers each. */
    @Property(tries = 15)
    void firesWhatTheRuleSaysHoweverFarApartThePartitionsAre(
            @ForAll("customers") List<List<CustomerEvent>> customers,
            @ForAll @IntRange(min = 1, max = 4) int partitions,
            @ForAll @IntRange(max = 9) int boundMinutes,
            @ForAll @IntRange(max = 40) int lateMinutes,
            @ForAll long seed)
            throws Exception {
        List<CustomerMessage.Event> messages = new ArrayList<>();
        for (int i = 0; i < customers.size(); i++) {
            String customerId = "c_" + i;
            customers.get(i).forEach(event -> messages.add(message(customerId, event)));
        }
        Replay replay = new Replay(messages, partitions, boundMinutes * MINUTE, lateMinutes * MINUTE, seed);
        Map<String, List<CustomerEvent>> logs = new TreeMap<>();
        replay.log().forEach(message -> logs.computeIfAbsent(message.customerId(), id -> new ArrayList<>())
                .add(message.event()));
        Map<String, List<String>> expected = new TreeMap<>();
        logs.forEach((customerId, events) ->
                expected.put(customerId, CartTriggerRule.anchors(TestStreams.sorted(events), DELAY)));
        expected.values().removeIf(List::isEmpty);

        try (Operators operators = new Operators()) {
            operators.run(replay, new Random(seed));

            assertThat(operators.fired).isEqualTo(expected);
        }
    }

    @Provide
    Arbitrary<List<List<CustomerEvent>>> customers() {
        return TestStreams.events(MINUTE, 40).list().ofMinSize(5).ofMaxSize(15);
    }

    /** The folder and behind it the watcher, which crash once in a while. */
    private static final class Operators implements AutoCloseable {
        /** Customer → message ids of the anchors. */
        private final Map<String, List<String>> fired = new TreeMap<>();

        private FolderHarness folder;
        private WatcherHarness watcher;

        Operators() throws Exception {
            start(null, null);
        }

        private void start(OperatorSubtaskState folderState, OperatorSubtaskState watcherState) throws Exception {
            folder = new FolderHarness(1_000, folderState);
            watcher = new WatcherHarness(TestTriggers.abandonedCart("10m", "1h"), watcherState);
        }

        void run(Replay replay, Random random) throws Exception {
            while (replay.hasNext()) {
                CustomerMessage.Event message = replay.next();
                folder.process(message, message.event().timestamp());
                for (CartChange change : folder.drain(ProfileFolder.CART_CHANGES)) {
                    watcher.process(change, message.event().timestamp());
                }
                if (random.nextInt(5) == 0) {
                    // Flink emits a watermark now and then, not behind every event.
                    watermark(replay.watermark());
                }
                if (random.nextInt(100) == 0) {
                    restart();
                }
            }
            watermark(Replay.LAST_TICK);
        }

        private void watermark(long instant) throws Exception {
            folder.watermark(instant);
            watcher.watermark(instant);
            for (OutboundRecord record : watcher.drain()) {
                JsonNode trigger = MAPPER.readTree(record.value());
                // What a late event takes back has fired.
                if (!trigger.has("retracts")) {
                    fired.computeIfAbsent(record.key(), customer -> new ArrayList<>())
                            .add(trigger.path("anchor_message_id").asText());
                }
            }
        }

        private void restart() throws Exception {
            OperatorSubtaskState folderState = folder.snapshot();
            OperatorSubtaskState watcherState = watcher.snapshot();
            close();
            start(folderState, watcherState);
        }

        @Override
        public void close() throws Exception {
            folder.close();
            watcher.close();
        }
    }
}
