package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The type that a value is read as ({@code as:} in a mapping). Numbers never pass through a double. */
enum As {
    /** An exact decimal with the digits it was written with: {@code 35.50} stays {@code 35.50}. */
    DECIMAL("decimal number"),
    /** A whole number; {@code 17850.0} is 17850. */
    INTEGER("whole number"),
    /** An exact number in its shortest form: {@code 35.50} becomes 35.5, {@code 3.0} becomes 3. */
    NUMBER("number"),
    /** {@code true/false}, {@code yes/no}, {@code y/n}, {@code t/f}, {@code 1/0} in any case. */
    BOOLEAN("boolean"),
    STRING("string");

    /** Beyond these a number is an attack or a mistake, and writing it out plainly would cost megabytes. */
    private static final int MAX_DIGITS = 100;

    private static final Pattern NUMERAL = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,4})?");

    private final String title;

    As(String title) {
        this.title = title;
    }

    /** How a message names the type. */
    String title() {
        return title;
    }

    static Optional<As> named(String name) {
        return Arrays.stream(values()).filter(as -> as.id().equals(name)).findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(As::id).toList();
    }

    private String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value in this type, or empty if it can't be read as it. */
    Optional<JsonNode> convert(JsonNode value) {
        if (value.isContainerNode()) {
            return Optional.empty();
        }
        return switch (this) {
            case STRING -> Optional.of(value.isTextual() ? value : TextNode.valueOf(text(value)));
            case BOOLEAN -> value.isBoolean() ? Optional.of(value) : bool(text(value));
            case DECIMAL -> decimal(text(value)).map(DecimalNode::valueOf);
            case NUMBER -> decimal(text(value)).map(As::shortest);
            case INTEGER -> decimal(text(value)).flatMap(As::whole);
        };
    }

    private static String text(JsonNode value) {
        return value.isBigDecimal() ? JsonText.plain(value.decimalValue()) : value.asText();
    }

    private static Optional<JsonNode> bool(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "t", "yes", "y", "1" -> Optional.of(BooleanNode.TRUE);
            case "false", "f", "no", "n", "0" -> Optional.of(BooleanNode.FALSE);
            default -> Optional.empty();
        };
    }

    private static Optional<BigDecimal> decimal(String text) {
        var numeral = text.strip();
        if (numeral.length() > MAX_DIGITS || !NUMERAL.matcher(numeral).matches()) {
            return Optional.empty();
        }
        var number = new BigDecimal(numeral);
        if (Math.abs(number.scale()) > MAX_DIGITS) {
            return Optional.empty();
        }
        return Optional.of(number.scale() < 0 ? number.setScale(0) : number);
    }

    private static JsonNode shortest(BigDecimal number) {
        var stripped = number.stripTrailingZeros();
        return DecimalNode.valueOf(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
    }

    private static Optional<JsonNode> whole(BigDecimal number) {
        return number.stripTrailingZeros().scale() > 0
                ? Optional.empty()
                : Optional.of(BigIntegerNode.valueOf(number.toBigIntegerExact()));
    }
}
