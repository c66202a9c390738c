package io.tributary.schemas.event;

/**
 * Input that was refused, with nothing of it lost.
 *
 * @param reason why
 * @param detail one sentence for a person, without personal data
 * @param origin where it came from
 * @param raw the bytes as they came, without the line ending
 */
public record Reject(RejectReason reason, String detail, Origin origin, byte[] raw) {}
