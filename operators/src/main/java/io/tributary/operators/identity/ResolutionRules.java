package io.tributary.operators.identity;

import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.identity.NamespaceSettings;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far links reach: what makes a value shared, what a customer may have only so many of, and when to stop.
 *
 * <p>Namespaces are looked up by their names: what was written with another priority is counted as what it is called now.
 */
public final class ResolutionRules implements Serializable {
    private static final long serialVersionUID = 1L;

    /** As many values of a namespace as there are. */
    public static final int NO_LIMIT = IdentitySettings.NO_LIMIT;

    /** The name of the namespace whose identifiers are the strongest. */
    private final String strongest;

    /** The names of namespaces that are limited; the place here is their place in a customer's counts. */
    private final String[] limited;

    /** By place. */
    private final int[] limits;

    /** By name, of the configured namespaces. */
    private final Map<String, Integer> maxShared;

    private final int maxComponent;

    private ResolutionRules(
            String strongest, Map<String, Integer> limits, Map<String, Integer> maxShared, int maxComponent) {
        this.strongest = strongest;
        this.limited = limits.keySet().toArray(String[]::new);
        this.limits = limits.values().stream().mapToInt(Integer::intValue).toArray();
        this.maxShared = maxShared;
        this.maxComponent = maxComponent;
    }

    /** The rules that a configuration says. */
    public static ResolutionRules of(IdentitySettings settings) {
        Map<String, Integer> limits = new TreeMap<>();
        Map<String, Integer> maxShared = new TreeMap<>();
        for (NamespaceSettings of : settings.namespaces()) {
            String name = of.namespace().id();
            if (of.limit() != NO_LIMIT) {
                limits.put(name, of.limit());
            }
            maxShared.put(name, of.maxShared());
        }
        String strongest = settings.namespaces().get(0).namespace().id();
        return new ResolutionRules(strongest, limits, maxShared, settings.maxComponent());
    }

    /** One user id per customer, other values without a limit. */
    public static ResolutionRules defaults() {
        return of(IdentitySettings.defaults());
    }

    /** @param values most values of the namespace that one customer has, at least 1; {@link #NO_LIMIT} for any number */
    public ResolutionRules withLimit(Namespace namespace, int values) {
        atLeastOne(values);
        Map<String, Integer> changed = limitsByName();
        if (values == NO_LIMIT) {
            changed.remove(namespace.id());
        } else {
            changed.put(namespace.id(), values);
        }
        return new ResolutionRules(strongest, changed, maxShared, maxComponent);
    }

    private Map<String, Integer> limitsByName() {
        Map<String, Integer> byName = new TreeMap<>();
        for (int place = 0; place < limited.length; place++) {
            byName.put(limited[place], limits[place]);
        }
        return byName;
    }

    /** @param anchors most anchors that a value of any namespace is seen with, at least 0 */
    public ResolutionRules withMaxShared(int anchors) {
        Map<String, Integer> changed = new TreeMap<>(maxShared);
        changed.replaceAll((name, before) -> atLeastNone(anchors));
        return new ResolutionRules(strongest, limitsByName(), changed, maxComponent);
    }

    /** @param anchors most anchors that a value of this namespace is seen with, at least 0 */
    public ResolutionRules withMaxShared(Namespace namespace, int anchors) {
        Map<String, Integer> changed = new TreeMap<>(maxShared);
        changed.put(namespace.id(), atLeastNone(anchors));
        return new ResolutionRules(strongest, limitsByName(), changed, maxComponent);
    }

    /** @param links most links that hang together, at least 1 */
    public ResolutionRules withMaxComponent(int links) {
        atLeastOne(links);
        return new ResolutionRules(strongest, limitsByName(), maxShared, links);
    }

    private static int atLeastNone(int anchors) {
        if (anchors < 0) {
            throw new IllegalArgumentException("a number of anchors below 0: " + anchors);
        }
        return anchors;
    }

    private static void atLeastOne(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("a limit below 1: " + number);
        }
    }

    /** Whether values of the namespace are counted by {@link #maxShared}. */
    public boolean isAnchor(Namespace namespace) {
        return namespace.isAnchor();
    }

    /** How many namespaces are limited. */
    int limitedNamespaces() {
        return limited.length;
    }

    /** Where a customer's values of a namespace are counted, from 0 on; -1 if they are not limited. */
    int placeOf(Namespace namespace) {
        for (int place = 0; place < limited.length; place++) {
            if (limited[place].equals(namespace.id())) {
                return place;
            }
        }
        return -1;
    }

    /** Most values that one customer has of the namespace that is counted at a place. */
    int limitAt(int place) {
        return limits[place];
    }

    /** Most values of a namespace that one customer has. */
    public int limit(Namespace namespace) {
        int place = placeOf(namespace);
        return place < 0 ? NO_LIMIT : limits[place];
    }

    /** Most distinct anchors, other than itself, that a value of a namespace is seen with before it is quarantined. */
    public int maxShared(Namespace namespace) {
        return maxShared.getOrDefault(namespace.id(), IdentitySettings.DEFAULT_MAX_SHARED);
    }

    /**
     * Whether an identifier of a namespace is the customer's strongest for good: those of the strongest namespace are, if
     * a customer has one.
     */
    public boolean isFixed(Namespace namespace) {
        return namespace.id().equals(strongest) && limit(namespace) == 1;
    }

    /** Most links that hang together. */
    public int maxComponent() {
        return maxComponent;
    }
}
