package io.tributary.operators.computed;

import io.tributary.schemas.definition.TraitShape;

/**
 * What is kept of the events of one definition, over one fragment or several that are one customer.
 *
 * <p>Events come in any order, and folds are merged in any order and grouping: the result is the same. Events are not
 * recognised: whoever adds one twice counts it twice.
 *
 * <p>Nothing is forgotten because something newer came: what is new may be far ahead of the instants that are still
 * asked for. Without {@link #forgetBefore} a fold over a window grows with time.
 */
public sealed interface Fold permits TraitFold, ValuesFold {
    /** How it folds. */
    TraitShape shape();

    /** Whether it is as good as a new one. */
    boolean isEmpty();

    /**
     * The first instant after another at which the result may be another though nothing happens, or
     * {@link Long#MAX_VALUE} if there is none. It may come before the result changes, never after.
     *
     * @param now milliseconds since 1970
     */
    long nextChange(long now);

    /**
     * Drops what counts no more from an instant on. Results from then on stay what they were; earlier ones don't.
     *
     * @param now milliseconds since 1970
     */
    void forgetBefore(long now);
}
