package io.tributary.operators.computed;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.event.EventOrder;
import java.util.List;

/**
 * What is kept of many values in one: a value of an immutable type, put together in any order and grouping.
 *
 * @param <V> what is kept
 */
interface Summary<V> extends Codec<V> {
    /** What is kept of one event, or null if it says nothing. */
    V of(EventOrder order, List<?> values);

    /** What is kept of both. */
    V combine(V one, V other);

    /**
     * Whether {@link #combine} chooses one of the two. Then a bucket that a later one beats is never chosen again: the
     * later one counts for longer.
     */
    boolean isChoice();

    /**
     * What it comes to.
     *
     * @param kept null if there was no event
     * @return null if it is missing
     */
    Object result(V kept);
}
