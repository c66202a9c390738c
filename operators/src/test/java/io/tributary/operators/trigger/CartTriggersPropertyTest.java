package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.event.CustomerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** Any set of triggers of the cart fires what the plain rule says of each of their deadlines, whatever the order of arrival. */
class CartTriggersPropertyTest {
    private static final long MINUTE = 60_000;

    /** A condition in both languages, the second of which asks for products and how many of each, and for memberships. */
    private record Condition(String cel, BiPredicate<Map<String, Long>, Map<String, Boolean>> rule) {
        private static Condition ofCart(String cel, Predicate<Map<String, Long>> rule) {
            return new Condition(cel, (cart, segments) -> rule.test(cart));
        }

        /** One that does not hold if nobody knows whether the customer is in all that it asks for. */
        private static Condition asking(
                String cel, Set<String> segments, BiPredicate<Map<String, Long>, Map<String, Boolean>> rule) {
            return new Condition(cel, (cart, known) -> known.keySet().containsAll(segments) && rule.test(cart, known));
        }

        private CartTriggerRule.Condition of(Memberships memberships) {
            return (cart, event, toldAt) -> rule.test(cart, memberships.asOf(event, toldAt));
        }

        private Condition and(Condition other) {
            return new Condition(cel, rule.and(other.rule));
        }
    }

    private static final List<Condition> CONDITIONS = List.of(
            Condition.ofCart("true", cart -> true),
            Condition.ofCart("size(cart.items) > 0", cart -> !cart.isEmpty()),
            Condition.ofCart("size(cart.items) == 0", Map::isEmpty),
            Condition.ofCart("size(cart.items) >= 2", cart -> cart.size() >= 2),
            Condition.ofCart("cart.items.exists(i, i.product_id == 'p1')", cart -> cart.containsKey("p1")),
            Condition.ofCart(
                    "cart.items.exists(i, i.quantity >= 3) && !cart.items.exists(i, i.product_id == 'p2')",
                    cart -> cart.values().stream().anyMatch(quantity -> quantity >= 3) && !cart.containsKey("p2")),
            Condition.asking("in_segment('s1')", Set.of("s1"), (cart, in) -> in.get("s1")),
            Condition.asking("!in_segment('s2')", Set.of("s2"), (cart, in) -> !in.get("s2")),
            Condition.asking(
                    "size(cart.items) > 0 && in_segment('s1')",
                    Set.of("s1"),
                    (cart, in) -> !cart.isEmpty() && in.get("s1")),
            Condition.asking(
                    "size(cart.items) >= 2 || !in_segment('s1')",
                    Set.of("s1"),
                    (cart, in) -> cart.size() >= 2 || !in.get("s1")),
            Condition.asking(
                    "!(in_segment('s1') && in_segment('s2'))",
                    Set.of("s1", "s2"),
                    (cart, in) -> !(in.get("s1") && in.get("s2"))));

    /** Of what the payload is read to. */
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final TypeReference<Map<String, Object>> PAYLOAD = new TypeReference<>() {};

    /**
     * A trigger.
     *
     * @param minutes to the first deadline
     * @param reminders minutes from the first deadline on, each more than the one before
     */
    private record Definition(Condition where, int minutes, List<Integer> reminders, List<Condition> when) {
        private String yaml(String name) {
            StringBuilder more = new StringBuilder();
            for (int i = 0; i < reminders.size(); i++) {
                more.append(i == 0 ? "  reminders:\n" : "")
                        .append("  - {id: r%d, after: %dm, when: \"%s\"}\n"
                                .formatted(i, reminders.get(i), when.get(i).cel));
            }
            more.append("  payload: {s1: \"in_segment('s1')\", s2: \"in_segment('s2')\"}\n");
            return TestTriggers.trigger(name, where.cel, minutes + "m", "1h", more.toString());
        }

        private void expect(
                String name,
                List<CustomerEvent> sorted,
                Memberships memberships,
                RandomQuiet quiet,
                List<String> expected) {
            for (int i = -1; i < reminders.size(); i++) {
                String step = i < 0 ? "cart" : "r" + i;
                long delay = delay(i).toMillis();
                for (CustomerEvent anchor : CartTriggerRule.anchors(
                        sorted,
                        delay(i),
                        quiet::opensAt,
                        Replay.LAST_TICK,
                        condition(i).of(memberships))) {
                    long deadline = anchor.timestamp() + delay;
                    long toldAt = quiet.opensAt(deadline);
                    // What is due when somebody becomes another one counts as told.
                    if (!memberships.decides(deadline) && !memberships.decides(toldAt)) {
                        expected.add("%s %s %s %s"
                                .formatted(
                                        name,
                                        step,
                                        anchor.messageId(),
                                        new TreeMap<>(memberships.asOf(anchor, toldAt))));
                    }
                }
            }
        }

        private void expectRetractions(
                String name,
                List<CustomerEvent> sorted,
                Memberships memberships,
                Duration grace,
                List<String> expected) {
            for (int i = -1; i < reminders.size(); i++) {
                CartTriggerRule.Condition condition = condition(i).of(memberships);
                List<String> told = CartTriggerRule.anchors(sorted, delay(i), condition);
                for (String one : CartTriggerRule.retractions(sorted, told, delay(i), grace, condition)) {
                    expected.add("%s %s %s".formatted(name, i < 0 ? "cart" : "r" + i, one));
                }
            }
        }

        /** Of a reminder, or of the trigger itself if that is less than 0. */
        private Duration delay(int reminder) {
            return Duration.ofMinutes(minutes + (reminder < 0 ? 0 : reminders.get(reminder)));
        }

        private Condition condition(int reminder) {
            return reminder < 0 ? where : where.and(when.get(reminder));
        }
    }

    @Property(tries = 150)
    void firesWhatTheRuleSaysOfEachDeadline(
            @ForAll("definitions") List<Definition> definitions,
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int partitions,
            @ForAll @IntRange(max = 3) int boundMinutes,
            @ForAll @IntRange(max = 40) int lateMinutes,
            @ForAll("quiet") RandomQuiet quiet,
            @ForAll("memberships") Memberships memberships,
            @ForAll TriggerRun.Restarting restarting,
            @ForAll long seed)
            throws Exception {
        List<String> yaml = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            yaml.add(definitions.get(i).yaml("t" + i));
        }
        List<CustomerMessage.Event> messages = events.stream()
                .map(event -> message(TriggerRun.CUSTOMER, event))
                .toList();
        Replay replay = new Replay(messages, partitions, boundMinutes * MINUTE, lateMinutes * MINUTE, seed);
        List<CustomerEvent> sorted = TestStreams.sorted(
                replay.log().stream().map(CustomerMessage.Event::event).toList());

        List<CartTrigger> defined = CartTrigger.firstOf(set(yaml));
        TriggerRun.Course course = new TriggerRun.Course(memberships, restarting, seed);
        SortedSet<Long> restarts = new TreeSet<>();
        List<String> fired = new ArrayList<>();
        try (Triggers triggers = new Triggers(defined, quiet.gate())) {
            for (Trigger trigger : TriggerRun.of(triggers, TriggerRun.NO_SEQUENCE, replay, true, course, restarts)) {
                fired.add("%s %s %s %s"
                        .formatted(
                                trigger.trigger().name(),
                                trigger.step(),
                                trigger.anchor().messageId(),
                                new TreeMap<>(MAPPER.readValue(trigger.payload(), PAYLOAD))));
            }
        }

        List<String> expected = expected(definitions, sorted, memberships.restarting(restarts), quiet);
        List<String> reversed =
                expected(definitions, sorted, memberships.reversed().restarting(restarts), quiet);
        Statistics.label("depends on memberships").collect(!anchors(expected).equals(anchors(reversed)));
        Statistics.label("restarts").collect(restarts.size() > 2 ? "more" : restarts.size());
        assertThat(fired)
                .as("with others of the past at %s; late are %s", restarts, late(sorted))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<String> expected(
            List<Definition> definitions, List<CustomerEvent> sorted, Memberships memberships, RandomQuiet quiet) {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            definitions.get(i).expect("t" + i, sorted, memberships, quiet, expected);
        }
        return expected;
    }

    private static List<String> late(List<CustomerEvent> sorted) {
        return sorted.stream()
                .filter(CustomerEvent::isLate)
                .map(event -> event.messageId() + " at " + event.knownAt())
                .toList();
    }

    /** Without what the payload tells. */
    private static List<String> anchors(List<String> told) {
        return told.stream().map(line -> line.replaceAll(" \\{.*", "")).toList();
    }

    private static Definitions set(List<String> triggers) {
        return Definitions.of("triggers.yaml", RandomMemberships.SEGMENTS + "triggers:\n" + String.join("", triggers));
    }

    @Property(tries = 300)
    void takesBackWhatWouldNotHaveFired(
            @ForAll("definitions") List<Definition> definitions,
            @ForAll("visits") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int partitions,
            @ForAll @IntRange(min = 60, max = 200) int lateMinutes,
            @ForAll @IntRange(min = 10, max = 200) int graceMinutes,
            @ForAll("memberships") Memberships memberships,
            @ForAll long seed)
            throws Exception {
        List<String> yaml = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            yaml.add(definitions.get(i).yaml("t" + i) + "  grace: " + graceMinutes + "m\n");
        }
        List<CustomerMessage.Event> messages = events.stream()
                .map(event -> message(TriggerRun.CUSTOMER, event))
                .toList();
        Replay replay = new Replay(messages, partitions, 0, lateMinutes * MINUTE, seed);
        List<CustomerEvent> sorted = TestStreams.sorted(
                replay.log().stream().map(CustomerMessage.Event::event).toList());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            definitions
                    .get(i)
                    .expectRetractions("t" + i, sorted, memberships, Duration.ofMinutes(graceMinutes), expected);
        }

        List<String> retracted = new ArrayList<>();
        try (Triggers triggers = new Triggers(CartTrigger.firstOf(set(yaml)))) {
            TriggerRun.Course course = new TriggerRun.Course(memberships, TriggerRun.Restarting.NEVER, seed);
            TriggerRun.told(triggers, TriggerRun.NO_SEQUENCE, replay, true, course, new TreeSet<>(), new TriggerSink() {
                @Override
                public boolean fire(Trigger trigger) {
                    return !trigger.isRefused();
                }

                @Override
                public void retract(Retraction retraction) {
                    Retractable told = retraction.trigger();
                    retracted.add("%s %s %s %d"
                            .formatted(
                                    told.trigger(), told.step(), told.anchor().messageId(), retraction.at()));
                }
            });
        }
        Statistics.label("taken back").collect(retracted.size() > 2 ? "more" : retracted.size());

        assertThat(retracted).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Provide
    Arbitrary<Memberships> memberships() {
        return RandomMemberships.within(300);
    }

    @Provide
    Arbitrary<RandomQuiet> quiet() {
        return RandomQuiet.any(300);
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(MINUTE, 40);
    }

    /** Visits, most of which end with an order soon; none is reported twice. */
    @Provide
    Arbitrary<List<CustomerEvent>> visits() {
        return Arbitraries.randomValue(random -> {
            List<CustomerEvent> events = new ArrayList<>();
            for (int begin = 0; begin < 300; begin += 40 + random.nextInt(80)) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    String product = random.nextBoolean() ? "p1" : "p2";
                    long at = TestEvent.minute(begin + random.nextInt(10));
                    String id = "m" + events.size();
                    events.add((random.nextInt(4) > 0
                                    ? TestEvent.added(id, product, at)
                                    : random.nextBoolean()
                                            ? TestEvent.removed(id, product, at)
                                            : TestEvent.cart(id, at, product))
                            .event());
                }
                if (random.nextInt(4) > 0) {
                    events.add(TestEvent.ordered(
                                    "m" + events.size(), null, TestEvent.minute(begin + 5 + random.nextInt(40)))
                            .event());
                }
            }
            return events;
        });
    }

    @Provide
    Arbitrary<List<Definition>> definitions() {
        Arbitrary<Condition> conditions = Arbitraries.of(CONDITIONS);
        return Combinators.combine(
                        conditions,
                        Arbitraries.integers().between(1, 60).withDistribution(RandomDistribution.uniform()),
                        Arbitraries.integers().between(1, 90).set().ofMaxSize(2).map(set -> set.stream()
                                .sorted()
                                .toList()),
                        conditions.list().ofSize(2))
                .as(Definition::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }
}
