package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.definition.DeliveryDefinition.QuietHours;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When quiet hours end, also where the clock on the wall is put forward or back. */
class QuietHoursTest {
    private static final long MINUTE = 60_000;

    /** Warsaw's clock goes from 02:00 to 03:00 on 29 March, and from 03:00 to 02:00 on 25 October. */
    @ParameterizedTest
    @CsvSource({
        "22:00, 08:00, 2026-01-10T21:00:00Z, 2026-01-11T07:00:00Z",
        "22:00, 08:00, 2026-01-10T20:59:59.999Z, 2026-01-10T20:59:59.999Z",
        "22:00, 08:00, 2026-01-11T06:59:59.999Z, 2026-01-11T07:00:00Z",
        "22:00, 08:00, 2026-01-11T07:00:00Z, 2026-01-11T07:00:00Z",
        "22:00, 08:00, 2026-03-28T22:00:00Z, 2026-03-29T06:00:00Z",
        "22:00, 02:30, 2026-03-28T22:00:00Z, 2026-03-29T01:00:00Z",
        "22:00, 02:30, 2026-10-24T22:00:00Z, 2026-10-25T00:30:00Z",
        "22:00, 02:30, 2026-10-25T01:10:00Z, 2026-10-25T01:30:00Z",
    })
    void endsAsTheClockSays(LocalTime from, LocalTime to, Instant instant, Instant end) {
        QuietHours hours = new QuietHours(from, to, ZoneId.of("Europe/Warsaw"), null, true);

        assertThat(Instant.ofEpochMilli(hours.end(instant.toEpochMilli()))).isEqualTo(end);
    }

    @Property(tries = 500)
    void endsWithTheFirstMinuteThatIsNotQuiet(
            @ForAll("times") LocalTime from,
            @ForAll("times") LocalTime to,
            @ForAll("zones") ZoneId zone,
            @ForAll @IntRange(max = 365 * 1_440) int minute,
            @ForAll @IntRange(max = 59_999) int millis) {
        Assume.that(!from.equals(to));
        QuietHours hours = new QuietHours(from, to, zone, null, true);
        long start = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() + minute * MINUTE;
        long expected = start + (hours.hold(start + millis) ? 0 : millis);
        while (hours.hold(expected)) {
            expected += MINUTE;
        }

        long end = hours.end(start + millis);
        assertThat(end).isEqualTo(expected);
        assertThat(end - start - millis).isLessThanOrEqualTo(DeliveryDefinition.MOST_POSTPONED);
        assertThat(hours.hold(end)).isFalse();
    }

    /** All day but for a minute, from the first time that the wall says what it says again after it was put back. */
    @Test
    void areNowhereLongerThanAnythingIsPostponed() {
        long longest = 0;
        for (String id : QuietHours.zones()) {
            ZoneRules rules = ZoneId.of(id).getRules();
            for (ZoneOffsetTransition change = rules.nextTransition(Instant.EPOCH);
                    change != null && change.getInstant().isBefore(Instant.parse("2100-01-01T00:00:00Z"));
                    change = rules.nextTransition(change.getInstant())) {
                if (change.isOverlap()) {
                    LocalTime from = change.getDateTimeAfter().toLocalTime();
                    long begins = change.getInstant().plus(change.getDuration()).toEpochMilli();
                    QuietHours hours = new QuietHours(from, from.minusMinutes(1), ZoneId.of(id), null, true);
                    longest = Math.max(longest, hours.end(begins) - begins);
                }
            }
        }

        assertThat(longest)
                .isGreaterThan(Duration.ofHours(26).toMillis())
                .isLessThanOrEqualTo(DeliveryDefinition.MOST_POSTPONED);
    }

    /** A whole day was left out in Samoa: it is quiet from before it until the morning behind it. */
    @Test
    void goOnBehindADayThatIsLeftOut() {
        QuietHours hours =
                new QuietHours(LocalTime.of(22, 0), LocalTime.of(8, 0), ZoneId.of("Pacific/Apia"), null, true);
        long end = hours.end(Instant.parse("2011-12-30T09:00:00Z").toEpochMilli());

        assertThat(Instant.ofEpochMilli(hours.end(end))).isEqualTo(Instant.parse("2011-12-30T18:00:00Z"));
    }

    @Test
    void areByTheClockOfTheCustomer() {
        QuietHours hours = new QuietHours(LocalTime.of(22, 0), LocalTime.of(8, 0), ZoneId.of("UTC"), null, true);

        assertThat(hours.in("Asia/Tokyo")).hasToString("22:00-08:00 Asia/Tokyo");
        assertThat(hours.in(null)).isEqualTo(hours);
        assertThat(hours.in("+09:00")).isEqualTo(hours);
    }

    @Provide
    Arbitrary<LocalTime> times() {
        return Arbitraries.integers().between(0, 1_439).map(minute -> LocalTime.of(minute / 60, minute % 60));
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(
                        "UTC",
                        "Europe/Warsaw",
                        "America/New_York",
                        "Asia/Kathmandu",
                        "Australia/Lord_Howe",
                        "America/Santiago")
                .map(ZoneId::of);
    }
}
