package io.tributary.operators.profile;

import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * In which of the segments for which triggers ask the customer is whose turn it is, and has been as far as what waits for the
 * watermark may ask. Not thread-safe.
 */
final class AskedSegments {
    private final CustomerLedgers ledgers;
    private final ActiveDefinitions definitions;
    private final ActiveWatch watch;

    AskedSegments(CustomerLedgers ledgers, ActiveDefinitions definitions, ActiveWatch watch) {
        this.ledgers = ledgers;
        this.definitions = definitions;
        this.watch = watch;
    }

    private SortedSet<String> asked() {
        return watch.get().asked();
    }

    /** Whether no trigger asks for any. */
    boolean areNone() {
        return asked().isEmpty();
    }

    /** By segment, ascending. */
    SortedMap<String, List<Turn>> turns() {
        if (areNone()) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, List<Turn>> turns = new TreeMap<>();
        Memberships memberships = ledgers.segments().get();
        ProfileTimelines known = ledgers.asked().get();
        for (String segment : asked()) {
            List<Turn> all = known.turns(segment);
            turns.put(
                    segment,
                    all != null
                            ? all
                            : List.of(Turn.always(definitions.compiled().isIn(segment, memberships))));
        }
        return turns;
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
        known.keepOnly(asked());
        known.forgetBehind(watermark);
        ledgers.asked().changed();
        return true;
    }
}
