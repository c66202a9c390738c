package io.tributary.operators.sink;

/** A record of {@code cdp.segment-changes.v1} as a document of {@code cdp-segment-changes}. */
final class SegmentChangeDocument {
    private SegmentChangeDocument() {}

    static DocumentWrite write(OutboundRecord record) {
        var published = FreeValues.read(record.value());
        var builder = new DocumentBuilder(published)
                .texts("at", "customer_id", "segment", "value", "change")
                .integers("definition_version")
                .because();
        return TimeSeries.SEGMENT_CHANGES.document(record.timestamp(), record.id(), builder.extra());
    }
}
