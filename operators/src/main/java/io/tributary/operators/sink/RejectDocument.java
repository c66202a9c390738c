package io.tributary.operators.sink;

import io.tributary.schemas.time.Timestamps;

/**
 * A record of {@code cdp.rejects.v1} as a document of {@code cdp-rejects}: where it came from and why, not what was refused
 * nor what is wrong with it, which may be personal.
 */
final class RejectDocument {
    private RejectDocument() {}

    static DocumentWrite write(OutboundRecord record) {
        var published = FreeValues.read(record.value());
        published.put("at", Timestamps.format(record.timestamp()));
        var builder = new DocumentBuilder(published)
                .texts("at", "reason", "topic", "file")
                .integers("partition", "offset", "line");
        return TimeSeries.REJECTS.document(record.timestamp(), record.id(), builder);
    }
}
