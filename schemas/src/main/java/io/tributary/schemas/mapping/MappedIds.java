package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.codec.Hashes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Ids of mapped events, which are functions of the input: 128 bits of SHA-256 as 32 hex digits. */
final class MappedIds {
    private static final int HEX_DIGITS = 32;

    private MappedIds() {}

    /** Of a row, for the entry with this index: two entries on one row give two events. */
    static String row(int entry, byte[] identity) {
        var cause = start("row", entry);
        cause.writeBytes(identity);
        return hash(cause);
    }

    /** Of a group key; absent parts differ from empty ones, and parts can't run into each other. */
    static String group(int entry, List<JsonNode> key) {
        var cause = start("group", entry);
        for (var part : key) {
            if (part == null) {
                cause.writeBytes(length(-1));
                continue;
            }
            var bytes = (part.isValueNode() ? part.asText() : part.toString()).getBytes(StandardCharsets.UTF_8);
            cause.writeBytes(length(bytes.length));
            cause.writeBytes(bytes);
        }
        return hash(cause);
    }

    private static ByteArrayOutputStream start(String kind, int entry) {
        var cause = new ByteArrayOutputStream();
        cause.writeBytes((kind + ":" + entry + ":").getBytes(StandardCharsets.UTF_8));
        return cause;
    }

    private static byte[] length(int bytes) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array();
    }

    private static String hash(ByteArrayOutputStream cause) {
        return Hashes.hex(Hashes.sha256(cause.toByteArray())).substring(0, HEX_DIGITS);
    }
}
