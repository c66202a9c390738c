package io.tributary.local.latency;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tributary.local.stack.TopicLog;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.json.AcceptedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Looks for mergers in Kafka as any consumer would, committed records only, until it is interrupted. */
final class KafkaObserver implements Callable<Void> {
    private static final JsonMapper JSON = AcceptedJson.mapper();
    private static final List<String> TOPICS = List.of(Topic.PROFILES, Topic.CUSTOMER_ALIASES, Topic.IDENTITY_CHANGES);

    private final String bootstrapServers;
    private final Mergers mergers;

    KafkaObserver(String bootstrapServers, Mergers mergers) {
        this.bootstrapServers = bootstrapServers;
        this.mergers = mergers;
    }

    @Override
    public Void call() throws IOException {
        TopicLog.follow(bootstrapServers, TOPICS, records -> {
            long nanos = System.nanoTime();
            for (var record : records) {
                observe(record, nanos);
            }
        });
        return null;
    }

    private void observe(ConsumerRecord<byte[], byte[]> record, long nanos) throws IOException {
        String customer = new String(record.key(), StandardCharsets.UTF_8);
        if (record.topic().equals(Topic.PROFILES)) {
            if (record.value() == null) {
                mergers.inKafka(Mergers.Trace.END, customer, nanos);
            } else {
                mergers.profileInKafka(customer);
            }
        } else if (record.value() != null) {
            var value = JSON.readTree(record.value());
            boolean alias = record.topic().equals(Topic.CUSTOMER_ALIASES);
            if (alias || value.path("change").asText().equals("merged")) {
                mergers.inKafka(
                        alias ? Mergers.Trace.ALIAS : Mergers.Trace.CHANGE,
                        customer,
                        value.path("into").asText(),
                        value.path("because").asText(),
                        nanos);
            }
        }
    }
}
