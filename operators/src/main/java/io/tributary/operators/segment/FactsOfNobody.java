package io.tributary.operators.segment;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/** What is known of a customer of whom nothing is known: counts are 0, lists and maps are empty, all else is missing. */
record FactsOfNobody(ComputedFacts computed) implements Facts {
    @Override
    public Object value(ProfileField field) {
        return switch (field.root()) {
            case COMPUTED -> computed.value(field.name(), now());
            case EVENT_COUNT, EVENTS_BY_NAME -> 0L;
            case IDENTIFIERS -> List.of();
            case ORDERS ->
                switch (field.name()) {
                    case "count" -> 0L;
                    case "revenue", "refunds" -> Collections.emptySortedMap();
                    default -> null;
                };
            case CART ->
                switch (field.name()) {
                    case "items" -> List.of();
                    case "value" -> Collections.emptySortedMap();
                    default -> null;
                };
            case TRAITS, CONSENT, RFM, PREDICTIONS, FIRST_SEEN, LAST_SEEN, VALUE -> null;
        };
    }

    @Override
    public SortedMap<String, Object> all(ProfileField.Root root) {
        return Collections.emptySortedMap();
    }

    @Override
    public SortedMap<String, Object> values(String segment) {
        return Collections.emptySortedMap();
    }

    @Override
    public long nextComputedChange(Collection<ProfileField> of) {
        return Long.MAX_VALUE;
    }

    @Override
    public Collection<ProfileField> computedChangesBy(long until) {
        return List.of();
    }

    @Override
    public long now() {
        return 0;
    }

    @Override
    public Facts at(long now) {
        return this;
    }
}
