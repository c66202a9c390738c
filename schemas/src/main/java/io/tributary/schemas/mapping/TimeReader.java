package io.tributary.schemas.mapping;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;

/**
 * Reads the timestamps of one column: {@code epoch_ms}, {@code epoch_s}, {@code iso} or a pattern of
 * {@link DateTimeFormatter}. A text without an offset is local time of the zone; a local time that a clock change skips
 * is moved forward by the gap, one that happens twice is the earlier. A date alone is the start of its day.
 */
final class TimeReader {
    static final String EPOCH_MS = "epoch_ms";
    static final String EPOCH_S = "epoch_s";
    static final String ISO = "iso";

    private static final long MAX_MILLIS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
    private static final DateTimeFormatter ISO_ANY = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS][.SSSSSSSS][.SSSSSSS][.SSSSSS][.SSSSS][.SSSS][.SSS][.SS][.S]][XXX][XX][X]]",
                    Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private final String format;
    private final ZoneId zone;
    private final DateTimeFormatter formatter;

    /**
     * A reader for a format.
     *
     * @throws IllegalArgumentException if the format is no valid pattern
     */
    TimeReader(String format, ZoneId zone) {
        this.format = format;
        this.zone = zone;
        this.formatter = switch (format) {
            case EPOCH_MS, EPOCH_S -> null;
            case ISO -> ISO_ANY;
            default ->
                DateTimeFormatter.ofPattern(strictYears(format), Locale.ENGLISH)
                        .withResolverStyle(ResolverStyle.STRICT);
        };
    }

    /** Strict resolving (no 31 February) knows the year of an era, {@code y}, only together with the era. */
    private static String strictYears(String pattern) {
        var strict = new StringBuilder(pattern);
        boolean quoted = false;
        boolean era = false;
        for (int i = 0; i < strict.length(); i++) {
            char c = strict.charAt(i);
            quoted ^= c == '\'';
            era |= !quoted && c == 'G';
            if (!quoted && c == 'y') {
                strict.setCharAt(i, 'u');
            }
        }
        return era ? pattern : strict.toString();
    }

    /**
     * The instant in milliseconds since 1970, further digits cut off.
     *
     * @throws DateTimeException if the text can't be read, or lies outside 1970–9999
     */
    long millis(String text) {
        long millis = formatter == null ? epoch(text.strip()) : parse(text.strip());
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new DateTimeException("outside 1970–9999");
        }
        return millis;
    }

    /** How a message names the format. */
    String title() {
        return formatter == null || format.equals(ISO) ? format : '"' + format + '"';
    }

    private long epoch(String text) {
        if (text.length() > 30) {
            throw new DateTimeException("too many digits");
        }
        try {
            var number = new BigDecimal(text);
            if (Math.abs(number.scale()) > 30) {
                throw new DateTimeException("too many digits");
            }
            return (format.equals(EPOCH_S) ? number.movePointRight(3) : number)
                    .setScale(0, RoundingMode.FLOOR)
                    .longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new DateTimeException("no number in range", e);
        }
    }

    private long parse(String text) {
        var parsed = formatter.parseBest(
                text, ZonedDateTime::from, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
        return instant(parsed).toEpochMilli();
    }

    private Instant instant(Object parsed) {
        if (parsed instanceof ZonedDateTime zoned) {
            return zoned.toInstant();
        }
        if (parsed instanceof OffsetDateTime offset) {
            return offset.toInstant();
        }
        if (parsed instanceof LocalDateTime local) {
            return local.atZone(zone).toInstant();
        }
        return ((LocalDate) parsed).atStartOfDay(zone).toInstant();
    }

    static List<String> specialFormats() {
        return List.of(EPOCH_MS, EPOCH_S, ISO);
    }
}
