package io.tributary.schemas.definition;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as definitions write them: {@code 90m}, {@code 24h}, {@code 30d}, {@code 2w}, {@code 1y}. */
final class Spans {
    static final String FORM = "a number with m, h, d, w or y, such as 90d";

    private static final Pattern SPAN = Pattern.compile("(\\d{1,8})([mhdwy])");

    private Spans() {}

    /** The span, a year being 365 days; null if the text is none. */
    static Duration parse(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            return null;
        }
        long number = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            case "w" -> Duration.ofDays(7 * number);
            default -> Duration.ofDays(365 * number);
        };
    }
}
