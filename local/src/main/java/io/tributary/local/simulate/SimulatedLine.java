package io.tributary.local.simulate;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * One line as it arrives.
 *
 * @param arrival when the platform receives it; never decreases
 * @param bytes without a line ending, and without any inside; broken lines need not be UTF-8
 */
public record SimulatedLine(Instant arrival, byte[] bytes, LineTruth truth) {
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
