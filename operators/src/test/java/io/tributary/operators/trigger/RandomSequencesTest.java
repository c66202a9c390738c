package io.tributary.operators.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.EventTriggerRule.Told;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** What the generators make is what they promise, and enough of it fires to be worth comparing. */
class RandomSequencesTest {
    /** What it says is about a distribution, so it is asked of one sample. */
    @Property(tries = 400, seed = "1")
    void everyDefinitionIsOneAndManyFire(
            @ForAll("definitions") String yaml,
            @ForAll("events") List<CustomerEvent> events,
            @ForAll("memberships") Memberships memberships) {
        TriggerDefinition definition = RandomSequences.read(yaml);

        List<Told> told = fired(definition, events, memberships);

        assertThat(definition.isOfCart()).isFalse();
        assertThat(told).doesNotHaveDuplicates();
        Statistics.label("fires").collect(!told.isEmpty()).coverage(coverage -> coverage.check(true)
                .percentage(share -> share > 15));
        if (!definition.segments().isEmpty()) {
            List<Told> reversed = fired(definition, events, memberships.reversed());
            Statistics.label("depends on memberships")
                    .collect(!matches(told).equals(matches(reversed)))
                    .coverage(coverage -> coverage.check(true).percentage(share -> share > 4));
        }
        if (!told.isEmpty()) {
            Statistics.label("late")
                    .collect(events.stream()
                            .anyMatch(event -> event.isLate()
                                    && told.stream().anyMatch(each -> each.toldAt() == event.knownAt())));
            Statistics.label("by absence").collect(definition.events().endsByAbsence());
            Statistics.label("steps").collect(definition.events().steps().size());
            Statistics.label("reminders")
                    .collect(told.stream().anyMatch(each -> !each.step().equals("first")));
            Statistics.label("products")
                    .collect(told.stream().anyMatch(each -> !each.key().isEmpty()));
            Statistics.label("optional")
                    .collect(definition.events().steps().stream().anyMatch(Step::optional));
            Statistics.label("times")
                    .collect(definition.events().steps().stream().anyMatch(step -> step.times() > 1));
        }
    }

    private static List<Told> fired(TriggerDefinition definition, List<CustomerEvent> events, Memberships memberships) {
        return EventTriggerRule.fired(definition, events, memberships, instant -> instant, TestEvent.minute(400));
    }

    /** Without what they tell. */
    private static List<String> matches(List<Told> told) {
        return told.stream()
                .map(each -> each.step() + " " + each.anchor() + " " + each.key() + " " + each.toldAt())
                .toList();
    }

    @Provide
    Arbitrary<Memberships> memberships() {
        return RandomMemberships.within(100);
    }

    @Provide
    Arbitrary<String> definitions() {
        return RandomSequences.yaml("t");
    }

    @Provide
    Arbitrary<List<CustomerEvent>> events() {
        return RandomSequences.events();
    }
}
