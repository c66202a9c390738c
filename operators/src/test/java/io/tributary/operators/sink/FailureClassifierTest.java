package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.elasticsearch.ElasticsearchException;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.rest.RestStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureClassifierTest {
    @ParameterizedTest
    @CsvSource({
        "409, version_conflict_engine_exception, STALE",
        "429, es_rejected_execution_exception, RETRY",
        "503, unavailable_shards_exception, RETRY",
        "500, anything, RETRY",
        "408, timeout, RETRY",
        "400, document_parsing_exception, REJECT",
        "400, strict_dynamic_mapping_exception, REJECT",
        "404, index_not_found_exception, RETRY",
        "400, index_closed_exception, RETRY",
        "403, cluster_block_exception, RETRY",
        "403, security_exception, FATAL",
        "401, security_exception, FATAL"
    })
    void knowsWhatAnItemsStatusMeans(int status, String type, Outcome outcome) {
        assertThat(FailureClassifier.ofStatus(status, type)).isEqualTo(outcome);
    }

    @Test
    void knowsWhatAFailedRequestMeans() {
        assertThat(FailureClassifier.ofRequest(new ConnectException("refused"))).isEqualTo(Outcome.RETRY);
        assertThat(FailureClassifier.ofRequest(new IOException("Unable to parse response body")))
                .isEqualTo(Outcome.RETRY);
        assertThat(FailureClassifier.ofRequest(answered(RestStatus.TOO_MANY_REQUESTS)))
                .isEqualTo(Outcome.RETRY);
        assertThat(FailureClassifier.ofRequest(answered(RestStatus.BAD_GATEWAY)))
                .isEqualTo(Outcome.RETRY);
        assertThat(FailureClassifier.ofRequest(answered(RestStatus.UNAUTHORIZED)))
                .isEqualTo(Outcome.FATAL);
        assertThat(FailureClassifier.ofRequest(answered(RestStatus.REQUEST_ENTITY_TOO_LARGE)))
                .isEqualTo(Outcome.REJECT);
        assertThat(FailureClassifier.ofRequest(new JsonParseException(null, "not JSON")))
                .isEqualTo(Outcome.REJECT);
        assertThat(FailureClassifier.ofRequest(new ElasticsearchException("not an Elasticsearch")))
                .isEqualTo(Outcome.FATAL);
    }

    /** Whom to trust is read when the job starts. */
    @Test
    void doesNotWaitForACertificateToBecomeTrusted() {
        var unknown = handshake(new CertificateException("unable to find valid certification path"));
        var ofAnotherHost = new SSLPeerUnverifiedException("Certificate for <search> doesn't match any of [node]");

        assertThat(FailureClassifier.ofRequest(unknown)).isEqualTo(Outcome.FATAL);
        assertThat(FailureClassifier.ofRequest(ofAnotherHost)).isEqualTo(Outcome.FATAL);
        assertThat(FailureClassifier.ofRequest(handshake(new EOFException()))).isEqualTo(Outcome.RETRY);
        assertThat(FailureClassifier.detail(unknown))
                .isEqualTo("its certificate is not trusted: unable to find valid certification path");
    }

    @Test
    void tellsTheFieldButNotItsValue() {
        var message = "Elasticsearch exception [type=document_parsing_exception, reason=[1:15] failed to parse field"
                + " [first_seen] of type [date] in document with id 'c_1'. Preview of field's value: 'Ana']";

        assertThat(FailureClassifier.detail(message))
                .isEqualTo("document_parsing_exception: [1:15] failed to parse field [first_seen] of type [date] in"
                        + " document with id 'c_1'.");
    }

    private static IOException handshake(Exception cause) {
        var failure = new SSLHandshakeException("General SSLEngine problem");
        failure.initCause(cause);
        return failure;
    }

    private static ElasticsearchStatusException answered(RestStatus status) {
        return new ElasticsearchStatusException("answered", status);
    }
}
