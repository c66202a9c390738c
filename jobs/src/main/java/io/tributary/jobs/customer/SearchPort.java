package io.tributary.jobs.customer;

import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSink;
import io.tributary.operators.sink.KafkaRejectedDocuments;
import io.tributary.operators.sink.RetrySchedule;
import io.tributary.operators.sink.Topic;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.ReadableConfig;

/** The customer job's Elasticsearch sink, from its options. */
final class SearchPort {
    private SearchPort() {}

    /** Empty if no Elasticsearch is configured. */
    static Optional<Sink<DocumentWrite>> documents(ReadableConfig options) {
        return SearchConnection.from(options).map(connection -> documents(connection, options));
    }

    private static Sink<DocumentWrite> documents(ElasticsearchConnection connection, ReadableConfig options) {
        RetrySchedule schedule = new RetrySchedule(
                RetrySchedule.DEFAULT.first(),
                RetrySchedule.DEFAULT.longest(),
                options.get(CustomerOptions.ELASTICSEARCH_RETRY_LIMIT));
        return ElasticsearchSink.<DocumentWrite>builder()
                .setConverter((write, context) -> write)
                .setConnection(connection)
                .setRetrySchedule(schedule)
                .setRejectedDocuments(new KafkaRejectedDocuments(
                        Topic.REJECTS, Map.of("bootstrap.servers", KafkaPorts.bootstrapServers(options))))
                .build();
    }
}
