package io.tributary.operators.segment;

/** What becomes of a computed trait of a customer as time passes. */
public interface ComputedCourse {
    /** As {@link Facts#value}, at an instant in milliseconds since 1970. */
    Object value(long now);

    /**
     * The least instant after another at which time alone may change it, milliseconds since 1970; {@link Long#MAX_VALUE} if
     * there is none.
     */
    long nextChange(long now);
}
