package io.tributary.operators.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.elasticsearch.ElasticsearchException;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.action.bulk.BulkItemResponse;

/**
 * What an answer of Elasticsearch, or its absence, means for a document.
 *
 * <p>Flink's {@code FatalExceptionClassifier} is not used: it knows two outcomes of a whole request, answers
 * {@code false} for a fatal one, and says nothing of the items of a bulk.
 */
final class FailureClassifier {
    private static final Pattern TYPE = Pattern.compile("\\[type=([a-z_]+), reason=(.*)]", Pattern.DOTALL);
    /** Elasticsearch quotes what it could not read after this: personal data. */
    private static final String QUOTATION = " Preview of field's value";

    private static final int LONGEST_DETAIL = 500;
    /** Client errors by their status, but not by the document: somebody has to prepare or unblock the index. */
    private static final Set<String> OF_THE_INDEX = Set.of(
            "index_not_found_exception",
            "index_closed_exception",
            "cluster_block_exception",
            "no_shard_available_action_exception",
            "process_cluster_event_timeout_exception");

    private FailureClassifier() {}

    static Outcome ofItem(BulkItemResponse item) {
        if (!item.isFailed()) {
            return Outcome.DONE;
        }
        return ofStatus(item.getFailure().getStatus().getStatus(), type(item.getFailureMessage()));
    }

    /** The outcome of an item that was answered with a status of 400 or more. */
    static Outcome ofStatus(int status, String type) {
        if (status == 409) {
            return Outcome.STALE;
        }
        if (status == 408 || status == 429 || status >= 500 || OF_THE_INDEX.contains(type)) {
            return Outcome.RETRY;
        }
        if (status == 401 || status == 403) {
            return Outcome.FATAL;
        }
        return Outcome.REJECT;
    }

    /**
     * The outcome of a request that failed as a whole: {@link Outcome#REJECT} if one of its documents is to blame, so
     * that the sender can look for it.
     */
    static Outcome ofRequest(Throwable failure) {
        if (failure instanceof ElasticsearchStatusException answered) {
            return switch (answered.status().getStatus()) {
                case 400, 413 -> Outcome.REJECT;
                case 404 -> Outcome.RETRY;
                case 408, 429 -> Outcome.RETRY;
                default -> answered.status().getStatus() >= 500 ? Outcome.RETRY : Outcome.FATAL;
            };
        }
        if (failure instanceof JsonProcessingException) {
            // The client reads each document before it sends it; an answer that it can't read comes wrapped.
            return Outcome.REJECT;
        }
        if (untrusted(failure).isPresent()) {
            // The files that say whom to trust are read when the job starts: only a restart can help.
            return Outcome.FATAL;
        }
        if (causes(failure).anyMatch(IOException.class::isInstance)) {
            return Outcome.RETRY;
        }
        // What the client itself refused: not an Elasticsearch, or a document that is not JSON.
        return failure instanceof ElasticsearchException ? Outcome.FATAL : Outcome.REJECT;
    }

    /** What to tell of a request that failed as a whole. */
    static String detail(Throwable failure) {
        return untrusted(failure)
                .map(cause -> "its certificate is not trusted: " + detail(cause.getMessage()))
                .orElseGet(() -> detail(failure.getMessage()));
    }

    /** Nobody vouches for the certificate, it has expired, or it is of another host. */
    private static Optional<Throwable> untrusted(Throwable failure) {
        return causes(failure)
                .filter(cause -> cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException)
                .findFirst();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    /** Kind and reason in one line, without the values that Elasticsearch quotes. */
    static String detail(String message) {
        if (message == null) {
            return "no message";
        }
        var parts = TYPE.matcher(message);
        var text = parts.find() ? parts.group(1) + ": " + parts.group(2) : message;
        int quotation = text.indexOf(QUOTATION);
        if (quotation >= 0) {
            text = text.substring(0, quotation);
        }
        text = text.replace('\n', ' ');
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL);
    }

    private static String type(String message) {
        var parts = TYPE.matcher(message == null ? "" : message);
        return parts.find() ? parts.group(1) : "";
    }
}
