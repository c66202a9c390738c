package io.tributary.operators.identity;

import io.tributary.schemas.identity.Namespace;
import java.io.Serializable;
import java.util.Arrays;

/** How far links reach: what makes a value shared, what a customer may have only so many of, and when to stop. */
public final class ResolutionRules implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Most distinct anchors, other than itself, that a value is seen with before it is quarantined. */
    public static final int DEFAULT_MAX_SHARED = 3;

    /** Most links that hang together. */
    public static final int DEFAULT_MAX_COMPONENT = 2_000;

    /** As many values of a namespace as there are. */
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /** By ordinal of the namespace. */
    private final int[] limits;

    /** By ordinal of the namespace. */
    private final int[] maxShared;

    private final int maxComponent;

    private ResolutionRules(int[] limits, int[] maxShared, int maxComponent) {
        this.limits = limits;
        this.maxShared = maxShared;
        this.maxComponent = maxComponent;
    }

    /**
     * One user id per customer, other values without a limit; {@value #DEFAULT_MAX_SHARED} anchors share a value;
     * {@value #DEFAULT_MAX_COMPONENT} links hang together.
     */
    public static ResolutionRules defaults() {
        int[] limits = new int[Namespace.values().length];
        Arrays.fill(limits, NO_LIMIT);
        limits[Namespace.USER_ID.ordinal()] = 1;
        int[] maxShared = new int[limits.length];
        Arrays.fill(maxShared, DEFAULT_MAX_SHARED);
        return new ResolutionRules(limits, maxShared, DEFAULT_MAX_COMPONENT);
    }

    /** @param values most values of the namespace that one customer has, at least 1; {@link #NO_LIMIT} for any number */
    public ResolutionRules withLimit(Namespace namespace, int values) {
        atLeastOne(values);
        int[] changed = limits.clone();
        changed[namespace.ordinal()] = values;
        return new ResolutionRules(changed, maxShared, maxComponent);
    }

    /** @param anchors most anchors that a value of any namespace is seen with, at least 0 */
    public ResolutionRules withMaxShared(int anchors) {
        ResolutionRules changed = this;
        for (Namespace namespace : Namespace.values()) {
            changed = changed.withMaxShared(namespace, anchors);
        }
        return changed;
    }

    /** @param anchors most anchors that a value of this namespace is seen with, at least 0 */
    public ResolutionRules withMaxShared(Namespace namespace, int anchors) {
        if (anchors < 0) {
            throw new IllegalArgumentException("a number of anchors below 0: " + anchors);
        }
        int[] changed = maxShared.clone();
        changed[namespace.ordinal()] = anchors;
        return new ResolutionRules(limits, changed, maxComponent);
    }

    /** @param links most links that hang together, at least 1 */
    public ResolutionRules withMaxComponent(int links) {
        atLeastOne(links);
        return new ResolutionRules(limits, maxShared, links);
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

    /** Most values of a namespace that one customer has. */
    public int limit(Namespace namespace) {
        return limits[namespace.ordinal()];
    }

    /** Most distinct anchors, other than itself, that a value of a namespace is seen with before it is quarantined. */
    public int maxShared(Namespace namespace) {
        return maxShared[namespace.ordinal()];
    }

    /** Most links that hang together. */
    public int maxComponent() {
        return maxComponent;
    }
}
