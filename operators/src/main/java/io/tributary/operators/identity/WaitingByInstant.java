package io.tributary.operators.identity;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.state.MapState;

/** What waits for the watermark to reach an instant: written once, read once, however much waits beside it. */
final class WaitingByInstant<T extends Comparable<T>> {
    private final MapState<Long, Integer> sizes;
    private final MapState<Slot, T> waiting;

    /**
     * A queue in keyed state.
     *
     * @param sizes how many wait, by instant
     */
    WaitingByInstant(MapState<Long, Integer> sizes, MapState<Slot, T> waiting) {
        this.sizes = sizes;
        this.waiting = waiting;
    }

    /** @return whether it is the first that waits for the instant */
    boolean add(long instant, T next) throws Exception {
        Integer others = sizes.get(instant);
        int number = others == null ? 0 : others;
        sizes.put(instant, number + 1);
        waiting.put(new Slot(instant, number), next);
        return number == 0;
    }

    /** Takes out what has waited for an instant, in order. */
    List<T> known(long instant) throws Exception {
        Integer size = sizes.get(instant);
        if (size == null) {
            return List.of();
        }
        List<T> known = new ArrayList<>(size);
        for (int number = 0; number < size; number++) {
            Slot slot = new Slot(instant, number);
            known.add(waiting.get(slot));
            waiting.remove(slot);
        }
        sizes.remove(instant);
        Collections.sort(known);
        return known;
    }
}
