package io.tributary.operators.profile;

import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.definition.DeliveryDefinition.CustomerZone;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What triggers, and what holds them back, ask for of the customer whose turn it is: in which segments and in which time zone
 * it is, and has been as far as what waits for the watermark may ask. Not thread-safe.
 */
final class AskedProfile {
    private final CustomerLedgers ledgers;
    private final ActiveDefinitions definitions;
    private final FoldedSegments segments;
    private final ActiveWatch watch;

    AskedProfile(CustomerLedgers ledgers, ActiveDefinitions definitions, FoldedSegments segments, ActiveWatch watch) {
        this.ledgers = ledgers;
        this.definitions = definitions;
        this.segments = segments;
        this.watch = watch;
    }

    private SortedSet<String> asked() {
        return watch.get().asked();
    }

    /** Whether nobody asks for anything. */
    boolean areNone() {
        return asked().isEmpty();
    }

    /** By name, ascending. */
    SortedMap<String, List<Turn>> turns() {
        if (areNone()) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, List<Turn>> turns = new TreeMap<>();
        ProfileTimelines known = ledgers.asked().get();
        for (String name : asked()) {
            List<Turn> all = known.turns(name);
            turns.put(name, all != null ? all : List.of(Turn.always(now(name))));
        }
        return turns;
    }

    private String now(String name) {
        return name.equals(zoneName())
                ? segments.zone()
                : ProfileTimelines.membership(
                        definitions.compiled().isIn(name, ledgers.segments().get()));
    }

    /** Null if nobody asks for the time zone. */
    private String zoneName() {
        CustomerZone zone = definitions.compiled().delivery().customerZone();
        return zone == null || !asked().contains(zone.toString()) ? null : zone.toString();
    }

    /** The time zone; null if nobody asks for it, or if there is none. */
    String zone() {
        return zoneName() == null ? null : segments.zone();
    }

    /**
     * Something may have changed the time zone.
     *
     * @param before what it was
     * @param from from when on it is another one, milliseconds since 1970
     * @param watermark what has passed, milliseconds since 1970
     * @return whether it has
     */
    boolean zoneChanged(String before, long from, long watermark) {
        String zone = zone();
        if (Objects.equals(before, zone)) {
            return false;
        }
        ledgers.asked().get().turn(zoneName(), from, before, zone);
        keep(watermark);
        return true;
    }

    /**
     * Other definitions hold: what they compute may be another zone than those before.
     *
     * @param from from when on that is so, milliseconds since 1970
     * @param watermark what has passed, milliseconds since 1970
     */
    void redefined(long from, long watermark) {
        List<Turn> known = zoneName() == null ? null : ledgers.asked().get().turns(zoneName());
        if (known != null) {
            zoneChanged(known.get(known.size() - 1).value(), from, watermark);
        }
    }

    private void keep(long watermark) {
        ProfileTimelines known = ledgers.asked().get();
        known.keepOnly(asked());
        known.forgetBehind(watermark);
        ledgers.asked().changed();
    }

    /**
     * Memberships have changed.
     *
     * @param changes in order
     * @param from from when on that is so, milliseconds since 1970
     * @param watermark what has passed, milliseconds since 1970
     * @return whether triggers ask for any of them
     */
    boolean changed(List<SegmentChange> changes, ToLongFunction<SegmentChange> from, long watermark) {
        if (areNone() || changes.stream().noneMatch(change -> asked().contains(change.segment()))) {
            return false;
        }
        // Of a parametric segment only the last value to go ends it.
        Memberships memberships = ledgers.segments().get();
        Map<String, Integer> values = new HashMap<>();
        boolean[] isIn = new boolean[changes.size()];
        for (int i = changes.size() - 1; i >= 0; i--) {
            SegmentChange change = changes.get(i);
            if (asked().contains(change.segment())) {
                int now = values.computeIfAbsent(
                        change.segment(), segment -> definitions.compiled().memberships(segment, memberships));
                isIn[i] = now > 0;
                values.put(change.segment(), change.entered() ? now - 1 : now + 1);
            }
        }
        ProfileTimelines known = ledgers.asked().get();
        for (int i = 0; i < isIn.length; i++) {
            SegmentChange change = changes.get(i);
            if (asked().contains(change.segment())) {
                known.turn(change.segment(), from.applyAsLong(change), isIn[i]);
            }
        }
        keep(watermark);
        return true;
    }
}
