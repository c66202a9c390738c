package io.tributary.operators.sink;

import io.tributary.schemas.event.RejectReason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A document that Elasticsearch will never take.
 *
 * @param write the document
 * @param reason {@link RejectReason#REFUSED_BY_ELASTICSEARCH} or {@link RejectReason#TOO_LARGE}
 * @param detail one sentence for a person, without the document's values
 */
public record RejectedDocument(DocumentWrite write, RejectReason reason, String detail) {
    /** The same for the same version of the same document, so that a repetition after a restart can be recognised. */
    public String id() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var cause = write.index() + '\n' + write.id() + '\n' + write.version();
            return "r_" + HexFormat.of().formatHex(digest.digest(cause.getBytes(StandardCharsets.UTF_8)), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
