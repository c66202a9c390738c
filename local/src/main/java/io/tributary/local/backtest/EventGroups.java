package io.tributary.local.backtest;

import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides events into groups that have nothing to do with each other: no identifier of one group ever appears together
 * with one of another, so no customer has events of two groups.
 */
final class EventGroups {
    private final Map<Identifier, Integer> places = new HashMap<>();
    private int[] parents = new int[1 << 10];

    private EventGroups() {}

    /** @param events in their order, which each group keeps */
    static Collection<List<CustomerEvent>> of(List<CustomerEvent> events) {
        EventGroups groups = new EventGroups();
        for (CustomerEvent event : events) {
            groups.join(event);
        }
        Map<Integer, List<CustomerEvent>> byGroup = new LinkedHashMap<>();
        for (CustomerEvent event : events) {
            byGroup.computeIfAbsent(groups.groupOf(event.identifiers().get(0)), group -> new ArrayList<>(4))
                    .add(event);
        }
        return byGroup.values();
    }

    private void join(CustomerEvent event) {
        int strongest = groupOf(event.identifiers().get(0));
        for (Identifier identifier : event.identifiers()) {
            int other = groupOf(identifier);
            parents[other] = strongest;
            if (!identifier.namespace().isPerson()) {
                // Further devices own nothing.
                break;
            }
        }
    }

    private int groupOf(Identifier identifier) {
        int place = places.computeIfAbsent(identifier, unknown -> newPlace());
        while (parents[place] != place) {
            parents[place] = parents[parents[place]];
            place = parents[place];
        }
        return place;
    }

    private int newPlace() {
        int place = places.size();
        if (place == parents.length) {
            parents = Arrays.copyOf(parents, place * 2);
        }
        parents[place] = place;
        return place;
    }
}
