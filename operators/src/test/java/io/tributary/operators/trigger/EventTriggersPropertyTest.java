package io.tributary.operators.trigger;

import static io.tributary.operators.testing.Messages.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.testing.TestStreams;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** Any set of triggers of sequences fires what the plain rule says of each, whatever the order of arrival. */
class EventTriggersPropertyTest {
    private static final long MINUTE = 60_000;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> PAYLOAD = new TypeReference<>() {};

    @Property(tries = 300)
    void firesWhatTheRuleSays(
            @ForAll("sets") List<String> triggers,
            @ForAll("events") List<CustomerEvent> events,
            @ForAll @IntRange(min = 1, max = 3) int partitions,
            @ForAll @IntRange(max = 3) int boundMinutes,
            @ForAll @IntRange(max = 40) int lateMinutes,
            @ForAll("quiet") RandomQuiet quiet,
            @ForAll("memberships") Memberships memberships,
            @ForAll TriggerRun.Restarting restarting,
            @ForAll long seed)
            throws Exception {
        Definitions set =
                Definitions.of("triggers.yaml", RandomMemberships.SEGMENTS + "triggers:\n" + String.join("", triggers));
        List<CustomerMessage.Event> messages = events.stream()
                .map(event -> message(TriggerRun.CUSTOMER, event))
                .toList();
        Replay replay = new Replay(messages, partitions, boundMinutes * MINUTE, lateMinutes * MINUTE, seed);
        List<CustomerEvent> sorted = TestStreams.sorted(
                replay.log().stream().map(CustomerMessage.Event::event).toList());

        TriggerRun.Course course = new TriggerRun.Course(memberships, possible(set, restarting), seed);
        SortedSet<Long> restarts = new TreeSet<>();
        List<String> fired = new ArrayList<>();
        try (Triggers those = new Triggers(CartTrigger.firstOf(set), quiet.gate())) {
            EventWatch watch = new EventWatch(set.triggers().values(), set.delivery());
            for (Trigger trigger : TriggerRun.of(those, watch, replay, true, course, restarts)) {
                TriggerDefinition definition = trigger.trigger().definition();
                Object payload = mayKeepPayload(definition, trigger.toldAt(), sorted, restarts, quiet)
                        ? ""
                        : new TreeMap<>(MAPPER.readValue(trigger.payload(), PAYLOAD));
                fired.add("%s %s %s '%s' at %s %s"
                        .formatted(
                                definition.name(),
                                trigger.step(),
                                trigger.anchor().messageId(),
                                trigger.key(),
                                trigger.toldAt(),
                                payload));
            }
        }

        List<String> expected = expected(set, sorted, memberships.restarting(restarts), quiet);
        List<String> reversed = expected(set, sorted, memberships.reversed().restarting(restarts), quiet);
        Statistics.label("depends on memberships").collect(!matches(expected).equals(matches(reversed)));
        Statistics.label("restarts").collect(restarts.size() > 2 ? "more" : restarts.size());
        assertThat(fired)
                .as("with others of the past at %s; late are %s", restarts, late(sorted))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /**
     * Whether what is told may have waited when the customer became another one. It keeps its payload if a late event would
     * have kept it from firing, had it been known; else it is found anew.
     */
    private static boolean mayKeepPayload(
            TriggerDefinition trigger,
            long toldAt,
            List<CustomerEvent> sorted,
            Collection<Long> restarts,
            RandomQuiet quiet) {
        long longest = trigger.delay().toMillis() + quiet.longestMinutes() * MINUTE;
        return sorted.stream().anyMatch(CustomerEvent::isLate)
                && restarts.stream().anyMatch(restart -> restart < toldAt && restart > toldAt - longest);
    }

    /** Whoever is another customer looks at the cart once more, of which the rule does not know. */
    private static TriggerRun.Restarting possible(Definitions set, TriggerRun.Restarting restarting) {
        boolean looksAtCart = set.triggers().values().stream()
                .flatMap(trigger -> trigger.expressions().stream())
                .anyMatch(expression -> !expression.cartPaths().isEmpty());
        boolean asks = set.triggers().values().stream()
                .anyMatch(trigger -> !trigger.segments().isEmpty());
        if (looksAtCart) {
            return TriggerRun.Restarting.NEVER;
        }
        return asks && restarting == TriggerRun.Restarting.BEHIND_EVENTS
                ? TriggerRun.Restarting.NOW_AND_THEN
                : restarting;
    }

    private static List<String> expected(
            Definitions set, List<CustomerEvent> sorted, Memberships memberships, RandomQuiet quiet) {
        List<String> expected = new ArrayList<>();
        for (TriggerDefinition trigger : set.triggers().values()) {
            for (EventTriggerRule.Told told :
                    EventTriggerRule.fired(trigger, sorted, memberships, quiet::opensAt, Replay.LAST_TICK)) {
                boolean mayKeep = mayKeepPayload(trigger, told.toldAt(), sorted, memberships.restarts(), quiet);
                SortedMap<String, Boolean> payload = new TreeMap<>();
                boolean tells = trigger.payload().containsKey("s1");
                if (tells && told.segments().containsKey("s1")) {
                    payload.put("s1", told.segments().get("s1"));
                }
                if (tells && told.segments().containsKey("s2")) {
                    payload.put("not_s2", !told.segments().get("s2"));
                }
                expected.add("%s %s %s '%s' at %s %s"
                        .formatted(
                                trigger.name(),
                                told.step(),
                                told.anchor(),
                                told.key(),
                                told.toldAt(),
                                mayKeep ? "" : payload));
            }
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
    private static List<String> matches(List<String> told) {
        return told.stream().map(line -> line.replaceAll(" \\{.*", "")).toList();
    }

    @Provide
    Arbitrary<Memberships> memberships() {
        return RandomMemberships.within(100);
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
