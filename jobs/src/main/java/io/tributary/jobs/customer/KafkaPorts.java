package io.tributary.jobs.customer;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.kafka.DefinitionDeserializer;
import io.tributary.operators.kafka.DefinitionTopic;
import io.tributary.operators.kafka.EventDeserializer;
import io.tributary.operators.kafka.OutboundSerializer;
import io.tributary.operators.kafka.PrivacyDeserializer;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.time.Timestamps;
import java.util.Arrays;
import java.util.Map;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.kafka.common.KafkaException;

/** The customer job's Kafka source and sink, from its options. */
final class KafkaPorts {
    private KafkaPorts() {}

    static Source<Inbound, ?, ?> events(ReadableConfig options, CustomerSettings settings) {
        return source(
                Topic.EVENTS,
                new EventDeserializer(settings.limits(), settings.identifierRules()),
                startFrom(options),
                options);
    }

    static Source<PrivacyInbound, ?, ?> privacy(ReadableConfig options, CustomerSettings settings) {
        return source(Topic.PRIVACY, new PrivacyDeserializer(settings.identifierRules()), startFrom(options), options);
    }

    static Source<DefinitionInbound, ?, ?> definitions(ReadableConfig options) {
        return source(Topic.DEFINITIONS, new DefinitionDeserializer(), OffsetsInitializer.earliest(), options);
    }

    /** What has been published of definitions so far. */
    static PublishedDefinitions published(ReadableConfig options) {
        try {
            return DefinitionTopic.read(Map.of("bootstrap.servers", bootstrapServers(options)));
        } catch (KafkaException e) {
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new OptionsException("the definitions in " + Topic.DEFINITIONS + " can't be read from "
                    + bootstrapServers(options) + ": " + root.getMessage());
        }
    }

    /** Without a savepoint there is no state either: profiles are folded from the beginning of the log. */
    private static OffsetsInitializer startFrom(ReadableConfig options) {
        String from = options.getOptional(CustomerOptions.KAFKA_START_FROM).orElse(null);
        if (from == null) {
            return OffsetsInitializer.earliest();
        }
        long instant = Timestamps.parse(from);
        if (instant == Timestamps.INVALID) {
            throw new OptionsException(CustomerOptions.KAFKA_START_FROM.key() + ": '" + from
                    + "' is no ISO-8601 instant like 2026-01-31T00:00:00Z");
        }
        return OffsetsInitializer.timestamp(instant);
    }

    private static <T> Source<T, ?, ?> source(
            String topic,
            KafkaRecordDeserializationSchema<T> deserializer,
            OffsetsInitializer from,
            ReadableConfig options) {
        return KafkaSource.<T>builder()
                .setBootstrapServers(bootstrapServers(options))
                .setGroupId(options.get(CustomerOptions.KAFKA_GROUP_ID))
                .setTopics(topic)
                .setStartingOffsets(from)
                .setProperty("isolation.level", "read_committed")
                .setProperty("partition.discovery.interval.ms", "60000")
                .setDeserializer(deserializer)
                .build();
    }

    static Sink<OutboundRecord> outputs(ReadableConfig options) {
        return KafkaSink.<OutboundRecord>builder()
                .setBootstrapServers(bootstrapServers(options))
                .setDeliveryGuarantee(deliveryGuarantee(options))
                .setTransactionalIdPrefix(options.get(CustomerOptions.KAFKA_TRANSACTIONAL_ID_PREFIX))
                .setProperty(
                        "transaction.timeout.ms",
                        Long.toString(options.get(CustomerOptions.KAFKA_TRANSACTION_TIMEOUT)
                                .toMillis()))
                .setProperty("max.request.size", Integer.toString(Topic.MAX_RECORD_BYTES))
                .setProperty("compression.type", "lz4")
                .setProperty("linger.ms", "20")
                .setRecordSerializer(new OutboundSerializer())
                .build();
    }

    static String bootstrapServers(ReadableConfig options) {
        return options.getOptional(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS)
                .orElseThrow(() -> new OptionsException(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS.key()
                        + " is missing: the job has to know where Kafka is"));
    }

    private static DeliveryGuarantee deliveryGuarantee(ReadableConfig options) {
        String wanted = options.get(CustomerOptions.KAFKA_DELIVERY);
        return Arrays.stream(new DeliveryGuarantee[] {DeliveryGuarantee.EXACTLY_ONCE, DeliveryGuarantee.AT_LEAST_ONCE})
                .filter(guarantee -> guarantee.toString().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new OptionsException(CustomerOptions.KAFKA_DELIVERY.key() + ": '" + wanted
                        + "' is neither exactly-once nor at-least-once"));
    }
}
