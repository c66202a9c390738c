package io.tributary.operators.trigger;

import io.tributary.operators.testing.TestEvent;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;

/** Random memberships of one customer in two segments, for properties. */
final class RandomMemberships {
    /** Both segments in YAML; when they hold is of no matter here. */
    static final String SEGMENTS =
            """
            segments:
            - {name: s1, when: orders.count > 0}
            - {name: s2, when: events.count > 5}
            """;

    private static final long HALF_A_MINUTE = 30_000;

    private RandomMemberships() {}

    /**
     * Turns at the instants of events and between them. Of every tenth segment nobody knows anything before its first turn, if
     * there is one.
     */
    static Arbitrary<Memberships> within(int lastMinute) {
        Arbitrary<List<Turn>> turns = turns(lastMinute);
        return Combinators.combine(turns, turns).as((first, second) -> {
            SortedMap<String, List<Turn>> known = new TreeMap<>();
            known.put("s1", first);
            known.put("s2", second);
            known.values().removeIf(List::isEmpty);
            return new Memberships(known, List.of());
        });
    }

    private static Arbitrary<List<Turn>> turns(int lastMinute) {
        Arbitrary<List<Integer>> instants = Arbitraries.integers()
                .between(0, 2 * lastMinute)
                .withDistribution(RandomDistribution.uniform())
                .set()
                .ofMaxSize(30)
                .withSizeDistribution(RandomDistribution.biased())
                .map(set -> set.stream().sorted().toList());
        return Combinators.combine(
                        instants,
                        Arbitraries.of(false, true),
                        Arbitraries.integers().between(0, 9))
                .as((at, begins, known) -> {
                    List<Turn> turns = new ArrayList<>();
                    boolean isIn = begins;
                    if (known < 9) {
                        turns.add(Turn.always(isIn));
                    }
                    for (int half : at) {
                        isIn = !isIn;
                        turns.add(new Turn(TestEvent.minute(0) + half * HALF_A_MINUTE, isIn));
                    }
                    return List.copyOf(turns);
                });
    }
}
