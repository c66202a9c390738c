package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.minute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** Other definitions hold from the watermark at which they come, for everybody. */
class PublishedTriggersTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int END = 1_000;

    // --------------------------------------------------------------------------------------------------------- stories

    @Example
    void nothingFiresBeforeAnythingIsPublished() throws Exception {
        try (Watch watch = new Watch(PublishedDefinitions.NONE)) {
            watch.puts("ana", 0);
            watch.watermark(30);
            watch.publishes(60);
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 0 at 60 by 1");
        }
    }

    @Example
    void aLongerDelayPostponesWhatIsNotDueYet() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.watermark(30);
            watch.publishes(120);
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 0 at 120 by 2");
        }
    }

    @Example
    void aShorterDelayDoesNotFireForWhatWouldHaveBeenDueBefore() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.puts("ben", 25);
            watch.watermark(30);
            watch.publishes(10);
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ben 25 at 35 by 2");
        }
    }

    @Example
    void nobodyIsToldTwiceOfACart() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.watermark(70);
            watch.publishes(120);
            watch.watermark(80);
            watch.publishes(150);
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 0 at 60 by 1");
        }
    }

    @Example
    void aTriggerThatIsRemovedFiresNoMoreAndOneThatComesBackGoesOn() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.puts("ben", 100);
            watch.watermark(50);
            watch.removes();
            watch.watermark(110);
            watch.publishes(60);
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ben 100 at 160 by 2");
        }
    }

    @Example
    void aReminderThatIsAddedComesToOpenCartsToo() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.puts("ben", 80);
            watch.watermark(100);
            watch.publishes(TestTriggers.set(TestTriggers.trigger(
                    "abandoned_cart",
                    "size(cart.items) > 0",
                    "60m",
                    "24h",
                    "  reminders: [{id: later, after: 30m}, {id: late, after: 2h}]\n")));
            watch.watermark(END);

            assertThat(watch.fired())
                    .containsExactlyInAnyOrder(
                            "ana 0 at 60 by 1",
                            // What would have been due at 90 would have been due before it was there.
                            "ana 0 at 180 by 2",
                            "ben 80 at 140 by 2",
                            "ben 80 at 170 by 2",
                            "ben 80 at 260 by 2");
        }
    }

    @Example
    void aTriggerThatComesBesideAnotherLeavesItAsItIs() throws Exception {
        String abandoned = TestTriggers.trigger("abandoned_cart", "size(cart.items) > 0", "60m", "24h", "");
        String soon = TestTriggers.trigger("soon", "size(cart.items) > 0", "30m", "24h", "");
        try (Watch watch = new Watch(PublishedDefinitions.NONE.next(TestTriggers.set(abandoned), 0))) {
            watch.puts("ana", 0);
            watch.puts("ben", 40);
            watch.watermark(50);
            watch.publishes(TestTriggers.set(abandoned, soon));
            watch.puts("cem", 55);
            watch.watermark(90);
            watch.publishes(TestTriggers.set(soon));
            watch.watermark(END);

            assertThat(watch.fired())
                    .containsExactlyInAnyOrder("ana 0 at 60 by 1", "ben 40 at 70 by 1", "cem 55 at 85 by 1");
        }
    }

    @Example
    void whoseTurnHasNotComeIsDecidedByWhatHeldMeanwhile() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 25);
            watch.watermark(30);
            watch.publishes(10);
            // Nobody's turn comes.
            watch.arrives(40);
            watch.publishes(60);
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 25 at 35 by 2");
        }
    }

    @Example
    void aJobThatStartsAgainWithWhatWasPublishedMeanwhileGoesOnByIt() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.watermark(30);
            watch.restarts(watch.published.next(definitions(120), 0));
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 0 at 120 by 2");
        }
    }

    @Example
    void aJobThatWasDrainedGoesOnByWhatWasPublishedMeanwhile() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.puts("ben", 50);
            watch.watermark(70);
            watch.drains();
            watch.restarts(watch.published.next(definitions(120), 0));
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 0 at 60 by 1", "ben 50 at 170 by 2");
        }
    }

    @Example
    void aCartThatComesWithAMergeIsNotToldOfTwiceEither() throws Exception {
        try (Watch watch = new Watch(published(60))) {
            watch.puts("ana", 0);
            watch.watermark(70);
            watch.publishes(120);
            watch.watermark(80);
            watch.merges("ben", 80, added("m0", "p1", minute(0)));
            watch.merges("eve", 80, added("m1", "p1", minute(15)));
            watch.watermark(END);

            assertThat(watch.fired()).containsExactly("ana 0 at 60 by 1", "eve 15 at 135 by 2");
        }
    }

    // -------------------------------------------------------------------------------------------------------- property

    /**
     * Something happens; minutes have passed since what happened before.
     *
     * @param number which customer or delay
     */
    private record Step(What what, int minutes, int number) {}

    private enum What {
        PUTS,
        ORDERS,
        WATERMARK,
        ARRIVES,
        PUBLISHES,
        REMOVES,
        RESTARTS
    }

    /** Since when which delay holds, minutes; 0 if there is no trigger. */
    private record Held(int from, int delay, int decided) {}

    /** Who did what when. */
    private record Done(String customer, int minute, boolean isOrder) {}

    @Property(tries = 150)
    void firesWhatWasDueWhileItsDefinitionHeld(@ForAll("steps") List<Step> steps) throws Exception {
        List<Held> held = new ArrayList<>(List.of(new Held(Integer.MIN_VALUE, 60, Integer.MIN_VALUE)));
        List<Done> done = new ArrayList<>();
        int now = 1;
        int watermark = Integer.MIN_VALUE;
        try (Watch watch = new Watch(published(60))) {
            for (Step step : steps) {
                now += step.minutes;
                String customer = "c" + step.number;
                switch (step.what) {
                    case PUTS -> {
                        // Of two at one instant the second is the anchor; here there is one.
                        now++;
                        watch.puts(customer, now);
                        done.add(new Done(customer, now, false));
                    }
                    case ORDERS -> {
                        now++;
                        watch.orders(customer, now);
                        done.add(new Done(customer, now, true));
                    }
                    case WATERMARK -> {
                        watch.watermark(now);
                        watermark = now;
                    }
                    case ARRIVES -> {
                        watch.arrives(now);
                        watermark = now;
                    }
                    case PUBLISHES, REMOVES -> {
                        int delay = step.what == What.REMOVES ? 0 : 7 * (step.number + 1);
                        Held last = held.get(held.size() - 1);
                        if (delay == 0) {
                            watch.removes();
                        } else {
                            watch.publishes(delay);
                        }
                        if (delay != last.delay) {
                            int began = last.delay == 0 || watermark < 0 ? Integer.MIN_VALUE : watermark - last.delay;
                            held.add(new Held(watermark, delay, Math.max(last.decided, began)));
                        }
                    }
                    case RESTARTS -> watch.restarts(watch.published);
                }
            }
            watch.watermark(now + END);

            assertThat(watch.fired()).containsExactlyInAnyOrderElementsOf(expected(held, done));
        }
    }

    private static List<String> expected(List<Held> held, List<Done> done) {
        List<String> fired = new ArrayList<>();
        int version = 0;
        for (int i = 0; i < held.size(); i++) {
            Held holds = held.get(i);
            if (holds.delay == 0) {
                continue;
            }
            version++;
            int end = i + 1 < held.size() ? held.get(i + 1).from : Integer.MAX_VALUE;
            for (Done put : done) {
                int due = put.minute + holds.delay;
                boolean goesOn = done.stream()
                        .anyMatch(other -> other.customer.equals(put.customer)
                                && other.minute > put.minute
                                && other.minute <= due);
                if (!put.isOrder && put.minute > holds.decided && due > holds.from && due <= end && !goesOn) {
                    fired.add("%s %d at %d by %d".formatted(put.customer, put.minute, due, version));
                }
            }
        }
        return fired;
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(6, What.PUTS),
                                Tuple.of(1, What.ORDERS),
                                Tuple.of(3, What.WATERMARK),
                                Tuple.of(3, What.ARRIVES),
                                Tuple.of(3, What.PUBLISHES),
                                Tuple.of(1, What.REMOVES),
                                Tuple.of(1, What.RESTARTS)),
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.integers().between(0, 4))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    private static Definitions definitions(int delay) {
        return TestTriggers.abandonedCart(delay + "m", "24h");
    }

    private static PublishedDefinitions published(int delay) {
        return PublishedDefinitions.NONE.next(definitions(delay), 0);
    }

    /** A watcher; all times are minutes. */
    private static final class Watch implements AutoCloseable {
        private final Random random = new Random(1);
        private final Map<String, Integer> numbers = new TreeMap<>();
        private PublishedDefinitions published;
        private WatcherHarness harness;
        private int last = Integer.MIN_VALUE;
        private final List<OutboundRecord> records = new ArrayList<>();

        Watch(PublishedDefinitions published) throws Exception {
            this.published = published;
            harness = new WatcherHarness(published, null);
        }

        void puts(String customer, int at) throws Exception {
            see(customer, added("m" + numbers.size(), "p1", minute(at)));
        }

        void orders(String customer, int at) throws Exception {
            see(customer, TestEvent.ordered("m" + numbers.size(), "o" + numbers.size(), minute(at)));
        }

        private void see(String customer, TestEvent event) throws Exception {
            numbers.put(event.event().messageId(), numbers.size());
            harness.process(
                    new CartChange.Operation(
                            customer, CartEntry.of(event.event()), null, Said.nothing(), Said.noSegments()),
                    0);
        }

        /** All that a customer has is an event that was another's. */
        void merges(String customer, int at, TestEvent event) throws Exception {
            harness.process(
                    new CartChange.Restart(
                            customer,
                            minute(at),
                            false,
                            List.of(CartEntry.of(event.event())),
                            Set.of(),
                            false,
                            List.of(),
                            Said.nothing(),
                            Said.noSegments()),
                    0);
        }

        void publishes(int delay) throws Exception {
            publishes(definitions(delay));
        }

        void removes() throws Exception {
            publishes(Definitions.none());
        }

        private void publishes(Definitions definitions) throws Exception {
            published = published.next(definitions, 0);
            harness.tellAll(published);
            harness.runMails(random.nextInt(3));
        }

        /** And all who have not had their turn have it. */
        void watermark(int minute) throws Exception {
            arrives(minute);
            harness.runMails();
        }

        void arrives(int minute) throws Exception {
            if (minute > last) {
                last = minute;
                harness.arrive(minute(minute));
            }
        }

        /** The watermark of the end of time has come. */
        void drains() throws Exception {
            harness.arrive(Long.MAX_VALUE);
        }

        void restarts(PublishedDefinitions with) throws Exception {
            published = with;
            OperatorSubtaskState state = harness.snapshot();
            records.addAll(harness.drain());
            harness.close();
            harness = new WatcherHarness(published, state);
            // What is told before the restored watermark has gone on is held back.
            harness.runMails(1);
        }

        /** Customer, the anchor's minute, the minute of the deadline, the version of the definition. */
        List<String> fired() throws IOException {
            records.addAll(harness.drain());
            List<String> all = new ArrayList<>();
            for (OutboundRecord record : records) {
                JsonNode json = MAPPER.readTree(record.value());
                all.add("%s %d at %d by %d"
                        .formatted(
                                json.path("customer_id").asText(),
                                minuteOf(json.path("anchor_at").asText()),
                                minuteOf(json.path("fired_at").asText()),
                                json.path("definition_version").asInt()));
            }
            return all;
        }

        private static long minuteOf(String time) {
            return (Timestamps.parse(time) - TestEvent.START) / 60_000;
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
