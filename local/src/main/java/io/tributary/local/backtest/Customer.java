package io.tributary.local.backtest;

import io.tributary.operators.trigger.EventWatch;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Whoever has a canonical identifier: it exists as long as an event belongs to it. */
final class Customer {
    private final String id;
    private final Set<Fragment> fragments = new LinkedHashSet<>(2);

    /** Each with how often it is listed: once as a person's, once per fragment that carries it as a device. */
    private final Map<Identifier, Integer> listing = new HashMap<>(4);

    private final WatchedEvents watched;
    private int eventCount;

    /** @param watch says what sequences name */
    Customer(Identifier canonical, EventWatch watch) {
        this.id = canonical.customerId();
        this.watched = new WatchedEvents(watch);
    }

    String id() {
        return id;
    }

    Set<Fragment> fragments() {
        return fragments;
    }

    boolean exists() {
        return eventCount > 0;
    }

    /** @param events how many more, or less if negative */
    void count(int events) {
        eventCount += events;
    }

    /** The identifiers that the profile lists. */
    Set<Identifier> listing() {
        return listing.keySet();
    }

    void list(Identifier identifier) {
        listing.merge(identifier, 1, Integer::sum);
    }

    void unlist(Identifier identifier) {
        listing.computeIfPresent(identifier, (listed, times) -> times == 1 ? null : times - 1);
    }

    /** Those of its events that triggers look at. */
    WatchedEvents watched() {
        return watched;
    }

    /** Nothing of it is left. */
    void forget() {
        fragments.clear();
        listing.clear();
        watched.clear();
        eventCount = 0;
    }

    /** Its events in their order. */
    List<CustomerEvent> history() {
        List<CustomerEvent> history = new ArrayList<>(eventCount);
        fragments.forEach(fragment -> history.addAll(fragment.events()));
        history.sort(Comparator.comparing(CustomerEvent::order));
        return history;
    }

    /** Former customers of its events that are gone. */
    SortedSet<String> mergedFrom() {
        SortedSet<String> mergedFrom = new TreeSet<>();
        for (Fragment fragment : fragments) {
            for (Customer former : fragment.formerCustomers()) {
                if (!former.exists()) {
                    mergedFrom.add(former.id());
                }
            }
        }
        return mergedFrom;
    }
}
