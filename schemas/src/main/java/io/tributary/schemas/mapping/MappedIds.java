package io.tributary.schemas.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Ids that are functions of the input: 128 bits of SHA-256 as 32 hex digits. */
final class Hashes {
    private static final int HEX_DIGITS = 32;

    private Hashes() {}

    /** Of a row, for the entry with this index: two entries on one row give two events. */
    static String row(int entry, byte[] identity) {
        var digest = start("row", entry);
        digest.update(identity);
        return hex(digest);
    }

    /** Of a group key; absent parts differ from empty ones, and parts can't run into each other. */
    static String group(int entry, List<JsonNode> key) {
        var digest = start("group", entry);
        for (var part : key) {
            if (part == null) {
                digest.update(ByteBuffer.allocate(4).putInt(-1).flip());
                continue;
            }
            var bytes = (part.isValueNode() ? part.asText() : part.toString()).getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return hex(digest);
    }

    private static MessageDigest start(String kind, int entry) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((kind + ":" + entry + ":").getBytes(StandardCharsets.UTF_8));
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
    }
}
