package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RejectDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECORD_TIME = "2026-01-05T09:30:00.000Z";
    private static final String SENT_AT = "2026-02-03T04:05:06.789Z";

    private static final Reject REJECT = new Reject(
            RejectReason.NOT_JSON,
            "why",
            Origin.record(Topic.EVENTS, 1, 7),
            "mia@example.com".getBytes(StandardCharsets.UTF_8));

    @Test
    void isDatedByTheRecord() throws IOException {
        assertIsAt(REJECT, Timestamps.parse(RECORD_TIME), RECORD_TIME, "cdp-rejects-v1-2026.01");
        assertIsAt(
                REJECT.sentAt(Timestamps.parse(SENT_AT)),
                Timestamps.parse(RECORD_TIME),
                RECORD_TIME,
                "cdp-rejects-v1-2026.01");
    }

    /** Else no dashboard would ever show it, and the first run of {@code expire} would delete it. */
    @Test
    void isDatedByWhoSentARecordWithoutATime() throws IOException {
        assertIsAt(REJECT.sentAt(Timestamps.parse(SENT_AT)), 0, SENT_AT, "cdp-rejects-v1-2026.02");
        assertIsAt(REJECT, 0, "1970-01-01T00:00:00.000Z", "cdp-rejects-v1-earlier");
    }

    private static void assertIsAt(Reject reject, long recordTime, String at, String index) throws IOException {
        DocumentWrite write = RejectDocument.write(RejectJson.record(reject, recordTime));

        assertThat(write.index()).isEqualTo(index);
        assertThat(JSON.readTree(write.document()))
                .isEqualTo(JSON.readTree(
                        """
                        {"at": "%s", "reason": "not_json", "topic": "cdp.events.v1", "partition": 1, "offset": 7}
                        """
                                .formatted(at)));
    }
}
