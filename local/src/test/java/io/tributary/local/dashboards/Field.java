package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A field of an index, and what of a document Elasticsearch indexes there. A field may always have several values;
 * arrays of objects without {@code nested} are flattened ("Arrays" and "Nested field type" in the reference of
 * Elasticsearch). Values are {@link String} (keyword), {@link Long} milliseconds (date) or {@link Double} (numbers:
 * "Aggregations … use a double").
 *
 * @param ignoreAbove longer texts, in UTF-16 units, are not indexed ({@code ignore_above})
 * @param lowercase normalised by the filter {@code lowercase}, which takes each code point by itself
 */
record Field(String name, String type, int ignoreAbove, boolean lowercase) {
    private static final Set<String> INTEGERS = Set.of("long", "integer");
    private static final Set<String> TYPES = Set.of("keyword", "date", "double", "long", "integer");

    Field {
        SavedObjects.refuseUnless(TYPES.contains(type), "field " + name + " of type " + type);
    }

    boolean isKeyword() {
        return type.equals("keyword");
    }

    boolean isDate() {
        return type.equals("date");
    }

    boolean isInteger() {
        return INTEGERS.contains(type);
    }

    /** In the order of the document, none left out because it is there twice. */
    List<Object> values(JsonNode document) {
        List<Object> result = new ArrayList<>();
        collect(document, name, value -> {
            if (!isKeyword() || value.asText().length() <= ignoreAbove) {
                result.add(value(value));
            }
        });
        return result;
    }

    /** As numbers; a date as its milliseconds. */
    List<Double> numbers(JsonNode document) {
        SavedObjects.refuseUnless(!isKeyword(), "number of " + this);
        return values(document).stream()
                .map(value -> ((Number) value).doubleValue())
                .toList();
    }

    /** A keyword as it is indexed. */
    String normalised(String text) {
        if (!lowercase) {
            return text;
        }
        StringBuilder result = new StringBuilder();
        text.codePoints().map(Character::toLowerCase).forEach(result::appendCodePoint);
        return result.toString();
    }

    private Object value(JsonNode value) {
        if (isKeyword()) {
            return normalised(value.asText());
        }
        if (isDate()) {
            return millis(value.textValue());
        }
        if (isInteger()) {
            return (double) (value.isIntegralNumber() ? value.longValue() : (long) Double.parseDouble(value.asText()));
        }
        return value.isNumber() ? value.doubleValue() : Double.parseDouble(value.asText());
    }

    /** {@code strict_date_optional_time} as the writers of documents use it: with an offset, or a date alone. */
    private static long millis(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeParseException e) {
            return LocalDate.parse(text)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .toEpochMilli();
        }
    }

    /** A dot in a name is as good as an object; null and an empty array are no value. */
    private static void collect(JsonNode node, String path, Consumer<JsonNode> values) {
        if (node.isArray()) {
            node.forEach(element -> collect(element, path, values));
        } else if (path.isEmpty()) {
            SavedObjects.refuseUnless(!node.isObject(), "object as a value: " + node);
            if (!node.isNull()) {
                values.accept(node);
            }
        } else if (node.isObject()) {
            node.properties().forEach(property -> {
                String name = property.getKey();
                if (path.equals(name)) {
                    collect(property.getValue(), "", values);
                } else if (path.startsWith(name + ".")) {
                    collect(property.getValue(), path.substring(name.length() + 1), values);
                }
            });
        }
    }
}
