package io.tributary.schemas.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against {@code java.time} as the oracle. */
class TimestampsTest {
    private static final DateTimeFormatter ORACLE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final long LAST = 253_402_300_799_999L;

    @Property(tries = 20_000)
    void formatsAndParsesLikeJavaTime(@ForAll @LongRange(min = 1, max = LAST) long millis) {
        String text = Timestamps.format(millis);
        assertThat(text).isEqualTo(ORACLE.format(Instant.ofEpochMilli(millis)));
        assertThat(Timestamps.parse(text)).isEqualTo(millis);
    }

    @Example
    void formatsAndParsesEveryDayOf8000Years() {
        for (long day = 1; day <= LAST / 86_400_000; day++) {
            long millis = day * 86_400_000 + day % 86_400_000;
            String text = Timestamps.format(millis);
            assertThat(text).startsWith(java.time.LocalDate.ofEpochDay(day).toString());
            assertThat(Timestamps.parse(text)).isEqualTo(millis);
        }
    }

    @Provide
    Arbitrary<String> offsets() {
        Arbitrary<String> numeric = Arbitraries.integers()
                .between(-18 * 60, 18 * 60)
                .flatMap(minutes -> Arbitraries.of("%s%02d:%02d", "%s%02d%02d")
                        .map(form -> String.format(
                                form, minutes < 0 ? "-" : "+", Math.abs(minutes) / 60, Math.abs(minutes) % 60)));
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(2, Arbitraries.of("Z", "z", "")), net.jqwik.api.Tuple.of(3, numeric));
    }

    @Provide
    Arbitrary<String> fractions() {
        return Arbitraries.strings()
                .numeric()
                .ofMinLength(0)
                .ofMaxLength(9)
                .map(digits -> digits.isEmpty() ? "" : "." + digits);
    }

    /** Days up to 32, hours up to 25 and so on: about half of the texts are no instants. */
    @Property(tries = 20_000)
    void readsWhatJavaTimeReadsAndRefusesTheRest(
            @ForAll @IntRange(min = 1969, max = 9999) int year,
            @ForAll @IntRange(min = 0, max = 13) int month,
            @ForAll @IntRange(min = 0, max = 32) int day,
            @ForAll @IntRange(min = 0, max = 24) int hour,
            @ForAll @IntRange(min = 0, max = 60) int minute,
            @ForAll @IntRange(min = 0, max = 60) int second,
            @ForAll("fractions") String fraction,
            @ForAll("offsets") String offset) {
        for (char separator : new char[] {'T', 't', ' '}) {
            String text = String.format(
                    "%04d-%02d-%02d%c%02d:%02d:%02d%s%s",
                    year, month, day, separator, hour, minute, second, fraction, offset);
            assertThat(Timestamps.parse(text))
                    .as(text)
                    .isEqualTo(oracle(year, month, day, hour, minute, second, fraction, offset));
        }
    }

    private static long oracle(
            int year, int month, int day, int hour, int minute, int second, String fraction, String offset) {
        int nanos = fraction.isEmpty() ? 0 : Integer.parseInt((fraction.substring(1) + "000000000").substring(0, 9));
        try {
            long millis = LocalDateTime.of(year, month, day, hour, minute, second, nanos)
                    .toInstant(
                            offset.isEmpty()
                                    ? ZoneOffset.UTC
                                    : ZoneOffset.of(offset.toUpperCase(java.util.Locale.ROOT)))
                    .toEpochMilli();
            return millis > 0 && millis <= LAST ? millis : Timestamps.INVALID;
        } catch (DateTimeException e) {
            return Timestamps.INVALID;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2024-02-29T00:00:00.000Z, 2024-02-29T00:00:00.000Z",
        "2000-02-29T23:59:59Z, 2000-02-29T23:59:59.000Z",
        "2026-01-05T09:30Z, 2026-01-05T09:30:00.000Z",
        "2026-01-05T09:30:00+02, 2026-01-05T07:30:00.000Z",
        "2026-01-05 09:30:00.123456+00:00, 2026-01-05T09:30:00.123Z",
        "2026-01-05T09:30:00.9999999Z, 2026-01-05T09:30:00.999Z",
        "1970-01-01T00:00:00.001Z, 1970-01-01T00:00:00.001Z",
        "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
    })
    void reads(String text, String expected) {
        assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(expected).toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-01-05",
                "1767605400000",
                "2026-02-29T00:00:00.000Z",
                "2026-02-30T00:00:00+01:00",
                "2026-04-31T00:00:00+0100",
                "2100-02-29T00:00:00Z",
                "2026-01-05T24:00:00.000Z",
                "2026-01-05T24:00:00+00:00",
                "2016-12-31T23:59:60Z",
                "2026-01-05T09:30:00ZZ",
                "2026-01-05T09:30:00Z+0000",
                "2026-01-05T09:30:00+01:00+0100",
                "2026-01-05T09:30:00+19:00",
                "2026-01-05T09:30:00.1234567890Z",
                " 2026-01-05T09:30:00.000Z",
                "2026-01-05T09:30:00.000Z ",
                "2026/01/05T09:30:00.000Z",
                "٢٠٢٦-01-05T09:30:00.000Z",
                "1969-12-31T23:59:59.999Z",
                "1970-01-01T00:00:00.000Z",
                "-2026-01-05T09:30:00.000Z",
                "+10000-01-01T00:00:00.000Z",
                "9999-12-31T23:59:59-01:00",
            })
    void refuses(String text) {
        assertThat(Timestamps.parse(text)).isEqualTo(Timestamps.INVALID);
    }

    @Example
    void formatsTheBeginningAndRefusesWhatHasNoFourDigitYear() {
        assertThat(Timestamps.format(0)).isEqualTo("1970-01-01T00:00:00.000Z");
        assertThatThrownBy(() -> Timestamps.format(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Timestamps.format(LAST + 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
