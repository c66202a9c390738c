package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.added;
import static io.tributary.operators.testing.TestEvent.after;
import static io.tributary.operators.testing.TestEvent.cart;
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
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the watcher tells and what it holds back; triggers fire an hour after a cart was left. */
class GatedCartsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ANA = "c_ana";
    private static final String PHONE = "c_phone";
    private static final String TRIGGERS_STATE = "trigger";
    private static final String GATE_STATE = "trigger-gate";
    private static final int MANY = 200;
    private static final int HOUR = 60;
    private static final int DAY = 24 * HOUR;

    private static final String ABANDONED = trigger("abandoned", "1h", "");
    /** In Warsaw it is an hour later, so from 21:00 to 07:00. */
    private static final String NIGHT =
            "{quiet_hours: {from: \"22:00\", to: \"08:00\", zone: Europe/Warsaw, then: postpone}}";

    private static final String WHERE_IT_IS = NIGHT.replace("then:", "customer_zone: traits.zone, then:");

    private static final int EVENING = 21 * HOUR;
    private static final int MORNING = 31 * HOUR;

    private static final String ONCE_A_DAY = "{caps: [{most: 1, within: 1d}]}";

    private PublishedDefinitions published;
    private WatcherHarness harness;
    private final List<OutboundRecord> told = new ArrayList<>();
    private final List<OutboundRecord> heldBack = new ArrayList<>();

    private static final Definitions LISTED = withList("{suppress: [listed]}");

    private static Definitions withList(String delivery) {
        return Definitions.of(
                "d.yaml",
                "segments: [{name: listed, when: traits.do_not_contact == true}]\ntriggers:\n%sdelivery: %s\n"
                        .formatted(ABANDONED, delivery));
    }

    private static String trigger(String name, String within, String more) {
        return TestTriggers.trigger(name, "size(cart.items) > 0", within, "24h", more);
    }

    @AfterEach
    void leavesNoStateAndNoTimers() throws Exception {
        harness.watermark(after(Duration.ofDays(800)));
        assertThat(harness.keysIn(TRIGGERS_STATE)).isZero();
        assertThat(harness.keysIn(GATE_STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        assertThat(harness.entries()).isZero();
        harness.close();
    }

    @Test
    void aRefusalIsToldAsHeldBack() throws Exception {
        start(TestTriggers.set(ABANDONED));
        see(ANA, added("m1", "p1", minute(0)), new Consent.Statement(minute(-5), false));
        harness.watermark(minute(HOUR));

        assertThat(told()).isEmpty();
        assertThat(heldBack()).containsExactly("c_ana m1 at 60 abandoned: consent, marketing is refused");
        assertThat(heldBack).singleElement().satisfies(record -> {
            JsonNode json = MAPPER.readTree(record.value());
            assertThat(record.topic()).isEqualTo("cdp.triggers-suppressed.v1");
            assertThat(record.type()).isEqualTo("io.tributary.trigger-suppressed.v1");
            assertThat(record.id()).isEqualTo(json.path("trigger_id").asText());
            assertThat(record.key()).isEqualTo(ANA);
            assertThat(record.timestamp()).isEqualTo(minute(HOUR));
        });
        assertThat(harness.drain(CartWatcher.SEARCHED))
                .as("Elasticsearch has what was told")
                .isEmpty();
        assertThat(harness.keysIn(GATE_STATE)).isZero();
    }

    @Test
    void asksWhatWasSaidOnThePurposeOfTheTrigger() throws Exception {
        start(heldBackBy(
                "{opt_in: [news]}",
                ABANDONED,
                trigger("news", "1h", "  purpose: news\n"),
                trigger("served", "1h", "  purpose: service by post\n")));
        see(ANA, added("m1", "p1", minute(0)), new Consent.Statement(minute(-5), false));
        harness.process(
                new CartChange.Operation(
                        PHONE,
                        CartEntry.of(added("m2", "p1", minute(1)).event()),
                        null,
                        new TreeMap<>(Map.of(
                                "news", List.of(new Consent.Statement(minute(1), true)),
                                "service by post", List.of(new Consent.Statement(minute(1), false)))),
                        Said.noSegments()),
                0);
        restore(true);
        harness.watermark(minute(2 * HOUR));

        assertThat(told())
                .containsExactlyInAnyOrder(
                        "c_ana m1 at 60 served", "c_phone m2 at 61 abandoned", "c_phone m2 at 61 news");
        assertThat(heldBack())
                .containsExactlyInAnyOrder(
                        "c_ana m1 at 60 abandoned: consent, marketing is refused",
                        "c_ana m1 at 60 news: consent, news is not granted",
                        "c_phone m2 at 61 served: consent, service by post is refused");
    }

    /** Each deadline lies at minute 60. */
    @Test
    void whoIsInASuppressingSegmentWhenSomethingIsToldIsNotToldIt() throws Exception {
        start(LISTED);
        Turn out = Turn.always(false);
        see("c_enters-then", added("m1", "p1", minute(0)), out);
        see("c_enters-later", added("m2", "p1", minute(0)), out);
        see("c_leaves-then", added("m3", "p1", minute(0)), Turn.always(true));
        see("c_leaves-later", added("m4", "p1", minute(0)), Turn.always(true));
        see("c_unknown", added("m5", "p1", minute(0)));
        restore(true);
        tell("c_enters-then", out, new Turn(minute(60), true));
        tell("c_enters-later", out, new Turn(minute(60) + 1, true));
        tell("c_leaves-then", Turn.always(true), new Turn(minute(60), false));
        tell("c_leaves-later", Turn.always(true), new Turn(minute(60) + 1, false));
        tell("c_without-a-cart", Turn.always(true));
        restore(true);
        harness.watermark(minute(HOUR));

        assertThat(told())
                .containsExactlyInAnyOrder(
                        "c_enters-later m2 at 60 abandoned",
                        "c_leaves-then m3 at 60 abandoned",
                        "c_unknown m5 at 60 abandoned");
        assertThat(heldBack())
                .containsExactlyInAnyOrder(
                        "c_enters-then m1 at 60 abandoned: suppressed, in listed",
                        "c_leaves-later m4 at 60 abandoned: suppressed, in listed");
    }

    @Test
    void whatWaitsIsSuppressedByWhatIsSoInTheMorning() throws Exception {
        start(withList(NIGHT.replace("}}", "}, suppress: [listed]}")));
        for (String customer : List.of("c_enters", "c_leaves")) {
            boolean isIn = customer.equals("c_leaves");
            see(customer, added(customer, "p1", minute(EVENING - 60)), Turn.always(isIn));
            harness.watermark(minute(EVENING + 10));
            tell(customer, Turn.always(isIn), new Turn(minute(MORNING), !isIn));
        }
        restore(true);
        harness.watermark(minute(MORNING));

        assertThat(told()).containsExactly("c_leaves c_leaves at 1260 abandoned, postponed to 1860");
        assertThat(heldBack())
                .containsExactly("c_enters c_enters at 1260 abandoned, postponed to 1860: suppressed, in listed");
    }

    @Test
    void otherRulesSuppressFromTheWatermarkAtWhichTheyCome() throws Exception {
        start(TestTriggers.set(ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        see(ANA, added("m2", "p1", minute(100)));
        harness.watermark(minute(10));
        harness.arrive(minute(159));
        publish(LISTED);
        tell(ANA, Turn.always(true));
        harness.watermark(minute(HOUR * 3));

        assertThat(told()).containsExactly("c_ana m1 at 60 abandoned");
        assertThat(heldBack()).containsExactly("c_ana m2 at 160 abandoned: suppressed, in listed");
    }

    @Test
    void coolsDownBehindWhatWasToldButForItsOwnReminders() throws Exception {
        start(TestTriggers.set(
                trigger("cooling", "1h", "  cool_down: 2h\n  reminders: [{id: later, after: 1h}]\n"), ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        see(ANA, added("m2", "p1", minute(130)));
        see(PHONE, added("m3", "p1", minute(131)));
        restore(true);
        harness.watermark(minute(250));
        restore(true);
        see(ANA, added("m4", "p1", minute(260)));
        harness.watermark(minute(HOUR * 9));

        assertThat(told().stream().filter(line -> line.endsWith("cooling")))
                .containsExactlyInAnyOrder(
                        "c_ana m1 at 60 cooling",
                        "c_ana m1 at 120 cooling",
                        "c_phone m3 at 191 cooling",
                        "c_phone m3 at 251 cooling",
                        "c_ana m2 at 250 cooling",
                        "c_ana m4 at 380 cooling");
        assertThat(heldBack())
                .containsExactlyInAnyOrder(
                        "c_ana m2 at 190 cooling: cool_down, within 2h",
                        "c_ana m4 at 320 cooling: cool_down, within 2h");
    }

    @Test
    void isQuietAtNight() throws Exception {
        start(heldBackBy("{quiet_hours: {from: \"22:00\", to: \"08:00\", zone: Europe/Warsaw}}", ABANDONED));
        see(ANA, added("m1", "p1", minute(19.99 * HOUR)));
        see(PHONE, added("m2", "p1", minute(20 * HOUR)));
        harness.watermark(minute(2 * DAY));

        assertThat(told()).containsExactly("c_ana m1 at 1259 abandoned");
        assertThat(heldBack()).containsExactly("c_phone m2 at 1260 abandoned: quiet_hours, 22:00-08:00 Europe/Warsaw");
        assertThat(harness.keysIn(GATE_STATE)).isZero();
    }

    // --------------------------------------------------------------------------------------------------------- waiting

    @Test
    void whatFiresAtNightIsToldInTheMorning() throws Exception {
        start(heldBackBy(NIGHT, ABANDONED));
        see(PHONE, added("m1", "p1", minute(EVENING - 61)));
        see(ANA, added("m2", "p1", minute(EVENING - 60)));
        harness.watermark(minute(MORNING) - 1);
        restore(true);
        assertThat(told()).containsExactly("c_phone m1 at 1259 abandoned");
        harness.watermark(minute(MORNING));

        assertThat(told())
                .containsExactly("c_phone m1 at 1259 abandoned", "c_ana m2 at 1260 abandoned, postponed to 1860");
        assertThat(told.get(1).timestamp()).isEqualTo(minute(MORNING));
        assertThat(heldBack()).isEmpty();
    }

    @Test
    void whatEndsAMatchEndsItWhileItWaits() throws Exception {
        start(heldBackBy(NIGHT, ABANDONED, trigger("large", "1h", "").replace("> 0", "> 1")));
        for (String customer : List.of("c_orders", "c_adds", "c_refuses", "c_removes", "c_stays")) {
            see(customer, added(customer + "1", "p1", minute(EVENING - 61)));
            see(customer, added(customer + "2", "p2", minute(EVENING - 10)));
        }
        harness.watermark(minute(MORNING - 500));
        restore(true);
        see("c_orders", ordered("o", "o1", minute(MORNING)));
        see("c_adds", added("a", "p3", minute(MORNING - 400)));
        see("c_refuses", added("r", "p3", minute(MORNING - 100)), new Consent.Statement(minute(MORNING - 1), false));
        see("c_removes", TestEvent.removed("x", "p2", minute(MORNING - 200)));
        harness.watermark(minute(MORNING + 1));

        assertThat(told())
                .as("only the newest of each is told")
                .containsExactlyInAnyOrder(
                        "c_adds a at 1520 abandoned, postponed to 1860",
                        "c_adds a at 1520 large, postponed to 1860",
                        "c_removes x at 1720 abandoned, postponed to 1860",
                        "c_stays c_stays2 at 1310 abandoned, postponed to 1860",
                        "c_stays c_stays2 at 1310 large, postponed to 1860");
        assertThat(heldBack())
                .contains(
                        "c_orders c_orders2 at 1310 abandoned, postponed to 1860: ended, no Order Completed within 1h:"
                                + " o at 2026-01-02T07:00:00.000Z",
                        "c_adds c_adds2 at 1310 large, postponed to 1860: ended, the cart is left alone: a at"
                                + " 2026-01-02T00:20:00.000Z",
                        "c_refuses r at 1820 large, postponed to 1860: consent, marketing is refused")
                .hasSize(10);
    }

    @Test
    void whatHasWaitedPassesTheGateInTheMorning() throws Exception {
        start(heldBackBy(
                NIGHT.replace("}}", "}, caps: [{most: 1, within: 12h}]}"),
                trigger("a", "1h", ""),
                trigger("b", "2h", "  priority: 9\n"),
                TestTriggers.trigger("short", "true", "3h", "5h", "  priority: 10\n")));
        see(ANA, added("m0", "p1", minute(EVENING - 5 * HOUR)));
        harness.watermark(minute(EVENING - 60));
        assertThat(heldBack()).hasSize(2);
        see(ANA, added("m1", "p1", minute(EVENING - 30)));
        restore(true);
        harness.watermark(minute(2 * DAY));

        assertThat(told()).containsExactly("c_ana m0 at 1020 a", "c_ana m1 at 1350 b, postponed to 1860");
        assertThat(heldBack().subList(2, 4))
                .containsExactly(
                        "c_ana m1 at 1410 short, postponed to 1860: expired, at 2026-01-02T04:30:00.000Z",
                        "c_ana m1 at 1290 a, postponed to 1860: cap, 1 in 12h");
    }

    @Test
    void otherDefinitionsTellWhatWaitsIfTheyStillHaveIt() throws Exception {
        start(heldBackBy(NIGHT, ABANDONED, trigger("gone", "1h", "")));
        see(ANA, added("m1", "p1", minute(EVENING - 60)));
        see(PHONE, added("m2", "p1", minute(EVENING - 60)));
        harness.watermark(minute(EVENING + 10));
        publish(TestTriggers.set(trigger("abandoned", "10h", "")));
        restore(true);
        see(PHONE, ordered("o", "o1", minute(EVENING + 20)));
        // A customer who starts anew keeps what earlier definitions have found.
        decided(ANA, EVENING + 30, added("m1", "p1", minute(EVENING - 60)));
        harness.watermark(minute(2 * DAY));

        assertThat(told()).containsExactly("c_ana m1 at 1260 abandoned, postponed to 1860");
        assertThat(MAPPER.readTree(told.get(0).value()).path("definition_version"))
                .as("the one by which it was found")
                .hasToString("1");
        assertThat(heldBack())
                .containsExactly(
                        "c_phone m2 at 1260 abandoned, postponed to 1860: ended, no Order Completed within 10h:"
                                + " o at 2026-01-01T21:20:00.000Z");
    }

    /** As what these definitions find again does. */
    @Test
    void whatEarlierDefinitionsWouldTellAtTheInstantOfAMergerCountsAsTold() throws Exception {
        start(heldBackBy(NIGHT, ABANDONED));
        see(ANA, added("m1", "p1", minute(EVENING - 60)));
        harness.watermark(minute(EVENING + 10));
        publish(TestTriggers.set(trigger("abandoned", "10h", "")));
        harness.watermark(minute(MORNING) - 1);
        decided(ANA, MORNING, added("m1", "p1", minute(EVENING - 60)));
        harness.watermark(minute(2 * DAY));

        assertThat(told()).isEmpty();
    }

    @Test
    void whoTurnsOutToBeAnotherWaitsForWhatTheUnionDid() throws Exception {
        start(heldBackBy(NIGHT.replace("}}", "}, caps: [{most: 1, within: 30d}]}"), ABANDONED));
        see(PHONE, added("m1", "p1", minute(EVENING - 60)));
        see(ANA, added("m2", "p1", minute(EVENING - 60)));
        see("c_none", added("m3", "p1", minute(EVENING - 30)));
        harness.watermark(minute(EVENING + 100));
        decided(PHONE, EVENING + 101);
        decided(ANA, EVENING + 101, added("m2", "p1", minute(EVENING - 60)), added("m4", "p2", minute(EVENING - 50)));
        decided(
                "c_none",
                EVENING + 101,
                added("m3", "p1", minute(EVENING - 30)),
                ordered("o", null, minute(EVENING + 99)));
        restore(true);
        harness.watermark(minute(MORNING));
        see(ANA, added("m5", "p1", minute(MORNING + 10)));
        harness.watermark(minute(MORNING + DAY));

        assertThat(told()).containsExactly("c_ana m4 at 1270 abandoned, postponed to 1860");
        assertThat(heldBack()).containsExactly("c_ana m5 at 1930 abandoned: cap, 1 in 30d");
    }

    @Test
    void whoIsErasedIsToldNothingThatWaits() throws Exception {
        start(heldBackBy(NIGHT, ABANDONED));
        see(ANA, added("m1", "p1", minute(EVENING - 60)));
        harness.watermark(minute(EVENING + 10));
        decided(ANA, EVENING + 11);
        harness.process(new CartChange.Erasure(ANA, new TreeSet<>()), 0);

        assertThat(harness.entries()).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
    }

    // ------------------------------------------------------------------------------------------------- the time zone

    /** Quiet from minute 1260 to 1860 in Warsaw, from 780 to 1380 in Tokyo, from 1620 to 2220 in New York. */
    @Test
    void whatFiresWaitsForTheMorningWhereTheCustomerIs() throws Exception {
        start(heldBackBy(WHERE_IT_IS, ABANDONED));
        moves("c_unknown", added("m1", "p1", minute(EVENING - 60)), Turn.always((String) null));
        moves("c_tokyo", added("m2", "p1", minute(EVENING - 60)), Turn.always("Asia/Tokyo"));
        moves("c_west", added("m3", "p1", minute(EVENING - 60)), Turn.always("America/New_York"));
        moves("c_arrives", added("m4", "p1", minute(EVENING - 60)), Turn.always("Asia/Tokyo"));
        moves("c_arrives", null, Turn.always("Asia/Tokyo"), new Turn(minute(EVENING), "America/New_York"));
        moves("c_goes-on", added("m5", "p1", minute(EVENING - 60)), Turn.always("Europe/Warsaw"));
        moves("c_goes-on", null, Turn.always("Europe/Warsaw"), new Turn(minute(MORNING), "America/New_York"));
        restore(true);
        harness.watermark(minute(MORNING - 1));
        restore(true);
        harness.watermark(minute(2 * DAY));

        assertThat(told())
                .containsExactlyInAnyOrder(
                        "c_unknown m1 at 1260 abandoned, postponed to 1860",
                        "c_tokyo m2 at 1260 abandoned, postponed to 1380",
                        "c_west m3 at 1260 abandoned",
                        "c_arrives m4 at 1260 abandoned",
                        "c_goes-on m5 at 1260 abandoned, postponed to 2220");
    }

    @Test
    void nothingWaitsOnAndOn() throws Exception {
        start(heldBackBy(WHERE_IT_IS, TestTriggers.trigger("abandoned", "true", "1h", "9d", "")));
        moves(ANA, added("m1", "p1", minute(EVENING - 60)), Turn.always("Europe/Warsaw"));
        moves(
                ANA,
                null,
                Turn.always("Europe/Warsaw"),
                new Turn(minute(MORNING), "America/New_York"),
                new Turn(minute(2220), "Asia/Tokyo"),
                new Turn(minute(2820), "Europe/Warsaw"));
        harness.watermark(minute(9 * DAY));

        assertThat(told()).isEmpty();
        assertThat(heldBack())
                .containsExactly(
                        "c_ana m1 at 1260 abandoned, postponed to 2820: quiet_hours, 22:00-08:00 Europe/Warsaw");
    }

    @Test
    void whoStartsAnewWaitsForTheMorningWhereItIsSinceThen() throws Exception {
        start(heldBackBy(WHERE_IT_IS, ABANDONED));
        TestEvent cart = added("m1", "p1", minute(EVENING - 60));
        moves("c_told", cart, Turn.always("America/New_York"));
        moves("c_waits", cart, Turn.always("Europe/Warsaw"));
        moves("c_stays", cart, Turn.always("Europe/Warsaw"));
        harness.watermark(minute(EVENING + 10));
        restore(true);
        for (String customer : List.of("c_told", "c_waits", "c_gets", "c_stays")) {
            harness.process(
                    new CartChange.Restart(
                            customer,
                            minute(EVENING + 20),
                            !customer.equals("c_stays"),
                            entries(cart),
                            Set.of(),
                            false,
                            List.of(),
                            Said.nothing(),
                            Said.in(
                                    "traits.zone",
                                    Turn.always("America/New_York"),
                                    new Turn(minute(EVENING + 20), "Asia/Tokyo"))),
                    0);
        }
        restore(true);
        harness.watermark(minute(2 * DAY));

        assertThat(told())
                .containsExactlyInAnyOrder(
                        "c_told m1 at 1260 abandoned",
                        "c_waits m1 at 1260 abandoned, postponed to 1380",
                        "c_gets m1 at 1260 abandoned, postponed to 1380",
                        "c_stays m1 at 1260 abandoned, postponed to 1860");
    }

    // ------------------------------------------------------------------------------------------------------------ caps

    @Test
    void aCapCountsAllTriggersAndTheMoreImportantComesFirst() throws Exception {
        start(heldBackBy(
                ONCE_A_DAY,
                trigger("a_cart", "1h", ""),
                trigger("large", "1h", "  priority: 7\n"),
                trigger("late", "2h", "  priority: 100\n")));
        see(ANA, added("m1", "p1", minute(0)));
        see(PHONE, added("m2", "p1", minute(1)));
        see(ANA, added("m3", "p1", minute(DAY)));
        see(ANA, added("m4", "p1", minute(DAY + 90)));
        harness.watermark(minute(3 * DAY));

        assertThat(told())
                .containsExactlyInAnyOrder("c_ana m1 at 60 large", "c_phone m2 at 61 large", "c_ana m3 at 1500 large");
        assertThat(heldBack())
                .containsExactlyInAnyOrder(
                        "c_ana m1 at 60 a_cart: cap, 1 in 1d",
                        "c_ana m1 at 120 late: cap, 1 in 1d",
                        "c_phone m2 at 61 a_cart: cap, 1 in 1d",
                        "c_phone m2 at 121 late: cap, 1 in 1d",
                        "c_ana m3 at 1500 a_cart: cap, 1 in 1d",
                        "c_ana m4 at 1590 large: cap, 1 in 1d",
                        "c_ana m4 at 1590 a_cart: cap, 1 in 1d",
                        "c_ana m4 at 1650 late: cap, 1 in 1d");
    }

    @Test
    void aCapCountsTheChannelAndTheGroupThatItNames() throws Exception {
        start(heldBackBy(
                "{caps: [{most: 1, within: 1d, channel: email}, {most: 2, within: 1d, group: cart}]}",
                trigger("a", "1h", "  channel: email\n  group: cart\n"),
                trigger("b", "2h", "  channel: email\n"),
                trigger("c", "3h", "  channel: push\n  group: cart\n"),
                trigger("d", "4h", "  group: cart\n"),
                trigger("e", "5h", "")));
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_ana m1 at 60 a", "c_ana m1 at 180 c", "c_ana m1 at 300 e");
        assertThat(heldBack())
                .containsExactly(
                        "c_ana m1 at 120 b: cap, 1 in 1d, channel email",
                        "c_ana m1 at 240 d: cap, 2 in 1d, group cart");
    }

    @Test
    void whatWasHeldBackDoesNotCount() throws Exception {
        start(heldBackBy("{caps: [{most: 1, within: 2h}]}", ABANDONED));
        for (int i = 0; i < 4; i++) {
            see(ANA, added("m" + i, "p1", minute(i * 70)));
        }
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_ana m0 at 60 abandoned", "c_ana m2 at 200 abandoned");
        assertThat(heldBack()).hasSize(2);
    }

    @Test
    void aHistoryOutlivesTheCartAndGoesWithTheWindow() throws Exception {
        start(heldBackBy("{caps: [{most: 1, within: 30d}]}", trigger("abandoned", "10d", "")));
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(10 * DAY));
        assertThat(told()).hasSize(1);
        harness.watermark(minute(31 * DAY));
        assertThat(harness.keysIn(TRIGGERS_STATE)).isEqualTo(1);
        assertThat(harness.keysIn(GATE_STATE)).isEqualTo(1);
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        see(ANA, added("m2", "p2", minute(31 * DAY + 1)));
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        harness.watermark(minute(40 * DAY) - 1);
        assertThat(harness.keysIn(GATE_STATE)).isEqualTo(1);
        harness.watermark(minute(41 * DAY + 1));

        assertThat(told())
                .as("the cart of the first day is no part of it")
                .containsExactly("c_ana m1 at 14400 abandoned", "c_ana m2 at 59041 abandoned");
        assertThat(MAPPER.readTree(told.get(1).value()).at("/payload/items")).isEmpty();
        harness.watermark(minute(71 * DAY + 1) - 1);
        assertThat(harness.keysIn(GATE_STATE)).isEqualTo(1);
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        harness.watermark(minute(71 * DAY + 1));
        assertThat(harness.keysIn(GATE_STATE)).isZero();
        assertThat(harness.keysIn(TRIGGERS_STATE)).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
    }

    @Test
    void aHistoryOfLessThanACartGoesWithIt() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(30 * DAY) - 1);
        assertThat(harness.keysIn(GATE_STATE)).isEqualTo(1);
        harness.watermark(minute(30 * DAY));

        assertThat(harness.keysIn(GATE_STATE)).isZero();
        assertThat(harness.keysIn(TRIGGERS_STATE)).isZero();
    }

    @Test
    void nothingIsKeptWithoutCaps() throws Exception {
        start(TestTriggers.set(ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(DAY));

        assertThat(told()).hasSize(1);
        assertThat(harness.keysIn(GATE_STATE)).isZero();
    }

    // --------------------------------------------------------------------------------------------------------- mergers

    /** Where very many deadlines pass at once, the customer may say more before its own has its turn. */
    @Test
    void whoHadRefusedByTheDeadlineIsToldNothingWhateverComesBeforeItsTurn() throws Exception {
        start(TestTriggers.set(ABANDONED));
        for (int i = 0; i < MANY; i++) {
            see("c_" + i, added("m" + i, "p1", minute(0)), new Consent.Statement(minute(-5), false));
        }
        harness.watermark(minute(10));
        harness.arrive(minute(HOUR + 5));
        for (int i = 0; i < MANY; i++) {
            see("c_" + i, added("n" + i, "p2", minute(HOUR + 6)), new Consent.Statement(minute(HOUR + 3), true));
        }
        harness.watermark(minute(HOUR + 6));

        assertThat(told()).isEmpty();
        assertThat(heldBack()).hasSize(MANY).allMatch(line -> line.endsWith("consent, marketing is refused"));
        harness.watermark(minute(DAY));
        assertThat(told()).hasSize(MANY);
    }

    @Test
    void whatWasToldToWhomeverTheCustomerTurnsOutToBeCounts() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(PHONE, added("m1", "p1", minute(0)));
        harness.watermark(minute(99));
        decided(PHONE, 100);
        decided(ANA, 100, added("m1", "p1", minute(0)));
        see(ANA, added("m2", "p2", minute(120)));
        see(ANA, added("m3", "p3", minute(1_440)));
        harness.watermark(minute(3 * DAY));

        assertThat(told()).containsExactly("c_phone m1 at 60 abandoned", "c_ana m3 at 1500 abandoned");
        assertThat(heldBack()).containsExactly("c_ana m2 at 180 abandoned: cap, 1 in 1d");
    }

    @Test
    void whatCountedGoesWithWhomeverItWasToldTo() throws Exception {
        start(heldBackBy("{caps: [{most: 2, within: 1d}]}", ABANDONED));
        see(ANA, added("m0", "p1", minute(0)));
        see(PHONE, added("m1", "p1", minute(70)));
        harness.watermark(minute(199));
        decided(ANA, 200, added("m0", "p1", minute(0)), added("m1", "p1", minute(70)));
        decided(ANA, 210, added("m0", "p1", minute(0)));
        see(ANA, added("m2", "p2", minute(220)));
        see(ANA, added("m3", "p3", minute(300)));
        harness.watermark(minute(DAY));

        assertThat(told())
                .as("what Ana was told counts once, although the replay finds it, too")
                .containsExactly(
                        "c_ana m0 at 60 abandoned", "c_phone m1 at 130 abandoned", "c_ana m2 at 280 abandoned");
        assertThat(heldBack()).containsExactly("c_ana m3 at 360 abandoned: cap, 2 in 1d");
    }

    @Test
    void theReplayPassesTheGateSilently() throws Exception {
        start(heldBackBy(
                "{quiet_hours: {from: \"03:00\", to: \"04:00\", zone: UTC}, caps: [{most: 2, within: 1d}]}",
                ABANDONED));
        // Due at 01:00, in quiet hours at 03:30, and at 05:00, in the union.
        decided(
                ANA,
                6 * HOUR,
                added("m1", "p1", minute(0)),
                added("m2", "p1", minute(150)),
                added("m3", "p1", minute(4 * HOUR)));
        see(ANA, added("m4", "p2", minute(7 * HOUR)));
        see(ANA, added("m5", "p2", minute(24 * HOUR)));
        harness.watermark(minute(2 * DAY));

        assertThat(heldBack()).containsExactly("c_ana m4 at 480 abandoned: cap, 2 in 1d");
        assertThat(told()).as("the first of the two is a day old").containsExactly("c_ana m5 at 1500 abandoned");
    }

    @Test
    void whoRefusesAtTheMergerWasToldNothing() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        List<CartEntry> cart = entries(added("m1", "p1", minute(0)));
        for (String customer : List.of("c_refuses", "c_refused", "c_refuses-then")) {
            long at = customer.equals("c_refused") ? minute(50) : minute(99);
            List<Consent.Statement> said = new ArrayList<>();
            said.add(new Consent.Statement(customer.equals("c_refuses-then") ? minute(100) : minute(-5), false));
            if (customer.equals("c_refused")) {
                said.add(new Consent.Statement(at, true));
            }
            harness.process(
                    new CartChange.Restart(
                            customer,
                            minute(100),
                            true,
                            cart,
                            Set.of(),
                            false,
                            List.of(),
                            Said.onMarketing(said),
                            Said.noSegments()),
                    0);
            see(customer, added("m2", "p2", minute(120)), new Consent.Statement(minute(110), true));
        }
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_refuses m2 at 180 abandoned");
        assertThat(heldBack())
                .containsExactlyInAnyOrder(
                        "c_refused m2 at 180 abandoned: cap, 1 in 1d",
                        "c_refuses-then m2 at 180 abandoned: cap, 1 in 1d");
    }

    /** As of the instant of the merger: what either was in before says nothing of both. */
    @Test
    void whoIsSuppressedSinceTheMergerWasToldNothing() throws Exception {
        start(withList("{suppress: [listed], caps: [{most: 1, within: 1d}]}"));
        for (String customer : List.of("c_listed", "c_listed-later", "c_no-more")) {
            Turn[] turns = {
                Turn.always(customer.equals("c_no-more")),
                new Turn(minute(customer.equals("c_listed-later") ? 101 : 100), !customer.equals("c_no-more"))
            };
            harness.process(
                    new CartChange.Restart(
                            customer,
                            minute(100),
                            true,
                            entries(added("m1", "p1", minute(0))),
                            Set.of(),
                            false,
                            List.of(),
                            Said.nothing(),
                            Said.in("listed", turns)),
                    0);
            see(customer, added("m2", "p2", minute(120)), Turn.always(true), new Turn(minute(150), false));
        }
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_listed m2 at 180 abandoned");
        assertThat(heldBack())
                .containsExactlyInAnyOrder(
                        "c_listed-later m2 at 180 abandoned: cap, 1 in 1d",
                        "c_no-more m2 at 180 abandoned: cap, 1 in 1d");
    }

    @Test
    void whatWasToldBeforeTheLastOrderOfTheUnionIsNotReplayed() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        for (boolean isKnown : List.of(true, false)) {
            List<TestEvent> events =
                    new ArrayList<>(List.of(ordered("m2", "o1", minute(90)), added("m3", "p1", minute(95))));
            if (isKnown) {
                // Some log may have forgotten it, some not.
                events.add(0, added("m1", "p1", minute(0)));
            }
            String customer = isKnown ? "c_known" : "c_forgotten";
            decided(customer, 100, events.toArray(TestEvent[]::new));
        }
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactlyInAnyOrder("c_known m3 at 155 abandoned", "c_forgotten m3 at 155 abandoned");
    }

    @Test
    void aReplacementStartsAnewAndCountsItself() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        decided(ANA, 400, added("m1", "p1", minute(0)), cart("m2", minute(100), "p2"));
        see(ANA, added("m3", "p3", minute(24 * HOUR + 90)));
        harness.watermark(minute(2 * DAY));

        assertThat(heldBack()).containsExactly("c_ana m3 at 1590 abandoned: cap, 1 in 1d");
    }

    @Test
    void aRestartThatChangesNothingOfThePastChangesNoHistory() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        harness.process(
                new CartChange.Restart(
                        ANA,
                        minute(100),
                        false,
                        entries(added("m1", "p1", minute(0))),
                        Set.of(),
                        false,
                        List.of(),
                        Said.nothing(),
                        Said.noSegments()),
                0);
        see(ANA, added("m2", "p2", minute(120)));
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_ana m2 at 180 abandoned");
    }

    @Test
    void whoLosesEverythingStillKnowsWhatItWasTold() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(PHONE, added("m1", "p1", minute(0)));
        harness.watermark(minute(99));
        decided(PHONE, 100);
        assertThat(harness.keysIn(GATE_STATE)).isEqualTo(1);
        assertThat(harness.eventTimeTimers()).isEqualTo(1);
        decided(PHONE, 110, added("m2", "p1", minute(105)));
        harness.watermark(minute(DAY));
        assertThat(heldBack()).containsExactly("c_phone m2 at 165 abandoned: cap, 1 in 1d");
        decided(PHONE, DAY + 10);
        harness.watermark(minute(DAY + 60));

        assertThat(harness.entries()).isZero();
    }

    @Test
    void anErasureForgetsWhatWasTold() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(99));
        decided(ANA, 100);
        harness.process(new CartChange.Erasure(ANA, new TreeSet<>()), 0);
        assertThat(harness.entries()).isZero();
        assertThat(harness.eventTimeTimers()).isZero();
        see(ANA, added("m2", "p1", minute(120)));
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_ana m1 at 60 abandoned", "c_ana m2 at 180 abandoned");
    }

    // ------------------------------------------------------------------------------------------------------- recovery

    @Test
    void decidesAlikeWhenItIsRestoredAgainAndAgain() throws Exception {
        List<String> straight = story(false);
        harness.close();

        assertThat(story(true)).isEqualTo(straight).hasSizeGreaterThan(4);
    }

    private List<String> story(boolean restoring) throws Exception {
        told.clear();
        heldBack.clear();
        start(heldBackBy("{caps: [{most: 2, within: 6h}]}", ABANDONED, trigger("later", "3h", "  priority: 2\n")));
        for (int i = 0; i < 6; i++) {
            see(PHONE, added("a" + i, "p1", minute(i * 100)));
            restore(restoring);
            see(ANA, added("b" + i, "p1", minute(i * 130)));
            harness.watermark(minute(i * 100 + 70));
            restore(restoring);
        }
        decided(ANA, 800, added("a5", "p1", minute(500)), added("b5", "p1", minute(650)));
        restore(restoring);
        see(ANA, added("c", "p1", minute(810)));
        harness.watermark(minute(2 * DAY));
        List<String> all = new ArrayList<>(told());
        all.addAll(heldBack());
        Collections.sort(all);
        return all;
    }

    // ------------------------------------------------------------------------------------------------ other
    // definitions

    @Test
    void otherRulesHoldFromTheWatermarkAtWhichTheyCome() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        see(ANA, added("m2", "p1", minute(100)));
        see(ANA, added("m3", "p1", minute(200)));
        harness.arrive(minute(159));
        publish(heldBackBy("{quiet_hours: {from: 02:00, to: 04:30, zone: UTC}}", ABANDONED));
        see(ANA, added("m4", "p1", minute(300)));
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_ana m1 at 60 abandoned", "c_ana m4 at 360 abandoned");
        assertThat(heldBack())
                .containsExactly(
                        "c_ana m2 at 160 abandoned: quiet_hours, 02:00-04:30 UTC",
                        "c_ana m3 at 260 abandoned: quiet_hours, 02:00-04:30 UTC");
    }

    @Test
    void aCapCountsSinceThereIsOne() throws Exception {
        start(TestTriggers.set(ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        harness.watermark(minute(70));
        publish(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(ANA, added("m2", "p1", minute(100)));
        see(ANA, added("m3", "p1", minute(200)));
        harness.watermark(minute(DAY));

        assertThat(told()).containsExactly("c_ana m1 at 60 abandoned", "c_ana m2 at 160 abandoned");
        assertThat(heldBack()).containsExactly("c_ana m3 at 260 abandoned: cap, 1 in 1d");
    }

    @Test
    void aLongerWindowCountsWhatTheShorterStillDid() throws Exception {
        start(heldBackBy("{caps: [{most: 1, within: 2h}]}", ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        see(PHONE, added("m2", "p1", minute(100)));
        harness.watermark(minute(190));
        assertThat(harness.keysIn(GATE_STATE))
                .as("nobody has looked since minute 180")
                .isEqualTo(2);
        publish(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(ANA, added("m3", "p1", minute(300)));
        see(PHONE, added("m4", "p1", minute(300)));
        harness.watermark(minute(DAY));

        assertThat(told())
                .containsExactlyInAnyOrder(
                        "c_ana m1 at 60 abandoned", "c_phone m2 at 160 abandoned", "c_ana m3 at 360 abandoned");
        assertThat(heldBack()).containsExactly("c_phone m4 at 360 abandoned: cap, 1 in 1d");
    }

    @Test
    void withoutCapsHistoriesGoAsTheSweepComesRound() throws Exception {
        start(heldBackBy(ONCE_A_DAY, ABANDONED));
        see(ANA, added("m1", "p1", minute(0)));
        see(PHONE, added("m2", "p1", minute(0)));
        harness.watermark(minute(70));
        assertThat(harness.keysIn(GATE_STATE)).isEqualTo(2);
        publish(TestTriggers.set(ABANDONED));
        harness.runMails();

        assertThat(harness.keysIn(GATE_STATE)).isZero();
        assertThat(harness.keysIn(TRIGGERS_STATE)).as("their carts").isEqualTo(2);
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    private static Definitions heldBackBy(String delivery, String... triggers) {
        return TestTriggers.heldBackBy(delivery, triggers);
    }

    private void start(Definitions definitions) throws Exception {
        published = PublishedDefinitions.NONE.next(definitions, 0);
        harness = new WatcherHarness(published, null);
    }

    private void publish(Definitions definitions) throws Exception {
        published = published.next(definitions, 0);
        harness.tellAll(published);
    }

    private void restore(boolean restoring) throws Exception {
        if (restoring) {
            drain();
            OperatorSubtaskState state = harness.snapshot();
            harness.close();
            harness = new WatcherHarness(published, state);
            harness.runMails(1);
        }
    }

    private void see(String customer, TestEvent event, Consent.Statement... consent) throws Exception {
        harness.process(
                new CartChange.Operation(
                        customer,
                        CartEntry.of(event.event()),
                        null,
                        Said.onMarketing(List.of(consent)),
                        Said.noSegments()),
                0);
    }

    private void see(String customer, TestEvent event, Turn first, Turn... listed) throws Exception {
        send(customer, CartEntry.of(event.event()), all(first, listed));
    }

    /** @param event null if nothing else happens */
    private void moves(String customer, TestEvent event, Turn... zone) throws Exception {
        CartEntry entry = event == null ? null : CartEntry.of(event.event());
        harness.process(
                new CartChange.Operation(customer, entry, null, Said.nothing(), Said.in("traits.zone", zone)), 0);
    }

    /** Since when the customer has been on the list. */
    private void tell(String customer, Turn first, Turn... listed) throws Exception {
        send(customer, null, all(first, listed));
    }

    private static Turn[] all(Turn first, Turn... rest) {
        return Stream.concat(Stream.of(first), Stream.of(rest)).toArray(Turn[]::new);
    }

    private void send(String customer, CartEntry entry, Turn... listed) throws Exception {
        harness.process(new CartChange.Operation(customer, entry, null, Said.nothing(), Said.in("listed", listed)), 0);
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

    private void drain() {
        told.addAll(harness.drain());
        heldBack.addAll(harness.drain(CartWatcher.SUPPRESSED));
    }

    /** Customer, the anchor, the minute, the trigger. */
    private List<String> told() throws IOException {
        drain();
        return lines(told);
    }

    /** Customer, the anchor, the minute, the trigger, why. */
    private List<String> heldBack() throws IOException {
        drain();
        return lines(heldBack);
    }

    private static List<String> lines(List<OutboundRecord> records) throws IOException {
        List<String> lines = new ArrayList<>();
        for (OutboundRecord record : records) {
            JsonNode json = MAPPER.readTree(record.value());
            String line = "%s %s at %d %s"
                    .formatted(
                            json.path("customer_id").asText(),
                            json.path("anchor_message_id").asText(),
                            (Timestamps.parse(json.path("fired_at").asText()) - TestEvent.START) / 60_000,
                            json.path("trigger").asText());
            if (json.has("postponed_to")) {
                long until = Timestamps.parse(json.path("postponed_to").asText());
                line += ", postponed to " + (until - TestEvent.START) / 60_000;
            }
            lines.add(
                    json.has("reason")
                            ? line
                                    + ": "
                                    + json.path("reason").asText()
                                    + ", "
                                    + json.path("detail").asText()
                            : line);
        }
        return lines;
    }
}
