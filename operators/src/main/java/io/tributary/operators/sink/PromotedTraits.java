package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.time.Timestamps;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Traits that have a typed field each beside the free ones, because Kibana's Lens does not chart {@code flattened} fields:
 * {@code traits_kw.*}, {@code traits_num.*}, {@code traits_date.*}. A value that does not fit is in the free ones only.
 *
 * @param keywords texts, truth values, and lists of them
 * @param numbers numbers, also as text
 * @param dates ISO-8601 instants
 */
public record PromotedTraits(Set<String> keywords, Set<String> numbers, Set<String> dates) implements Serializable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");

    public static final PromotedTraits DEFAULT = new PromotedTraits(Set.of("country"), Set.of(), Set.of());

    /** @throws IllegalArgumentException if a trait is personal, or can't be a field */
    public PromotedTraits {
        keywords = Set.copyOf(keywords);
        numbers = Set.copyOf(numbers);
        dates = Set.copyOf(dates);
        for (Set<String> names : List.of(keywords, numbers, dates)) {
            names.forEach(PromotedTraits::check);
        }
    }

    private static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a field: a letter, then up to 63 letters, digits and _");
        }
        if (PersonalTraits.isPersonal(name, "")) {
            throw new IllegalArgumentException("'" + name + "' is personal: it is in cdp-personal, and nowhere else");
        }
    }

    /** @param traits that are not personal */
    void copy(ObjectNode traits, ObjectNode document) {
        copy(keywords, traits, document, "traits_kw", PromotedTraits::keyword);
        copy(numbers, traits, document, "traits_num", PromotedTraits::number);
        copy(dates, traits, document, "traits_date", PromotedTraits::date);
    }

    private static void copy(
            Set<String> names, ObjectNode traits, ObjectNode document, String into, BiConsumer<Field, JsonNode> each) {
        ObjectNode promoted = FreeValues.JSON.createObjectNode();
        for (String name : new TreeSet<>(names)) {
            JsonNode value = traits.get(name);
            if (value != null) {
                each.accept(new Field(name, promoted), value);
            }
        }
        if (!promoted.isEmpty()) {
            document.set(into, promoted);
        }
    }

    private record Field(String name, ObjectNode of) {}

    private static void keyword(Field field, JsonNode value) {
        JsonNode keywords = FreeValues.keywords(value);
        if (keywords != null) {
            field.of.set(field.name, keywords);
        }
    }

    private static void number(Field field, JsonNode value) {
        Double number = DocumentBuilder.asDouble(value);
        if (number != null) {
            field.of.put(field.name, number);
        }
    }

    private static void date(Field field, JsonNode value) {
        long instant = value.isTextual() ? Timestamps.parse(value.textValue()) : Timestamps.INVALID;
        if (instant != Timestamps.INVALID) {
            field.of.put(field.name, Timestamps.format(instant));
        }
    }
}
