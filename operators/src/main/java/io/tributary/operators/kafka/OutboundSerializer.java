package io.tributary.operators.kafka;

import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Outbound records to Kafka, with the headers of CloudEvents' Kafka protocol binding in binary mode: the value is the
 * data, the attributes are headers with the prefix {@code ce_}.
 */
public final class OutboundSerializer implements KafkaRecordSerializationSchema<OutboundRecord> {
    private static final byte[] SPEC_VERSION = bytes("1.0");
    private static final byte[] SOURCE = bytes("/tributary/customer");
    private static final byte[] JSON = bytes("application/json");

    @Override
    public ProducerRecord<byte[], byte[]> serialize(OutboundRecord record, KafkaSinkContext context, Long timestamp) {
        Headers headers = new RecordHeaders();
        headers.add("ce_specversion", SPEC_VERSION);
        headers.add("ce_id", bytes(record.id()));
        headers.add("ce_source", SOURCE);
        headers.add("ce_type", bytes(record.type()));
        headers.add("ce_time", bytes(Timestamps.format(record.timestamp())));
        headers.add("ce_subject", bytes(record.key()));
        headers.add("content-type", JSON);
        return new ProducerRecord<>(
                record.topic(), null, record.timestamp(), record.keyBytes(), record.value(), headers);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
