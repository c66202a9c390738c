package io.tributary.operators.trigger;

import static io.tributary.operators.testing.TestEvent.minute;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.trigger.EventTriggerRule.Told;
import io.tributary.schemas.event.CustomerEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Stories of which one can see without thinking long what they end with: the rule says the same. */
class EventTriggerRuleTest {
    private static final double END = 1_000;

    // ------------------------------------------------------------------------------------------ how steps follow

    @Test
    void aStepOfThreeTimesTakesThreeWhateverComesInBetween() {
        String yaml = trigger(
                "10m",
                "{id: a, on: [Product Viewed], times: 3, select: every}",
                "{id: b, followed_by: [Ticket Opened]}");

        assertThat(told(yaml, viewed("v1", 0), viewed("v2", 1), ticket("t1", 2), viewed("v3", 3), ticket("t2", 4)))
                .containsExactly("a v1 @4");
        assertThat(told(yaml, viewed("v1", 0), viewed("v2", 1), ticket("t", 4))).isEmpty();
        assertThat(told(yaml, viewed("v1", 0), viewed("v2", 1), viewed("v3", 2), viewed("v4", 3), ticket("t", 4)))
                .containsExactly("a v1 @4", "a v2 @4");
    }

    @Test
    void nextIsTheNextOfTheEventsThatTheTriggerNames() {
        String yaml = trigger(
                "10m",
                "{id: a, on: [Product Viewed]}",
                "{id: b, next: [Ticket Opened], where: event.properties.n >= 3, times: 2}",
                "{id: c, followed_by: [Signed Up]}");

        assertThat(told(yaml, viewed("v", 0), ticket("t1", 1, 3), other("x", 2), ticket("t2", 3, 4), signed("s", 9)))
                .as("what it does not name may come in between")
                .containsExactly("a v @9");
        assertThat(told(
                        yaml,
                        viewed("v", 0),
                        ticket("t1", 1, 3),
                        ticket("x", 2, 0),
                        ticket("t2", 3, 4),
                        signed("s", 9)))
                .as("what it names may not, also if no step is met by it")
                .isEmpty();
        assertThat(told(yaml, viewed("v", 0), ticket("t1", 1, 3), signed("x", 2), ticket("t2", 3, 4), signed("s", 9)))
                .isEmpty();
    }

    @Test
    void aRelaxedStepTakesTheFirstThatFitsAndNoOther() {
        String yaml = trigger(
                "10m",
                "{id: a, on: [Signed Up]}",
                "{id: b, followed_by: [Product Viewed], where: event.properties.n >= 2}",
                "{id: c, followed_by: [Ticket Opened], where: event.properties.n > steps.b.properties.n}");

        assertThat(told(
                        yaml,
                        signed("s", 0),
                        viewed("v1", 1, 1),
                        viewed("v2", 2, 4),
                        viewed("v3", 3, 2),
                        ticket("t", 4, 3)))
                .as("3 is more than that of the second view and less than that of the first that fits")
                .isEmpty();
        assertThat(told(
                        yaml,
                        signed("s", 0),
                        viewed("v1", 1, 1),
                        viewed("v2", 2, 2),
                        viewed("v3", 3, 4),
                        ticket("t", 4, 3)))
                .containsExactly("a s @4");
    }

    @Test
    void betweenTwoStepsNoneMayCome() {
        String yaml = trigger(
                "10m",
                "{id: a, on: [Product Viewed]}",
                "{id: not, not_followed_by: [Product Added], where: event.properties.n > steps.a.properties.n}",
                "{id: b, followed_by: [Ticket Opened], times: 2}");

        assertThat(told(yaml, viewed("v", 0, 3), added("x", 1, 4), ticket("t1", 2), ticket("t2", 3)))
                .isEmpty();
        assertThat(told(yaml, viewed("v", 0, 3), added("x", 1, 3), ticket("t1", 2), ticket("t2", 3)))
                .as("one that does not fit changes nothing")
                .containsExactly("a v @3");
        assertThat(told(yaml, viewed("v", 0, 3), ticket("t1", 1), added("x", 2, 4), ticket("t2", 3)))
                .as("the next step has begun to happen")
                .containsExactly("a v @3");
    }

    @Test
    void aMatchMayDoWithoutAnOptionalStep() {
        String yaml = trigger(
                "10m",
                "{id: a, on: [Product Viewed]}",
                "{id: b, followed_by: [Product Added], optional: true}",
                "{id: c, followed_by: [Ticket Opened]}",
                "{id: end, not_followed_by: [Order Completed], where: event.properties.n == steps.a.properties.n}");

        assertThat(told(yaml, viewed("v", 0, 1), ticket("t", 4))).containsExactly("a v @10");
        assertThat(told(yaml, viewed("v", 0, 1), added("a1", 1, 1), ticket("t", 4)))
                .containsExactly("a v @10");
        assertThat(told(yaml, viewed("v", 0, 1), added("a1", 1, 1), ticket("t", 4), ordered("o", 5, 1)))
                .isEmpty();
        assertThat(told(yaml, viewed("v", 0, 1), ticket("t", 4), ordered("o", 5, 1)))
                .isEmpty();
        assertThat(told(yaml, viewed("v", 0, 1), ticket("t", 4), ordered("o", 5, 2)))
                .containsExactly("a v @10");
    }

    @Test
    void ofSeveralThatBeginAlikeTheOneWithMoreEventsTells() {
        String yaml = trigger(
                        "10m",
                        "{id: a, on: [Product Viewed]}",
                        "{id: b, followed_by: [Product Added], optional: true}",
                        "{id: c, followed_by: [Ticket Opened]}",
                        "{id: end, not_followed_by: [Order Completed]}")
                + """
                  reminders:
                  - {id: with, after: 1m, when: steps.b.properties.n >= 0}
                  - {id: without, after: 2m, when: "!(steps.b.properties.n >= 0)"}
                """;

        assertThat(told(yaml, viewed("v", 0), added("a", 1, 1), ticket("t", 4)))
                .containsExactly("a v @10", "with v @11");
        assertThat(told(yaml, viewed("v", 0), ticket("t", 4))).containsExactly("a v @10", "without v @12");
    }

    // -------------------------------------------------------------------------------------------- with what it begins

    @Test
    void withLastEachEventOfTheFirstStepBeginsAnewAndWithEveryNoneDoes() {
        String[] steps = {
            "{id: a, on: [Product Viewed], where: event.properties.n > 0, select: %s}",
            "{id: end, not_followed_by: [Order Completed]}"
        };
        String last = trigger("10m", steps[0].formatted("last"), steps[1]);
        String every = trigger("10m", steps[0].formatted("every"), steps[1]);
        CustomerEvent[] events = {viewed("v1", 0, 1), viewed("v2", 5, 2), viewed("v3", 15, 0)};

        assertThat(told(last, events))
                .as("the third does not begin anything, and ends at its deadline what the second has begun")
                .isEmpty();
        assertThat(told(last, events[0], events[1])).containsExactly("a v2 @15");
        assertThat(told(every, events)).containsExactly("a v1 @10", "a v2 @15");
    }

    @Test
    void whatBeginsAnewEndsOnlyWhatIsOpenThen() {
        String complete = trigger("10m", "{id: a, on: [Product Viewed]}", "{id: b, followed_by: [Ticket Opened]}");
        String absent = trigger(
                "10m",
                "{id: a, on: [Product Viewed]}",
                "{id: b, followed_by: [Ticket Opened]}",
                "{id: end, not_followed_by: [Order Completed]}");

        assertThat(told(complete, viewed("v1", 0), viewed("v2", 2), ticket("t", 3)))
                .containsExactly("a v2 @3");
        assertThat(told(complete, viewed("v1", 0), late(ticket("t", 1), 4), viewed("v2", 2)))
                .as("in its place the late event stands before the second view")
                .containsExactly("a v1 @4");
        assertThat(told(absent, viewed("v1", 0), ticket("t", 1), viewed("v2", 10)))
                .as("what waits for its deadline is open until then")
                .isEmpty();
    }

    @Test
    void oneEventIsEnough() {
        String yaml = trigger(null, "{id: a, on: [Order Completed], where: event.revenue >= 20}");

        assertThat(told(
                        yaml,
                        order("o1", "A", 0, "25.00"),
                        order("o2", "A", 1, "30.00"),
                        order("o3", "B", 2, "19.99"),
                        late(order("o4", null, 3, "20.00"), 7)))
                .as("the second is the first again")
                .containsExactly("a o1 @0", "a o4 @7");
    }

    // ------------------------------------------------------------------------------------------------- what it is
    // about

    @Test
    void eachProductIsAMatchOfItsOwn() {
        String yaml = trigger(
                        "10m",
                        "{id: a, on: [Product Viewed]}",
                        "{id: b, next: [Product Added]}",
                        "{id: end, not_followed_by: [Order Completed]}")
                + "  correlation: product\n";

        assertThat(told(
                        yaml,
                        of("p1", viewed("v1", 0)),
                        of("p2", viewed("v2", 1)),
                        of("p1", added("a1", 2, 0)),
                        viewed("about nothing", 2),
                        of("p2", added("a2", 3, 0)),
                        orderOf("o", 4, "p3", "p1")))
                .as("the second view is not about the first product, and the order is not about the second")
                .containsExactly("a v2 p2 @11");
        assertThat(EventTriggerRule.fired(
                        RandomSequences.read(
                                trigger(null, "{id: a, on: [Order Completed]}") + "  correlation: product\n"),
                        List.of(orderOf("o", 0, "p1", "p2", "p1")),
                        minute(END)))
                .as("an order is about each of its products")
                .containsExactly(new Told("a", "o", "p1", minute(0)), new Told("a", "o", "p2", minute(0)));
    }

    // ----------------------------------------------------------------------------------------------------- late events

    @Test
    void aLateEventCompletesWhatIsNotOver() {
        String yaml = trigger("10m", "{id: a, on: [Signed Up]}", "{id: b, followed_by: [Ticket Opened]}");

        assertThat(told(yaml, signed("s", 0), late(ticket("t", 4), 10))).containsExactly("a s @10");
        assertThat(told(yaml, signed("s", 0), late(ticket("t", 4), 10.5))).isEmpty();
        assertThat(told(yaml, signed("s", 0), late(ticket("t1", 4), 9), ticket("t2", 6)))
                .as("once")
                .containsExactly("a s @6");
        assertThat(told(yaml, late(signed("s", 0), 5), ticket("t", 4), ticket("t2", 6)))
                .as("what was there already completes nothing, and is what comes first")
                .isEmpty();
    }

    @Test
    void aDeadlineThatHasPassedStaysAsItWas() {
        String yaml = trigger(
                        "10m",
                        "{id: a, on: [Signed Up]}",
                        "{id: end, not_followed_by: [Order Completed, Ticket Opened]}")
                + "  reminders: [{id: again, after: 10m}]\n";

        assertThat(told(yaml, late(signed("s", 0), 11)))
                .as("a beginning that comes behind its deadline")
                .containsExactly("again s @20");
        assertThat(told(yaml, late(signed("s", 0), 21))).isEmpty();
        assertThat(told(yaml, signed("s", 0), late(ordered("o", 9, 0), 10))).isEmpty();
        assertThat(told(yaml, signed("s", 0), late(ordered("o", 9, 0), 10.5)))
                .as("an end that comes behind the deadline, but before the reminder's")
                .containsExactly("a s @10");
    }

    // ------------------------------------------------------------------------------------------- what else has to hold

    @Test
    void eachReminderHasAConditionAndADeadlineOfItsOwn() {
        String yaml = trigger(
                        "10m",
                        "{id: a, on: [Product Viewed]}",
                        "{id: b, followed_by: [Product Added]}",
                        "{id: end, not_followed_by: [Order Completed]}")
                + """
                  reminders:
                  - {id: r1, after: 10m, when: event.properties.n > steps.a.properties.n}
                  - {id: r2, after: 20m}
                """;

        assertThat(told(yaml, viewed("v", 0, 3), added("a", 1, 4))).containsExactly("a v @10", "r1 v @20", "r2 v @30");
        assertThat(told(yaml, viewed("v", 0, 3), added("a", 10, 3)))
                .as("what happens at the very instant has happened")
                .containsExactly("a v @10", "r2 v @30");
        assertThat(told(yaml, viewed("v", 0, 3), added("a", 1, 4), ordered("o", 20, 0)))
                .containsExactly("a v @10");
        assertThat(told(yaml, viewed("v", 0, 3), added("a", 11, 4))).isEmpty();
        assertThat(EventTriggerRule.fired(
                        RandomSequences.read(yaml), List.of(viewed("v", 0, 3), added("a", 1, 4)), minute(20)))
                .containsExactly(new Told("a", "v", "", minute(10)), new Told("r1", "v", "", minute(20)));
    }

    @Test
    void whatFiresInQuietHoursIsToldBehindThemUnlessSomethingEndsIt() {
        String absent = trigger("10m", "{id: a, on: [Signed Up]}", "{id: end, not_followed_by: [Order Completed]}");
        String delayed = trigger(null, "{id: a, on: [Signed Up]}") + "  delay: 5m\n";

        assertThat(quiet(absent, signed("s", 0))).containsExactly(new Told("a", "s", "", minute(30)));
        assertThat(quiet(absent, signed("s", 0), ordered("o", 30, 0))).isEmpty();
        assertThat(quiet(absent, signed("s", 0), ordered("o", 31, 0))).hasSize(1);
        assertThat(quiet(delayed, signed("s", 0), ordered("o", 6, 0)))
                .containsExactly(new Told("a", "s", "", minute(30)));
        assertThat(quiet(delayed, signed("s", 40))).containsExactly(new Told("a", "s", "", minute(45)));
    }

    /** From the fifth minute to the thirtieth. */
    private static List<Told> quiet(String yaml, CustomerEvent... events) {
        return EventTriggerRule.fired(
                RandomSequences.read(yaml),
                TestStreams.sorted(List.of(events)),
                Memberships.NONE,
                new RandomQuiet(5, 30)::opensAt,
                minute(END));
    }

    @Test
    void whoRefusesIsNotTold() {
        String absent = trigger("10m", "{id: a, on: [Signed Up]}", "{id: end, not_followed_by: [Order Completed]}");
        String complete = trigger("10m", "{id: a, on: [Signed Up]}", "{id: b, followed_by: [Ticket Opened]}");
        CustomerEvent signed = signed("s", 0);
        CustomerEvent ticket = ticket("t", 5);

        assertThat(told(absent, signed, says("no", 10, false))).isEmpty();
        assertThat(told(absent, signed, says("no", 10.5, false))).containsExactly("a s @10");
        assertThat(told(absent, signed, says("no", 3, false), says("yes", 4, true)))
                .containsExactly("a s @10");
        assertThat(told(absent, signed, says("no", 3, false), late(says("yes", 4, true), 11)))
                .isEmpty();
        assertThat(told(complete, signed, says("no", 5, false), says("yes", 5, true), ticket))
                .as("of two at one instant the refusal counts")
                .isEmpty();
        assertThat(told(complete, signed, says("no", 1, false), ticket, says("yes", 6, true), late(ticket("u", 4), 7)))
                .as("what was refused has fired all the same")
                .isEmpty();
    }

    // ------------------------------------------------------------------------------------------------------- the
    // stories

    private static String trigger(String within, String... steps) {
        return "- name: t\n  steps:\n" + "  - %s\n".repeat(steps.length).formatted((Object[]) steps)
                + (within == null ? "" : "  within: " + within + "\n")
                + "  expires_after: 1h\n";
    }

    private static List<String> told(String yaml, CustomerEvent... events) {
        return EventTriggerRule.fired(RandomSequences.read(yaml), TestStreams.sorted(List.of(events)), minute(END))
                .stream()
                .map(told -> "%s %s %s@%d"
                        .formatted(
                                told.step(),
                                told.anchor(),
                                told.key().isEmpty() ? "" : told.key() + " ",
                                (told.toldAt() - TestEvent.START) / 60_000))
                .toList();
    }

    private static CustomerEvent viewed(String id, double at) {
        return viewed(id, at, 0);
    }

    private static CustomerEvent viewed(String id, double at, int n) {
        return TestEvent.track(id, "Product Viewed", minute(at)).with("n", n).event();
    }

    private static CustomerEvent added(String id, double at, int n) {
        return TestEvent.added(id, "p1", minute(at)).with("n", n).event();
    }

    private static CustomerEvent ticket(String id, double at) {
        return ticket(id, at, 0);
    }

    private static CustomerEvent ticket(String id, double at, int n) {
        return TestEvent.track(id, "Ticket Opened", minute(at)).with("n", n).event();
    }

    private static CustomerEvent signed(String id, double at) {
        return TestEvent.track(id, "Signed Up", minute(at)).event();
    }

    private static CustomerEvent other(String id, double at) {
        return TestEvent.track(id, "Page Left", minute(at)).event();
    }

    private static CustomerEvent ordered(String id, double at, int n) {
        return TestEvent.ordered(id, null, minute(at)).with("n", n).event();
    }

    private static CustomerEvent order(String id, String orderId, double at, String revenue) {
        return TestEvent.ordered(id, orderId, minute(at))
                .with("revenue", revenue)
                .event();
    }

    private static CustomerEvent orderOf(String id, double at, String... products) {
        return TestEvent.ordered(id, null, minute(at))
                .with(
                        "products",
                        Stream.of(products)
                                .map(product -> Map.of("product_id", product, "price", "5.00"))
                                .toList())
                .event();
    }

    private static CustomerEvent says(String id, double at, boolean granted) {
        return TestEvent.identify(id, minute(at)).consent("marketing", granted).event();
    }

    /** The same event, about another product. */
    private static CustomerEvent of(String product, CustomerEvent event) {
        return TestEvent.track(event.messageId(), event.name(), event.timestamp())
                .with("product_id", product)
                .event();
    }

    private static CustomerEvent late(CustomerEvent event, double knownAt) {
        return event.knownAt(minute(knownAt));
    }
}
