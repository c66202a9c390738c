package io.tributary.operators.sink;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * What is published to documents: a profile becomes two, because personal data have an index of their own; what happens becomes
 * one of a {@linkplain TimeSeries time series}; of an erased customer all of those are deleted. Most customers of a shop are
 * anonymous; of whom nothing personal was ever stated there is nothing to delete either.
 */
public final class SearchDocuments implements FlatMapFunction<OutboundRecord, DocumentWrite> {
    private final PromotedTraits promoted;

    public SearchDocuments(PromotedTraits promoted) {
        this.promoted = promoted;
    }

    @Override
    public void flatMap(OutboundRecord record, Collector<DocumentWrite> out) {
        switch (record.topic()) {
            case Topic.PROFILES -> profile(record, out);
            case Topic.TRIGGERS -> {
                if (record.value() == null) {
                    out.collect(TimeSeries.TRIGGERS.deleteAllOf(record.key()));
                    out.collect(TimeSeries.TRIGGERS_SUPPRESSED.deleteAllOf(record.key()));
                } else {
                    out.collect(TriggerDocument.write(record.value()));
                }
            }
            case Topic.TRIGGERS_SUPPRESSED -> out.collect(TriggerDocument.suppressed(record.value()));
            case Topic.SEGMENT_CHANGES -> {
                if (record.value() == null) {
                    out.collect(TimeSeries.SEGMENT_CHANGES.deleteAllOf(record.key()));
                    out.collect(TimeSeries.IDENTITY_CHANGES.deleteAllOf(record.key()));
                } else {
                    out.collect(SegmentChangeDocument.write(record));
                }
            }
            case Topic.IDENTITY_CHANGES -> out.collect(IdentityChangeDocument.write(record));
            case Topic.REJECTS -> out.collect(RejectDocument.write(record));
            // Who became whom: a profile names those that it was merged from.
            case Topic.CUSTOMER_ALIASES -> {}
            default -> throw new IllegalArgumentException("no document for a record of " + record.topic());
        }
    }

    private void profile(OutboundRecord record, Collector<DocumentWrite> out) {
        if (record.value() == null) {
            out.collect(ProfileDocument.delete(record.key(), record.version()));
            if (record.everPersonal()) {
                out.collect(PersonalDocument.delete(record.key(), record.version()));
            }
            return;
        }
        out.collect(ProfileDocument.write(record.value(), promoted));
        DocumentWrite personal = PersonalDocument.write(record.value());
        if (record.everPersonal() || !personal.isDelete()) {
            out.collect(personal);
        }
    }
}
