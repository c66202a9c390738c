package io.tributary.operators.sink;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The public JSON of rejects, as the topic and the files carry it. */
public final class RejectJson {
    /** When what was refused was sent, if its record has no time. */
    static final String SENT_AT = "sent_at";

    private RejectJson() {}

    /**
     * One JSON object in UTF-8, without a line end; the raw bytes in base64, and their true number if only the beginning
     * is kept.
     */
    public static byte[] write(Reject reject) {
        return ProfileJson.write(reject.raw().length * 4 / 3 + 256, json -> {
            json.writeStartObject();
            Origin origin = reject.origin();
            if (origin.isFile()) {
                json.writeStringField("file", origin.source());
                json.writeNumberField("line", origin.position());
                if (origin.isRow()) {
                    json.writeBooleanField("mapped", true);
                }
            } else {
                json.writeStringField("topic", origin.source());
                json.writeNumberField("partition", origin.partition());
                json.writeNumberField("offset", origin.position());
            }
            json.writeStringField("reason", reject.reason().id());
            json.writeStringField("detail", reject.detail());
            writeRaw(json, reject.raw(), reject.length());
            if (reject.sentAt() > 0) {
                json.writeStringField(SENT_AT, Timestamps.format(reject.sentAt()));
            }
            json.writeEndObject();
        });
    }

    /**
     * Writes what is kept of refused bytes, and how many there were if that is not all.
     *
     * @param length of what was refused, in bytes
     */
    static void writeRaw(JsonGenerator json, byte[] kept, long length) throws IOException {
        json.writeBinaryField("raw", kept);
        if (length > kept.length) {
            json.writeNumberField("raw_length", length);
        }
    }

    /**
     * A reject as a record for {@code cdp.rejects.v1}, keyed by where it came from.
     *
     * @param recordTime Kafka's record time of what was refused, milliseconds since 1970; one that is no time between
     *     1970 and 9999 is published as 0, which is none
     */
    public static OutboundRecord record(Reject reject, long recordTime) {
        Origin origin = reject.origin();
        String key = origin.isFile()
                ? origin.source() + ":" + origin.position()
                : origin.source() + "-" + origin.partition() + ":" + origin.position();
        String cause = String.join("\n", key, reject.reason().id(), Hashes.hex(Hashes.sha256(reject.raw())));
        return new OutboundRecord(
                Topic.REJECTS,
                key,
                Hashes.hex(Hashes.sha256(cause.getBytes(StandardCharsets.UTF_8))),
                "io.tributary.reject.v1",
                Timestamps.isValid(recordTime) ? recordTime : 0,
                0,
                write(reject));
    }
}
