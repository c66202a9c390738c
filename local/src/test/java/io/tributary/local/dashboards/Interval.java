package io.tributary.local.dashboards;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The width of a bucket. In UTC a calendar hour or day is as long as a fixed one; weeks begin on Monday; weeks, months,
 * quarters and years come one at a time ("Calendar and fixed time intervals" in the reference of Elasticsearch).
 *
 * @param length if fixed
 * @param months if a month, a quarter or a year
 */
record Interval(Duration length, int months) {
    /** Kibana's {@code histogram:maxBars}, if nobody has changed it. */
    private static final int MOST_BARS = 1000;

    private static final Duration WEEK = Duration.ofDays(7);

    /** Kibana's {@code calcAutoIntervalLessThan}. */
    private static final List<Duration> WIDENED = List.of(
            WEEK,
            Duration.ofDays(1),
            Duration.ofHours(12),
            Duration.ofHours(3),
            Duration.ofHours(1),
            Duration.ofMinutes(30),
            Duration.ofMinutes(10),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1));

    private static final Pattern TEXT = Pattern.compile("([0-9]+)([smhdwMqy])");

    static Interval of(String text) {
        Matcher matcher = TEXT.matcher(text);
        SavedObjects.refuseUnless(matcher.matches(), "interval " + text);
        int number = Integer.parseInt(matcher.group(1));
        String unit = matcher.group(2);
        SavedObjects.refuseUnless(number == 1 || "smhd".contains(unit), "interval " + text);
        return switch (unit) {
            case "s" -> new Interval(Duration.ofSeconds(number), 0);
            case "m" -> new Interval(Duration.ofMinutes(number), 0);
            case "h" -> new Interval(Duration.ofHours(number), 0);
            case "d" -> new Interval(Duration.ofDays(number), 0);
            case "w" -> new Interval(WEEK, 0);
            case "M" -> new Interval(Duration.ZERO, 1);
            case "q" -> new Interval(Duration.ZERO, 3);
            default -> new Interval(Duration.ZERO, 12);
        };
    }

    /**
     * Whether Kibana takes a wider interval for this range, because there would be too many bars. No range is so long
     * that it does for weeks or months.
     */
    boolean isWidened(long from, long to) {
        return months == 0
                && WIDENED.stream()
                        .anyMatch(wider -> wider.compareTo(length) > 0 && wider.toMillis() * MOST_BARS <= to - from);
    }

    /** The begin of the bucket of a time. */
    long start(long time) {
        if (months == 0 && !length.equals(WEEK)) {
            return Math.floorDiv(time, length.toMillis()) * length.toMillis();
        }
        LocalDate day = Instant.ofEpochMilli(time).atZone(ZoneOffset.UTC).toLocalDate();
        if (months == 0) {
            return millis(day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
        }
        return millis(day.withDayOfMonth(1).minusMonths((day.getMonthValue() - 1) % months));
    }

    /** The begin of the bucket after the one that begins here. */
    long next(long start) {
        return months == 0
                ? start + length.toMillis()
                : millis(Instant.ofEpochMilli(start)
                        .atZone(ZoneOffset.UTC)
                        .toLocalDate()
                        .plus(months, ChronoUnit.MONTHS));
    }

    /**
     * What Kibana takes for a histogram of numbers ({@code calculateHistogramInterval}): with {@code maxBars: auto} the
     * bars are at most half of those that it allows, and their width is 1, 2 or 5 times a power of ten.
     */
    static double ofHistogram(double least, double greatest, boolean integers) {
        double mostBars = (MOST_BARS - 1) / 2.0;
        double range = greatest - least;
        if (range == 0 || (integers && range < mostBars)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(range / mostBars)));
        for (int factor : new int[] {1, 2, 5}) {
            if (range / power / factor <= mostBars) {
                return power * factor;
            }
        }
        return power * 10;
    }

    private static long millis(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }
}
