package io.tributary.local.segments;

import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.definition.TraitDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What definitions that are added to a set do to its segments. */
public final class ChangedSegments {
    /** What becomes of a segment. */
    public enum Change {
        NEW,
        /** It is among what was added, and decides otherwise than before. */
        CHANGED,
        /** It decides otherwise because of a trait or a segment that it asks for. */
        AFFECTED,
        /** It is among what was added, and decides as before. */
        AS_BEFORE
    }

    private final Definitions before;
    private final Definitions after;
    private final Map<String, Boolean> others = new HashMap<>();
    private final SortedMap<String, Change> changes = new TreeMap<>();

    public ChangedSegments(Definitions before, Definitions.Extended extended) {
        this.before = before;
        this.after = extended.set();
        for (String name : after.segments().keySet()) {
            if (before.segments().containsKey(name) && isOther(name)) {
                changes.put(name, Change.AFFECTED);
            }
        }
        for (Definitions.Entry entry : extended.added()) {
            if (entry.kind() == DefinitionKind.SEGMENT) {
                boolean isNew = !before.segments().containsKey(entry.name());
                changes.put(
                        entry.name(), isNew ? Change.NEW : isOther(entry.name()) ? Change.CHANGED : Change.AS_BEFORE);
            }
        }
    }

    /** Whether it decides otherwise than before, itself or through what it asks for. */
    private boolean isOther(String name) {
        Boolean known = others.get(name);
        if (known != null) {
            return known;
        }
        SegmentDefinition was = before.segments().get(name);
        SegmentDefinition is = after.segments().get(name);
        boolean isOther = was == null
                || was.fingerprint() != is.fingerprint()
                || is.computed().stream().anyMatch(this::isOtherTrait)
                || is.segments().stream().anyMatch(this::isOther);
        others.put(name, isOther);
        return isOther;
    }

    private boolean isOtherTrait(String name) {
        TraitDefinition was = before.traits().get(name);
        return was == null || was.fingerprint() != after.traits().get(name).fingerprint();
    }

    /** The set as it is. */
    public Definitions before() {
        return before;
    }

    /** The set with what is added. */
    public Definitions after() {
        return after;
    }

    /** The segments that are added, and those that decide otherwise, by name. */
    public SortedMap<String, Change> changes() {
        return Collections.unmodifiableSortedMap(changes);
    }

    /** Whether customers may leave or enter a segment that there is. */
    public boolean touchWhatThereIs() {
        return changes.containsValue(Change.CHANGED) || changes.containsValue(Change.AFFECTED);
    }

    /**
     * What the profiles that were made by the set as it is can't tell of the segments that decide otherwise, each as words
     * for a sentence: computed traits that are not in them, or say something else, and parametric segments.
     */
    public List<String> untold() {
        List<String> untold = new ArrayList<>();
        changes.forEach((name, change) -> {
            SegmentDefinition segment = after.segments().get(name);
            if (change == Change.AS_BEFORE) {
                return;
            }
            if (segment.isParametric()) {
                untold.add("'%s' has values".formatted(name));
            }
            for (String trait : segment.computed()) {
                if (isOtherTrait(trait)) {
                    untold.add("'%s' looks at computed.%s, which is %s"
                            .formatted(name, trait, before.traits().containsKey(trait) ? "changed" : "new"));
                }
            }
        });
        return untold;
    }
}
