package io.tributary.jobs.customer;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchCredentials;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import javax.annotation.Nullable;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/** How to reach Elasticsearch, from the options. */
public final class SearchConnection {
    private SearchConnection() {}

    /**
     * Empty if no Elasticsearch is configured.
     *
     * @throws OptionsException if options contradict each other, or would send credentials in the clear
     */
    public static Optional<ElasticsearchConnection> from(ReadableConfig options) {
        return options.getOptional(CustomerOptions.ELASTICSEARCH_HOSTS)
                .filter(hosts -> !hosts.isEmpty())
                .map(hosts -> connection(hosts, options));
    }

    private static ElasticsearchConnection connection(List<String> hosts, ReadableConfig options) {
        ElasticsearchCredentials credentials = credentials(options);
        String authorities = options.getOptional(CustomerOptions.ELASTICSEARCH_CERTIFICATE_AUTHORITIES)
                .orElse(null);
        try {
            return ElasticsearchConnection.to(
                            hosts.stream().map(SearchConnection::address).toArray(URI[]::new))
                    .withCredentials(credentials)
                    .withCertificateAuthorities(authorities);
        } catch (IllegalArgumentException e) {
            throw mistake(CustomerOptions.ELASTICSEARCH_HOSTS, e.getMessage());
        }
    }

    /** What is no URL is not quoted: a password may stand in it. */
    private static URI address(String host) {
        try {
            return new URI(host);
        } catch (URISyntaxException e) {
            throw mistake(
                    CustomerOptions.ELASTICSEARCH_HOSTS,
                    "not a URL like https://host:9200 (%s at character %d)".formatted(e.getReason(), e.getIndex() + 1));
        }
    }

    @Nullable
    private static ElasticsearchCredentials credentials(ReadableConfig options) {
        Optional<String> user = options.getOptional(CustomerOptions.ELASTICSEARCH_USER);
        Optional<String> password = options.getOptional(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE);
        Optional<String> apiKey = options.getOptional(CustomerOptions.ELASTICSEARCH_API_KEY_FILE);
        if (user.isPresent() && apiKey.isPresent()) {
            throw mistake(
                    CustomerOptions.ELASTICSEARCH_API_KEY_FILE,
                    "not together with " + CustomerOptions.ELASTICSEARCH_USER.key());
        }
        if (user.isPresent() != password.isPresent()) {
            throw user.isPresent()
                    ? mistake(CustomerOptions.ELASTICSEARCH_PASSWORD_FILE, "missing; the user needs a password")
                    : mistake(CustomerOptions.ELASTICSEARCH_USER, "missing; there is a password");
        }
        try {
            return user.<ElasticsearchCredentials>map(
                            name -> new ElasticsearchCredentials.Password(name, password.orElseThrow()))
                    .or(() -> apiKey.map(ElasticsearchCredentials.ApiKey::new))
                    .orElse(null);
        } catch (IllegalArgumentException e) {
            throw mistake(CustomerOptions.ELASTICSEARCH_USER, e.getMessage());
        }
    }

    private static OptionsException mistake(ConfigOption<?> option, String message) {
        return new OptionsException(option.key() + ": " + message);
    }
}
