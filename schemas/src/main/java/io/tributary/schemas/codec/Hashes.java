package io.tributary.schemas.codec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes that are part of the contract: ids and tie-breaks are SHA-256 of their cause, never random. */
public final class Hashes {
    private static final HexFormat HEX = HexFormat.of();
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    });

    private Hashes() {}

    public static byte[] sha256(byte[] bytes) {
        return SHA_256.get().digest(bytes);
    }

    public static byte[] sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    /** The first 16 hexadecimal digits of the SHA-256 of a text. */
    public static String shortHex(String text) {
        return HEX.formatHex(sha256(text), 0, 8);
    }

    /** The first 32 hexadecimal digits of the SHA-256 of some bytes: enough that no two causes ever share them. */
    public static String longHex(byte[] bytes) {
        return HEX.formatHex(sha256(bytes), 0, 16);
    }

    /** The first eight bytes of a digest, big-endian: orders like the digest when compared unsigned. */
    public static long prefix(byte[] digest) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (digest[i] & 0xFF);
        }
        return value;
    }
}
