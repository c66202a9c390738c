package io.tributary.local.segments;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.rejects.Printable;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.identity.IdentitySettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How lines for a terminal name customers and segments. */
final class CustomerText {
    private static final int MOST_IDENTIFIERS = 6;
    private static final int MAX_TEXT = 200;

    private CustomerText() {}

    /**
     * Each as {@code namespace:value}, as {@code profile find} takes them; the strongest namespaces that there are by
     * default first.
     *
     * @param byNamespace as a profile has them
     */
    static String identifiers(JsonNode byNamespace) {
        Set<String> namespaces = new LinkedHashSet<>(IdentitySettings.defaults().names());
        byNamespace.fieldNames().forEachRemaining(namespaces::add);
        List<String> all = new ArrayList<>();
        for (String namespace : namespaces) {
            byNamespace.path(namespace).forEach(value -> all.add(safe(namespace + ":" + value.asText())));
        }
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
