package io.tributary.operators.segment;

import java.util.Collection;
import java.util.SortedMap;

/** What the computed traits of a customer say, and the traits of parametric segments. */
public interface ComputedFacts {
    /** As {@link Facts#value}, at an instant in milliseconds since 1970. */
    Object value(String trait, long now);

    /** As {@link Facts#value(ProfileField, long, Object)}, at an instant in milliseconds since 1970. */
    Object value(long fold, Object ofNothing, long now);

    /** As {@link Facts#isFolded}. */
    boolean isFolded(long fold);

    /** As {@link Facts#course}. */
    ComputedCourse course(String trait);

    /** As {@link Facts#values}, at an instant in milliseconds since 1970. */
    SortedMap<String, Object> values(String segment, long now);

    /** As {@link Facts#nextComputedChange}, after an instant in milliseconds since 1970. */
    long nextChange(Collection<ProfileField> of, long now);

    /** As {@link Facts#computedChangesBy}, after an instant in milliseconds since 1970. */
    Collection<ProfileField> changesBy(long until, long now);
}
