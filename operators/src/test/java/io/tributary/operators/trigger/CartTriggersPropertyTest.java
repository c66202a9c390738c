package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.schemas.event.CustomerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** A condition in both languages. */
    private record Condition(String cel, Predicate<Map<String, Long>> rule) {}

    private static final List<Condition> CONDITIONS = List.of(
            new Condition("true", cart -> true),
            new Condition("size(cart.items) > 0", cart -> !cart.isEmpty()),
            new Condition("size(cart.items) == 0", Map::isEmpty),
            new Condition("size(cart.items) >= 2", cart -> cart.size() >= 2),
            new Condition("cart.items.exists(i, i.product_id == 'p1')", cart -> cart.containsKey("p1")),
            new Condition(
                    "cart.items.exists(i, i.quantity >= 3) && !cart.items.exists(i, i.product_id == 'p2')",
                    cart -> cart.values().stream().anyMatch(quantity -> quantity >= 3) && !cart.containsKey("p2")));

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
            return TestTriggers.trigger(name, where.cel, minutes + "m", "1h", more.toString());
        }

        private void expect(String name, List<CustomerEvent> sorted, RandomQuiet quiet, List<String> expected) {
            expect(name + " cart", minutes, where.rule, sorted, quiet, expected);
            for (int i = 0; i < reminders.size(); i++) {
                expect(
                        name + " r" + i,
                        minutes + reminders.get(i),
                        where.rule.and(when.get(i).rule),
                        sorted,
                        quiet,
                        expected);
            }
        }

        private void expectRetractions(String name, List<CustomerEvent> sorted, Duration grace, List<String> expected) {
            for (int i = -1; i < reminders.size(); i++) {
                Duration delay = Duration.ofMinutes(minutes + (i < 0 ? 0 : reminders.get(i)));
                Predicate<Map<String, Long>> condition = i < 0 ? where.rule : where.rule.and(when.get(i).rule);
                List<String> told = CartTriggerRule.anchors(sorted, delay, condition);
                for (String one : CartTriggerRule.retractions(sorted, told, delay, grace, condition)) {
                    expected.add("%s %s %s".formatted(name, i < 0 ? "cart" : "r" + i, one));
                }
            }
        }

        private static void expect(
                String what,
                int minutes,
                Predicate<Map<String, Long>> condition,
                List<CustomerEvent> sorted,
                RandomQuiet quiet,
                List<String> expected) {
            CartTriggerRule.anchors(sorted, Duration.ofMinutes(minutes), quiet::opensAt, Replay.LAST_TICK, condition)
                    .forEach(anchor -> expected.add(what + " " + anchor));
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
            @ForAll boolean restarting,
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
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            definitions.get(i).expect("t" + i, sorted, quiet, expected);
        }

        List<CartTrigger> defined = CartTrigger.firstOf(TestTriggers.set(yaml.toArray(String[]::new)));
        try (Triggers triggers = new Triggers(defined, quiet.gate())) {
            List<String> fired = TriggerRun.of(triggers, TriggerRun.NO_SEQUENCE, replay, true, restarting).stream()
                    .map(trigger -> "%s %s %s"
                            .formatted(
                                    trigger.trigger().name(),
                                    trigger.step(),
                                    trigger.anchor().messageId()))
                    .toList();

            assertThat(fired).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Property(tries = 300)
    void takesBackWhatWouldNotHaveFired(
            @ForAll("definitions") List<Definition> definitions,
            @ForAll("visits") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int partitions,
            @ForAll @IntRange(min = 60, max = 200) int lateMinutes,
            @ForAll @IntRange(min = 10, max = 200) int graceMinutes,
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
            definitions.get(i).expectRetractions("t" + i, sorted, Duration.ofMinutes(graceMinutes), expected);
        }

        List<String> retracted = new ArrayList<>();
        try (Triggers triggers = new Triggers(CartTrigger.firstOf(TestTriggers.set(yaml.toArray(String[]::new))))) {
            TriggerRun.told(triggers, TriggerRun.NO_SEQUENCE, replay, true, false, new TriggerSink() {
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
