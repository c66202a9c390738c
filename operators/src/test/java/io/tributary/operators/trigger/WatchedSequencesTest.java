package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.cart;
import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.ordered;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.testing.Said;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.WatcherHarness;
import io.tributary.operators.trigger.EventWatch.Cause;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
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

    private static final String WELCOME =
            """
            - name: welcome
              steps: [{id: sign_up, on: [Signed Up], select: every}]
              delay: 1h
              expires_after: 1h
              payload: {n: event.properties.n}
            """;

    private static final String LEFT_AFTER_SIGNING_UP =
            """
            - name: left
              steps:
              - {id: sign_up, on: [Signed Up], select: every}
              - {id: order, not_followed_by: [Order Paid]}
              within: 20m
              expires_after: 1d
            """;

    private static final String PAID =
            """
            - name: paid
              steps:
              - {id: sign_up, on: [Signed Up]}
              - {id: order, followed_by: [Order Paid]}
              within: 1h
              expires_after: 1d
            """;

    private static final String THANKS =
            """
            - name: thanks
              steps:
              - {id: sign_up, on: [Signed Up]}
              - {id: order, followed_by: [Order Paid]}
              within: 1h
              delay: 30m
              expires_after: 1d
            """;

    private static final String SEGMENTS =
            """
            segments:
            - {name: lapsed, when: days_since(orders.last_at) > 30}
            - {name: fan, for_each: event.properties.category, trait: {aggregate: count, events: [Product Viewed]}, when: value >= 2}
            """;

    private static final String CHECKOUT =
            """
            - name: checkout
              steps:
              - {id: checkout, on: [Checkout Started], where: size(cart.items) > 0}
              - {id: order, not_followed_by: [Order Paid]}
              within: 20m
              expires_after: 1h
              payload: {products: size(cart.items), value: cart.value}
            """;

    private static final String LAPSED =
            """
            - name: lapsed_and_left
              steps:
              - {id: lapsed, on: [{entered: lapsed}]}
              - {id: back, not_followed_by: [Order Paid, {exited: lapsed}]}
              within: 20m
              expires_after: 1h
              grace: 10m
            """;

    private static PublishedDefinitions published(String... triggers) {
        return PublishedDefinitions.NONE.next(definitions(triggers), 0);
    }

    private static Definitions definitions(String... triggers) {
        return Definitions.of("t.yaml", SEGMENTS + "triggers:\n" + String.join("", triggers));
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

    // -------------------------------------------------------------------------------------------------------- waiting

    @Test
    void firesAWhileAfterTheEventWhoeverTheCustomerTurnsOutToBe() throws Exception {
        try (Watch watch = new Watch(published(WELCOME))) {
            watch.sees("phone", PHONE, "Signed Up", 0, 7);
            watch.sees("ana", ANA, "Signed Up", 1, 8);
            watch.arrives(2);
            watch.moves(PHONE, "phone", "ana", 10);
            watch.arrives(30);
            watch.restarts(watch.published);
            watch.arrives(61);
            watch.moves(PHONE, "ana", "other", 62);
            watch.arrives(63);

            assertThat(watch.fired())
                    .as("a second one does not, and what would have fired does not again")
                    .containsExactly("welcome ana 0 at 60", "welcome ana 1 at 61");
            assertThat(watch.told().get(0).path("payload")).hasToString("{\"n\":7}");
            assertThat(watch.told().get(0).path("expires_at")).hasToString("\"2026-01-01T02:00:00.000Z\"");
            watch.arrives(200);
            assertThat(watch.harness.entries()).isZero();
            assertThat(watch.harness.eventTimeTimers()).isZero();
        }
    }

    /** As a deadline of that instant does: in a backtest as well. */
    @Test
    void whatWouldBeToldAtTheInstantOfAMergerCountsAsTold() throws Exception {
        try (Watch watch = new Watch(published(WELCOME))) {
            watch.sees("phone", PHONE, "Signed Up", 0, 7);
            watch.sees("ana", ANA, "Signed Up", 0, 8);
            watch.sees("ana", ANA, "Signed Up", 1, 9);
            watch.arrives(59);
            watch.moves(PHONE, "phone", "ana", 60);
            watch.arrives(200);

            assertThat(watch.fired()).containsExactly("welcome ana 1 at 61");
        }
    }

    /** A window ends with its last instant, and a fragment goes before what happens at that instant. */
    @Test
    void whatHappensWhenAFragmentGoesMayBeTheLastOfAMatch() throws Exception {
        try (Watch watch = new Watch(published(PAID))) {
            watch.sees("ana", PHONE, "Signed Up", 0, 7);
            watch.sees("ana", ANA, "Signed Up", 1, 8);
            watch.sees("ana", ANA, "Order Paid", 61, 9);
            watch.arrives(60);
            watch.moves(PHONE, "ana", "other", 61);
            watch.arrives(200);

            assertThat(watch.fired()).containsExactly("paid ana 1 at 61");
        }
    }

    @Test
    void whatWaitsOfACustomerOfWhomSomethingIsErasedWaitsOnIfItWasFoundWithoutThat() throws Exception {
        try (Watch watch = new Watch(published(WELCOME))) {
            watch.sees("ana", ANA, "Signed Up", 0, 7);
            watch.sees("phone", PHONE, "Signed Up", 5, 8);
            watch.arrives(20);
            watch.moves(ANA, "ana", "nobody", 30);
            watch.moves(PHONE, "phone", "ana", 30);
            watch.harness.process(new CartChange.Erasure("ana", new TreeSet<>()), 0);
            watch.arrives(200);

            assertThat(watch.fired()).contains("welcome ana 5 at 65").doesNotContain("welcome ana 0 at 60");
        }
    }

    @Test
    void whatTheOtherHasCompletedSoonerIsToldSoonerAndOnce() throws Exception {
        try (Watch watch = new Watch(published(THANKS))) {
            watch.sees("ana", ANA, "Signed Up", 0, 7);
            watch.sees("phone", PHONE, "Order Paid", 20, 8);
            watch.sees("ana", ANA, "Order Paid", 40, 9);
            watch.arrives(44);
            watch.moves(PHONE, "phone", "ana", 45);
            watch.arrives(200);

            assertThat(watch.fired()).containsExactly("thanks ana 0 at 50");
        }
    }

    @Test
    void whatWouldHaveBeenToldBeforeAMergerIsNotToldBecauseItWaitedForLonger() throws Exception {
        try (Watch watch = new Watch(published(THANKS))) {
            watch.sees("ana", ANA, "Signed Up", 0, 7);
            watch.sees("phone", PHONE, "Order Paid", 5, 8);
            watch.sees("ana", ANA, "Order Paid", 40, 9);
            watch.arrives(44);
            watch.moves(PHONE, "phone", "ana", 45);
            watch.arrives(200);

            assertThat(watch.fired()).isEmpty();
        }
    }

    @Test
    void whatWasCompletedByAFragmentThatGoesBeforeItIsToldMayBeCompletedAgain() throws Exception {
        try (Watch watch = new Watch(published(THANKS))) {
            watch.sees("ana", ANA, "Signed Up", 0, 7);
            watch.sees("ana", PHONE, "Order Paid", 20, 8);
            watch.arrives(29);
            watch.moves(PHONE, "ana", "other", 30);
            watch.sees("ana", ANA, "Order Paid", 40, 9);
            watch.arrives(200);

            assertThat(watch.fired()).containsExactly("thanks ana 0 at 70");
        }
    }

    /** A late event is too late to complete it, and the one before that is behind the window. */
    @Test
    void whoStartsAnewIsNotToldOfWhatEndedBehindItsWindow() throws Exception {
        try (Watch watch = new Watch(published(THANKS))) {
            watch.sees("ana", ANA, "Signed Up", 0, 7);
            watch.sees("ana", ANA, "Order Paid", 61, 8);
            watch.sees("ana", ANA, "Order Paid", 50, 65, 9);
            watch.sees("ana", PHONE, "Order Paid", 66, 10);
            watch.arrives(69);
            watch.moves(PHONE, "ana", "other", 70);
            watch.arrives(200);

            assertThat(watch.fired()).isEmpty();
        }
    }

    /** The sign-up that is known last tells of a match that the order before it has ended long ago; the other order comes too late. */
    @Test
    void whatALateEventShowsIsNotToldToWhoStartsAnew() throws Exception {
        try (Watch watch = new Watch(published(THANKS))) {
            watch.sees("ana", ANA, "Order Paid", 10, 7);
            watch.sees("ana", ANA, "Signed Up", 0, 40, 8);
            watch.sees("ana", ANA, "Order Paid", 5, 40, 9);
            watch.sees("ana", PHONE, "Order Paid", 42, 10);
            watch.arrives(44);
            watch.moves(PHONE, "ana", "other", 45);
            watch.arrives(200);

            assertThat(watch.fired()).isEmpty();
        }
    }

    /** The cart is viewed behind the window, so the second sign-up is one too many. */
    @Test
    void whatEndsAMatchWhileItWaitsIsNoPartOfIt() throws Exception {
        try (Watch watch = new Watch(published(
                """
                - name: nothing_more
                  steps:
                  - {id: view, on: [Product Viewed]}
                  - {id: more, followed_by: [Cart Viewed], optional: true}
                  - {id: sign_up, followed_by: [Signed Up]}
                  - {id: end, not_followed_by: [Order Completed, Signed Up]}
                  within: 11m
                  expires_after: 1d
                """,
                "delivery: {quiet_hours: {from: \"22:00\", to: \"08:00\", zone: UTC, then: postpone}}\n"))) {
            watch.sees("ana", ANA, "Product Viewed", 9, 1);
            watch.sees("ana", ANA, "Signed Up", 20, 2);
            watch.sees("ana", ANA, "Cart Viewed", 21, 3);
            watch.arrives(30);
            watch.sees("ana", ANA, "Signed Up", 38, 4);
            watch.arrives(1_000);

            assertThat(watch.fired()).isEmpty();
        }
    }

    @Test
    void asManyAsWaitForACustomerAreBounded() throws Exception {
        try (Watch watch = new Watch(published(WELCOME))) {
            for (int i = 0; i <= Waiting.MOST; i++) {
                watch.sees("ana", ANA, "Signed Up", i / 10, i);
            }
            watch.arrives(20);
            assertThat(watch.harness.drain(CartWatcher.SUPPRESSED))
                    .singleElement()
                    .satisfies(held -> {
                        JsonNode json = MAPPER.readTree(held.value());
                        assertThat(json.path("reason").asText()).isEqualTo("backlog");
                        assertThat(json.path("detail").asText()).isEqualTo("100 wait already");
                    });
            watch.arrives(200);
            assertThat(watch.fired()).hasSize(Waiting.MOST);
            assertThat(watch.harness.entries()).isZero();
        }
    }

    // ------------------------------------------------------------------------------------------------------ the cart

    @Test
    void aStepLooksAtTheCartAsItWasKnownWithTheEvent() throws Exception {
        try (Watch watch = new Watch(published(CHECKOUT))) {
            watch.changesCart("ana", added("a1", "p1", minute(0)), 0);
            watch.sees("ana", ANA, "Checkout Started", 5, 1);
            watch.changesCart("ana", added("a2", "p2", minute(6)), 6);
            watch.sees("ben", ANA, "Checkout Started", 5, 1);
            watch.changesCart("ben", added("b1", "p1", minute(6)), 6);
            watch.sees("eve", ANA, "Checkout Started", 5, 1);
            watch.changesCart("eve", added("e1", "p1", minute(4)), 6);
            watch.changesCart("dan", added("d1", "p1", minute(1)), 4);
            watch.sees("dan", ANA, "Checkout Started", 5, 1);
            watch.changesCart("dan", ordered("d2", "o", minute(6)), 6);
            watch.arrives(10);
            watch.restarts(watch.published);
            watch.arrives(100);

            assertThat(watch.fired()).containsExactlyInAnyOrder("checkout ana 5 at 25", "checkout dan 5 at 25");
            assertThat(watch.told()).allSatisfy(json -> assertThat(json.path("payload"))
                    .hasToString("{\"products\":1,\"value\":{\"USD\":\"10.00\"}}"));
        }
    }

    /** What was in it before is known or not, as far as the watermark has come: so nobody asks. */
    @Test
    void ofALateEventTheCartIsNotKnownIfItWasReplacedSince() throws Exception {
        String ofNothing = CHECKOUT.replace("size(cart.items) > 0", "size(cart.items) == 0")
                .replace("name: checkout", "name: of_nothing");
        for (boolean inOneGo : List.of(true, false)) {
            try (Watch watch = new Watch(published(CHECKOUT, ofNothing))) {
                watch.changesCart("ana", added("a1", "p1", minute(0)), 0);
                watch.changesCart("ana", cart("a2", minute(6), "p2"), 6);
                watch.changesCart("ben", added("b1", "p1", minute(0)), 0);
                watch.changesCart("ben", added("b2", "p2", minute(6)), 6);
                if (!inOneGo) {
                    watch.arrives(8);
                }
                watch.sees("ana", ANA, "Checkout Started", 5, 10, 1);
                watch.sees("ben", ANA, "Checkout Started", 5, 10, 1);
                watch.arrives(100);

                assertThat(watch.fired()).containsExactly("checkout ben 5 at 25");
            }
        }
    }

    @Test
    void aMergerLooksAtTheCartOfBothAsFarAsItIsKnown() throws Exception {
        try (Watch watch = new Watch(published(CHECKOUT))) {
            watch.changesCart("phone", added("a1", "p1", minute(0)), 0);
            watch.sees("phone", PHONE, "Checkout Started", 5, 1);
            watch.arrives(8);
            watch.moves(PHONE, "phone", "ana", 10, added("a1", "p1", minute(0)), added("u1", "p2", minute(1)));
            watch.moves(PHONE, "phone", "ben", 10, cart("u2", minute(6), "p2"));
            watch.moves(PHONE, "phone", "eve", 10, added("u3", "p2", minute(6)));
            watch.arrives(100);

            assertThat(watch.fired()).containsExactly("checkout ana 5 at 25");
            assertThat(watch.told().get(0).path("payload"))
                    .hasToString("{\"products\":2,\"value\":{\"USD\":\"20.00\"}}");
        }
    }

    @Test
    void whoLosesWhatWasInTheCartHasNotCheckedItOut() throws Exception {
        try (Watch watch = new Watch(published(CHECKOUT))) {
            watch.changesCart("ana", added("a1", "p1", minute(0)), 0);
            watch.sees("ana", ANA, "Checkout Started", 5, 1);
            watch.arrives(8);
            watch.moves(PHONE, "ana", "phone", 10, added("a1", "p1", minute(0)));
            watch.sees("ana", ANA, "Order Paid", 10, 1);
            watch.sees("ana", ANA, "Checkout Started", 11, 1);
            watch.arrives(12);
            watch.restarts(watch.published);
            watch.arrives(100);

            assertThat(watch.fired()).isEmpty();
        }
    }

    /** A cart that no trigger looked at when the event came is not known later. */
    @Test
    void otherDefinitionsLookAtTheCartFromThenOn() throws Exception {
        try (Watch watch = new Watch(
                published(LEFT.replace("Product Viewed", "Checkout Started").formatted("1h")))) {
            watch.changesCart("ana", added("a1", "p1", minute(0)), 0);
            watch.sees("ana", ANA, "Checkout Started", 5, 1);
            watch.arrives(10);
            watch.publishes(CHECKOUT);
            watch.arrives(30);
            watch.sees("ana", ANA, "Checkout Started", 31, 1);
            watch.arrives(100);

            assertThat(watch.fired()).containsExactly("checkout ana 31 at 51");
        }
    }

    // ------------------------------------------------------------------------------------------ changes of segments

    @Test
    void aSegmentThatIsEnteredBeginsAndLeavingItOrAnEventEnds() throws Exception {
        try (Watch watch = new Watch(published(LAPSED))) {
            watch.changes("ana", "+lapsed", 0);
            watch.changes("ben", "+lapsed", 0);
            watch.changes("eve", "+lapsed", 0);
            watch.arrives(5);
            watch.restarts(watch.published);
            watch.changes("ben", "-lapsed", 20);
            watch.sees("eve", PHONE, "Order Paid", 20, 1);
            watch.arrives(25);

            assertThat(watch.fired()).containsExactly("lapsed_and_left ana 0 at 20");
            watch.changes("ana", "-lapsed", 30);
            watch.changes("ana", "+lapsed", 31);
            watch.arrives(60);
            assertThat(watch.fired()).endsWith("lapsed_and_left ana 31 at 51");
            watch.arrives(100);
            assertThat(watch.harness.entries()).isZero();
        }
    }

    @Test
    void otherCustomersWhoEnterAtTheSameInstantHaveOtherTriggers() throws Exception {
        try (Watch watch = new Watch(published(LAPSED))) {
            watch.changes("ana", "+lapsed", 0);
            watch.changes("ben", "+lapsed", 0);
            watch.arrives(30);

            List<JsonNode> told = watch.told();
            assertThat(told).hasSize(2);
            assertThat(told)
                    .extracting(json -> json.path("trigger_id").asText())
                    .doesNotHaveDuplicates();
            assertThat(told.get(0).path("anchor_message_id").asText()).matches("sc_[0-9a-f]{16}");
            assertThat(told.get(0).at("/because/0/condition").asText()).isEqualTo("entered lapsed");
            assertThat(told.get(0).at("/because/1/condition").asText())
                    .isEqualTo("no Order Paid or exited lapsed within 20m");
        }
    }

    @Test
    void aChangeStandsInAnyStepAndSaysWhichSegmentAndValue() throws Exception {
        String trigger =
                """
                - name: fan_then_order
                  steps:
                  - {id: view, on: [Product Viewed]}
                  - {id: fan, followed_by: [{entered: fan}, {entered: lapsed}], where: event.properties.value == 'shoes'}
                  - {id: order, next: [Order Paid, {exited: fan}]}
                  within: 1h
                  expires_after: 1h
                  payload: {segment: steps.fan.properties.segment, value: steps.fan.properties.value, name: steps.fan.name, at: steps.fan.timestamp, last: event.name}
                """;
        try (Watch watch = new Watch(published(trigger))) {
            watch.sees("ana", ANA, "Product Viewed", 0, 1);
            watch.changes("ana", "+lapsed", 1);
            watch.changes("ana", "+fan hats", 2);
            watch.changes("ana", "+fan shoes", 3);
            watch.changes("ana", "-fan hats", 4);
            watch.arrives(10);

            assertThat(watch.told()).singleElement().satisfies(json -> assertThat(json.path("payload"))
                    .hasToString("{\"at\":\"2026-01-01T00:03:00.000Z\",\"last\":\"Segment Exited\","
                            + "\"name\":\"Segment Entered\",\"segment\":\"fan\",\"value\":\"shoes\"}"));
        }
    }

    /** Because of other definitions, or of who turns out to be whom. */
    @Test
    void whatIsFoundBeginsNothingButEnds() throws Exception {
        try (Watch watch = new Watch(published(LAPSED))) {
            watch.finds("ana", "+lapsed", 0);
            watch.changes("ben", "+lapsed", 0);
            watch.arrives(10);
            watch.finds("ben", "-lapsed", 15);
            watch.arrives(100);

            assertThat(watch.fired()).isEmpty();
            assertThat(watch.harness.entries()).isZero();
        }
    }

    @Test
    void whatChangesBackAtTheSameInstantHasNotChanged() throws Exception {
        String both = LAPSED
                + "- {name: out, steps: [{id: out, on: [{exited: lapsed}]}], expires_after: 1h}\n"
                + "- {name: in, steps: [{id: in, on: [{entered: lapsed}]}], expires_after: 1h}\n";
        try (Watch watch = new Watch(published(both))) {
            watch.changes("ana", "+lapsed", 0);
            watch.changes("ana", "-lapsed", 0);
            watch.changes("ben", "-lapsed", 0);
            watch.changes("ben", "+lapsed", 0);
            watch.changes("ben", "-lapsed", 0);
            watch.arrives(100);

            assertThat(watch.fired()).containsExactly("out ben 0 at 0");
        }
    }

    /** Only one way is named: the other takes it back. */
    @Test
    void whatTakesAChangeBackNeedNotBeNamed() throws Exception {
        String one =
                """
                - {name: in, steps: [{id: in, on: [{entered: lapsed}]}], expires_after: 1h}
                - name: out
                  steps: [{id: out, on: [{exited: fan}]}, {id: no, not_followed_by: [Never]}]
                  within: 20m
                  expires_after: 1h
                  grace: 1h
                """;
        try (Watch watch = new Watch(published(one))) {
            watch.changes("ana", "+lapsed", 0);
            watch.finds("ana", "-lapsed", 0);
            watch.changes("ben", "-fan hats", 0);
            watch.changes("ben", "+fan shoes", 0);
            watch.changes("eve", "-fan hats", 5);
            watch.arrives(10);
            watch.changes("eve", "+fan hats", 5, 11);
            watch.arrives(100);

            assertThat(watch.fired()).containsExactly("out ben 0 at 20");
            watch.arrives(200);
            assertThat(watch.harness.entries()).isZero();
        }
    }

    @Test
    void whatComesLateIsPutInItsPlace() throws Exception {
        try (Watch watch = new Watch(published(LAPSED))) {
            watch.changes("ana", "+lapsed", 0);
            watch.changes("ben", "+lapsed", 0);
            watch.changes("eve", "+lapsed", 5);
            watch.arrives(10);
            watch.changes("ana", "-lapsed", 5, 11);
            watch.changes("eve", "-lapsed", 5, 11);
            watch.arrives(22);
            // It would not have fired: that is taken back.
            watch.changes("ben", "-lapsed", 20, 23);
            watch.arrives(30);

            assertThat(watch.told()).hasSize(2);
            assertThat(watch.told().get(0).path("customer_id").asText()).isEqualTo("ben");
            assertThat(watch.told().get(1).path("retracts"))
                    .isEqualTo(watch.told().get(0).path("trigger_id"));
            assertThat(watch.told().get(1).at("/because/0/condition").asText())
                    .isEqualTo("no Order Paid or exited lapsed within 20m");
            watch.arrives(100);
            assertThat(watch.harness.entries()).isZero();
        }
    }

    @Test
    void whatACustomerWasInStaysWithItAndGoesWhenItIsGone() throws Exception {
        try (Watch watch = new Watch(published(LAPSED))) {
            watch.changes("phone", "+lapsed", 0);
            watch.sees("phone", PHONE, "Order Paid", 1, 1);
            watch.changes("ana", "+lapsed", 2);
            watch.changes("ben", "+lapsed", 3);
            watch.arrives(9);
            watch.leaves("phone", 10);
            watch.moves(PHONE, "phone", "ana", 10);
            watch.arrives(100);

            assertThat(watch.fired()).containsExactly("lapsed_and_left ana 2 at 22", "lapsed_and_left ben 3 at 23");
            assertThat(watch.harness.entries()).isZero();
        }
    }

    /** Minute 0 is midnight in UTC; eight in the morning in Kathmandu is minute 135, in the evening before it is in Los Angeles. */
    @Test
    void whoStartsAnewWaitsForTheMorningWhereItIsSinceThen() throws Exception {
        try (Watch watch = new Watch(published(
                WELCOME.replace("1h", "40m").replace("expires_after: 40m", "expires_after: 1d"),
                LEFT_AFTER_SIGNING_UP,
                "delivery: {quiet_hours: {from: \"22:00\", to: \"08:00\", zone: UTC, customer_zone: traits.zone,"
                        + " then: postpone}}\n"))) {
            watch.sees("told", ANA, "Signed Up", 10, 1);
            watch.isIn("told", Turn.always("America/Los_Angeles"));
            watch.sees("waits", ANA, "Signed Up", 11, 2);
            watch.isIn("waits", Turn.always("UTC"));
            watch.sees("phone", PHONE, "Signed Up", 12, 3);
            watch.isIn("phone", Turn.always("UTC"));
            watch.arrives(39);
            watch.restarts(watch.published);
            Turn[] travels = {Turn.always("America/Los_Angeles"), new Turn(minute(45), "Asia/Kathmandu")};
            watch.startsAnew("told", 45, Set.of(), List.of(), travels);
            watch.startsAnew("waits", 45, Set.of(), List.of(), travels);
            watch.startsAnew("owner", 45, Set.of(), List.of(watch.seen.get(2)), travels);
            watch.startsAnew("phone", 45, Set.of(PHONE), List.of(), travels);
            watch.arrives(1_000);

            assertThat(watch.toldWhen())
                    .containsExactlyInAnyOrder(
                            "left told at 30",
                            "left waits at 135",
                            "left owner at 135",
                            "welcome told at 135",
                            "welcome waits at 135",
                            "welcome owner at 135");
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
            Definitions definitions = those.definitions(IdentitySettings.defaults());
            watch = new EventWatch(definitions.triggers().values(), definitions.delivery());
        }

        void sees(String customer, FragmentId fragment, String name, int at, int n) throws Exception {
            sees(customer, fragment, name, at, at, n);
        }

        void sees(String customer, FragmentId fragment, String name, int at, int knownAt, int n) throws Exception {
            WatchedEvent event = watch.watched(
                    track("m" + seen.size(), name, minute(at))
                            .with("n", n)
                            .event()
                            .knownAt(minute(knownAt)),
                    fragment);
            seen.add(event);
            harness.process(new CartChange.Operation(customer, null, event, Said.nothing(), Said.noSegments()), 0);
        }

        void changesCart(String customer, TestEvent change, int knownAt) throws Exception {
            CartEntry entry = CartEntry.of(change.event().knownAt(minute(knownAt)));
            harness.process(new CartChange.Operation(customer, entry, null, Said.nothing(), Said.noSegments()), 0);
        }

        /** @param change {@code +segment value} or {@code -segment value} */
        void changes(String customer, String change, int at) throws Exception {
            changes(customer, change, at, at);
        }

        void changes(String customer, String change, int at, int knownAt) throws Exception {
            send(customer, change, at, Cause.HAPPENED, knownAt);
        }

        void finds(String customer, String change, int at) throws Exception {
            send(customer, change, at, Cause.MOVED, at);
        }

        private void send(String customer, String change, int at, Cause cause, int knownAt) throws Exception {
            String[] name = change.substring(1).split(" ");
            SegmentChange changed = new SegmentChange(
                    minute(at), name[0], name.length == 1 ? null : name[1], change.startsWith("+"), 1, List.of());
            WatchedEvent event = watch.watched(customer, changed, cause, minute(knownAt));
            harness.process(new CartChange.Operation(customer, null, event, Said.nothing(), Said.noSegments()), 0);
        }

        /** In a time zone. */
        void isIn(String customer, Turn... zone) throws Exception {
            harness.process(
                    new CartChange.Operation(customer, null, null, Said.nothing(), Said.in("traits.zone", zone)), 0);
        }

        /** Without what has gone, with what has come. */
        void startsAnew(String customer, int at, Set<FragmentId> gone, List<WatchedEvent> come, Turn... zone)
                throws Exception {
            harness.process(
                    new CartChange.Restart(
                            customer,
                            minute(at),
                            true,
                            List.of(),
                            gone,
                            false,
                            come,
                            Said.nothing(),
                            Said.in("traits.zone", zone)),
                    0);
        }

        /** What was told to whom, and in which minute. */
        List<String> toldWhen() throws IOException {
            List<String> all = new ArrayList<>();
            for (JsonNode json : told()) {
                String at =
                        json.path("postponed_to").asText(json.path("fired_at").asText());
                all.add("%s %s at %d"
                        .formatted(
                                json.path("trigger").asText(),
                                json.path("customer_id").asText(),
                                (Timestamps.parse(at) - TestEvent.START) / 60_000));
            }
            return all;
        }

        /** The customer is gone. */
        void leaves(String customer, int at) throws Exception {
            harness.process(
                    new CartChange.Restart(
                            customer,
                            minute(at),
                            true,
                            List.of(),
                            Set.of(),
                            true,
                            List.of(),
                            Said.nothing(),
                            Said.noSegments()),
                    0);
        }

        /** @param union the operations on the cart that are the customer's then to whom it moves */
        void moves(FragmentId fragment, String from, String to, int at, TestEvent... union) throws Exception {
            List<CartEntry> cart =
                    Stream.of(union).map(change -> CartEntry.of(change.event())).toList();
            List<WatchedEvent> its = seen.stream()
                    .filter(event -> fragment.equals(event.fragment()))
                    .toList();
            harness.process(
                    new CartChange.Restart(
                            from,
                            minute(at),
                            true,
                            List.of(),
                            Set.of(fragment),
                            false,
                            List.of(),
                            Said.nothing(),
                            Said.noSegments()),
                    0);
            harness.process(
                    new CartChange.Restart(
                            to, minute(at), true, cart, Set.of(), false, its, Said.nothing(), Said.noSegments()),
                    0);
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

        /** All that was told so far. */
        List<JsonNode> told() throws IOException {
            records.addAll(harness.drain());
            List<JsonNode> all = new ArrayList<>();
            for (OutboundRecord record : records) {
                all.add(MAPPER.readTree(record.value()));
            }
            return all;
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
