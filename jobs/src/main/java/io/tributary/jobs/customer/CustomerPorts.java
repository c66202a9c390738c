package io.tributary.jobs.customer;

import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.OutboundRecord;
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
 * @param search documents for Elasticsearch, if there is one
 */
public record CustomerPorts(
        Source<Inbound, ?, ?> events,
        Source<PrivacyInbound, ?, ?> privacy,
        Sink<OutboundRecord> kafka,
        Optional<Sink<DocumentWrite>> search) {
    /**
     * Kafka and Elasticsearch as the options say.
     *
     * @throws io.tributary.jobs.options.OptionsException if a value does not fit
     */
    public static CustomerPorts from(ReadableConfig options, CustomerSettings settings) {
        return new CustomerPorts(
                KafkaPorts.events(options, settings),
                KafkaPorts.privacy(options, settings),
                KafkaPorts.outputs(options),
                SearchPort.documents(options));
    }
}
