package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.after;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Carts of customers that get or lose what others have done; the delay is an hour. */
class RestartedCartsTest {
    private static final String ANA = "c_ana";
    private static final String PHONE = "c_phone";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private WatcherHarness harness;

    @BeforeEach
    void start() throws Exception {
        harness = started(null);
    }

    @AfterEach
    void leavesNoStateAndNoTimersThirtyDaysAfterTheLastCartEvent() throws Exception {
        harness.watermark(after(Duration.ofDays(400)));
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.entries()).isZero();
        harness.close();
    }

    @Test
    void firesAMergedCartOnceForThePersonAtItsOriginalDeadline() throws Exception {
        see(PHONE, added("m1", "p1", minute(0)));
        harness.watermark(minute(29));
        decided(PHONE, 30);
        decided(ANA, 30, added("m1", "p1", minute(0)));
        assertThat(harness.eventTimeTimers()).as("the loser has none").isEqualTo(1);
        harness.watermark(minute(60) - 1);
        assertThat(fired()).isEmpty();
        harness.watermark(minute(60));
        assertThat(fired()).containsExactly("c_ana m1 p1");
        harness.watermark(minute(10_000));

        assertThat(fired()).isEmpty();
    }

    @Test
    void firesTheUnionOfTwoCartsOnce() throws Exception {
        see(PHONE, added("m1", "p1", minute(0)));
        see(ANA, added("m2", "p2", minute(10)));
        harness.watermark(minute(29));
        decided(PHONE, 30);
        decided(ANA, 30, added("m1", "p1", minute(0)), added("m2", "p2", minute(10)));
        see(ANA, added("m3", "p3", minute(200)));
        harness.watermark(minute(500));

        assertThat(fired()).containsExactly("c_ana m2 p1 p2", "c_ana m3 p1 p2 p3");
    }

    @Test
    void letsWhatWasDueBeforeTheInstantFireForWhatWasKnownBefore() throws Exception {
        see(PHONE, added("m1", "p1", minute(0)));
        see(ANA, added("m2", "p2", minute(5)));
        harness.watermark(minute(1));
        decided(PHONE, 90);
        decided(ANA, 90, added("m1", "p1", minute(0)), added("m2", "p2", minute(5)));

        assertThat(fired())
                .as("all that is known before the instant is here, whatever the watermark")
                .containsExactly("c_phone m1 p1", "c_ana m2 p2");
        harness.watermark(minute(500));
        assertThat(fired()).isEmpty();
    }

    @Test
    void letsWhatWaitsTakePartInWhatWasDueBeforeTheInstant() throws Exception {
        see(PHONE, added("m1", "p1", minute(0)));
        see(PHONE, ordered("m2", "o1", minute(50)));
        see(PHONE, added("m3", "p3", minute(55)));
        decided(PHONE, 200);

        assertThat(fired()).containsExactly("c_phone m3 p3");
    }

    @Test
    void firesADeadlineExactlyAtADecidedInstantForNobody() throws Exception {
        see(PHONE, added("m1", "p1", minute(0)));
        harness.watermark(minute(59));
        decided(PHONE, 60);
        decided(ANA, 60, added("m1", "p1", minute(0)));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void firesADeadlineAMillisecondBehindADecidedInstantForWhomeverItIsNow() throws Exception {
        TestEvent anchor = added("m1", "p1", minute(0) + 1);
        see(PHONE, anchor);
        harness.watermark(minute(59));
        decided(PHONE, 60);
        decided(ANA, 60, anchor);
        harness.watermark(minute(500));

        assertThat(fired()).containsExactly("c_ana m1 p1");
    }

    @Test
    void firesADeadlineExactlyAtAnInstantThatIsNotDecided() throws Exception {
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(59));
        harness.process(
                new CartChange.Restart(
                        ANA,
                        minute(60),
                        false,
                        entries(added("m1", "p1", minute(0)), added("m2", "p2", minute(60))),
                        Set.of(),
                        false,
                        List.of(),
                        Said.nothing(),
                        Said.noSegments()),
                0);
        assertThat(fired()).isEmpty();
        harness.watermark(minute(60));
        assertThat(fired()).as("events of the instant come before the deadline").isEmpty();
        harness.watermark(minute(120));

        assertThat(fired()).containsExactly("c_ana m2 p1 p2");
        see(PHONE, added("m3", "p3", minute(200)));
        harness.watermark(minute(259));
        harness.process(
                new CartChange.Restart(
                        PHONE,
                        minute(260),
                        false,
                        entries(added("m3", "p3", minute(200))),
                        Set.of(),
                        false,
                        List.of(),
                        Said.nothing(),
                        Said.noSegments()),
                0);
        harness.watermark(minute(260));
        assertThat(fired()).containsExactly("c_phone m3 p3");
    }

    @Test
    void cancelsByAnOrderThatComesAlong() throws Exception {
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(29));
        decided(ANA, 30, added("m1", "p1", minute(0)), ordered("m2", "o1", minute(20)));
        harness.watermark(minute(500));

        assertThat(fired()).isEmpty();
    }

    @Test
    void opensACartAgainWhoseOrderHasGoneToSomebodyElse() throws Exception {
        see(ANA, added("m1", "p1", minute(0)));
        see(ANA, ordered("m2", "o1", minute(20)));
        harness.watermark(minute(29));
        decided(ANA, 30, added("m1", "p1", minute(0)));
        harness.watermark(minute(500));

        assertThat(fired()).containsExactly("c_ana m1 p1");
    }

    @Test
    void firesAndKeepsNothingOfACustomerWhoHasLostEverything() throws Exception {
        see(PHONE, added("m1", "p1", minute(0)));
        see(PHONE, added("m2", "p2", minute(40)));
        harness.watermark(minute(29));
        decided(PHONE, 30);

        assertThat(harness.keysIn("trigger")).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        harness.watermark(minute(500));
        assertThat(fired()).isEmpty();
    }

    @Test
    void keepsNothingOfACustomerWhoGetsNoCart() throws Exception {
        decided(ANA, 30);

        assertThat(harness.entries()).isZero();
    }

    @Test
    void waitsWithWhatIsKnownOnlyLater() throws Exception {
        see(ANA, added("m1", "p1", minute(0)));
        decided(ANA, 30, added("m1", "p1", minute(0)), added("m4", "p4", minute(40)), ordered("m5", "o1", minute(100)));
        harness.watermark(minute(60));
        assertThat(fired()).as("m4 has moved the deadline").isEmpty();
        harness.watermark(minute(100));

        assertThat(fired()).as("the order comes at its deadline").isEmpty();
        CartEntry late = CartEntry.of(added("late", "p9", minute(100.5)).event().knownAt(minute(130)));
        harness.process(
                new CartChange.Restart(
                        ANA,
                        minute(120),
                        true,
                        List.of(late),
                        Set.of(),
                        false,
                        List.of(),
                        Said.nothing(),
                        Said.noSegments()),
                0);
        harness.watermark(minute(129));
        assertThat(harness.keysIn("trigger")).isEqualTo(1);
        harness.watermark(minute(170));
        assertThat(fired()).containsExactly("c_ana late p9");
    }

    @Test
    void obeysWhatThePersonHasSaid() throws Exception {
        Consent.Statement refusal = new Consent.Statement(minute(-5), false);
        see(PHONE, added("m1", "p1", minute(0)));
        harness.watermark(minute(29));
        decided(PHONE, 30);
        harness.process(
                new CartChange.Restart(
                        ANA,
                        minute(30),
                        true,
                        entries(added("m1", "p1", minute(0))),
                        Set.of(),
                        false,
                        List.of(),
                        Said.onMarketing(List.of(refusal)),
                        Said.noSegments()),
                0);
        harness.watermark(minute(500));
        assertThat(fired()).isEmpty();
        see(ANA, added("m2", "p2", minute(600)));
        harness.watermark(minute(601));
        harness.process(
                new CartChange.Restart(
                        ANA,
                        minute(602),
                        true,
                        entries(added("m2", "p2", minute(600))),
                        Set.of(),
                        false,
                        List.of(),
                        Said.nothing(),
                        Said.noSegments()),
                0);
        harness.watermark(minute(700));

        assertThat(fired()).as("the refusal has gone with whoever said it").containsExactly("c_ana m2 p2");
    }

    @Test
    void decidesAlikeWhenItIsRestoredAgainAndAgain() throws Exception {
        List<String> straight = story(false);
        harness.close();
        start();

        assertThat(story(true))
                .isEqualTo(straight)
                .containsExactly("c_phone m1 p1", "c_ana m2 p1 p2", "c_ana m4 p1 p2 p4");
    }

    private List<String> story(boolean restoring) throws Exception {
        List<String> fired = new ArrayList<>();
        see(PHONE, added("m1", "p1", minute(0)));
        restore(restoring);
        see(PHONE, added("m2", "p2", minute(70)));
        restore(restoring);
        harness.watermark(minute(45));
        see(PHONE, added("m3", "p3", minute(200)));
        restore(restoring);
        decided(ANA, 100, added("m1", "p1", minute(0)), added("m2", "p2", minute(70)), added("m4", "p4", minute(140)));
        decided(PHONE, 100);
        fired.addAll(fired());
        restore(restoring);
        harness.watermark(minute(119));
        fired.addAll(fired());
        restore(restoring);
        harness.watermark(minute(500));
        fired.addAll(fired());
        return fired;
    }

    private void restore(boolean restoring) throws Exception {
        if (restoring) {
            OperatorSubtaskState state = harness.snapshot();
            harness.close();
            harness = started(state);
        }
    }

    private static WatcherHarness started(OperatorSubtaskState restored) throws Exception {
        return new WatcherHarness(TestTriggers.abandonedCart(), restored);
    }

    private void see(String customer, TestEvent event) throws Exception {
        harness.process(
                new CartChange.Operation(
                        customer, CartEntry.of(event.event()), null, Said.nothing(), Said.noSegments()),
                0);
    }

    /** The customer has this and nothing else, and what is due at the instant counts as decided. */
    private void decided(String customer, int minute, TestEvent... events) throws Exception {
        harness.process(
                new CartChange.Restart(
                        customer,
                        minute(minute),
                        true,
                        entries(events),
                        Set.of(),
                        false,
                        List.of(),
                        Said.nothing(),
                        Said.noSegments()),
                0);
    }

    private static List<CartEntry> entries(TestEvent... events) {
        return Stream.of(events).map(event -> CartEntry.of(event.event())).toList();
    }

    /** Per trigger the customer, its anchor and the products left behind. */
    private List<String> fired() throws IOException {
        List<String> lines = new ArrayList<>();
        for (OutboundRecord trigger : harness.drain()) {
            JsonNode json = MAPPER.readTree(trigger.value());
            StringBuilder line = new StringBuilder(trigger.key())
                    .append(' ')
                    .append(json.path("anchor_message_id").asText());
            json.at("/payload/items").forEach(item -> line.append(' ')
                    .append(item.path("product_id").asText()));
            lines.add(line.toString());
        }
        return lines;
    }
}
