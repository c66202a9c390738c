package io.tributary.operators.sink;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestHighLevelClient;
import org.elasticsearch.client.RestHighLevelClientBuilder;

/**
 * How to reach an Elasticsearch 8.
 *
 * @param hosts one or more addresses, such as {@code https://search:9200}
 * @param authorization value of the Authorization header ({@code ApiKey …}, {@code Basic …}), or null
 * @param connectTimeout for a connection
 * @param answerTimeout without a byte of an answer; a bulk request that exceeds it is sent again
 */
public record ElasticsearchConnection(
        List<URI> hosts, @Nullable String authorization, Duration connectTimeout, Duration answerTimeout)
        implements Serializable {
    /** @throws IllegalArgumentException without a host, or with one that has no scheme or name */
    public ElasticsearchConnection {
        hosts = List.copyOf(hosts);
        if (hosts.isEmpty() || hosts.stream().anyMatch(host -> host.getScheme() == null || host.getHost() == null)) {
            throw new IllegalArgumentException("Elasticsearch needs addresses like http://host:9200, found " + hosts);
        }
    }

    public static ElasticsearchConnection to(URI... hosts) {
        return new ElasticsearchConnection(List.of(hosts), null, Duration.ofSeconds(5), Duration.ofSeconds(60));
    }

    /**
     * A client in compatibility mode. This client ended with version 7 and is deprecated; in this mode it speaks to
     * version 8, and its successor brings a second JSON stack for nothing that is needed here.
     */
    @SuppressWarnings("deprecation")
    public RestHighLevelClient open() {
        var addresses = hosts.stream()
                .map(host -> new HttpHost(host.getHost(), host.getPort(), host.getScheme()))
                .toArray(HttpHost[]::new);
        var builder = RestClient.builder(addresses)
                .setRequestConfigCallback(request -> request.setConnectTimeout((int) connectTimeout.toMillis())
                        .setSocketTimeout((int) answerTimeout.toMillis()));
        if (authorization != null) {
            builder.setDefaultHeaders(new Header[] {new BasicHeader("Authorization", authorization)});
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
