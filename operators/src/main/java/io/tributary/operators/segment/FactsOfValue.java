package io.tributary.operators.segment;

import java.util.Collection;
import java.util.SortedMap;

/** What is known of a customer, as seen by one value of a parametric segment. */
record FactsOfValue(Facts facts, Object result) implements Facts {
    @Override
    public Object value(ProfileField field) {
        return field.root() == ProfileField.Root.VALUE ? result : facts.value(field);
    }

    @Override
    public SortedMap<String, Object> all(ProfileField.Root root) {
        return facts.all(root);
    }

    @Override
    public SortedMap<String, Object> values(String segment) {
        return facts.values(segment);
    }

    @Override
    public long nextComputedChange(Collection<ProfileField> of) {
        return facts.nextComputedChange(of);
    }

    @Override
    public Collection<ProfileField> computedChangesBy(long until) {
        return facts.computedChangesBy(until);
    }

    @Override
    public long now() {
        return facts.now();
    }

    @Override
    public Facts at(long now) {
        return new FactsOfValue(facts.at(now), result);
    }
}
