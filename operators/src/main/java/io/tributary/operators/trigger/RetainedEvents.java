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

    /** With this many those that can't be part of a match any more are dropped: seldom, and so never one by one. */
    int PRUNE_AT = 2 * MOST;

    /**
     * Those that can be part of a match.
     *
     * @param ascending in the order of events
     */
    static List<WatchedEvent> newest(List<WatchedEvent> ascending) {
        return ascending.subList(Math.max(0, ascending.size() - MOST), ascending.size());
    }

    void add(WatchedEvent event);

    /** All, in the order of events. */
    List<WatchedEvent> all();

    /** Keeps these alone, as they are now. */
    void keepOnly(Collection<WatchedEvent> events);

    /** Keeps nothing. */
    void clear();

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

        @Override
        public void clear() {
            events.clear();
        }
    }
}
