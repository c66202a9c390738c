package io.tributary.operators.segment;

import io.tributary.schemas.time.Timestamps;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a condition compares. */
record Attribute(Form form, Operand operand) {
    static final long MILLIS_PER_DAY = 86_400_000;
    static final long MILLIS_PER_HOUR = 3_600_000;

    private static final int SHORTEST_TIME = "2026-01-01T00:00Z".length();

    private static final MathContext SIGNIFICANT = new MathContext(10);

    /** What it is taken from. */
    sealed interface Operand {
        /** Without any of their changes it stays as it is. */
        Set<ProfileField> reads();

        Object value(Facts facts);
    }

    /**
     * A field, or something in it.
     *
     * @param path into the field's maps
     */
    record Path(ProfileField field, List<String> path) implements Operand {
        Path {
            path = List.copyOf(path);
        }

        @Override
        public Set<ProfileField> reads() {
            return Set.of(field);
        }

        @Override
        public Object value(Facts facts) {
            Object value = facts.value(field);
            for (String step : path) {
                value = value instanceof Map<?, ?> map ? map.get(step) : null;
            }
            return value;
        }
    }

    /** An expression. Same text, same operand. */
    record Expression(String text, Set<ProfileField> reads, FactsProgram program) implements Operand {
        Expression {
            reads = Set.copyOf(reads);
        }

        @Override
        public Object value(Facts facts) {
            return program.evaluate(facts);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Expression that && text.equals(that.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    /** What of it is compared. */
    enum Form {
        VALUE,
        /** How many elements a list or a map has, or code points a text. */
        SIZE,
        /** Whether it is there. */
        PRESENT,
        /** Milliseconds from then until now, told in days. */
        DAYS_SINCE,
        /** Milliseconds from then until now, told in hours. */
        HOURS_SINCE
    }

    Set<ProfileField> reads() {
        return operand.reads();
    }

    /** The field, if it is the value of one and nothing else; else null. */
    ProfileField field() {
        return form == Form.VALUE && operand instanceof Path path && path.path().isEmpty() ? path.field() : null;
    }

    /** Whether its value, if there is one, grows as time passes, by a millisecond each millisecond. */
    boolean isElapsed() {
        return form == Form.DAYS_SINCE || form == Form.HOURS_SINCE;
    }

    /** A value of it for people; {@code none} if it is missing. */
    String observed(Object value) {
        if (value == null) {
            return "none";
        }
        if (isElapsed()) {
            long unit = form == Form.DAYS_SINCE ? MILLIS_PER_DAY : MILLIS_PER_HOUR;
            return BigDecimal.valueOf((Long) value)
                    .divide(BigDecimal.valueOf(unit), SIGNIFICANT)
                    .stripTrailingZeros()
                    .toPlainString();
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        return value instanceof Instant instant ? Timestamps.format(instant.toEpochMilli()) : String.valueOf(value);
    }

    /** As {@link Facts#value}. */
    Object value(Facts facts) {
        Object value = operand.value(facts);
        return switch (form) {
            case VALUE -> value;
            case PRESENT -> value != null;
            case SIZE -> size(value);
            case DAYS_SINCE, HOURS_SINCE -> {
                Instant instant = instant(value);
                yield instant == null ? null : facts.now() - instant.toEpochMilli();
            }
        };
    }

    private static Object size(Object value) {
        if (value instanceof Collection<?> list) {
            return (long) list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return (long) map.size();
        }
        return value instanceof String text ? (Object) (long) text.codePointCount(0, text.length()) : null;
    }

    /** The time that a value is, or null. */
    static Instant instant(Object value) {
        if (value instanceof Instant instant) {
            return instant;
        }
        return value instanceof String text && mayBeTime(text) ? instant(text) : null;
    }

    private static Instant instant(String text) {
        boolean isUsual = (text.length() == 24 || text.length() == 20) && text.charAt(10) == 'T' && text.endsWith("Z");
        long millis = isUsual ? Timestamps.parse(text) : Timestamps.INVALID;
        if (millis != Timestamps.INVALID) {
            return Instant.ofEpochMilli(millis);
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Spares most texts that are none the exception. Years of other than four digits have a sign. */
    private static boolean mayBeTime(String text) {
        return text.length() >= SHORTEST_TIME
                && (Character.toUpperCase(text.charAt(10)) == 'T' || text.charAt(0) == '+' || text.charAt(0) == '-');
    }

    /** The number that a value is, or null. */
    static BigDecimal number(Object value) {
        if (value instanceof Long integer) {
            return BigDecimal.valueOf(integer);
        }
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        if (value instanceof Double real && Double.isFinite(real)) {
            return BigDecimal.valueOf(real);
        }
        return null;
    }
}
