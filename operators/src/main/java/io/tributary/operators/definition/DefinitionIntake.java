package io.tributary.operators.definition;

import io.tributary.operators.clock.EventIntake;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.segment.ReadDefinitions;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.RejectJson;
import io.tributary.schemas.definition.DefinitionInbound;
import io.tributary.schemas.definition.DefinitionLog;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.definition.UnpublishedException;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.identity.IdentitySettings;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Takes definitions in, right behind their source: puts the records of a publication together, checks the set, and tells of
 * it as a whole. A set with a mistake is rejected, and what held goes on holding. Runs at parallelism 1.
 *
 * <p>State: all definitions that have ever been published, in their last version.
 */
public final class DefinitionIntake extends ProcessFunction<DefinitionInbound, PublishedDefinitions>
        implements CheckpointedFunction {
    /** Each set once more, for the ledger keepers. */
    public static final OutputTag<KeeperNotice> NOTICES =
            new OutputTag<>("definition-notices", WireType.KEEPER_NOTICE.info());

    private final IdentitySettings identity;
    private final long known;
    private transient ListState<PublishedDefinitions> kept;
    private transient DefinitionLog log;

    /** Held for those who are told of it in this JVM, so that they find it read, and for the next, which has most of it. */
    private transient ReadDefinitions read;

    private transient Counter publicationsRead;
    private transient Counter publicationsRejected;

    /**
     * @param identity says which namespaces of identifiers there are
     * @param known the publication that everybody knows, or 0: nobody need be told of it or of earlier ones
     */
    public DefinitionIntake(IdentitySettings identity, long known) {
        this.identity = identity;
        this.known = known;
    }

    static ListStateDescriptor<PublishedDefinitions> kept() {
        return new ListStateDescriptor<>("definitions-read", WireType.PUBLISHED_DEFINITIONS.info());
    }

    @Override
    public void open(OpenContext openContext) {
        publicationsRead = getRuntimeContext().getMetricGroup().counter("publicationsRead");
        publicationsRejected = getRuntimeContext().getMetricGroup().counter("publicationsRejected");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        kept = context.getOperatorStateStore().getListState(kept());
        log = new DefinitionLog();
        for (PublishedDefinitions soFar : kept.get()) {
            log = new DefinitionLog(soFar);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        kept.update(List.of(log.soFar()));
    }

    @Override
    public void processElement(DefinitionInbound inbound, Context context, Collector<PublishedDefinitions> out) {
        try {
            Optional<PublishedDefinitions> set = log.read(inbound.key(), inbound.value());
            // Of a log that has been compacted an earlier set may lack what later ones have changed.
            if (set.isPresent() && set.get().publication() > known) {
                publicationsRead.inc();
                read = ReadDefinitions.of(set.get(), identity);
                out.collect(read.published());
                context.output(NOTICES, new KeeperNotice.OfDefinitions(read.published()));
            }
        } catch (UnpublishedException e) {
            reject(inbound, "the record is no part of a publication: " + e.getMessage(), context);
        } catch (DefinitionsException e) {
            publicationsRejected.inc();
            List<String> mistakes = e.mistakes();
            String more = mistakes.size() == 1 ? "" : " (and " + (mistakes.size() - 1) + " more)";
            reject(inbound, "what holds goes on holding; of the set: " + mistakes.get(0) + more, context);
        }
    }

    private static void reject(DefinitionInbound inbound, String detail, Context context) {
        byte[] raw = inbound.value() == null ? new byte[0] : inbound.value();
        Long recordTime = context.timestamp();
        context.output(
                EventIntake.REJECTS,
                RejectJson.record(
                        new Reject(RejectReason.BAD_DEFINITION, detail, inbound.origin(), raw),
                        recordTime == null ? 0 : recordTime));
    }
}
