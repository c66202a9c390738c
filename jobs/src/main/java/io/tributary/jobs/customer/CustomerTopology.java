package io.tributary.jobs.customer;

import static io.tributary.jobs.customer.CustomerOperator.DEDUPLICATE;
import static io.tributary.jobs.customer.CustomerOperator.DOCUMENTS;
import static io.tributary.jobs.customer.CustomerOperator.FOLD;
import static io.tributary.jobs.customer.CustomerOperator.INTAKE;
import static io.tributary.jobs.customer.CustomerOperator.LABEL;
import static io.tributary.jobs.customer.CustomerOperator.SOURCE;
import static io.tributary.jobs.customer.CustomerOperator.TO_KAFKA;
import static io.tributary.jobs.customer.CustomerOperator.TO_SEARCH;
import static io.tributary.jobs.customer.CustomerOperator.WATCH;

import io.tributary.operators.clock.EventIntake;
import io.tributary.operators.clock.TickingWatermarks;
import io.tributary.operators.identity.EventDeduplicator;
import io.tributary.operators.identity.FragmentLabeler;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.SearchDocuments;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.schemas.event.CustomerEvent;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The customer job, edge by edge.
 *
 * <pre>
 * events ─► intake ─► deduplicate ─► label ─► fold ─► watch
 *             │        by device     by       by       by
 *             │        or identifier fragment customer customer
 *             ▼                               ▼        ▼
 *           rejects          customer events, profiles, triggers ─► Kafka; profiles, triggers ─► Elasticsearch
 * </pre>
 */
public final class CustomerTopology {
    private CustomerTopology() {}

    /** Builds the job's graph; {@code execute} is left to the caller. */
    public static void wire(StreamExecutionEnvironment env, CustomerPorts ports, CustomerSettings settings) {
        long bound = settings.latenessBound().toMillis();
        var inbound = SOURCE.on(
                env.fromSource(ports.events(), new TickingWatermarks(bound), SOURCE.title(), WireType.INBOUND.info()));
        var events = INTAKE.on(inbound.process(new EventIntake(bound)).returns(WireType.CUSTOMER_EVENT.info()));
        var distinct = DEDUPLICATE.on(events.keyBy(CustomerTopology::firstIdentityKey)
                .process(new EventDeduplicator())
                .returns(WireType.CUSTOMER_EVENT.info()));
        var labelled = LABEL.on(distinct.keyBy(CustomerTopology::fragment)
                .process(new FragmentLabeler())
                .returns(WireType.CUSTOMER_MESSAGE.info()));
        var folded = FOLD.on(labelled.keyBy(CustomerMessage::customerId)
                .process(new ProfileFolder(settings.publishInterval().toMillis()))
                .returns(WireType.OUTBOUND_RECORD.info()));
        // The folder's key is the watcher's: no shuffle lies between them.
        var cartChanges = DataStreamUtils.reinterpretAsKeyedStream(
                folded.getSideOutput(ProfileFolder.CART_CHANGES), CartChange::customerId);
        var triggers = WATCH.on(cartChanges
                .process(new CartWatcher(settings.abandonedCart()))
                .returns(WireType.OUTBOUND_RECORD.info()));
        var profiles = folded.getSideOutput(ProfileFolder.PROFILES);
        var rejects = events.getSideOutput(EventIntake.REJECTS);

        TO_KAFKA.on(folded.union(profiles, triggers, rejects).sinkTo(ports.kafka()));
        ports.search()
                .ifPresent(search -> TO_SEARCH.on(DOCUMENTS
                        .on(profiles.union(triggers)
                                .flatMap(new SearchDocuments())
                                .returns(WireType.DOCUMENT_WRITE.info()))
                        .sinkTo(search)));
    }

    private static String firstIdentityKey(CustomerEvent event) {
        return event.firstIdentityKey().qualified();
    }

    private static String fragment(CustomerEvent event) {
        return event.fragment().qualified();
    }
}
