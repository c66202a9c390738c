package io.tributary.operators.segment;

import static io.tributary.operators.testing.TestEvent.minute;
import static io.tributary.operators.testing.TestEvent.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.ProfileFacts;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often a customer's memberships are asked for, which is a read of state. */
class SegmentTrackerTest {
    private static final CompiledDefinitions DEFINITIONS = CompiledDefinitions.fromTheBeginning(
            Definitions.of(
                    "definitions.yaml",
                    """
            traits:
            - {name: views, aggregate: count, events: [Viewed]}
            - {name: calls, aggregate: count, events: [Called]}
            - {name: items, aggregate: unique_count, events: [Viewed], value: event.properties.product_id}
            segments:
            - {name: caller, when: computed.views >= 2 && computed.calls >= 1}
            - {name: undecided, when: computed.views < 2 && computed.items < 2 && computed.calls >= 1}
            """));

    private final SegmentTracker tracker = new SegmentTracker(DEFINITIONS);
    private final ComputedLedger computed = new ComputedLedger();
    private final SegmentClock clock = new SegmentClock();
    private final Memberships memberships = new Memberships();
    private final List<String> changes = new ArrayList<>();
    private int asked;

    private void see(String name, int minute) {
        CustomerEvent event = track("m" + minute, name, minute(minute))
                .with("product_id", "p" + minute)
                .event();
        Facts facts = new ProfileFacts(
                new ProfileFacts.Ledgers(
                        ActivityLedger::new,
                        RecordLedger::new,
                        List::of,
                        DEFINITIONS.traits().facts(() -> computed)),
                clock.now());
        tracker.open(facts, clock, this::memberships, event.timestamp(), false, this::changed);
        tracker.changing(event, facts, clock);
        DEFINITIONS.traits().fold(new EventView(event), computed, Long.MIN_VALUE);
        tracker.close(facts, clock, this::memberships, event.timestamp(), this::changed);
    }

    private Memberships memberships() {
        asked++;
        return memberships;
    }

    private void changed(SegmentChange change) {
        changes.add((change.entered() ? "+" : "-") + change.segment());
    }

    @Test
    void membershipsAreAskedForOnlyWhereAllOtherConditionsHold() {
        see("Something else", 0);
        asked = 0;

        see("Viewed", 1);
        see("Viewed", 2);
        see("Viewed", 3);
        see("Viewed", 4);
        assertThat(asked).as("flips of who never called").isZero();
        assertThat(changes).isEmpty();

        see("Called", 5);
        assertThat(asked).isPositive();
        assertThat(changes).containsExactly("+caller");

        asked = 0;
        see("Viewed", 6);
        see("Called", 7);
        assertThat(asked).as("nothing flips").isZero();
    }

    @Test
    void whoLosesSeveralConditionsAtOnceLeaves() {
        see("Called", 0);
        see("Viewed", 1);
        assertThat(changes).containsExactly("+undecided");
        changes.clear();

        see("Viewed", 2);

        assertThat(changes).containsExactly("+caller", "-undecided");
    }
}
