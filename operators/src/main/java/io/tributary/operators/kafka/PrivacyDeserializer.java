package io.tributary.operators.kafka;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.privacy.PrivacyParser;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of {@code cdp.privacy.v1} to commands and rejects; never throws for what a record contains. */
public final class PrivacyDeserializer implements KafkaRecordDeserializationSchema<PrivacyInbound> {
    private final IdentifierRules identifierRules;
    private transient PrivacyParser parser;

    public PrivacyDeserializer(IdentifierRules identifierRules) {
        this.identifierRules = identifierRules;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        parser = new PrivacyParser(identifierRules);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<PrivacyInbound> out) {
        out.collect(parser.parse(record.value(), Origin.record(record.topic(), record.partition(), record.offset())));
    }

    @Override
    public TypeInformation<PrivacyInbound> getProducedType() {
        return WireType.PRIVACY_INBOUND.info();
    }
}
