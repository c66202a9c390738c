package io.tributary.local.rejects;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.rejects.StoredReject.Kind;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.RejectReason;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RejectReplayTest {
    private static final String EVENT =
            "{\"type\":\"page\",\"messageId\":\"m-1\",\"userId\":\"42\",\"timestamp\":\"2026-01-02T10:00:00Z\"}";
    private static final long TEN = 1_767_348_000_000L;

    private final RejectReplay replay = new RejectReplay(EventParser.withDefaults(), Set.of());

    @Test
    void sendsWhatIsAcceptedToday() {
        replay.add(record(1, RejectReason.TOO_LARGE, EVENT, 0));
        replay.add(record(2, RejectReason.TOO_LARGE, EVENT.replace("m-1", "m-2"), 0));

        assertThat(replay.accepted()).isEqualTo(2);
        assertThat(replay.refused()).isEmpty();
    }

    @Test
    void sendsTheSameBytesOnce() {
        replay.add(record(1, RejectReason.TOO_LARGE, EVENT, 0));
        replay.add(record(2, RejectReason.TOO_LARGE, EVENT, 0));

        assertThat(replay.accepted()).isEqualTo(1);
        assertThat(replay.repeated()).isEqualTo(1);
    }

    @Test
    void countsWhatIsStillRefusedByTheReasonOfToday() {
        replay.add(record(1, RejectReason.BAD_VALUE, "{", 0));
        replay.add(record(2, RejectReason.NOT_JSON, "", 0));

        assertThat(replay.accepted()).isZero();
        assertThat(replay.refused()).isEqualTo(Map.of("not_json", 1L, "empty_line", 1L));
    }

    @Test
    void judgesTheFutureByTheRecordTimeThatItHad() {
        replay.add(record(1, RejectReason.IN_FUTURE, EVENT, TEN - 3_600_000));
        assertThat(replay.refused()).isEqualTo(Map.of("in_future", 1L));

        replay.add(record(2, RejectReason.IN_FUTURE, EVENT, TEN));
        assertThat(replay.accepted()).isEqualTo(1);
    }

    @Test
    void takesTheRecordTimeOfAnEventWithoutATimeOfItsOwn() {
        String timeless = "{\"type\":\"page\",\"userId\":\"42\"}";
        replay.add(record(1, RejectReason.BAD_VALUE, timeless, TEN));
        assertThat(replay.accepted()).isEqualTo(1);

        replay.add(record(2, RejectReason.BAD_VALUE, timeless + " ", 0));
        assertThat(replay.refused()).isEqualTo(Map.of("bad_timestamp", 1L));
    }

    /** Its beginning may be an event by itself, if only white space follows. */
    @Test
    void neverSendsTheBeginningOfWhatIsNotKeptWhole() {
        replay.add(new StoredReject(Kind.RECORD, "cdp.events.v1-0:1", "too_large", "", bytes(EVENT), 0, 2_000_000));

        assertThat(replay.accepted()).isZero();
        assertThat(replay.refused()).isEqualTo(Map.of("too_large", 1L));
    }

    @Test
    void leavesRowsAndDocumentsAlone() {
        for (RejectReason reason :
                Set.of(RejectReason.BAD_ROW, RejectReason.NO_IDENTIFIER, RejectReason.BAD_TIMESTAMP)) {
            replay.add(new StoredReject(Kind.ROW, "shop.csv:2", reason.id(), "", bytes(EVENT), 0));
        }
        replay.add(
                new StoredReject(Kind.DOCUMENT, "cdp-profiles/c_1@2", "refused_by_elasticsearch", "", bytes(EVENT), 0));

        assertThat(replay.accepted()).isZero();
        assertThat(replay.rows()).isEqualTo(3);
        assertThat(replay.documents()).isEqualTo(1);
    }

    @Test
    void sendsNoRejectTwiceButANewRejectOfTheSameBytes() {
        StoredReject sent = record(1, RejectReason.TOO_LARGE, EVENT, 0);
        RejectReplay second = new RejectReplay(EventParser.withDefaults(), Set.of(sent.id()));

        second.add(sent);
        assertThat(second.accepted()).isZero();
        assertThat(second.earlier()).isEqualTo(1);

        second.add(record(9, RejectReason.TOO_LARGE, EVENT, 0));
        assertThat(second.accepted()).isEqualTo(1);
    }

    private static StoredReject record(long offset, RejectReason reason, String raw, long recordTime) {
        return new StoredReject(Kind.RECORD, "cdp.events.v1-0:" + offset, reason.id(), "", bytes(raw), recordTime);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
