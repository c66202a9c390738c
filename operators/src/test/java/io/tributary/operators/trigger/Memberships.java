package io.tributary.operators.trigger;

import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * In which segments a customer is, told plainly: all turns of all time, and the instants at which it has got or lost events of
 * the past.
 *
 * @param turns by segment, ascending; a segment without any is one of which nobody knows
 * @param restarts instants, milliseconds since 1970
 */
record Memberships(SortedMap<String, List<Turn>> turns, Collection<Long> restarts) {
    static final Memberships NONE = new Memberships(new TreeMap<>(), List.of());

    /** The same customer, who has become another one at those instants. */
    Memberships restarting(Collection<Long> instants) {
        return new Memberships(turns, new TreeSet<>(instants));
    }

    /** Whether the customer was in each segment of which that is known, with all that has happened at the instant. */
    Map<String, Boolean> at(long instant) {
        Map<String, Boolean> known = new HashMap<>();
        turns.forEach((segment, all) -> all.stream()
                .filter(turn -> turn.from() <= instant)
                .forEach(turn -> known.put(segment, turn.value() != null)));
        return known;
    }

    /**
     * As of an event, by what counts when something is told: whoever has become another one has done all of the past as whoever
     * it is from then on.
     *
     * @param toldAt milliseconds since 1970
     */
    Map<String, Boolean> asOf(CustomerEvent event, long toldAt) {
        return at(Math.max(event.knownAt(), lastRestart(toldAt)));
    }

    /** The last one before an instant; the least long for none. */
    long lastRestart(long instant) {
        return restarts.stream()
                .filter(restart -> restart < instant)
                .mapToLong(Long::longValue)
                .max()
                .orElse(Long.MIN_VALUE);
    }

    /** Whether what has its deadline at an instant, or would be told then because it waits, counts as told. */
    boolean decides(long instant) {
        return restarts.contains(instant);
    }

    /** The same with each membership turned round: for how much depends on them. */
    Memberships reversed() {
        SortedMap<String, List<Turn>> reversed = new TreeMap<>();
        turns.forEach((segment, all) -> {
            List<Turn> other = new ArrayList<>();
            all.forEach(turn -> other.add(new Turn(turn.from(), turn.value() == null)));
            reversed.put(segment, other);
        });
        return new Memberships(reversed, restarts);
    }
}
