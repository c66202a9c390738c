package io.tributary.jobs.customer;

import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.event.Inbound;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * Where the customer job reads and writes; tests and the local stack pass others.
 *
 * @param search profiles and triggers for Elasticsearch, if there is one
 */
public record CustomerPorts(
        Source<Inbound, ?, ?> events, Sink<OutboundRecord> kafka, Optional<Sink<OutboundRecord>> search) {}
