package io.tributary.operators.segment;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.computed.Fold;
import io.tributary.operators.computed.TraitFold;
import io.tributary.operators.computed.ValuesFold;
import io.tributary.operators.segment.ProfileField.Root;
import io.tributary.schemas.definition.Aggregate;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.definition.FoldDefinition;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.definition.TraitDefinition;
import io.tributary.schemas.definition.Window;
import io.tributary.schemas.event.CustomerEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What the computed traits of a set, and the traits of its parametric segments, fold of which events. For one thread. */
public final class ComputedTraits {
    /** The traits and segments that look at events of a name. */
    private static final class OfName {
        private final List<TraitDefinition> traits = new ArrayList<>(1);
        private final List<SegmentDefinition> segments = new ArrayList<>(0);
        private final List<ProfileField> fields = new ArrayList<>(1);
    }

    private final SortedMap<String, TraitDefinition> traits;
    private final SortedMap<String, SegmentDefinition> parametric = new TreeMap<>();
    private final Map<String, OfName> byEventName = new HashMap<>();
    private final Map<String, Long> ids = new HashMap<>();
    private final Map<String, Long> idsOfSegments = new HashMap<>();

    /** Of what time alone changes. */
    private final Map<String, Long> windowedIds = new HashMap<>();

    private final Map<String, Long> windowedIdsOfSegments = new HashMap<>();

    /** Of all folds. */
    private final Set<Long> known = new HashSet<>();

    public ComputedTraits(Definitions definitions) {
        traits = definitions.traits();
        for (TraitDefinition trait : traits.values()) {
            ids.put(trait.name(), trait.fingerprint());
            if (trait.shape().window() != null) {
                windowedIds.put(trait.name(), trait.fingerprint());
            }
            for (String name : Set.copyOf(trait.fold().events())) {
                OfName ofName = byEventName.computeIfAbsent(name, none -> new OfName());
                ofName.traits.add(trait);
                ofName.fields.add(new ProfileField(Root.COMPUTED, trait.name()));
            }
        }
        for (SegmentDefinition segment : definitions.segments().values()) {
            if (segment.isParametric()) {
                parametric.put(segment.name(), segment);
                idsOfSegments.put(segment.name(), segment.parametric().fingerprint());
                if (segment.parametric().trait().shape().window() != null) {
                    windowedIdsOfSegments.put(
                            segment.name(), segment.parametric().fingerprint());
                }
                for (String name : Set.copyOf(segment.parametric().trait().events())) {
                    OfName ofName = byEventName.computeIfAbsent(name, none -> new OfName());
                    ofName.segments.add(segment);
                    ofName.fields.add(new ProfileField(Root.VALUE, segment.name()));
                }
            }
        }
        known.addAll(ids.values());
        known.addAll(idsOfSegments.values());
    }

    /** What may change by an event; empty if no trait looks at it. */
    public List<ProfileField> changedBy(CustomerEvent event) {
        OfName ofName = byEventName.get(event.name());
        return ofName == null ? List.of() : Collections.unmodifiableList(ofName.fields);
    }

    /** Whether any trait looks at events like this one. */
    public boolean lookAt(CustomerEvent event) {
        return byEventName.containsKey(event.name());
    }

    /**
     * Folds an event in. Never leaves more folds than there are definitions: those of earlier ones go first.
     *
     * @param view of the event, which may be shared
     * @param passed nobody asks for results at earlier instants, milliseconds since 1970: what counts no more then is
     *     dropped from what the event touches
     * @return whether the ledger has changed
     */
    public boolean fold(EventView view, ComputedLedger ledger, long passed) {
        OfName ofName = byEventName.get(view.event().name());
        if (ofName == null) {
            return false;
        }
        boolean changed = false;
        Set<Long> done = new HashSet<>();
        for (TraitDefinition trait : ofName.traits) {
            // Traits that fold alike have one fold.
            if (trait.fold().takes(view) && done.add(ids.get(trait.name()))) {
                List<?> values = trait.fold().values(view);
                if (trait.shape().aggregate() == Aggregate.COUNT || !values.isEmpty()) {
                    TraitFold fold = ledger.trait(ids.get(trait.name()), trait.shape());
                    fold.add(view.event().order(), values);
                    fold.forgetBefore(passed);
                    changed = true;
                }
            }
        }
        for (SegmentDefinition segment : ofName.segments) {
            changed |= foldValues(view, segment, ledger, passed, done);
        }
        if (ledger.size() > known.size()) {
            ledger.retain(known);
        }
        return changed;
    }

    private boolean foldValues(
            EventView view, SegmentDefinition segment, ComputedLedger ledger, long passed, Set<Long> done) {
        SegmentDefinition.Parametric parameters = segment.parametric();
        FoldDefinition trait = parameters.trait();
        long id = idsOfSegments.get(segment.name());
        if (!trait.takes(view) || !done.add(id)) {
            return false;
        }
        List<String> keys = parameters.forEach().texts(view);
        List<BigDecimal> numbers =
                trait.value() == null ? List.of() : trait.value().numbers(view);
        if (keys.isEmpty() || (numbers.isEmpty() && trait.shape().aggregate() != Aggregate.COUNT)) {
            return false;
        }
        ValuesFold fold = ledger.values(id, trait.shape());
        fold.add(view.event().order(), keys, numbers);
        fold.forgetBefore(passed);
        return true;
    }

    /** What a ledger says, which is asked for whenever something is. */
    public ComputedFacts facts(Supplier<ComputedLedger> ledger) {
        return new OfLedger(ledger);
    }

    private final class OfLedger implements ComputedFacts {
        private final Supplier<ComputedLedger> ledger;

        private OfLedger(Supplier<ComputedLedger> ledger) {
            this.ledger = ledger;
        }

        @Override
        public Object value(String trait, long now) {
            return ComputedTraits.this.value(ledger.get(), trait, now);
        }

        @Override
        public SortedMap<String, Object> values(String segment, long now) {
            Long id = idsOfSegments.get(segment);
            return id != null && ledger.get().get(id) instanceof ValuesFold fold
                    ? fold.results(now)
                    : Collections.emptySortedMap();
        }

        @Override
        public long nextChange(Collection<ProfileField> of, long now) {
            long next = Long.MAX_VALUE;
            for (ProfileField field : of) {
                Map<String, Long> windowed =
                        switch (field.root()) {
                            case COMPUTED -> windowedIds;
                            case VALUE -> windowedIdsOfSegments;
                            default -> Map.of();
                        };
                if (field.name() != null && windowed.containsKey(field.name())) {
                    next = Math.min(next, nextChange(windowed.get(field.name()), now));
                } else if (field.name() == null) {
                    for (long id : windowed.values()) {
                        next = Math.min(next, nextChange(id, now));
                    }
                }
            }
            return next;
        }

        private long nextChange(long id, long now) {
            Fold fold = ledger.get().get(id);
            return fold == null ? Long.MAX_VALUE : fold.nextChange(now);
        }
    }

    private Object value(ComputedLedger ledger, String trait, long now) {
        TraitDefinition definition = traits.get(trait);
        if (definition == null) {
            return null;
        }
        Object value = ledger.get(ids.get(trait)) instanceof TraitFold fold
                ? fold.value(now)
                : TraitFold.of(definition.shape()).value(now);
        return value instanceof Double real ? (Object) BigDecimal.valueOf(real) : value;
    }

    /** All that is folded, by fingerprint. */
    Set<Long> folds() {
        return Collections.unmodifiableSet(known);
    }

    /**
     * Since when traits count that do not count all that a customer has done, or all that is in their window; milliseconds
     * since 1970, by name.
     *
     * @param firstSeen the customer's first event, milliseconds since 1970
     * @param now milliseconds since 1970
     */
    public SortedMap<String, Long> incomplete(TraitBeginnings beginnings, long firstSeen, long now) {
        if (beginnings.areNone()) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, Long> incomplete = new TreeMap<>();
        for (TraitDefinition trait : traits.values()) {
            Long beginning = beginnings.of(ids.get(trait.name()));
            Window window = trait.shape().window();
            if (beginning != null && beginning > firstSeen && (window == null || beginning > now - window.millis())) {
                incomplete.put(trait.name(), beginning);
            }
        }
        return incomplete;
    }

    /** What the profile says: what is neither missing nor zero nor empty, by name. */
    public SortedMap<String, Object> published(ComputedLedger ledger, long now) {
        SortedMap<String, Object> published = new TreeMap<>();
        for (String name : traits.keySet()) {
            Object value = value(ledger, name, now);
            boolean isNothing = value == null
                    || (value instanceof Long count && count == 0)
                    || (value instanceof BigDecimal number
                            && number.signum() == 0
                            && traits.get(name).shape().aggregate() == Aggregate.SUM)
                    || (value instanceof List<?> list && list.isEmpty());
            if (!isNothing) {
                published.put(name, value);
            }
        }
        return published;
    }
}
