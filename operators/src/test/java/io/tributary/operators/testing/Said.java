package io.tributary.operators.testing;

import io.tributary.operators.profile.Consent;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What customers have said, by purpose, and in which segments they are. */
public final class Said {
    private Said() {}

    public static SortedMap<String, List<Consent.Statement>> nothing() {
        return Collections.emptySortedMap();
    }

    /** On the purpose of triggers that name none. */
    public static SortedMap<String, List<Consent.Statement>> onMarketing(List<Consent.Statement> statements) {
        return statements.isEmpty() ? nothing() : new TreeMap<>(Map.of("marketing", statements));
    }

    /** Since when a customer has been in a segment, or out of it, ascending. */
    public static SortedMap<String, List<Turn>> in(String segment, Turn... turns) {
        return new TreeMap<>(Map.of(segment, List.of(turns)));
    }

    /** No trigger asks for any. */
    public static SortedMap<String, List<Turn>> noSegments() {
        return Collections.emptySortedMap();
    }
}
