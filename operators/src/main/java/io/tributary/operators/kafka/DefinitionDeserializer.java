package io.tributary.operators.kafka;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.event.Origin;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of {@code cdp.definitions.v1} as they come: what they say together shows only where a publication closes. */
public final class DefinitionDeserializer implements KafkaRecordDeserializationSchema<DefinitionInbound> {
    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<DefinitionInbound> out) {
        Origin origin = Origin.record(record.topic(), record.partition(), record.offset());
        out.collect(new DefinitionInbound(origin, record.key(), record.value()));
    }

    @Override
    public TypeInformation<DefinitionInbound> getProducedType() {
        return WireType.DEFINITION_INBOUND.info();
    }
}
