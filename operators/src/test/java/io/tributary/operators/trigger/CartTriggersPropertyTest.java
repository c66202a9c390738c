package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.testing.Replay;
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
import net.jqwik.api.constraints.IntRange;

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

        private void expect(String name, List<CustomerEvent> sorted, List<String> expected) {
            expect(name + " cart", minutes, where.rule, sorted, expected);
            for (int i = 0; i < reminders.size(); i++) {
                expect(name + " r" + i, minutes + reminders.get(i), where.rule.and(when.get(i).rule), sorted, expected);
            }
        }

        private static void expect(
                String what,
                int minutes,
                Predicate<Map<String, Long>> condition,
                List<CustomerEvent> sorted,
                List<String> expected) {
            CartTriggerRule.anchors(sorted, Duration.ofMinutes(minutes), condition)
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
            definitions.get(i).expect("t" + i, sorted, expected);
        }

        try (Triggers triggers = new Triggers(CartTrigger.firstOf(TestTriggers.set(yaml.toArray(String[]::new))))) {
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

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return TestStreams.events(MINUTE, 40);
    }

    @Provide
    Arbitrary<List<Definition>> definitions() {
        Arbitrary<Condition> conditions = Arbitraries.of(CONDITIONS);
        return Combinators.combine(
                        conditions,
                        Arbitraries.integers().between(1, 60),
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
