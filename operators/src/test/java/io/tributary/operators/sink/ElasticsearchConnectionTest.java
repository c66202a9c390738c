package io.tributary.operators.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.operators.sink.ElasticsearchCredentials.ApiKey;
import io.tributary.operators.sink.ElasticsearchCredentials.Password;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElasticsearchConnectionTest {
    private static final ElasticsearchCredentials NOBODY_READS = new ApiKey("/run/secrets/api-key");

    @TempDir
    Path folder;

    @Test
    void saysWhoItIsAsElasticsearchExpectsIt() throws IOException {
        assertThat(new Password("ana", file("pässword with spaces \n")).authorization())
                .isEqualTo("Basic YW5hOnDDpHNzd29yZCB3aXRoIHNwYWNlcyA=");
        assertThat(new ApiKey(file("aWQ6a2V5\r\n")).authorization()).isEqualTo("ApiKey aWQ6a2V5");
    }

    @Test
    void takesUpANewSecretWithTheNextConnection() throws IOException {
        var credentials = new ApiKey(file("old"));
        credentials.authorization();
        file("new");

        assertThat(credentials.authorization()).isEqualTo("ApiKey new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "  \n", "s3cret\nfor you", "s3cret\n\n"})
    void refusesAFileWithoutExactlyOneSecretAndDoesNotQuoteIt(String content) throws IOException {
        var file = file(content);

        assertThatThrownBy(() -> new ApiKey(file).authorization())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void saysWhichFileIsMissing() {
        var connection = ElasticsearchConnection.to(URI.create("https://search:9200"));

        assertThatThrownBy(() -> connection
                        .withCredentials(new Password("ana", "/no/password"))
                        .open())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/password");
        assertThatThrownBy(() ->
                        connection.withCertificateAuthorities("/no/ca.pem").open())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/ca.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void refusesAFileWithoutCertificates(String content) throws IOException {
        var file = file(content);
        var connection =
                ElasticsearchConnection.to(URI.create("https://search:9200")).withCertificateAuthorities(file);

        assertThatThrownBy(connection::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("certificate authorities")
                .hasMessageContaining(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://search:9200", "http://10.0.0.1:9200", "http://127.0.0.1.example.com:9200"})
    void doesNotSendCredentialsThroughTheNetworkInTheClear(String host) {
        var connection = ElasticsearchConnection.to(URI.create("https://search:9200"), URI.create(host));

        assertThatThrownBy(() -> connection.withCredentials(NOBODY_READS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(host + " in the clear");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://search", "http://localhost:9200", "http://127.0.0.1:9200", "http://[::1]:9200"})
    void sendsCredentialsEncryptedOrWithinTheMachine(String host) {
        var connection = ElasticsearchConnection.to(URI.create(host));

        assertThatCode(() -> connection.withCredentials(NOBODY_READS)).doesNotThrowAnyException();
    }

    @Test
    void refusesCertificateAuthoritiesForAHostWithoutACertificate() {
        var connection = ElasticsearchConnection.to(URI.create("http://localhost:9200"));

        assertThatThrownBy(() -> connection.withCertificateAuthorities("ca.pem"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://localhost:9200")
                .hasMessageContaining("https");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://ana:s3cret@search:9200", "https://ana:s3cret@under_score:9200"})
    void refusesAnAddressWithAPasswordAndDoesNotQuoteIt(String host) {
        assertThatThrownBy(() -> ElasticsearchConnection.to(URI.create(host)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "ana:bob"})
    void refusesANameThatNoUserCanHave(String user) {
        assertThatThrownBy(() -> new Password(user, "file")).isInstanceOf(IllegalArgumentException.class);
    }

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("file"), content).toString();
    }
}
