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
import java.util.EnumMap;
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

    /**
     * A computed trait.
     *
     * @param id of its fold
     * @param ofNothing what it says of no event
     */
    private record Trait(TraitDefinition definition, long id, Object ofNothing) {}

    private final Map<String, Trait> traits = new HashMap<>();
    private final Map<String, OfName> byEventName = new HashMap<>();
    private final Map<String, Long> idsOfSegments = new HashMap<>();

    /** What each fold says: traits and parametric segments, by id; those that fold alike have one fold. */
    private final Map<Long, List<ProfileField>> fields = new HashMap<>();

    /** Those of windows: time alone changes them. */
    private final Map<Long, List<ProfileField>> windowed = new HashMap<>();

    /** The ids of those, by what they say, and by its root. */
    private final Map<ProfileField, Long> windowedIds = new HashMap<>();

    private final Map<Root, Set<Long>> windowedByRoot = new EnumMap<>(Root.class);

    public ComputedTraits(Definitions definitions) {
        for (TraitDefinition trait : definitions.traits().values()) {
            Object ofNothing = exact(TraitFold.of(trait.shape()).value(0));
            traits.put(trait.name(), new Trait(trait, trait.fingerprint(), ofNothing));
            ProfileField field = new ProfileField(Root.COMPUTED, trait.name());
            add(trait.fingerprint(), trait.fold(), field).forEach(ofName -> ofName.traits.add(trait));
        }
        for (SegmentDefinition segment : definitions.segments().values()) {
            if (segment.isParametric()) {
                idsOfSegments.put(segment.name(), segment.parametric().fingerprint());
                ProfileField field = new ProfileField(Root.VALUE, segment.name());
                add(segment.parametric().fingerprint(), segment.parametric().trait(), field)
                        .forEach(ofName -> ofName.segments.add(segment));
            }
        }
    }

    private List<OfName> add(long id, FoldDefinition fold, ProfileField field) {
        fields.computeIfAbsent(id, none -> new ArrayList<>(1)).add(field);
        if (fold.shape().window() != null) {
            windowed.computeIfAbsent(id, none -> new ArrayList<>(1)).add(field);
            windowedIds.put(field, id);
            windowedByRoot
                    .computeIfAbsent(field.root(), none -> new HashSet<>())
                    .add(id);
        }
        List<OfName> all = new ArrayList<>();
        for (String name : Set.copyOf(fold.events())) {
            OfName ofName = byEventName.computeIfAbsent(name, none -> new OfName());
            ofName.fields.add(field);
            all.add(ofName);
        }
        return all;
    }

    /** What may change by an event; empty if no trait looks at it. */
    public List<ProfileField> changedBy(CustomerEvent event) {
        OfName ofName = byEventName.get(event.name());
        return ofName == null ? List.of() : Collections.unmodifiableList(ofName.fields);
    }

    /** The id of what is folded for a computed trait; {@link SegmentEvaluator#NO_FOLD} if there is no such trait. */
    long foldOf(ProfileField computed) {
        Trait trait = traits.get(computed.name());
        return trait == null ? SegmentEvaluator.NO_FOLD : trait.id;
    }

    /** Whether time alone may change what a field says; of a whole root, anything of it. */
    boolean mayChangeByTime(ProfileField field) {
        return field.name() == null ? windowedByRoot.containsKey(field.root()) : windowedIds.containsKey(field);
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
            if (trait.fold().takes(view) && done.add(traits.get(trait.name()).id)) {
                List<?> values = trait.fold().values(view);
                if (trait.shape().aggregate() == Aggregate.COUNT || !values.isEmpty()) {
                    TraitFold fold = ledger.trait(traits.get(trait.name()).id, trait.shape());
                    fold.add(view.event().order(), values);
                    fold.forgetBefore(passed);
                    changed = true;
                }
            }
        }
        for (SegmentDefinition segment : ofName.segments) {
            changed |= foldValues(view, segment, ledger, passed, done);
        }
        if (ledger.size() > fields.size()) {
            ledger.retain(fields.keySet());
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

    /** What a ledger says, which is asked for once, when something is. */
    public ComputedFacts facts(Supplier<ComputedLedger> ledger) {
        return new OfLedger(ledger);
    }

    private final class OfLedger implements ComputedFacts {
        private final Supplier<ComputedLedger> supplier;
        private ComputedLedger ledger;

        private OfLedger(Supplier<ComputedLedger> supplier) {
            this.supplier = supplier;
        }

        private ComputedLedger ledger() {
            if (ledger == null) {
                ledger = supplier.get();
            }
            return ledger;
        }

        @Override
        public Object value(String trait, long now) {
            return ComputedTraits.this.value(ledger(), trait, now);
        }

        @Override
        public Object value(long fold, Object ofNothing, long now) {
            return ComputedTraits.value(ledger(), fold, ofNothing, now);
        }

        @Override
        public ComputedCourse course(String name) {
            Trait trait = traits.get(name);
            return trait != null && ledger().get(trait.id) instanceof TraitFold fold
                    ? new CourseOfFold(fold)
                    : new CourseOfNothing(trait == null ? null : trait.ofNothing);
        }

        @Override
        public boolean isFolded(long fold) {
            return ledger().contains(fold);
        }

        @Override
        public SortedMap<String, Object> values(String segment, long now) {
            Long id = idsOfSegments.get(segment);
            return id != null && ledger().get(id) instanceof ValuesFold fold
                    ? fold.results(now)
                    : Collections.emptySortedMap();
        }

        @Override
        public long nextChange(Collection<ProfileField> of, long now) {
            long next = Long.MAX_VALUE;
            for (ProfileField field : of) {
                next = Math.min(next, field.name() == null ? nextOfAll(field.root(), now) : nextOf(field, now));
            }
            return next;
        }

        private long nextOf(ProfileField field, long now) {
            Long id = windowedIds.get(field);
            return id == null ? Long.MAX_VALUE : nextOf(ledger(), id, now);
        }

        private long nextOfAll(Root root, long now) {
            Set<Long> ids = windowedByRoot.getOrDefault(root, Set.of());
            if (ids.isEmpty()) {
                return Long.MAX_VALUE;
            }
            long[] next = {Long.MAX_VALUE};
            ComputedLedger all = ledger();
            all.forEachId(id -> {
                if (ids.contains(id)) {
                    next[0] = Math.min(next[0], nextOf(all, id, now));
                }
            });
            return next[0];
        }

        private static long nextOf(ComputedLedger all, long id, long now) {
            Fold fold = all.get(id);
            return fold == null ? Long.MAX_VALUE : fold.nextChange(now);
        }

        @Override
        public Collection<ProfileField> changesBy(long until, long now) {
            if (windowed.isEmpty()) {
                return List.of();
            }
            List<ProfileField> changes = new ArrayList<>();
            ComputedLedger all = ledger();
            all.forEachId(id -> {
                List<ProfileField> ofId = windowed.get(id);
                if (ofId != null && nextOf(all, id, now) <= until) {
                    changes.addAll(ofId);
                }
            });
            return changes;
        }
    }

    private record CourseOfFold(TraitFold fold) implements ComputedCourse {
        @Override
        public Object value(long now) {
            return exact(fold.value(now));
        }

        @Override
        public long nextChange(long now) {
            return fold.nextChange(now);
        }
    }

    private record CourseOfNothing(Object value) implements ComputedCourse {
        @Override
        public Object value(long now) {
            return value;
        }

        @Override
        public long nextChange(long now) {
            return Long.MAX_VALUE;
        }
    }

    private Object value(ComputedLedger ledger, String name, long now) {
        Trait trait = traits.get(name);
        return trait == null ? null : value(ledger, trait.id, trait.ofNothing, now);
    }

    private static Object value(ComputedLedger ledger, long id, Object ofNothing, long now) {
        return ledger.get(id) instanceof TraitFold fold ? exact(fold.value(now)) : ofNothing;
    }

    private static Object exact(Object value) {
        return value instanceof Double real ? (Object) BigDecimal.valueOf(real) : value;
    }

    /** All that is folded, by fingerprint. */
    Set<Long> folds() {
        return Collections.unmodifiableSet(fields.keySet());
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
        for (Trait trait : traits.values()) {
            Long beginning = beginnings.of(trait.id);
            Window window = trait.definition.shape().window();
            if (beginning != null && beginning > firstSeen && (window == null || beginning > now - window.millis())) {
                incomplete.put(trait.definition.name(), beginning);
            }
        }
        return incomplete;
    }

    /** What the profile says: what is neither missing nor zero nor empty, by name. */
    public SortedMap<String, Object> published(ComputedLedger ledger, long now) {
        SortedMap<String, Object> published = new TreeMap<>();
        ledger.forEachId(id -> {
            for (ProfileField field : fields.getOrDefault(id, List.of())) {
                Object value = field.root() == Root.COMPUTED ? value(ledger, field.name(), now) : null;
                if (value != null && !isNothing(value, traits.get(field.name()).definition)) {
                    published.put(field.name(), value);
                }
            }
        });
        return published;
    }

    private static boolean isNothing(Object value, TraitDefinition trait) {
        return (value instanceof Long count && count == 0)
                || (value instanceof BigDecimal number
                        && number.signum() == 0
                        && trait.shape().aggregate() == Aggregate.SUM)
                || (value instanceof List<?> list && list.isEmpty());
    }
}
