package io.tributary.operators.privacy;

import io.tributary.operators.clock.EventIntake;
import io.tributary.operators.profile.KeeperNotice;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.RejectJson;
import io.tributary.schemas.privacy.PrivacyCommand;
import io.tributary.schemas.privacy.PrivacyInbound;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Takes privacy commands in, right behind their source, and turns rejects aside. No state. */
public final class PrivacyIntake extends ProcessFunction<PrivacyInbound, PrivacyCommand> {
    /** Each command once more, for the ledger keepers. */
    public static final OutputTag<KeeperNotice> NOTICES =
            new OutputTag<>("command-notices", WireType.KEEPER_NOTICE.info());

    private transient Counter commandsRead;
    private transient Counter commandsRejected;

    @Override
    public void open(OpenContext openContext) {
        commandsRead = getRuntimeContext().getMetricGroup().counter("commandsRead");
        commandsRejected = getRuntimeContext().getMetricGroup().counter("commandsRejected");
    }

    @Override
    public void processElement(PrivacyInbound inbound, Context context, Collector<PrivacyCommand> out) {
        commandsRead.inc();
        if (inbound instanceof PrivacyInbound.Accepted accepted) {
            out.collect(accepted.command());
            context.output(NOTICES, new KeeperNotice.OfCommand(accepted.command()));
        } else if (inbound instanceof PrivacyInbound.Refused refused) {
            commandsRejected.inc();
            Long recordTime = context.timestamp();
            context.output(
                    EventIntake.REJECTS, RejectJson.record(refused.reject(), recordTime == null ? 0 : recordTime));
        }
    }
}
