package io.tributary.schemas.definition;

import java.util.Objects;

/**
 * How values are folded; which ones is said elsewhere.
 *
 * @param window null for a lifetime
 * @param limit {@code k} of {@link Aggregate#TOP_K}, {@code max_values} of {@link Aggregate#UNIQUE_COUNT} and
 *     {@link Aggregate#UNIQUE_LIST}, else 0
 */
public record TraitShape(Aggregate aggregate, Window window, int limit) {
    public static final int MAX_K = 100;
    public static final int DEFAULT_K = 10;
    public static final int MAX_UNIQUE = 1_000;
    public static final int DEFAULT_UNIQUE_LIST = 100;

    public TraitShape {
        Objects.requireNonNull(aggregate);
    }
}
