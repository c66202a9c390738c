package io.tributary.local.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.NullValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values that definitions are about, exact: text, boolean, {@link Long} (an integer), {@link BigDecimal} (any other
 * number), {@link Instant}, list, map by text, and CEL's null. CEL itself calculates with doubles.
 */
final class Values {
    private static final int LONGEST_TEXT = 256;
    private static final int MOST_DIGITS = 30;
    private static final int MOST_DECIMALS = 50;

    private Values() {}

    static Object ofJson(JsonNode json) {
        if (json.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            json.properties().forEach(field -> map.put(field.getKey(), ofJson(field.getValue())));
            return map;
        }
        if (json.isArray()) {
            List<Object> list = new ArrayList<>();
            json.forEach(element -> list.add(ofJson(element)));
            return list;
        }
        if (json.isTextual()) {
            return json.textValue();
        }
        if (json.isBoolean()) {
            return json.booleanValue();
        }
        if (json.isIntegralNumber() && json.canConvertToLong()) {
            return json.longValue();
        }
        return json.isNumber() ? json.decimalValue() : NullValue.NULL_VALUE;
    }

    /** The fields of an object; of anything else none. */
    static Map<String, Object> fields(JsonNode json) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (json.isObject()) {
            json.properties().forEach(field -> result.put(field.getKey(), ofJson(field.getValue())));
        }
        return result;
    }

    static Object toCel(Object value) {
        if (value instanceof BigDecimal number) {
            return number.doubleValue();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Values::toCel).toList();
        }
        if (value instanceof Counters counters) {
            return counters;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> result = new LinkedHashMap<>();
            map.forEach((key, field) -> result.put(key, toCel(field)));
            return result;
        }
        return value;
    }

    /** What CEL has calculated; doubles count as the decimal that they print. */
    static Object ofCel(Object value) {
        if (value instanceof Double number && Double.isFinite(number)) {
            return BigDecimal.valueOf(number);
        }
        if (value instanceof UnsignedLong number) {
            return new BigDecimal(number.bigIntegerValue());
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Values::ofCel).toList();
        }
        return value;
    }

    /** The decimal of a number. */
    static Optional<BigDecimal> decimal(Object value) {
        if (value instanceof Long number) {
            return Optional.of(BigDecimal.valueOf(number));
        }
        return value instanceof BigDecimal number ? Optional.of(number) : Optional.empty();
    }

    /** A number where one is wanted: also a text that is one. It is bounded as money is. */
    static Optional<BigDecimal> number(Object value) {
        Optional<BigDecimal> number = decimal(value);
        if (value instanceof String text) {
            try {
                number = Optional.of(new BigDecimal(text.strip()));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return number.map(BigDecimal::stripTrailingZeros)
                .filter(n -> n.precision() - n.scale() <= MOST_DIGITS && n.scale() <= MOST_DECIMALS);
    }

    /** A text where one is wanted: also what numbers and booleans print; integers without a point. */
    static Optional<String> text(Object value) {
        if (value instanceof String text) {
            return Optional.of(shortened(text));
        }
        if (value instanceof Boolean) {
            return Optional.of(value.toString());
        }
        return decimal(value)
                .flatMap(Values::number)
                .map(number -> shortened(number.stripTrailingZeros().toPlainString()));
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }

    /** A timestamp, or a text that is one. */
    static Optional<Instant> time(Object value) {
        if (value instanceof String text) {
            try {
                return Optional.of(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS));
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        }
        return value instanceof Instant time ? Optional.of(time) : Optional.empty();
    }

    /** {@code 90d}. */
    static Duration window(String text) {
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            case 'd' -> Duration.ofDays(number);
            case 'w' -> Duration.ofDays(7 * number);
            case 'y' -> Duration.ofDays(365 * number);
            default -> throw new IllegalArgumentException("no window: " + text);
        };
    }

    /** Integers by name, 0 where nothing is known: every name is there. */
    static final class Counters extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean containsKey(Object name) {
            return true;
        }

        @Override
        public Object get(Object name) {
            return getOrDefault(name, 0L);
        }

        @Override
        public Object getOrDefault(Object name, Object otherwise) {
            Object known = super.get(name);
            return known == null ? otherwise : known;
        }
    }
}
