package io.tributary.operators.computed;

import io.tributary.schemas.money.Money;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Values as folds keep them: none beyond the bounds, and equal ones have one form, which the binary form keeps. Whoever
 * evaluates events bounds values, too; here it is made sure that state stays bounded.
 */
final class BoundedValues {
    /** Of a longer text only the first characters count, UTF-16 units; a character of two is not divided. */
    static final int MAX_TEXT = 256;

    private BoundedValues() {}

    /** The numbers among some values. */
    static List<BigDecimal> numbers(List<?> values) {
        return only(BigDecimal.class, values);
    }

    /** The texts among some values. */
    static List<String> texts(List<?> values) {
        return only(String.class, values);
    }

    private static <T> List<T> only(Class<T> kind, List<?> values) {
        List<T> only = new ArrayList<>(values.size());
        for (Object value : values) {
            Object bounded = bounded(value);
            if (kind.isInstance(bounded)) {
                only.add(kind.cast(bounded));
            }
        }
        return only;
    }

    /**
     * The form of a value that is kept, or null for a number beyond the bounds.
     *
     * @throws IllegalArgumentException if it is no text, number or boolean
     */
    static Object bounded(Object value) {
        if (value instanceof String text) {
            return text(text);
        }
        if (value instanceof BigDecimal number) {
            return number(number);
        }
        if (value instanceof Boolean) {
            return value;
        }
        throw new IllegalArgumentException("a value is a String, a BigDecimal or a Boolean, not "
                + (value == null ? null : value.getClass().getName()));
    }

    private static BigDecimal number(BigDecimal number) {
        if (number.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal exact = number.stripTrailingZeros();
        boolean isBounded = exact.scale() <= Money.MAX_DECIMALS
                && (long) exact.precision() - exact.scale() <= Money.MAX_INTEGER_DIGITS;
        return isBounded ? exact : null;
    }

    /** Half a surrogate pair, which has no UTF-8, becomes U+FFFD. */
    static String text(String text) {
        String start = text.length() > MAX_TEXT ? start(text) : text;
        for (int i = 0; i < start.length(); i++) {
            if (Character.isSurrogate(start.charAt(i))) {
                return new String(start.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
            }
        }
        return start;
    }

    private static String start(String text) {
        boolean divides = Character.isSurrogatePair(text.charAt(MAX_TEXT - 1), text.charAt(MAX_TEXT));
        return text.substring(0, divides ? MAX_TEXT - 1 : MAX_TEXT);
    }
}
