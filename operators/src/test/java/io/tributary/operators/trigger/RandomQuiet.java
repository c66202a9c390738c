package io.tributary.operators.trigger;

import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DeliveryDefinition;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Quiet hours, told plainly, after which what has fired in them is told.
 *
 * @param from minutes since midnight, UTC
 * @param to minutes since midnight, UTC; as many as {@code from} where there are none
 */
record RandomQuiet(int from, int to) {
    private static final long MINUTE = 60_000;
    private static final int DAY = 1_440;

    /** Half of them none; within the first hours of the day. */
    static Arbitrary<RandomQuiet> any(int mostMinutes) {
        Arbitrary<Integer> minutes = Arbitraries.integers().between(0, mostMinutes);
        return Arbitraries.oneOf(
                Arbitraries.just(new RandomQuiet(0, 0)),
                Combinators.combine(minutes, minutes).as(RandomQuiet::new));
    }

    Gate gate() {
        return new Gate(delivery(), List.of());
    }

    private DeliveryDefinition delivery() {
        return from == to
                ? DeliveryDefinition.NONE
                : Definitions.of("delivery.yaml", "delivery: " + yaml()).delivery();
    }

    private String yaml() {
        return "{quiet_hours: {from: \"%02d:%02d\", to: \"%02d:%02d\", zone: UTC, then: postpone}}"
                .formatted(from / 60, from % 60, to / 60, to % 60);
    }

    private boolean holds(long instant) {
        long minute = Math.floorMod(instant, DAY * MINUTE) / MINUTE;
        return from < to ? minute >= from && minute < to : from > to && (minute >= from || minute < to);
    }

    /** For how long they hold. */
    int longestMinutes() {
        return Math.floorMod(to - from, DAY);
    }

    /** The first instant from another one on that is not quiet, both milliseconds since 1970. */
    long opensAt(long instant) {
        long opens = instant;
        while (holds(opens)) {
            opens = (opens / MINUTE + 1) * MINUTE;
        }
        return opens;
    }
}
