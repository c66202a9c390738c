package io.tributary.operators.segment;

import java.util.List;

/**
 * A customer has come into a segment, or has left it.
 *
 * @param at milliseconds since 1970
 * @param segment its name
 * @param value of a parametric segment, else null
 * @param entered else exited
 * @param version of the definition
 * @param because what decided
 */
public record SegmentChange(long at, String segment, String value, boolean entered, int version, List<Reason> because) {
    /**
     * A condition that decided.
     *
     * @param condition as somebody has written it
     * @param observed what was seen, or {@code none}
     */
    public record Reason(String condition, String observed) {}

    public SegmentChange {
        because = List.copyOf(because);
    }
}
