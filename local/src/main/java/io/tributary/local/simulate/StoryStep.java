package io.tributary.local.simulate;

import java.time.Instant;
import java.util.Optional;

/**
 * One step of a story for a terminal.
 *
 * @param at event time
 * @param text what a person reads
 * @param line what the platform receives at that moment; empty for what the platform itself is expected to do then
 */
public record StoryStep(Instant at, String text, Optional<String> line) {
    public boolean isExpectation() {
        return line.isEmpty();
    }
}
