package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** Triggers of sequences in the operator, on RocksDB. All times are minutes. */
class WatchedSequencesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final FragmentId ANA = FragmentId.of(new Identifier(Namespace.USER_ID, "ana"));
    private static final FragmentId PHONE = FragmentId.of(new Identifier(Namespace.ANONYMOUS_ID, "phone"));

    private static final String BOUGHT =
            """
            - name: bought
              steps:
              - {id: view, on: [Product Viewed], select: every}
              - {id: order, followed_by: [Order Paid], where: event.properties.n > steps.view.properties.n}
              within: %s
              expires_after: 1h
            """;

    private static final String LEFT =
            """
            - name: left
              steps:
              - {id: view, on: [Product Viewed]}
              - {id: order, not_followed_by: [Order Paid]}
              within: %s
              expires_after: 1h
              grace: 0m
            """;

    private static PublishedDefinitions published(String... triggers) {
        return PublishedDefinitions.NONE.next(definitions(triggers), 0);
    }

    private static Definitions definitions(String... triggers) {
        return Definitions.of("t.yaml", "triggers:\n" + String.join("", triggers));
    }

    @Test
    void firesAndForgetsWhenNothingCanComeOfItAnyMore() throws Exception {
        try (Watch watch = new Watch(published(BOUGHT.formatted("1h"), LEFT.formatted("20m")))) {
            watch.sees("ana", ANA, "Product Viewed", 0, 1);
            watch.sees("ana", ANA, "Product Viewed", 5, 3);
            watch.sees("ana", ANA, "Order Paid", 30, 2);
            watch.arrives(40);

            assertThat(watch.fired()).containsExactly("left ana 5 at 25", "bought ana 0 at 30");
            assertThat(watch.harness.entries()).isPositive();

            watch.arrives(91);

            assertThat(watch.harness.entries()).isZero();
            assertThat(watch.harness.eventTimeTimers()).isZero();
        }
    }

    @Test
    void goesOnFromASnapshot() throws Exception {
        try (Watch watch = new Watch(published(BOUGHT.formatted("1h"), LEFT.formatted("20m")))) {
            watch.sees("ana", ANA, "Product Viewed", 0, 1);
            watch.arrives(10);
            watch.sees("ana", ANA, "Product Viewed", 12, 1);
            watch.restarts(watch.published);
            watch.arrives(15);
            watch.restarts(watch.published);
            watch.sees("ana", ANA, "Order Paid", 30, 2);
            watch.restarts(watch.published);
            watch.arrives(100);

            assertThat(watch.fired()).containsExactly("bought ana 0 at 30", "bought ana 12 at 30");
        }
    }

    @Test
    void aMatchIsMadeOfTheNewestEvents() throws Exception {
        try (Watch watch = new Watch(published(BOUGHT.formatted("1d")))) {
            int count = 3 * RetainedEvents.MOST;
            for (int i = 0; i < count; i++) {
                watch.sees("ana", ANA, "Product Viewed", i, i < count - RetainedEvents.MOST + 10 ? 1 : 5);
            }
            watch.arrives(count);

            // The customer's value, its timer, and no more events than that.
            assertThat(watch.harness.entries()).isLessThanOrEqualTo(RetainedEvents.PRUNE_AT + 2);

            watch.sees("ana", ANA, "Order Paid", count, 2);
            watch.arrives(count + 1);

            // One of the newest 200 is the order itself.
            assertThat(watch.fired())
                    .hasSize(9)
                    .first()
                    .isEqualTo("bought ana %d at %d".formatted(count - RetainedEvents.MOST + 1, count));
        }
    }

    @Test
    void otherDefinitionsGoOnWithWhatHasHappenedAndTellNobodyTwice() throws Exception {
        try (Watch watch = new Watch(published(BOUGHT.formatted("1h")))) {
            watch.sees("ana", ANA, "Product Viewed", 0, 1);
            watch.sees("ana", ANA, "Order Paid", 10, 2);
            watch.sees("ana", ANA, "Product Viewed", 15, 1);
            watch.arrives(20);
            watch.publishes(BOUGHT.formatted("2h"), LEFT.formatted("30m"));
            watch.arrives(50);
            watch.sees("ana", ANA, "Order Paid", 60, 2);
            watch.arrives(70);
            watch.publishes(LEFT.formatted("30m"));
            watch.sees("ana", ANA, "Product Viewed", 80, 1);
            watch.sees("ana", ANA, "Order Paid", 90, 2);
            watch.arrives(300);

            assertThat(watch.fired()).containsExactly("bought ana 0 at 10", "left ana 15 at 45", "bought ana 15 at 60");
            assertThat(watch.harness.entries()).isZero();
        }
    }

    @Test
    void whatAFragmentDidGoesWithItAndWhatWouldHaveFiredCountsAsFired() throws Exception {
        try (Watch watch = new Watch(published(BOUGHT.formatted("1h"), LEFT.formatted("20m")))) {
            watch.sees("phone", PHONE, "Product Viewed", 0, 1);
            watch.sees("ana", ANA, "Order Paid", 5, 2);
            watch.sees("phone", PHONE, "Product Viewed", 8, 1);
            watch.arrives(9);
            watch.moves(PHONE, "phone", "ana", 10);
            watch.sees("ana", ANA, "Order Paid", 30, 2);
            watch.arrives(40);

            // Of the first view nothing comes, because the union would have told of it at once.
            assertThat(watch.fired()).containsExactly("left ana 8 at 28", "bought ana 8 at 30");
            watch.arrives(300);
            assertThat(watch.harness.entries()).isZero();
        }
    }

    /** A watcher. */
    private static final class Watch implements AutoCloseable {
        private final List<WatchedEvent> seen = new ArrayList<>();
        private final List<OutboundRecord> records = new ArrayList<>();
        private PublishedDefinitions published;
        private WatcherHarness harness;
        private EventWatch watch;

        Watch(PublishedDefinitions published) throws Exception {
            hold(published);
            harness = new WatcherHarness(published, null);
        }

        private void hold(PublishedDefinitions those) {
            published = those;
            watch = new EventWatch(PublishedTriggers.of(those).triggers().stream()
                    .map(CartTrigger::definition)
                    .toList());
        }

        void sees(String customer, FragmentId fragment, String name, int at, int n) throws Exception {
            WatchedEvent event = watch.watched(
                    track("m" + seen.size(), name, minute(at)).with("n", n).event(), fragment);
            seen.add(event);
            harness.process(new CartChange.Operation(customer, null, event, Said.nothing()), 0);
        }

        void moves(FragmentId fragment, String from, String to, int at) throws Exception {
            List<WatchedEvent> its = seen.stream()
                    .filter(event -> event.fragment().equals(fragment))
                    .toList();
            harness.process(
                    new CartChange.Restart(
                            from, minute(at), true, List.of(), Set.of(fragment), List.of(), Said.nothing()),
                    0);
            harness.process(new CartChange.Restart(to, minute(at), true, List.of(), Set.of(), its, Said.nothing()), 0);
        }

        void publishes(String... triggers) throws Exception {
            hold(published.next(definitions(triggers), 0));
            harness.tellAll(published);
            harness.runMails(1);
        }

        void arrives(int minute) throws Exception {
            harness.arrive(minute(minute));
            harness.runMails();
        }

        void restarts(PublishedDefinitions with) throws Exception {
            OperatorSubtaskState state = harness.snapshot();
            records.addAll(harness.drain());
            harness.close();
            harness = new WatcherHarness(with, state);
            harness.runMails();
        }

        /** Trigger, customer, the anchor's minute, and when it fired. */
        List<String> fired() throws IOException {
            records.addAll(harness.drain());
            List<String> all = new ArrayList<>();
            for (OutboundRecord record : records) {
                JsonNode json = MAPPER.readTree(record.value());
                all.add("%s %s %d at %d"
                        .formatted(
                                json.path("trigger").asText(),
                                json.path("customer_id").asText(),
                                minuteOf(json.path("anchor_at").asText()),
                                minuteOf(json.path("fired_at").asText())));
            }
            return all;
        }

        private static long minuteOf(String time) {
            return (Timestamps.parse(time) - minute(0)) / 60_000;
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
