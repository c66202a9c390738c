package io.tributary.schemas.definition;

import dev.cel.common.types.CelType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The languages of a set's segments, which differ in {@code value}: making one costs milliseconds. */
final class SegmentLanguages {
    private final SortedMap<String, CelType> computed;
    private final List<String> namespaces;
    private final boolean incomplete;
    private final Map<CelType, Language> withValue = new HashMap<>();
    private Language withoutValue;

    /** @param incomplete whether there are computed traits that nobody could read */
    SegmentLanguages(SortedMap<String, CelType> computed, List<String> namespaces, boolean incomplete) {
        this.computed = computed;
        this.namespaces = namespaces;
        this.incomplete = incomplete;
    }

    /** @param type of {@code value}, or null without it */
    Language withValue(CelType type) {
        if (type != null) {
            return withValue.computeIfAbsent(type, this::language);
        }
        if (withoutValue == null) {
            withoutValue = language(null);
        }
        return withoutValue;
    }

    private Language language(CelType value) {
        return Language.ofSegments(incomplete ? null : computed, namespaces, value);
    }
}
