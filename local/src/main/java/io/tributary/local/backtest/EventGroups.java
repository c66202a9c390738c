package io.tributary.local.backtest;

import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides events into groups that have nothing to do with each other: no identifier of one group ever appears together
 * with one of another, so no customer has events of two groups.
 *
 * <p>A command belongs to the group of its identifiers. One about identifiers without events concerns nobody, and neither
 * does an unmerge of two groups.
 */
final class EventGroups {
    /** Both in their order. */
    record Group(List<CustomerEvent> events, List<PrivacyCommand> commands) {
        Group() {
            this(new ArrayList<>(4), new ArrayList<>(0));
        }

        /** Milliseconds since 1970; behind the last one there is no end. */
        long timeOfEvent(int place) {
            return place < events.size() ? events.get(place).timestamp() : Long.MAX_VALUE;
        }

        /** Likewise. */
        long timeOfCommand(int place) {
            return place < commands.size() ? commands.get(place).at() : Long.MAX_VALUE;
        }
    }

    private final Map<Identifier, Integer> places = new HashMap<>();
    private int[] parents = new int[1 << 10];

    private EventGroups() {}

    /**
     * @param events in their order, which each group keeps
     * @param commands likewise
     */
    static List<Group> of(List<CustomerEvent> events, List<PrivacyCommand> commands) {
        EventGroups groups = new EventGroups();
        for (CustomerEvent event : events) {
            groups.join(event);
        }
        Map<Integer, Group> byPlace = new LinkedHashMap<>();
        for (CustomerEvent event : events) {
            byPlace.computeIfAbsent(groups.groupOf(event.identifiers().get(0)), place -> new Group())
                    .events
                    .add(event);
        }
        for (PrivacyCommand command : commands) {
            int place = groups.groupOf(command.identifier());
            boolean isOfOne = command.with() == null || groups.groupOf(command.with()) == place;
            if (isOfOne && byPlace.containsKey(place)) {
                byPlace.get(place).commands.add(command);
            }
        }
        return List.copyOf(byPlace.values());
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
