package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.time.Timestamps;

/**
 * A record of {@code cdp.rejects.v1} as a document of {@code cdp-rejects}: where it came from and why, not what was refused
 * nor what is wrong with it, which may be personal. {@code at} is its record time; where that is none, when it was sent.
 */
final class RejectDocument {
    private RejectDocument() {}

    static DocumentWrite write(OutboundRecord record) {
        var published = FreeValues.read(record.value());
        long at = record.timestamp() > 0 ? record.timestamp() : sentAt(published);
        published.put("at", Timestamps.format(at));
        var builder = new DocumentBuilder(published)
                .texts("at", "reason", "topic", "file")
                .integers("partition", "offset", "line");
        return TimeSeries.REJECTS.document(at, record.id(), builder);
    }

    private static long sentAt(ObjectNode published) {
        return Math.max(0, Timestamps.parse(published.path(RejectJson.SENT_AT).asText()));
    }
}
