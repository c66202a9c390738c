package io.tributary.jobs.customer;

import static io.tributary.jobs.customer.CustomerOperator.ASSIGN;
import static io.tributary.jobs.customer.CustomerOperator.DEFINITIONS_INTAKE;
import static io.tributary.jobs.customer.CustomerOperator.DEFINITIONS_SOURCE;
import static io.tributary.jobs.customer.CustomerOperator.DOCUMENTS;
import static io.tributary.jobs.customer.CustomerOperator.FOLD;
import static io.tributary.jobs.customer.CustomerOperator.INTAKE;
import static io.tributary.jobs.customer.CustomerOperator.KEEP;
import static io.tributary.jobs.customer.CustomerOperator.PRIVACY_INTAKE;
import static io.tributary.jobs.customer.CustomerOperator.PRIVACY_SOURCE;
import static io.tributary.jobs.customer.CustomerOperator.RESOLVE;
import static io.tributary.jobs.customer.CustomerOperator.SOURCE;
import static io.tributary.jobs.customer.CustomerOperator.TO_KAFKA;
import static io.tributary.jobs.customer.CustomerOperator.TO_SEARCH;
import static io.tributary.jobs.customer.CustomerOperator.WATCH;

import io.tributary.operators.clock.EventIntake;
import io.tributary.operators.clock.IdleWatermarks;
import io.tributary.operators.clock.TickingWatermarks;
import io.tributary.operators.definition.DefinitionIntake;
import io.tributary.operators.identity.FragmentAssigner;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.PersonResolver;
import io.tributary.operators.identity.Sighting;
import io.tributary.operators.privacy.PrivacyIntake;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.LedgerKeeper;
import io.tributary.operators.profile.ProfileFolder;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.SearchDocuments;
import io.tributary.operators.sweep.SweepOperator;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.CartWatcher;
import io.tributary.operators.trigger.PublishedTriggers;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The customer job, edge by edge.
 *
 * <pre>
 * events ─► intake ─► assign ──── sightings ────► resolve ─► relabellings ─┐
 *             │        by device                   (one for all)           ▼
 *             │        or identifier ─── events by fragment ────────────► keep ─► fold ──► watch
 *             ▼                                           ▲                by      by       by
 *           rejects                    privacy commands ──┤            fragment customer customer
 *                            definitions, whole sets ─────┴──► keep, fold
 *
 * customer events, profiles, identities, segments, triggers, rejects ─► Kafka, and all but the events ─► Elasticsearch
 * </pre>
 */
public final class CustomerTopology {
    private static final Set<String> PORT_UIDS = Stream.of(
                    SOURCE, PRIVACY_SOURCE, DEFINITIONS_SOURCE, TO_KAFKA, TO_SEARCH)
            .map(CustomerOperator::uid)
            .collect(Collectors.toUnmodifiableSet());

    private CustomerTopology() {}

    /**
     * The uids of the operators at the edges. What their state says holds only as long as the job reads and writes in the
     * same places: offsets, open transactions.
     */
    public static Set<String> portUids() {
        return PORT_UIDS;
    }

    /** Builds the job's graph; {@code execute} is left to the caller. */
    public static void wire(StreamExecutionEnvironment env, CustomerPorts ports, CustomerSettings settings) {
        long bound = settings.latenessBound().toMillis();
        var inbound = SOURCE.on(
                env.fromSource(ports.events(), new TickingWatermarks(bound), SOURCE.title(), WireType.INBOUND.info()));
        var events = INTAKE.on(inbound.process(new EventIntake(bound)).returns(WireType.CUSTOMER_EVENT.info()));
        var assigned = ASSIGN.on(events.keyBy(CustomerTopology::firstIdentityKey)
                .process(new FragmentAssigner())
                .returns(WireType.FRAGMENT_MESSAGE.info()));
        var commands = PRIVACY_INTAKE.on(PRIVACY_SOURCE
                .on(env.fromSource(
                                ports.privacy(),
                                new IdleWatermarks<>(),
                                PRIVACY_SOURCE.title(),
                                WireType.PRIVACY_INBOUND.info())
                        .setParallelism(1))
                .process(new PrivacyIntake())
                .returns(WireType.PRIVACY_COMMAND.info())
                .setParallelism(1));
        var definitions = DEFINITIONS_INTAKE.on(DEFINITIONS_SOURCE
                .on(env.fromSource(
                                ports.definitions(),
                                new IdleWatermarks<>(),
                                DEFINITIONS_SOURCE.title(),
                                WireType.DEFINITION_INBOUND.info())
                        .setParallelism(1))
                .process(new DefinitionIntake(
                        settings.identity(), ports.published().publication()))
                .returns(WireType.PUBLISHED_DEFINITIONS.info())
                .setParallelism(1));
        var relabellings = RESOLVE.on(assigned.getSideOutput(FragmentAssigner.SIGHTINGS)
                .keyBy(CustomerTopology::oneForAll)
                .connect(commands.keyBy(CustomerTopology::oneForAll))
                .process(new PersonResolver(settings.resolutionRules()))
                .returns(WireType.FRAGMENT_MESSAGE.info())
                .setParallelism(1));
        var notices = commands.getSideOutput(PrivacyIntake.NOTICES)
                .union(definitions.getSideOutput(DefinitionIntake.NOTICES));
        var messages = KEEP.on(assigned.union(relabellings)
                .keyBy(CustomerTopology::fragment)
                .connect(notices.broadcast(LedgerKeeper.erasures(), LedgerKeeper.published()))
                .process(new LedgerKeeper(
                        settings.resolutionRules(), new ActiveDefinitions(ports.published(), settings.identity())))
                .returns(WireType.CUSTOMER_MESSAGE.info()));
        var folded = FOLD.on(SweepOperator.process(
                messages.keyBy(CustomerMessage::customerId),
                definitions,
                new ProfileFolder(
                        settings.publishInterval().toMillis(),
                        settings.versionBase(),
                        new ActiveDefinitions(ports.published(), settings.identity())),
                List.of(ProfileFolder.published()),
                WireType.OUTBOUND_RECORD.info()));
        // The folder's key is the watcher's: no shuffle lies between them.
        var cartChanges = DataStreamUtils.reinterpretAsKeyedStream(
                folded.getSideOutput(ProfileFolder.CART_CHANGES), CartChange::customerId);
        var triggers = WATCH.on(SweepOperator.process(
                cartChanges,
                definitions,
                new CartWatcher(PublishedTriggers.of(ports.published())),
                List.of(CartWatcher.periods()),
                WireType.OUTBOUND_RECORD.info()));
        var profiles = folded.getSideOutput(ProfileFolder.PROFILES);
        var rejects = events.getSideOutput(EventIntake.REJECTS)
                .union(commands.getSideOutput(EventIntake.REJECTS), definitions.getSideOutput(EventIntake.REJECTS));

        var identities = folded.getSideOutput(ProfileFolder.IDENTITIES)
                .union(relabellings.getSideOutput(PersonResolver.CHANGES));

        var segments = folded.getSideOutput(ProfileFolder.SEGMENT_CHANGES);

        var suppressed = triggers.getSideOutput(CartWatcher.SUPPRESSED);

        TO_KAFKA.on(folded.union(profiles, identities, segments, triggers, suppressed, rejects)
                .sinkTo(ports.kafka()));
        var alwaysSearched = profiles.union(triggers.getSideOutput(CartWatcher.SEARCHED));
        var searched = settings.search().history()
                ? alwaysSearched.union(
                        folded.getSideOutput(ProfileFolder.SEARCHED),
                        relabellings.getSideOutput(PersonResolver.CHANGES),
                        suppressed,
                        rejects)
                : alwaysSearched;
        ports.search()
                .ifPresent(search -> TO_SEARCH.on(DOCUMENTS
                        .on(searched.flatMap(
                                        new SearchDocuments(settings.search().promoted()))
                                .returns(WireType.DOCUMENT_WRITE.info()))
                        .sinkTo(search)));
    }

    // Keys stay in the state of what is remembered for good, so they are hashes.

    private static String firstIdentityKey(CustomerEvent event) {
        return event.firstIdentityKey().customerId();
    }

    private static String oneForAll(PrivacyCommand command) {
        return "";
    }

    private static String oneForAll(Sighting sighting) {
        return "";
    }

    private static String fragment(FragmentMessage message) {
        return message.fragmentId().customerId();
    }
}
