package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestStreams;
import io.tributary.operators.testing.TestTriggers;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Any set of triggers of sequences fires what the plain rule says of each, whatever the order of arrival. */
class EventTriggersPropertyTest {
    private static final long MINUTE = 60_000;

    @Property(tries = 300)
    void firesWhatTheRuleSays(
            @ForAll("sets") List<String> triggers,
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int partitions,
            @ForAll @IntRange(max = 3) int boundMinutes,
            @ForAll @IntRange(max = 40) int lateMinutes,
            @ForAll("quiet") RandomQuiet quiet,
            @ForAll boolean restarting,
            @ForAll long seed)
            throws Exception {
        Definitions set = TestTriggers.set(triggers.toArray(String[]::new));
        List<CustomerMessage.Event> messages = events.stream()
                .map(event -> message(TriggerRun.CUSTOMER, event))
                .toList();
        Replay replay = new Replay(messages, partitions, boundMinutes * MINUTE, lateMinutes * MINUTE, seed);
        List<CustomerEvent> sorted = TestStreams.sorted(
                replay.log().stream().map(CustomerMessage.Event::event).toList());
        List<String> expected = new ArrayList<>();
        for (TriggerDefinition trigger : set.triggers().values()) {
            EventTriggerRule.fired(trigger, sorted, quiet::opensAt, Replay.LAST_TICK)
                    .forEach(told -> expected.add(line(trigger.name(), told)));
        }

        // Whoever is another customer looks at the cart once more.
        boolean looksAtCart = set.triggers().values().stream()
                .flatMap(trigger -> trigger.expressions().stream())
                .anyMatch(expression -> !expression.cartPaths().isEmpty());
        try (Triggers those = new Triggers(CartTrigger.firstOf(set), quiet.gate())) {
            EventWatch watch = new EventWatch(set.triggers().values(), set.delivery());
            List<String> fired = TriggerRun.of(those, watch, replay, true, restarting && !looksAtCart).stream()
                    .map(trigger -> line(
                            trigger.trigger().name(),
                            new EventTriggerRule.Told(
                                    trigger.step(), trigger.anchor().messageId(), trigger.key(), trigger.toldAt())))
                    .toList();

            assertThat(fired).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static String line(String name, EventTriggerRule.Told told) {
        return "%s %s %s '%s' at %s".formatted(name, told.step(), told.anchor(), told.key(), told.toldAt());
    }

    @Provide
    Arbitrary<RandomQuiet> quiet() {
        return RandomQuiet.any(240);
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return RandomSequences.inTime();
    }

    @Provide
    Arbitrary<List<String>> sets() {
        return RandomSequences.set();
    }
}
