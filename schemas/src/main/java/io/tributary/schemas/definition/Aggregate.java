package io.tributary.schemas.definition;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a computed trait makes of its events' values. */
public enum Aggregate {
    COUNT(Values.NONE),
    SUM(Values.NUMBERS),
    AVERAGE(Values.NUMBERS),
    MIN(Values.NUMBERS),
    MAX(Values.NUMBERS),
    FIRST(Values.ANY),
    LAST(Values.ANY),
    MOST_FREQUENT(Values.TEXTS),
    UNIQUE_COUNT(Values.TEXTS),
    UNIQUE_LIST(Values.TEXTS),
    TOP_K(Values.TEXTS);

    /** What values an aggregate takes. */
    public enum Values {
        NONE,
        NUMBERS,
        TEXTS,
        /** Texts, numbers, booleans. */
        ANY
    }

    private final Values values;

    Aggregate(Values values) {
        this.values = values;
    }

    public Values takes() {
        return values;
    }

    /** As definitions write it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The names of all. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(Aggregate::id).toList();
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public static Aggregate byId(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }
}
