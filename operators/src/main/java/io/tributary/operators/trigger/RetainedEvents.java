package io.tributary.operators.trigger;

import io.tributary.schemas.event.EventOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a customer's triggers of sequences may find matches in anew: appended to by each event that they name, read only
 * where that is necessary.
 */
public interface RetainedEvents {
    /** Of more events of a customer the newest this many can be part of a match. */
    int MOST = 200;

    void add(WatchedEvent event);

    /** All, in the order of events. */
    List<WatchedEvent> all();

    /** Keeps these alone. */
    void keepOnly(Collection<WatchedEvent> events);

    /** Keeps nothing. */
    default void clear() {
        keepOnly(List.of());
    }

    /** In memory. */
    final class InMemory implements RetainedEvents {
        private final SortedMap<EventOrder, WatchedEvent> events = new TreeMap<>();

        @Override
        public void add(WatchedEvent event) {
            events.put(event.order(), event);
        }

        @Override
        public List<WatchedEvent> all() {
            return new ArrayList<>(events.values());
        }

        @Override
        public void keepOnly(Collection<WatchedEvent> those) {
            events.clear();
            those.forEach(this::add);
        }
    }
}
