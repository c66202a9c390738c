package io.tributary.operators.segment;

import java.util.List;

/** A part of a segment's {@code when}, with what it says of a customer at an instant. */
public sealed interface SegmentExplanation {
    /** What a part says. */
    enum Verdict {
        HOLDS,
        FAILS,
        /** It looks at the trait of a parametric segment, which no profile contains. */
        UNTOLD;

        static Verdict of(boolean holds) {
            return holds ? HOLDS : FAILS;
        }

        Verdict not() {
            return switch (this) {
                case HOLDS -> FAILS;
                case FAILS -> HOLDS;
                case UNTOLD -> UNTOLD;
            };
        }
    }

    Verdict verdict();

    /** {@code true} or {@code false}. */
    record Constant(Verdict verdict) implements SegmentExplanation {}

    record Not(Verdict verdict, SegmentExplanation part) implements SegmentExplanation {}

    /** {@code &&} or {@code ||} of two or more. */
    record Connective(Verdict verdict, boolean isAnd, List<SegmentExplanation> parts) implements SegmentExplanation {
        public Connective {
            parts = List.copyOf(parts);
        }
    }

    /** {@code when ? then : otherwise}. */
    record Choice(Verdict verdict, SegmentExplanation when, SegmentExplanation then, SegmentExplanation otherwise)
            implements SegmentExplanation {}

    /**
     * A condition.
     *
     * @param text as somebody has written it
     * @param observed what was seen, or {@code none}; null if it is {@link Verdict#UNTOLD}
     */
    record One(Verdict verdict, String text, String observed, Flip flip) implements SegmentExplanation {}

    /**
     * Whether the customer is in another segment.
     *
     * @param text as somebody has written it
     * @param when why; null for a parametric segment, of which the profile only says the values, and where it was told
     *     before
     * @param values of a parametric segment, which the customer is in it with
     */
    record Asked(
            Verdict verdict,
            String text,
            String segment,
            boolean isParametric,
            SegmentExplanation when,
            List<PublishedFacts.Membership> values)
            implements SegmentExplanation {
        public Asked {
            values = List.copyOf(values);
        }
    }

    /** When a condition says something else if nothing happens. */
    record Flip(Kind kind, long at) {
        /** How exactly that is known. */
        public enum Kind {
            /** Not by time alone. */
            BY_EVENT_ONLY,
            /** At the instant. */
            AT,
            /** At the instant or before, as a window passes. */
            AT_THE_LATEST,
            /** If at all, at the instant or before, as a window passes. */
            IF_AT_ALL_UNTIL,
            /** No profile contains what it looks at. */
            UNTOLD
        }

        static Flip byEventOnly() {
            return new Flip(Kind.BY_EVENT_ONLY, SegmentClock.NEVER);
        }

        static Flip untold() {
            return new Flip(Kind.UNTOLD, SegmentClock.NEVER);
        }
    }
}
