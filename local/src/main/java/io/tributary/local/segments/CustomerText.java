package io.tributary.local.segments;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.rejects.Printable;
import io.tributary.schemas.definition.SegmentDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How lines for a terminal name customers and segments. */
final class CustomerText {
    private static final int MOST_IDENTIFIERS = 6;
    private static final int MAX_TEXT = 200;

    private CustomerText() {}

    /**
     * Each as {@code namespace:value}, as {@code profile find} takes them.
     *
     * @param byNamespace as a profile has them
     */
    static String identifiers(JsonNode byNamespace) {
        List<String> all = new ArrayList<>();
        byNamespace.properties().forEach(entry -> entry.getValue()
                .forEach(value -> all.add(safe(entry.getKey() + ":" + value.asText()))));
        String first = String.join("  ", all.subList(0, Math.min(all.size(), MOST_IDENTIFIERS)));
        return all.size() <= MOST_IDENTIFIERS
                ? first
                : first + "  and %,d more".formatted(all.size() - MOST_IDENTIFIERS);
    }

    /** The name and the title. */
    static String named(SegmentDefinition segment) {
        return segment.title() == null ? segment.name() : segment.name() + " (" + safe(segment.title()) + ")";
    }

    /** Text from outside, safe on a terminal. */
    static String safe(String text) {
        return Printable.line(text.getBytes(StandardCharsets.UTF_8), MAX_TEXT);
    }
}
