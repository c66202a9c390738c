package io.tributary.jobs.customer;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSink;
import io.tributary.operators.sink.KafkaRejectedDocuments;
import io.tributary.operators.sink.RetrySchedule;
import io.tributary.operators.sink.Topic;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.ReadableConfig;

/** The customer job's Elasticsearch sink, from its options. */
final class SearchPort {
    private SearchPort() {}

    /** Empty if no Elasticsearch is configured. */
    static Optional<Sink<DocumentWrite>> documents(ReadableConfig options) {
        return options.getOptional(CustomerOptions.ELASTICSEARCH_HOSTS)
                .filter(hosts -> !hosts.isEmpty())
                .map(hosts -> documents(hosts, options));
    }

    private static Sink<DocumentWrite> documents(List<String> hosts, ReadableConfig options) {
        RetrySchedule schedule = new RetrySchedule(
                RetrySchedule.DEFAULT.first(),
                RetrySchedule.DEFAULT.longest(),
                options.get(CustomerOptions.ELASTICSEARCH_RETRY_LIMIT));
        return ElasticsearchSink.<DocumentWrite>builder()
                .setConverter((write, context) -> write)
                .setConnection(connection(hosts, options))
                .setRetrySchedule(schedule)
                .setRejectedDocuments(new KafkaRejectedDocuments(
                        Topic.REJECTS, Map.of("bootstrap.servers", KafkaPorts.bootstrapServers(options))))
                .build();
    }

    private static ElasticsearchConnection connection(List<String> hosts, ReadableConfig options) {
        try {
            return new ElasticsearchConnection(
                    hosts.stream().map(URI::create).toList(),
                    options.getOptional(CustomerOptions.ELASTICSEARCH_AUTHORIZATION)
                            .orElse(null),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60));
        } catch (IllegalArgumentException e) {
            throw new OptionsException(CustomerOptions.ELASTICSEARCH_HOSTS.key() + ": " + e.getMessage());
        }
    }
}
