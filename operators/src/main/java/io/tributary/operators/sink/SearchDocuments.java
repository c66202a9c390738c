package io.tributary.operators.sink;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Profiles, triggers, and their deletion to documents: a profile becomes two, because personal data have an index of their own.
 * Most customers of a shop are anonymous; of whom nothing personal was ever stated there is nothing to delete either.
 */
public final class SearchDocuments implements FlatMapFunction<OutboundRecord, DocumentWrite> {
    @Override
    public void flatMap(OutboundRecord record, Collector<DocumentWrite> out) {
        switch (record.topic()) {
            case Topic.PROFILES -> {
                if (record.value() == null) {
                    out.collect(ProfileDocument.delete(record.key(), record.version()));
                    if (record.everPersonal()) {
                        out.collect(PersonalDocument.delete(record.key(), record.version()));
                    }
                    return;
                }
                out.collect(ProfileDocument.write(record.value()));
                DocumentWrite personal = PersonalDocument.write(record.value());
                if (record.everPersonal() || !personal.isDelete()) {
                    out.collect(personal);
                }
            }
            case Topic.TRIGGERS ->
                out.collect(
                        record.value() == null
                                ? TriggerDocument.deleteAllOf(record.key())
                                : TriggerDocument.write(record.value()));
            default -> throw new IllegalArgumentException("no document for a record of " + record.topic());
        }
    }
}
