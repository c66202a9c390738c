package io.tributary.local.rejects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tributary.local.UserException;
import io.tributary.schemas.codec.Hashes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A reject as a file or the topic {@code cdp.rejects.v1} keeps it.
 *
 * @param kind what was refused
 * @param where {@code file:line}, {@code topic-partition:offset} or {@code index/document@version}
 * @param reason id of the reason, also one that this release does not know
 * @param detail one sentence
 * @param raw the bytes as they came; empty for a deletion of a document
 * @param recordTime Kafka's record time of what was refused, milliseconds since 1970; 0 if there is none
 * @param length of what was refused, in bytes; more than {@code raw} has if only its beginning is kept
 */
public record StoredReject(
        Kind kind, String where, String reason, String detail, byte[] raw, long recordTime, long length) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What was refused. */
    public enum Kind {
        /** The line of a file. */
        LINE,
        /** A row of a mapped file, or the rows of one event: no event by itself. */
        ROW,
        /** A record of a topic. */
        RECORD,
        /** A document, by Elasticsearch. */
        DOCUMENT
    }

    /** A reject that is kept whole. */
    public StoredReject(Kind kind, String where, String reason, String detail, byte[] raw, long recordTime) {
        this(kind, where, reason, detail, raw, recordTime, raw.length);
    }

    /**
     * Reads the public JSON of a reject.
     *
     * @param place what messages call it
     * @param recordTime of the reject itself, which is that of what was refused
     * @throws UserException if it is something else
     */
    static StoredReject read(byte[] json, String place, long recordTime) throws UserException {
        try {
            JsonNode reject = JSON.readTree(json);
            String reason = reject.path("reason").textValue();
            byte[] raw = reject.has("raw") ? reject.get("raw").binaryValue() : new byte[0];
            if (reason != null && raw != null) {
                String detail = reject.path("detail").asText();
                long length = reject.path("raw_length").asLong(raw.length);
                if (reject.has("file")) {
                    String line = reject.path("file").asText() + ":"
                            + reject.path("line").asText();
                    Kind kind = reject.path("mapped").asBoolean() ? Kind.ROW : Kind.LINE;
                    return new StoredReject(kind, line, reason, detail, raw, recordTime, length);
                }
                if (reject.has("topic")) {
                    String record = reject.path("topic").asText() + "-"
                            + reject.path("partition").asText() + ":"
                            + reject.path("offset").asText();
                    return new StoredReject(Kind.RECORD, record, reason, detail, raw, recordTime, length);
                }
                if (reject.has("index")) {
                    String document = reject.path("index").asText() + "/"
                            + reject.path("document_id").asText() + "@"
                            + reject.path("version").asText();
                    return new StoredReject(Kind.DOCUMENT, document, reason, detail, raw, recordTime, length);
                }
            }
        } catch (IOException e) {
            throw new UserException(place + " is not JSON", e);
        }
        throw new UserException(place + " is no reject");
    }

    /** Whether {@link #raw} is only the beginning of what was refused. */
    boolean isCut() {
        return length > raw.length;
    }

    /** The same for the same bytes from the same place, and for no others. */
    String id() {
        return Hashes.hex(Hashes.sha256((where + "\n" + content()).getBytes(StandardCharsets.UTF_8)));
    }

    /** The same for the same bytes, and for no others. */
    String content() {
        return Hashes.hex(Hashes.sha256(raw));
    }
}
