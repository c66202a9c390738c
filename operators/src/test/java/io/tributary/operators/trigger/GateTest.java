package io.tributary.operators.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.testing.Codecs;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.time.Timestamps;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
    private static final long MINUTE = 60_000;
    private static final long NOON = Timestamps.parse("2026-01-05T12:00:00Z");

    private static Gate gate(String delivery) {
        return new Gate(Definitions.of("d.yaml", "delivery: " + delivery).delivery(), List.of());
    }

    private static Contact at(long minutes, int id) {
        return new Contact(NOON + minutes * MINUTE, id, null, null, null, 0);
    }

    private static String verdict(Gate gate, Contact contact, GateHistory history) {
        Suppression suppression =
                gate.suppression(contact, "marketing", new Recipient(Word.SILENT, null, null), history);
        return suppression == null ? "told" : suppression.reason().id() + ": " + suppression.detail();
    }

    @ParameterizedTest
    @CsvSource({
        "22:00, 08:00, Europe/Warsaw, 2026-01-05T20:59:59.999Z, false",
        "22:00, 08:00, Europe/Warsaw, 2026-01-05T21:00:00.000Z, true",
        "22:00, 08:00, Europe/Warsaw, 2026-01-05T23:30:00.000Z, true",
        "22:00, 08:00, Europe/Warsaw, 2026-01-06T06:59:59.999Z, true",
        "22:00, 08:00, Europe/Warsaw, 2026-01-06T07:00:00.000Z, false",
        // In summer the wall is an hour further.
        "22:00, 08:00, Europe/Warsaw, 2026-07-05T20:00:00.000Z, true",
        "22:00, 08:00, Europe/Warsaw, 2026-07-05T19:59:59.999Z, false",
        "22:00, 08:00, Europe/Warsaw, 2026-07-06T06:00:00.000Z, false",
        // The night of 29 March has no 02:30, that of 25 October has two.
        "02:30, 03:30, Europe/Warsaw, 2026-03-29T00:59:59.999Z, false",
        "02:30, 03:30, Europe/Warsaw, 2026-03-29T01:00:00.000Z, true",
        "02:30, 03:30, Europe/Warsaw, 2026-03-29T01:30:00.000Z, false",
        "02:30, 02:45, Europe/Warsaw, 2026-10-25T00:30:00.000Z, true",
        "02:30, 02:45, Europe/Warsaw, 2026-10-25T00:45:00.000Z, false",
        "02:30, 02:45, Europe/Warsaw, 2026-10-25T01:30:00.000Z, true",
        "12:00, 13:00, UTC, 2026-01-05T12:59:59.999Z, true",
        "12:00, 13:00, UTC, 2026-01-05T13:00:00.000Z, false",
        "12:00, 13:00, UTC, 2026-01-05T11:59:59.999Z, false",
        "00:00, 06:15, Asia/Kathmandu, 2026-01-05T00:29:59.999Z, true",
        "00:00, 06:15, Asia/Kathmandu, 2026-01-05T00:30:00.000Z, false",
        "18:00, 00:00, UTC, 2026-01-05T23:59:59.999Z, true",
        "18:00, 00:00, UTC, 2026-01-06T00:00:00.000Z, false",
    })
    void isQuietByTheClockOnTheWall(String from, String to, String zone, String instant, boolean quiet) {
        Gate gate = gate("{quiet_hours: {from: \"%s\", to: \"%s\", zone: %s}}".formatted(from, to, zone));

        assertThat(verdict(gate, new Contact(Timestamps.parse(instant), 1, null, null, null, 0), GateHistory.EMPTY))
                .isEqualTo(quiet ? "quiet_hours: %s-%s %s".formatted(from, to, zone) : "told");
    }

    @Test
    void holdsBackOneMoreThanTheMostInAWindowThatExcludesItsBeginning() {
        Gate gate = gate("{caps: [{most: 2, within: 1h}]}");
        GateHistory two = gate.told(at(1, 2), gate.told(at(0, 1), GateHistory.EMPTY));

        assertThat(verdict(gate, at(1, 3), two)).isEqualTo("cap: 2 in 1h");
        assertThat(verdict(gate, new Contact(NOON + 60 * MINUTE - 1, 3, null, null, null, 0), two))
                .isEqualTo("cap: 2 in 1h");
        assertThat(verdict(gate, at(60, 3), two)).isEqualTo("told");
        assertThat(verdict(gate, at(61, 4), gate.told(at(60, 3), two))).isEqualTo("told");
        assertThat(verdict(gate, at(60, 4), gate.told(at(60, 3), two))).isEqualTo("cap: 2 in 1h");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // Of what channel and group something was told an hour ago, and what comes now.
                "email, cart, email, cart, '1 in 24h, channel email'",
                "email, -, email, cart, '1 in 24h, channel email'",
                "email, cart, push, cart, '1 in 1d, group cart'",
                "-, cart, -, cart, '1 in 1d, group cart'",
                "push, cart, push, -, -",
                "push, -, push, cart, -",
                "-, -, -, -, -",
                "-, -, email, cart, -",
                "sms, news, sms, news, '1 in 90m, channel sms, group news'",
                "sms, news, sms, -, -",
                "-, news, sms, news, -",
            })
    void capsCountWhatTheyName(String channel, String group, String nextChannel, String nextGroup, String cap) {
        Gate gate = gate(
                """
                {caps: [{most: 1, within: 24h, channel: email}, {most: 1, within: 1d, group: cart}, \
                {most: 1, within: 90m, channel: sms, group: news}, {most: 2, within: 1d}]}""");
        GateHistory history = gate.told(new Contact(NOON, 1, channel, group, null, 0), GateHistory.EMPTY);

        assertThat(verdict(gate, new Contact(NOON + 60 * MINUTE, 2, nextChannel, nextGroup, null, 0), history))
                .isEqualTo(cap == null ? "told" : "cap: " + cap);
    }

    @Test
    void whatHasToBeGrantedIsNotGrantedBySilence() {
        Gate gate = gate("{opt_in: [news, offers by post]}");

        assertThat(gate.suppression(at(0, 1), "news", new Recipient(Word.SILENT, null, null), GateHistory.EMPTY))
                .isEqualTo(new Suppression(Suppression.Reason.CONSENT, "news is not granted"));
        assertThat(gate.suppression(at(0, 1), "news", new Recipient(Word.GRANTED, null, null), GateHistory.EMPTY))
                .isNull();
        assertThat(gate.suppression(at(0, 1), "marketing", new Recipient(Word.SILENT, null, null), GateHistory.EMPTY))
                .isNull();
    }

    @Test
    void theFirstThatHoldsIsTheReason() {
        Gate gate = gate("{quiet_hours: {from: 11:00, to: 13:00, zone: UTC}, caps: [{most: 1, within: 3d}]}");
        GateHistory history = gate.told(at(-120, 1), GateHistory.EMPTY);

        assertThat(gate.suppression(at(0, 2), "marketing", new Recipient(Word.REFUSED, null, null), history))
                .isEqualTo(new Suppression(Suppression.Reason.CONSENT, "marketing is refused"));
        assertThat(gate.suppression(at(0, 2), "marketing", new Recipient(Word.REFUSED, "listed", null), history)
                        .reason())
                .isEqualTo(Suppression.Reason.CONSENT);
        assertThat(gate.suppression(at(0, 2), "marketing", new Recipient(Word.GRANTED, "listed", null), history))
                .isEqualTo(new Suppression(Suppression.Reason.SUPPRESSED, "in listed"));
        assertThat(verdict(gate, at(0, 2), history)).isEqualTo("quiet_hours: 11:00-13:00 UTC");
        assertThat(verdict(gate, at(120, 2), history)).isEqualTo("cap: 1 in 3d");
        assertThat(verdict(gate, at(120, 2), GateHistory.EMPTY)).isEqualTo("told");
    }

    @Test
    void keepsOfEachCapTheNewestThatItAsksFor() {
        Gate gate = gate("{caps: [{most: 3, within: 1h}]}");
        GateHistory history = GateHistory.EMPTY;
        for (int i = 0; i < 5; i++) {
            history = gate.told(at(i, i), history);
        }

        assertThat(history.size()).isEqualTo(3);
        assertThat(gate.end(history)).isEqualTo(NOON + 64 * MINUTE);
        assertThat(gate.at(NOON + 63 * MINUTE, history).size()).isEqualTo(1);
        assertThat(gate.at(gate.end(history) - 1, history).isEmpty()).isFalse();
        assertThat(gate.at(gate.end(history), history).isEmpty()).isTrue();
    }

    @Test
    void keepsNothingWithoutCaps() {
        Gate gate = gate("{quiet_hours: {from: 11:00, to: 13:00, zone: UTC}}");

        assertThat(gate.counts()).isFalse();
        assertThat(gate.told(at(0, 1), GateHistory.EMPTY).isEmpty()).isTrue();
        assertThat(gate.end(GateHistory.EMPTY)).isEqualTo(Long.MIN_VALUE);
    }

    /** As many caps as there may be, each full. */
    @Test
    void theGreatestHistoryIsWithinItsBound() throws Exception {
        String caps = IntStream.range(0, 20)
                .mapToObj(i -> "{most: 1000, within: 30d}")
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
        Gate gate = gate("{caps: [" + caps + "]}");
        GateHistory history = GateHistory.EMPTY;
        for (int i = 0; i < 1_500; i++) {
            history = gate.told(new Contact(NOON + i, i, "c".repeat(64), "g".repeat(64), null, 0), history);
        }

        assertThat(history.size()).isEqualTo(1_000);
        assertThat(Codecs.bytes(GateHistory.CODEC, history)).hasSizeLessThan(150_000);
    }

    @Test
    void aHistoryIsReadAsItWasWritten() throws Exception {
        Gate gate = gate("{caps: [{most: 3, within: 1h}]}");
        GateHistory history = gate.told(new Contact(NOON, Long.MIN_VALUE, "email", null, null, 0), GateHistory.EMPTY)
                .withReplayed(new Contact(NOON + 1, -1, null, "cart", null, 0));

        assertThat(Codecs.roundTrip(GateHistory.CODEC, history)).hasToString(history.toString());
        assertThat(Codecs.roundTrip(GateHistory.CODEC, GateHistory.EMPTY).isEmpty())
                .isTrue();
    }
}
