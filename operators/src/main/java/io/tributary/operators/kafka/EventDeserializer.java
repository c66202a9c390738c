package io.tributary.operators.kafka;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of {@code cdp.events.v1} to events, ticks and rejects; never throws for what a record contains. */
public final class EventDeserializer implements KafkaRecordDeserializationSchema<Inbound> {
    private static final byte[] NOTHING = {};

    private final EventLimits limits;
    private final IdentifierRules identifierRules;
    private transient EventParser parser;

    public EventDeserializer(EventLimits limits, IdentifierRules identifierRules) {
        this.limits = limits;
        this.identifierRules = identifierRules;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        parser = new EventParser(limits, identifierRules);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Inbound> out) {
        byte[] value = record.value() == null ? NOTHING : record.value();
        out.collect(parser.parse(
                value, Origin.record(record.topic(), record.partition(), record.offset()), record.timestamp()));
    }

    @Override
    public TypeInformation<Inbound> getProducedType() {
        return WireType.INBOUND.info();
    }
}
