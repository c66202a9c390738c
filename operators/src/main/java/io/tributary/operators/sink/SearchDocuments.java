package io.tributary.operators.sink;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/** Published profiles and triggers to documents: a profile becomes two, because personal data have an index of their own. */
public final class SearchDocuments implements FlatMapFunction<OutboundRecord, DocumentWrite> {
    @Override
    public void flatMap(OutboundRecord record, Collector<DocumentWrite> out) {
        switch (record.topic()) {
            case Topic.PROFILES -> {
                out.collect(ProfileDocument.write(record.value()));
                out.collect(PersonalDocument.write(record.value()));
            }
            case Topic.TRIGGERS -> out.collect(TriggerDocument.write(record.value()));
            default -> throw new IllegalArgumentException("no document for a record of " + record.topic());
        }
    }
}
