package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.after;
import static io.tributary.operators.testing.TestEvent.cart;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.removed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract's rule of the abandoned cart; the delay is an hour. */
class CartWatcherTest {
    private static final String STATE = "trigger";
    private static final String ANA = "c_ana";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private WatcherHarness harness;

    @BeforeEach
    void start() throws Exception {
        harness = started(null);
    }

    @AfterEach
    void leavesNoStateAndNoTimersThirtyDaysAfterTheLastCartEvent() throws Exception {
        harness.watermark(after(Duration.ofDays(400)));
        assertThat(harness.keysIn(STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.entries()).isZero();
        harness.close();
    }

    @Test
    void firesOnceAtTheDeadlineWithTheCart() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(added("m2", "p2", minute(5)).with("quantity", 2));
        harness.watermark(minute(65) - 1);
        assertThat(harness.drain()).as("a millisecond before the deadline").isEmpty();
        harness.watermark(minute(65));

        List<OutboundRecord> fired = harness.drain();
        assertThat(fired).singleElement().satisfies(trigger -> {
            assertThat(trigger.topic()).isEqualTo("cdp.triggers.v1");
            assertThat(trigger.key()).isEqualTo(ANA);
            assertThat(trigger.timestamp()).isEqualTo(minute(65));
            JsonNode json = MAPPER.readTree(trigger.value());
            assertThat(json.path("fired_at").asText()).isEqualTo(Timestamps.format(minute(65)));
            assertThat(json.path("anchor_at").asText()).isEqualTo(Timestamps.format(minute(5)));
            assertThat(json.path("anchor_message_id").asText()).isEqualTo("m2");
            assertThat(json.path("trigger_id").asText()).isEqualTo(trigger.id());
            assertThat(json.path("expires_at").asText()).isEqualTo(Timestamps.format(minute(65 + 24 * 60)));
            assertThat(json.at("/payload/items")).hasSize(2);
            assertThat(json.at("/payload/value/USD").asText()).isEqualTo("30.00");
        });
        harness.watermark(after(Duration.ofDays(20)));
        assertThat(harness.drain()).as("never again").isEmpty();
    }

    @Test
    void firesOnceForEachBurstOfTheSameCart() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(added("m2", "p2", minute(10)));
        harness.watermark(minute(100));
        see(added("m3", "p3", minute(200)));
        harness.watermark(minute(300));

        assertThat(fired()).containsExactly("m2 p1 p2", "m3 p1 p2 p3");
    }

    @Test
    void firesAlikeWhenTheWatermarkPassesSeveralDeadlinesAtOnce() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(added("m2", "p2", minute(200)));
        see(removed("m3", "p1", minute(300)));
        see(ordered("m4", "o1", minute(330)));
        harness.watermark(minute(1_000));

        assertThat(fired()).containsExactly("m1 p1", "m2 p1 p2");
    }

    @Test
    void staysSilentWhenARemovalEmptiesTheCart() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(removed("m2", "p1", minute(10)));
        harness.watermark(minute(200));

        assertThat(fired()).isEmpty();
    }

    @Test
    void takesARemovalThatLeavesSomethingForTheAnchor() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(added("m2", "p2", minute(1)));
        see(removed("m3", "p1", minute(10)));
        harness.watermark(minute(69));
        assertThat(fired()).isEmpty();
        harness.watermark(minute(70));

        assertThat(fired()).containsExactly("m3 p2");
    }

    @Test
    void staysSilentWhenAnUpdateEmptiesTheCart() throws Exception {
        see(cart("m1", minute(0), "p1", "p2"));
        see(cart("m2", minute(10)));
        harness.watermark(minute(200));

        assertThat(fired()).isEmpty();
    }

    @Test
    void lastsThroughARemovalOfWhatIsNotInTheCart() throws Exception {
        see(removed("m1", "p9", minute(0)));
        harness.watermark(minute(100));
        assertThat(fired()).as("an empty cart can't be abandoned").isEmpty();

        see(added("m2", "p9", minute(110)));
        harness.watermark(minute(200));
        assertThat(fired()).as("removals never go below zero").containsExactly("m2 p9");
    }

    @Test
    void staysSilentAfterAnOrderExactlyAtTheDeadline() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(ordered("m2", "o1", minute(60)));
        harness.watermark(minute(200));

        assertThat(fired()).isEmpty();
    }

    @Test
    void firesBeforeAnOrderAMillisecondAfterTheDeadline() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(ordered("m2", "o1", minute(60) + 1));
        harness.watermark(minute(200));

        assertThat(fired()).containsExactly("m1 p1");
    }

    @Test
    void setsANewDeadlineByACartEventExactlyAtTheOldOne() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(added("m2", "p2", minute(60)));
        harness.watermark(minute(60));
        assertThat(fired()).isEmpty();
        harness.watermark(minute(120));

        assertThat(fired()).containsExactly("m2 p1 p2");
    }

    @Test
    void emptiesTheCartByAnOrderSoThatTheNextBurstStartsAfresh() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(ordered("m2", "o1", minute(10)));
        see(added("m3", "p2", minute(20)));
        harness.watermark(minute(200));

        assertThat(fired()).containsExactly("m3 p2");
    }

    @Test
    void decidesAlikeOnEqualTimestampsInAnyOrderOfArrival() throws Exception {
        List<TestEvent> instant = List.of(
                added("m1", "p1", minute(0)),
                added("m2", "p2", minute(0)),
                removed("m3", "p1", minute(0)),
                cart("m4", minute(0), "p7"),
                added("m5", "p3", minute(0)));
        for (int seed = 0; seed < 20; seed++) {
            List<TestEvent> shuffled = new ArrayList<>(instant);
            Collections.shuffle(shuffled, new Random(seed));
            try (WatcherHarness other = started(null)) {
                for (TestEvent event : shuffled) {
                    other.process(change(ANA, event, List.of()), 0);
                }
                other.watermark(minute(60));

                assertThat(lines(other.drain())).as("seed %d", seed).containsExactly("m4 p7");
            }
        }
    }

    @Test
    void letsAnOrderAtTheSameInstantEmptyTheCartWhicheverArrivesFirst() throws Exception {
        see("c_order-first", ordered("m2", "o1", minute(0)));
        see("c_order-first", added("m1", "p1", minute(0)));
        see("c_cart-first", added("m1", "p1", minute(0)));
        see("c_cart-first", ordered("m2", "o1", minute(0)));
        harness.watermark(minute(200));

        assertThat(fired()).isEmpty();
    }

    @Test
    void waitsForTheWatermarkSoThatOrderOfArrivalDoesNotMatter() throws Exception {
        see(ordered("m3", "o1", minute(20)));
        see(added("m4", "p4", minute(30)));
        see(removed("m2", "p1", minute(10)));
        see(added("m1", "p1", minute(0)));
        harness.watermark(minute(200));

        assertThat(fired()).containsExactly("m4 p4");
    }

    @Test
    void keepsOneTimerPerCustomer() throws Exception {
        for (String customer : List.of("c_1", "c_2", "c_3")) {
            see(customer, added(customer + "-1", "p1", minute(0)));
            see(customer, added(customer + "-2", "p2", minute(10)));
            see(customer, added(customer + "-3", "p3", minute(5)));
            assertThat(harness.keysIn(STATE)).isEqualTo(harness.eventTimeTimers());
        }
        for (long now = 0; now < 200; now += 7) {
            harness.watermark(minute(now));
            assertThat(harness.eventTimeTimers()).isEqualTo(3);
        }
        assertThat(fired()).hasSize(3);
    }

    @Test
    void countsALateCartEventWhoseDeadlineIsStillAhead() throws Exception {
        see(added("m1", "p1", minute(0)));
        harness.watermark(minute(50));
        seeLate(added("late", "p2", minute(20)), minute(50));
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        harness.watermark(minute(79));
        assertThat(fired()).isEmpty();
        harness.watermark(minute(80));

        assertThat(fired()).containsExactly("late p1 p2");
    }

    @Test
    void doesNotFireForALateCartEventWhoseDeadlineHasPassed() throws Exception {
        harness.watermark(minute(100));
        seeLate(added("late", "p1", minute(40)), minute(100));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void firesForALateCartEventWhoseDeadlineIsAMillisecondAhead() throws Exception {
        harness.watermark(minute(100));
        seeLate(added("late", "p1", minute(40) + 1), minute(100));
        harness.watermark(minute(500));

        assertThat(fired()).containsExactly("late p1");
    }

    @Test
    void showsALateEarlierCartEventInTheCart() throws Exception {
        harness.watermark(minute(30));
        see(added("m2", "p2", minute(40)));
        seeLate(added("late", "p1", minute(10)), minute(30));
        harness.watermark(minute(100));

        assertThat(fired()).containsExactly("m2 p1 p2");
    }

    @Test
    void cancelsByALateOrderBeforeTheDeadlineHasPassed() throws Exception {
        see(added("m1", "p1", minute(0)));
        harness.watermark(minute(50));
        seeLate(ordered("late", "o1", minute(30)), minute(50));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void doesNotFireTwiceWhenALateEventPrecedesAnAnchorThatHasFired() throws Exception {
        see(added("m1", "p1", minute(30)));
        harness.watermark(minute(90));
        assertThat(fired()).containsExactly("m1 p1");
        seeLate(added("late", "p2", minute(20)), minute(90));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void keepsNothingOfACartEventThatIsLaterThanTheWindow() throws Exception {
        long now = after(Duration.ofDays(40));
        harness.watermark(now);
        seeLate(added("late", "p1", after(Duration.ofDays(10))), now);
        harness.watermark(now + 1);

        assertThat(harness.keysIn(STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
    }

    @Test
    void ignoresARepeatedReportOfAnOrderWhicheverArrivesFirst() throws Exception {
        see(ordered("again", "o1", minute(40)));
        see(ordered("first", "o1", minute(10)));
        see(ordered("other", "o2", minute(15)));
        see(added("m1", "p1", minute(20)));
        harness.watermark(minute(16));
        harness.watermark(minute(500));

        assertThat(fired()).containsExactly("m1 p1");
    }

    @Test
    void ignoresARepeatedReportOfAnOrderWhoseFirstReportComesLate() throws Exception {
        see(added("m1", "p1", minute(20)));
        see(ordered("again", "o1", minute(70)));
        harness.watermark(minute(30));
        see(ordered("first", "o1", minute(10)));
        harness.watermark(minute(500));

        assertThat(fired()).containsExactly("m1 p1");
    }

    @Test
    void staysSilentForACustomerWhoRefuses() throws Exception {
        see(ANA, added("m1", "p1", minute(0)), says(minute(-5), false));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void obeysTheLastWordAtTheDeadline() throws Exception {
        see("c_refuses", added("m1", "p1", minute(0)), says(minute(-5), true));
        say("c_refuses", says(minute(60), false));
        see("c_refuses-too-late", added("m2", "p1", minute(0)));
        say("c_refuses-too-late", says(minute(60) + 1, false));
        see("c_renews", added("m3", "p1", minute(0)), says(minute(-5), false));
        say("c_renews", says(minute(59), true));
        see("c_renews-too-late", added("m4", "p1", minute(0)), says(minute(-5), false));
        say("c_renews-too-late", says(minute(60) + 1, true));
        harness.watermark(minute(500));

        assertThat(fired()).containsExactlyInAnyOrder("m2 p1", "m3 p1");
    }

    @Test
    void takesOfTwoWordsAtTheSameInstantTheRefusal() throws Exception {
        see("c_1", added("m1", "p1", minute(0)));
        say("c_1", says(minute(10), true));
        say("c_1", says(minute(10), false));
        see("c_2", added("m2", "p1", minute(0)));
        say("c_2", says(minute(10), false));
        say("c_2", says(minute(10), true));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void obeysARefusalThatArrivesAfterTheRenewalWhenTheDeadlineLiesBetween() throws Exception {
        see(added("m1", "p1", minute(0)));
        say(ANA, says(minute(61), true));
        say(ANA, says(minute(59), false));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void keepsNothingOfACustomerWithoutACart() throws Exception {
        say(ANA, says(minute(1), false));

        assertThat(harness.keysIn(STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
    }

    @Test
    void firesNothingAtTheEndOfABoundedLog() throws Exception {
        see("c_pending", added("m1", "p1", minute(10)));
        see("c_open", added("m2", "p1", minute(0)));
        harness.watermark(minute(1));
        harness.watermark(Long.MAX_VALUE);

        assertThat(fired()).isEmpty();
        harness.close();
        start();
    }

    @Test
    void dropsTheStateThirtyDaysAfterTheLastCartEvent() throws Exception {
        see(added("m1", "p1", minute(0)));
        see(added("m2", "p2", minute(7)));
        long end = minute(7) + Duration.ofDays(30).toMillis();
        harness.watermark(end - 1);
        assertThat(harness.keysIn(STATE)).isEqualTo(1);
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        harness.watermark(end);

        assertThat(harness.keysIn(STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(fired()).containsExactly("m2 p1 p2");
    }

    @Test
    void decidesAlikeWhenItIsRestoredAfterEveryEvent() throws Exception {
        List<TestEvent> stream = List.of(
                added("m1", "p1", minute(0)),
                added("m2", "p2", minute(20)),
                added("m3", "p3", minute(10)),
                removed("m4", "p1", minute(120)),
                ordered("m5", "o1", minute(181)),
                added("m6", "p6", minute(170)),
                added("m7", "p7", minute(300)),
                cart("m8", minute(305), "p8", "p9"));
        List<String> straight = new ArrayList<>();
        List<String> restored = new ArrayList<>();
        for (TestEvent event : stream) {
            step(event);
            straight.addAll(fired());
        }
        harness.watermark(minute(500));
        straight.addAll(fired());
        harness.close();

        start();
        for (TestEvent event : stream) {
            step(event);
            restored.addAll(fired());
            OperatorSubtaskState state = harness.snapshot();
            harness.close();
            harness = started(state);
            assertThat(harness.eventTimeTimers()).isEqualTo(1);
        }
        harness.watermark(minute(500));
        restored.addAll(fired());

        assertThat(restored).isEqualTo(straight).containsExactly("m2 p1 p2 p3", "m8 p8 p9");
    }

    /** A job that was restored has no watermark at first, and the first event may be late. */
    @Test
    void decidesAlikeOfALateEventThatComesFirstAfterARestore() throws Exception {
        see("c_open", added("m1", "p1", minute(60)));
        see("c_bought", added("m2", "p1", minute(60)));
        see("c_bought", ordered("m3", "o1", minute(90)));
        harness.watermark(minute(100));
        OperatorSubtaskState state = harness.snapshot();
        harness.close();

        harness = started(state);
        for (String customer : List.of("c_open", "c_bought", "c_new")) {
            harness.process(
                    change(customer, added("late-" + customer, "p2", minute(50)), minute(100) + 1, List.of()), 0);
        }
        see("c_open", added("m4", "p4", minute(105)));
        harness.watermark(minute(70));
        assertThat(fired()).as("watermarks that were there before").isEmpty();
        harness.watermark(minute(500));

        assertThat(fired())
                .as("late-c_new: its deadline had not passed; c_bought: its order came behind")
                .containsExactlyInAnyOrder("late-c_new p2", "m4 p1 p2 p4");
    }

    @Test
    void decidesAReplayLikeTheFirstRunAlthoughTheWatermarkLagsBehind() throws Exception {
        harness.process(change("c_known", added("m1", "p1", minute(0)), minute(0), List.of()), 0);
        harness.process(change("c_known", ordered("late", "o1", minute(30)), minute(90), List.of()), 0);
        harness.process(change("c_late", added("m2", "p1", minute(0)), minute(70), List.of()), 0);
        harness.watermark(minute(500));

        List<OutboundRecord> told = harness.drain();
        assertThat(lines(told.subList(0, 1)))
                .as("the order was known only behind the deadline, the cart too")
                .containsExactly("m1 p1");
        assertThat(told.subList(1, told.size())).singleElement().satisfies(retraction -> assertThat(
                        MAPPER.readTree(retraction.value()).path("retracts").asText())
                .isEqualTo(told.get(0).id()));
    }

    @Test
    void decidesTheEarliestBeforeItsTimeWhereTheWatermarkStandsStill() throws Exception {
        for (int i = 0; i <= Pending.MOST; i++) {
            see(added("m" + i, "p1", minute(i)));
        }
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        see(added("behind-what-is-decided", "p2", minute(0) - 1));
        harness.watermark(minute(Pending.MOST + 60));

        assertThat(fired()).containsExactly("m" + Pending.MOST + " p1");
    }

    private void step(TestEvent event) throws Exception {
        long at = event.event().timestamp();
        harness.watermark(at - Duration.ofMinutes(15).toMillis());
        see(event);
    }

    private static WatcherHarness started(OperatorSubtaskState restored) throws Exception {
        return new WatcherHarness(TestTriggers.abandonedCart(), restored);
    }

    private static Consent.Statement says(long at, boolean granted) {
        return new Consent.Statement(at, granted);
    }

    private static CartChange change(String customer, TestEvent event, List<Consent.Statement> consent) {
        return change(customer, event, event.event().timestamp(), consent);
    }

    private static CartChange change(String customer, TestEvent event, long knownAt, List<Consent.Statement> consent) {
        return new CartChange.Operation(
                customer,
                CartEntry.of(event.event().knownAt(knownAt)),
                null,
                Said.onMarketing(consent),
                Said.noSegments());
    }

    private void say(String customer, Consent.Statement statement) throws Exception {
        harness.process(
                new CartChange.Operation(customer, null, null, Said.onMarketing(List.of(statement)), Said.noSegments()),
                statement.timestamp());
    }

    private void see(TestEvent event) throws Exception {
        see(ANA, event);
    }

    /** As the intake marks it whose watermark is that. */
    private void seeLate(TestEvent event, long watermark) throws Exception {
        harness.process(
                change(ANA, event, watermark + 1, List.of()), event.event().timestamp());
    }

    private void see(String customer, TestEvent event, Consent.Statement... consent) throws Exception {
        harness.process(change(customer, event, List.of(consent)), event.event().timestamp());
    }

    private List<String> fired() throws IOException {
        return lines(harness.drain());
    }

    /** Per trigger its anchor and the products left behind. */
    private static List<String> lines(List<OutboundRecord> triggers) throws IOException {
        List<String> lines = new ArrayList<>();
        for (OutboundRecord trigger : triggers) {
            JsonNode json = MAPPER.readTree(trigger.value());
            StringBuilder line =
                    new StringBuilder(json.path("anchor_message_id").asText());
            json.at("/payload/items").forEach(item -> line.append(' ')
                    .append(item.path("product_id").asText()));
            lines.add(line.toString());
        }
        return lines;
    }
}
