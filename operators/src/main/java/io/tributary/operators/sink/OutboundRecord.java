package io.tributary.operators.sink;

import io.tributary.schemas.codec.Codec;
import io.tributary.schemas.codec.Wire;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A record for Kafka, with what its CloudEvents headers say.
 *
 * @param key the record's key, and the CloudEvents subject
 * @param id unique in all topics and a function of the cause, so that a consumer can recognise a repetition
 * @param type CloudEvents type, for example {@code io.tributary.profile.v1}
 * @param timestamp milliseconds since 1970
 * @param version of the customer's profile, or 0 where it says nothing
 * @param value JSON, or null for a tombstone
 * @param everPersonal of a profile, whether anything personal was ever stated of the customer; not for Kafka
 */
public record OutboundRecord(
        String topic,
        String key,
        String id,
        String type,
        long timestamp,
        long version,
        byte[] value,
        boolean everPersonal) {
    /** For channels between operators of one release; never kept in state. */
    public static final Codec<OutboundRecord> CODEC = new Codec<>() {
        @Override
        public void write(OutboundRecord record, DataOutput out) throws IOException {
            Wire.writeString(record.topic, out);
            Wire.writeString(record.key, out);
            Wire.writeString(record.id, out);
            Wire.writeString(record.type, out);
            Wire.writeVarLong(record.timestamp, out);
            Wire.writeVarLong(record.version, out);
            out.writeBoolean(record.value != null);
            if (record.value != null) {
                Wire.writeBytes(record.value, out);
            }
            out.writeBoolean(record.everPersonal);
        }

        @Override
        public OutboundRecord read(DataInput in) throws IOException {
            return new OutboundRecord(
                    Wire.readString(in),
                    Wire.readString(in),
                    Wire.readString(in),
                    Wire.readString(in),
                    Wire.readVarLong(in),
                    Wire.readVarLong(in),
                    in.readBoolean() ? Wire.readBytes(in) : null,
                    in.readBoolean());
        }
    };

    /** A record other than a profile. */
    public OutboundRecord(
            String topic, String key, String id, String type, long timestamp, long version, byte[] value) {
        this(topic, key, id, type, timestamp, version, value, false);
    }

    /** The key as Kafka stores it. */
    public byte[] keyBytes() {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
