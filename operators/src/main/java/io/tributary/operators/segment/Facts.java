package io.tributary.operators.segment;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;

/** What is known of a customer at an instant. */
public interface Facts {
    /**
     * What a field holds: an integer as {@link Long}, another number as {@link java.math.BigDecimal}, a text, a {@link
     * Boolean}, a time as {@link java.time.Instant}, a list or a map with text keys of these; null if it is missing.
     */
    Object value(ProfileField field);

    /**
     * Everything under a root whose names customers make: traits, consent, identifiers, event names.
     *
     * @return by name; values as {@link #value}
     */
    SortedMap<String, Object> all(ProfileField.Root root);

    /**
     * What the trait of a parametric segment says, by value, of the values that have something in its window.
     *
     * @param segment its name
     */
    SortedMap<String, Object> values(String segment);

    /**
     * The least instant after {@link #now} at which a computed trait or the trait of a parametric segment may say something
     * else if nothing happens, milliseconds since 1970; {@link Long#MAX_VALUE} if there is none.
     *
     * @param of these computed traits ({@link ProfileField.Root#COMPUTED}) and parametric segments ({@link
     *     ProfileField.Root#VALUE}), of a whole root all; other fields don't matter
     */
    long nextComputedChange(Collection<ProfileField> of);

    /**
     * The computed traits ({@link ProfileField.Root#COMPUTED}) and parametric segments ({@link ProfileField.Root#VALUE})
     * that may say something else by a later instant if nothing happens.
     *
     * @param until milliseconds since 1970
     */
    Collection<ProfileField> computedChangesBy(long until);

    /**
     * Whether anything may be folded under an id, see {@link ComputedTraits#foldOf}: if not, the computed trait says what it
     * says of nobody.
     */
    default boolean isFolded(long fold) {
        return true;
    }

    /**
     * As {@link #value}, for whoever knows what is folded for a computed trait: that need not be looked up then.
     *
     * @param computed under {@link ProfileField.Root#COMPUTED}
     * @param fold its id, see {@link ComputedTraits#foldOf}
     * @param ofNothing what the trait says of no event
     */
    default Object value(ProfileField computed, long fold, Object ofNothing) {
        return value(computed);
    }

    /**
     * A computed trait as time passes.
     *
     * @param computed under {@link ProfileField.Root#COMPUTED}
     */
    default ComputedCourse course(ProfileField computed) {
        return new ComputedCourse() {
            @Override
            public Object value(long now) {
                return at(now).value(computed);
            }

            @Override
            public long nextChange(long now) {
                return at(now).nextComputedChange(List.of(computed));
            }
        };
    }

    /** Milliseconds since 1970. */
    long now();

    /** The same, if nothing has happened until another instant. */
    Facts at(long now);
}
