package io.tributary.schemas.time;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/**
 * ISO-8601 instants to milliseconds since 1970-01-01T00:00:00Z and back.
 *
 * <p>The usual form {@code yyyy-MM-ddTHH:mm:ss.SSSZ} has a fast path: {@link Instant#parse} costs about 1 µs.
 */
public final class Timestamps {
    /** What {@link #parse} returns for a text that is no instant. */
    public static final long INVALID = Long.MIN_VALUE;

    /** The last instant that has a four-digit year. */
    public static final long MAX = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private static final DateTimeFormatter COLON_OFFSET = general("+HH:mm");
    private static final DateTimeFormatter BASIC_OFFSET = general("+HHmm");
    private static final long MILLIS_PER_DAY = 86_400_000L;
    private static final byte[] FORM = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.US_ASCII);

    private Timestamps() {}

    private static DateTimeFormatter general(String offset) {
        // Strict, because the default would take 30 February for the 28th.
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .append(DateTimeFormatter.ISO_LOCAL_DATE)
                .appendLiteral('T')
                .append(DateTimeFormatter.ISO_LOCAL_TIME)
                .optionalStart()
                .appendOffset(offset, "Z")
                .optionalEnd()
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    /**
     * Reads an ISO-8601 date and time. A blank stands for the {@code T}; without an offset the time is UTC; digits
     * beyond milliseconds are cut off.
     *
     * @return milliseconds since 1970, or {@link #INVALID}, also for instants at or before 1970-01-01T00:00:00.000Z and
     *     after the year 9999
     */
    public static long parse(String text) {
        long millis = isUsualForm(text) ? parseUsual(text) : parseGeneral(text);
        return isValid(millis) ? millis : INVALID;
    }

    /** Whether an instant may be an event's time: after 1970-01-01T00:00:00.000Z, with a four-digit year. */
    public static boolean isValid(long millis) {
        return millis > 0 && millis <= MAX;
    }

    private static boolean isUsualForm(String text) {
        int length = text.length();
        if ((length != 24 && length != 20) || text.charAt(length - 1) != 'Z') {
            return false;
        }
        for (int i = 0; i < length - 1; i++) {
            char c = text.charAt(i);
            boolean matches =
                    switch (i) {
                        case 4, 7 -> c == '-';
                        case 10 -> c == 'T' || c == ' ';
                        case 13, 16 -> c == ':';
                        case 19 -> c == '.';
                        default -> c >= '0' && c <= '9';
                    };
            if (!matches) {
                return false;
            }
        }
        return true;
    }

    private static long parseUsual(String text) {
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        int hour = digits(text, 11, 13);
        int minute = digits(text, 14, 16);
        int second = digits(text, 17, 19);
        int milli = text.length() == 24 ? digits(text, 20, 23) : 0;
        if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
            return INVALID;
        }
        if (hour > 23 || minute > 59 || second > 59) {
            return INVALID;
        }
        return daysSinceEpoch(year, month, day) * MILLIS_PER_DAY
                + hour * 3_600_000L
                + minute * 60_000L
                + second * 1_000L
                + milli;
    }

    private static int digits(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    private static int daysInMonth(int year, int month) {
        return switch (month) {
            case 2 -> (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** Days since 1970-01-01 of a proleptic Gregorian date; years begin in March, so that leap days come last. */
    private static long daysSinceEpoch(int year, int month, int day) {
        int shifted = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(shifted, 400);
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468L;
    }

    private static long parseGeneral(String text) {
        String iso =
                text.length() > 10 && text.charAt(10) == ' ' ? text.substring(0, 10) + "T" + text.substring(11) : text;
        try {
            TemporalAccessor parsed = (hasColonOffset(iso) ? COLON_OFFSET : BASIC_OFFSET).parse(iso);
            ZoneOffset offset = parsed.query(TemporalQueries.offset());
            LocalDateTime dateTime = LocalDateTime.from(parsed);
            long seconds = dateTime.toEpochSecond(offset == null ? ZoneOffset.UTC : offset);
            return seconds * 1_000 + parsed.get(ChronoField.MILLI_OF_SECOND);
        } catch (DateTimeException e) {
            return INVALID;
        }
    }

    private static boolean hasColonOffset(String text) {
        int sign = text.length() - "+00:00".length();
        return sign > 0 && text.charAt(sign + 3) == ':' && (text.charAt(sign) == '+' || text.charAt(sign) == '-');
    }

    /** {@code yyyy-MM-ddTHH:mm:ss.SSSZ}. */
    public static String format(long millis) {
        return new String(formatAscii(millis), StandardCharsets.ISO_8859_1);
    }

    /** The same as ASCII, for what is written as bytes. */
    public static byte[] formatAscii(long millis) {
        if (millis < 0 || millis > MAX) {
            throw new IllegalArgumentException("not between 1970 and 9999: " + millis);
        }
        long days = millis / MILLIS_PER_DAY;
        int ofDay = (int) (millis % MILLIS_PER_DAY);
        long shifted = days + 719_468;
        long era = shifted / 146_097;
        int dayOfEra = (int) (shifted - era * 146_097);
        int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        byte[] text = FORM.clone();
        put(text, 0, 4, year);
        put(text, 5, 2, month);
        put(text, 8, 2, day);
        put(text, 11, 2, ofDay / 3_600_000);
        put(text, 14, 2, ofDay / 60_000 % 60);
        put(text, 17, 2, ofDay / 1_000 % 60);
        put(text, 20, 3, ofDay % 1_000);
        return text;
    }

    private static void put(byte[] text, int at, int width, int value) {
        int rest = value;
        for (int i = at + width - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
