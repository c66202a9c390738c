package io.tributary.jobs.customer;

import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.privacy.PrivacyInbound;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.ReadableConfig;

/**
 * Where the customer job reads and writes; tests and the local stack pass others.
 *
 * @param privacy what people demand of their data
 * @param published the definitions that hold when the job starts
 * @param definitions what is published of definitions, from the beginning or behind {@code published}
 * @param search documents for Elasticsearch, if there is one
 */
public record CustomerPorts(
        Source<Inbound, ?, ?> events,
        Source<PrivacyInbound, ?, ?> privacy,
        PublishedDefinitions published,
        Source<DefinitionInbound, ?, ?> definitions,
        Sink<OutboundRecord> kafka,
        Optional<Sink<DocumentWrite>> search) {
    /**
     * Kafka and Elasticsearch as the options say. Reads what has been published of definitions.
     *
     * @throws io.tributary.jobs.options.OptionsException if a value does not fit
     */
    public static CustomerPorts from(ReadableConfig options, CustomerSettings settings) {
        return from(options, settings, KafkaPorts.published(options));
    }

    /** The same, where it is known what has been published: nothing is read. */
    public static CustomerPorts from(
            ReadableConfig options, CustomerSettings settings, PublishedDefinitions published) {
        return new CustomerPorts(
                KafkaPorts.events(options, settings),
                KafkaPorts.privacy(options, settings),
                published,
                KafkaPorts.definitions(options),
                KafkaPorts.outputs(options),
                SearchPort.documents(options));
    }
}
