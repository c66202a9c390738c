package io.tributary.operators.kafka;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Records of {@code cdp.events.v1} to events, ticks and rejects; never throws for what a record contains. */
public final class EventDeserializer implements KafkaRecordDeserializationSchema<Inbound> {
    /**
     * Header of a record that has no time of its own: when it was sent, ISO-8601. It dates no event, only a reject; a
     * header that is no instant says nothing.
     */
    public static final String SENT_AT_HEADER = "tributary_sent_at";

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
        Inbound inbound = parser.parse(
                value, Origin.record(record.topic(), record.partition(), record.offset()), record.timestamp());
        out.collect(
                inbound instanceof Inbound.Refused refused
                        ? new Inbound.Refused(refused.reject().sentAt(sentAt(record)))
                        : inbound);
    }

    private static long sentAt(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(SENT_AT_HEADER);
        if (header == null || header.value() == null) {
            return 0;
        }
        long instant = Timestamps.parse(new String(header.value(), StandardCharsets.UTF_8));
        return instant == Timestamps.INVALID ? 0 : instant;
    }

    @Override
    public TypeInformation<Inbound> getProducedType() {
        return WireType.INBOUND.info();
    }
}
