package io.tributary.operators.sink;

import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import javax.annotation.Nullable;
import javax.net.ssl.SSLContext;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestHighLevelClient;
import org.elasticsearch.client.RestHighLevelClientBuilder;

/**
 * How to reach an Elasticsearch 8. Holds the names of files, no secret: see {@link ElasticsearchCredentials}.
 *
 * @param hosts one or more addresses, such as {@code https://search:9200}
 * @param credentials as whom, or null
 * @param certificateAuthorities the PEM file of those who vouch for the hosts, or null for those whom Java trusts
 * @param connectTimeout for a connection
 * @param answerTimeout without a byte of an answer; a bulk request that exceeds it is sent again
 */
public record ElasticsearchConnection(
        List<URI> hosts,
        @Nullable ElasticsearchCredentials credentials,
        @Nullable String certificateAuthorities,
        Duration connectTimeout,
        Duration answerTimeout)
        implements Serializable {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /**
     * @throws IllegalArgumentException without a host; with one that has no scheme or name, or a user in it; with
     *     credentials that would cross the network in the clear; with certificate authorities for what has no certificate
     */
    public ElasticsearchConnection {
        hosts = List.copyOf(hosts);
        if (hosts.stream().anyMatch(host -> host.toString().contains("@"))) {
            // Not quoted: what stands before it is a password.
            throw new IllegalArgumentException("an address must not have a user or a password in it");
        }
        if (hosts.isEmpty() || hosts.stream().anyMatch(host -> host.getScheme() == null || host.getHost() == null)) {
            throw new IllegalArgumentException("Elasticsearch needs addresses like http://host:9200, found " + hosts);
        }
        for (URI host : hosts) {
            boolean encrypted = host.getScheme().equalsIgnoreCase("https");
            if (!encrypted && certificateAuthorities != null) {
                throw new IllegalArgumentException(
                        host + " has no certificate that certificate authorities could vouch for; it has to be https");
            }
            if (!encrypted
                    && credentials != null
                    && !LOOPBACK.matcher(host.getHost()).matches()) {
                throw new IllegalArgumentException(
                        "credentials would go to " + host + " in the clear; it has to be https");
            }
        }
    }

    /** With the usual time-outs, without credentials. */
    public static ElasticsearchConnection to(URI... hosts) {
        return new ElasticsearchConnection(List.of(hosts), null, null, Duration.ofSeconds(5), Duration.ofSeconds(60));
    }

    public ElasticsearchConnection withCredentials(@Nullable ElasticsearchCredentials whose) {
        return new ElasticsearchConnection(hosts, whose, certificateAuthorities, connectTimeout, answerTimeout);
    }

    public ElasticsearchConnection withCertificateAuthorities(@Nullable String file) {
        return new ElasticsearchConnection(hosts, credentials, file, connectTimeout, answerTimeout);
    }

    /**
     * A client in compatibility mode. This client ended with version 7 and is deprecated; in this mode it speaks to
     * version 8, and its successor brings a second JSON stack for nothing that is needed here.
     *
     * @throws IOException if a file that this names can't be used
     */
    @SuppressWarnings("deprecation")
    public RestHighLevelClient open() throws IOException {
        var addresses = hosts.stream()
                .map(host -> new HttpHost(host.getHost(), host.getPort(), host.getScheme()))
                .toArray(HttpHost[]::new);
        var builder = RestClient.builder(addresses)
                .setRequestConfigCallback(request -> request.setConnectTimeout((int) connectTimeout.toMillis())
                        .setSocketTimeout((int) answerTimeout.toMillis()));
        if (credentials != null) {
            builder.setDefaultHeaders(new Header[] {new BasicHeader("Authorization", credentials.authorization())});
        }
        if (certificateAuthorities != null) {
            SSLContext tls = CertificateAuthorities.trusting(certificateAuthorities);
            builder.setHttpClientConfigCallback(client -> client.setSSLContext(tls));
        }
        return new RestHighLevelClientBuilder(builder.build())
                .setApiCompatibilityMode(true)
                .build();
    }

    @Override
    public String toString() {
        return "Elasticsearch at " + hosts;
    }
}
