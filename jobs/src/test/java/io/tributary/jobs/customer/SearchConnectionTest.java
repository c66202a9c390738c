package io.tributary.jobs.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.sink.ElasticsearchCredentials.ApiKey;
import io.tributary.operators.sink.ElasticsearchCredentials.Password;
import java.net.URI;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class SearchConnectionTest {
    private final Configuration options = new Configuration();

    SearchConnectionTest() {
        hosts("https://search:9200");
    }

    @Test
    void connectsToNothingWithoutHosts() {
        assertThat(SearchConnection.from(new Configuration())).isEmpty();
        hosts();
        assertThat(SearchConnection.from(options)).isEmpty();
    }

    @Test
    void comesAsNobodyUnlessToldOtherwise() {
        assertThat(SearchConnection.from(options)).hasValueSatisfying(connection -> {
            assertThat(connection.hosts()).containsExactly(URI.create("https://search:9200"));
            assertThat(connection.credentials()).isNull();
            assertThat(connection.certificateAuthorities()).isNull();
        });
    }

    @Test
    void comesAsAUserWithThePasswordOfAFile() {
        options.set(CustomerOptions.ELASTICSEARCH_USER, "tributary");
        options.set(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE, "/run/secrets/password");
        options.set(CustomerOptions.ELASTICSEARCH_CERTIFICATE_AUTHORITIES, "/run/secrets/ca.crt");

        assertThat(SearchConnection.from(options)).hasValueSatisfying(connection -> {
            assertThat(connection.credentials()).isEqualTo(new Password("tributary", "/run/secrets/password"));
            assertThat(connection.certificateAuthorities()).isEqualTo("/run/secrets/ca.crt");
        });
    }

    @Test
    void comesWithTheApiKeyOfAFile() {
        options.set(CustomerOptions.ELASTICSEARCH_API_KEY_FILE, "/run/secrets/api-key");

        assertThat(SearchConnection.from(options)).hasValueSatisfying(connection -> assertThat(connection.credentials())
                .isEqualTo(new ApiKey("/run/secrets/api-key")));
    }

    @Test
    void refusesTwoKindsOfCredentials() {
        options.set(CustomerOptions.ELASTICSEARCH_USER, "tributary");
        options.set(CustomerOptions.ELASTICSEARCH_API_KEY_FILE, "/run/secrets/api-key");

        refuses("elasticsearch.api-key-file: not together with elasticsearch.user");
    }

    @Test
    void refusesAUserWithoutAPassword() {
        options.set(CustomerOptions.ELASTICSEARCH_USER, "tributary");

        refuses("elasticsearch.password-file: missing; the user needs a password");
    }

    @Test
    void refusesAPasswordWithoutAUser() {
        options.set(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE, "/run/secrets/password");

        refuses("elasticsearch.user: missing; there is a password");
    }

    @Test
    void refusesAUserWhomNobodyCanBe() {
        options.set(CustomerOptions.ELASTICSEARCH_USER, "ana:bob");
        options.set(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE, "/run/secrets/password");

        refuses("elasticsearch.user: 'ana:bob' can't be a user's name");
    }

    @Test
    void refusesToSendCredentialsInTheClear() {
        hosts("https://one:9200", "http://two:9200");
        options.set(CustomerOptions.ELASTICSEARCH_API_KEY_FILE, "/run/secrets/api-key");

        refuses("elasticsearch.hosts: credentials would go to http://two:9200 in the clear; it has to be https");
    }

    @Test
    void refusesCertificateAuthoritiesForPlainHttp() {
        hosts("http://search:9200");
        options.set(CustomerOptions.ELASTICSEARCH_CERTIFICATE_AUTHORITIES, "/run/secrets/ca.crt");

        refuses("elasticsearch.hosts: http://search:9200 has no certificate that certificate authorities could vouch"
                + " for; it has to be https");
    }

    @Test
    void doesNotQuoteAnAddressWithAPassword() {
        hosts("https://ana:s3cret@search:9200");
        refuses("elasticsearch.hosts: an address must not have a user or a password in it");

        hosts("https://ana:s3 cret@search:9200");
        refuses(
                "elasticsearch.hosts: not a URL like https://host:9200 (Illegal character in authority at character 9)");
    }

    private void hosts(String... hosts) {
        options.set(CustomerOptions.ELASTICSEARCH_HOSTS, List.of(hosts));
    }

    private void refuses(String message) {
        assertThatThrownBy(() -> SearchConnection.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessage(message);
    }
}
