package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.removed;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.CustomerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** What was told and would not have been, had a late event been known in time, is taken back. */
class RetractionsTest {
    private static final String ANA = "c_00000000000000aa";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Definitions REMINDED = TestTriggers.set(TestTriggers.trigger(
            "reminded", "size(cart.items) > 0", "1h", "24h", "  reminders: [{id: later, after: 1h}]\n  grace: 3h\n"));
    private static final Definitions BROWSED = TestTriggers.set(
            """
            - name: browsed
              steps:
              - {id: view, on: [Product Viewed]}
              - {id: none, not_followed_by: [Product Paid], where: event.properties.product_id == steps.view.properties.product_id}
              correlation: product
              within: 1h
              expires_after: 1h
              grace: 2h
            """);

    /** One customer's way, as lines of what is told. */
    private static final class Run implements AutoCloseable {
        private final Definitions definitions;
        private final EventWatch watch;
        private WatcherHarness harness;
        private final List<String> told = new ArrayList<>();
        private final List<OutboundRecord> records = new ArrayList<>();

        Run(Definitions definitions) throws Exception {
            this.definitions = definitions;
            this.watch = new EventWatch(definitions.triggers().values(), definitions.delivery());
            this.harness = new WatcherHarness(definitions, null);
        }

        void sees(TestEvent event, Consent.Statement... consent) throws Exception {
            sees(event.event(), consent);
        }

        /** @param known minute from which on it is */
        void seesLate(TestEvent event, int known) throws Exception {
            sees(event.event().knownAt(minute(known)));
        }

        private void sees(CustomerEvent event, Consent.Statement... consent) throws Exception {
            WatchedEvent watched =
                    watch.names(event) ? watch.watched(event, FragmentId.of(event.firstIdentityKey())) : null;
            CartEntry entry = CartEntry.isRelevant(event.kind()) ? CartEntry.of(event) : null;
            harness.process(
                    new CartChange.Operation(
                            ANA, entry, watched, Said.onMarketing(List.of(consent)), Said.noSegments()),
                    event.timestamp());
        }

        void arrives(int minute) throws Exception {
            harness.watermark(minute(minute));
            for (OutboundRecord record : harness.drain()) {
                records.add(record);
                JsonNode json = JSON.readTree(record.value());
                told.add(
                        json.has("retracts")
                                ? "%s takes back %s"
                                        .formatted(
                                                minuteOf(json.path("at")),
                                                json.path("retracts").asText())
                                : "%s fires %s%s %s"
                                        .formatted(
                                                minuteOf(json.path("fired_at")),
                                                json.path("trigger").asText(),
                                                json.path("reminder").asText(),
                                                json.path("trigger_id").asText()));
            }
        }

        private static long minuteOf(JsonNode instant) {
            return (Instant.parse(instant.asText()).toEpochMilli() - minute(0)) / 60_000;
        }

        void restarts() throws Exception {
            OperatorSubtaskState state = harness.snapshot();
            harness.close();
            harness = new WatcherHarness(definitions, state);
        }

        private static String id(String trigger, String message, String step, String key) {
            return "t_" + Hashes.shortHex(String.join("\n", trigger, message, key, step));
        }

        @Override
        public void close() throws Exception {
            arrives(100 * 24 * 60);
            assertThat(harness.entries()).isZero();
            assertThat(harness.eventTimeTimers()).isZero();
            harness.close();
        }
    }

    private static String reminded(String message) {
        return Run.id("reminded", message, "cart", "");
    }

    private static String later(String message) {
        return Run.id("reminded", message, "later", "");
    }

    @Test
    void aLateOrderTakesBackWhatWasTold() throws Exception {
        try (Run run = new Run(REMINDED)) {
            run.sees(added("m1", "p1", minute(0)));
            run.arrives(99);
            run.seesLate(ordered("m2", "o1", minute(30)), 100);
            run.arrives(101);
            run.arrives(1_000);

            assertThat(run.told)
                    .containsExactly("60 fires reminded " + reminded("m1"), "100 takes back " + reminded("m1"));
            OutboundRecord record = run.records.get(1);
            JsonNode retraction = JSON.readTree(record.value());
            assertThat(retraction.path("trigger").asText()).isEqualTo("reminded");
            assertThat(retraction.path("customer_id").asText()).isEqualTo(ANA);
            assertThat(retraction.at("/because/0/condition").asText()).isEqualTo("no Order Completed within 1h");
            assertThat(retraction.at("/because/0/observed").asText()).startsWith("m2 at ");
            assertThat(record.key()).isEqualTo(ANA);
            assertThat(record.type()).isEqualTo("io.tributary.trigger-retraction.v1");
            assertThat(new TreeSet<>(List.of(run.records.get(0).id(), record.id())))
                    .hasSize(2);
            assertThat(run.harness.drain(CartWatcher.SEARCHED)).hasSize(2);
        }
    }

    @Test
    void takesBackTheRemindersThatItConcerns() throws Exception {
        try (Run run = new Run(REMINDED)) {
            run.sees(added("m1", "p1", minute(0)));
            run.arrives(130);
            run.seesLate(ordered("m2", "o1", minute(90)), 131);
            run.arrives(140);
            run.seesLate(ordered("m3", "o2", minute(30)), 141);
            run.arrives(150);

            assertThat(run.told)
                    .containsExactly(
                            "60 fires reminded " + reminded("m1"),
                            "120 fires remindedlater " + later("m1"),
                            "131 takes back " + later("m1"),
                            "141 takes back " + reminded("m1"));
        }
    }

    @Test
    void anotherCartIsACartStillAndAnEmptyOneIsNone() throws Exception {
        try (Run run = new Run(REMINDED)) {
            run.sees(added("m1", "p1", minute(0)));
            run.arrives(70);
            run.seesLate(added("m2", "p2", minute(30)), 71);
            run.seesLate(removed("m3", "p1", minute(31)), 72);
            run.arrives(80);
            assertThat(run.told).hasSize(1);
            run.seesLate(removed("m4", "p2", minute(32)), 81);
            run.arrives(90);

            assertThat(run.told).last().isEqualTo("81 takes back " + reminded("m1"));
        }
    }

    @Test
    void doesNotJudgeByACartOfWhichNothingIsKnownAnyMore() throws Exception {
        try (Run run = new Run(REMINDED)) {
            run.sees(added("m1", "p1", minute(0)));
            run.arrives(60);
            for (int i = 0; i < 250; i++) {
                run.sees(added("more" + i, "p2", minute(61 + i / 4.0)));
            }
            run.arrives(124);
            run.seesLate(removed("m2", "p9", minute(30)), 125);
            run.arrives(126);

            assertThat(run.told).containsExactly("60 fires reminded " + reminded("m1"));
        }
    }

    @Test
    void isOverWithTheGraceAndOutlivesARestart() throws Exception {
        for (int known : new int[] {240, 241}) {
            try (Run run = new Run(REMINDED)) {
                run.sees(added("m1", "p1", minute(0)));
                run.arrives(70);
                run.restarts();
                run.sees(added("m2", "p1", minute(80)));
                run.arrives(239);
                run.seesLate(ordered("m3", "o1", minute(30)), known);
                run.arrives(300);

                assertThat(run.told.stream().filter(line -> line.contains("takes back")))
                        .hasSize(known == 240 ? 1 : 0);
            }
        }
    }

    @Test
    void whatWasHeldBackIsNotTakenBack() throws Exception {
        try (Run run = new Run(REMINDED)) {
            run.sees(added("m1", "p1", minute(0)), new Consent.Statement(minute(-5), false));
            run.arrives(70);
            run.seesLate(ordered("m2", "o1", minute(30)), 71);
            run.arrives(80);

            assertThat(run.told).isEmpty();
        }
    }

    @Test
    void whatTheSameWatermarkPassesIsTakenBackInItsOrder() throws Exception {
        try (Run run = new Run(REMINDED)) {
            run.sees(added("m1", "p1", minute(0)));
            run.seesLate(ordered("m2", "o1", minute(30)), 70);
            run.arrives(500);

            assertThat(run.told)
                    .containsExactly("60 fires reminded " + reminded("m1"), "70 takes back " + reminded("m1"));
        }
    }

    @Test
    void takesBackWhatTheEndOfASequenceForbids() throws Exception {
        try (Run run = new Run(BROWSED)) {
            run.sees(track("m1", "Product Viewed", minute(0)).with("product_id", "p1"));
            run.sees(track("m2", "Product Viewed", minute(1)).with("product_id", "p2"));
            run.arrives(70);
            run.restarts();
            run.seesLate(track("m3", "Product Viewed", minute(10)).with("product_id", "p1"), 71);
            run.seesLate(track("m4", "Product Paid", minute(20)).with("product_id", "p2"), 72);
            run.seesLate(track("m5", "Product Paid", minute(21)).with("product_id", "p2"), 73);
            run.seesLate(track("m6", "Product Paid", minute(61)).with("product_id", "p1"), 74);
            run.arrives(80);

            assertThat(run.told)
                    .containsExactly(
                            "60 fires browsed " + Run.id("browsed", "m1", "view", "p1"),
                            "61 fires browsed " + Run.id("browsed", "m2", "view", "p2"),
                            "72 takes back " + Run.id("browsed", "m2", "view", "p2"));
        }
    }
}
