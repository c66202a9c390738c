package io.tributary.operators.clock;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.RejectJson;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.RejectReason;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Takes records in, right behind the source: decides once what is late, marks it, and turns rejects aside.
 *
 * <p>State: per partition of the log its newest instant, in union list state, so that a partition keeps its clock when
 * it moves to another subtask. Bound: one entry of about 40 bytes per partition and subtask, and one for all files.
 */
public final class EventIntake extends ProcessFunction<Inbound, CustomerEvent> implements CheckpointedFunction {
    /** Refused input. */
    public static final OutputTag<OutboundRecord> REJECTS = new OutputTag<>("rejects", WireType.OUTBOUND_RECORD.info());

    private final long boundMillis;
    private transient PartitionClocks clocks;
    private transient ListState<Tuple2<String, Long>> clockState;
    private transient Counter eventsRead;
    private transient Counter eventsLate;
    private transient Counter ticks;
    private transient Map<RejectReason, Counter> rejected;

    /** @param boundMillis the lateness bound, in milliseconds */
    public EventIntake(long boundMillis) {
        this.boundMillis = boundMillis;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        clocks = new PartitionClocks(boundMillis);
        clockState = context.getOperatorStateStore()
                .getUnionListState(
                        new ListStateDescriptor<>("partition-clocks", Types.TUPLE(Types.STRING, Types.LONG)));
        for (Tuple2<String, Long> clock : clockState.get()) {
            clocks.advance(clock.f0, clock.f1);
        }
    }

    @Override
    public void open(OpenContext openContext) {
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        eventsRead = metrics.counter("eventsRead");
        eventsLate = metrics.counter("eventsLate");
        ticks = metrics.counter("ticks");
        rejected = new EnumMap<>(RejectReason.class);
        for (RejectReason reason : RejectReason.values()) {
            rejected.put(reason, metrics.addGroup("reason", reason.id()).counter("eventsRejected"));
        }
    }

    @Override
    public void processElement(Inbound inbound, Context context, Collector<CustomerEvent> out) {
        if (inbound instanceof Inbound.Accepted accepted) {
            eventsRead.inc();
            String partition = partition(accepted.origin());
            CustomerEvent event = accepted.event();
            long knownAt = clocks.knownAt(partition, event.timestamp());
            if (knownAt > event.timestamp()) {
                eventsLate.inc();
                event = event.knownAt(knownAt);
            }
            clocks.advance(partition, accepted.clock());
            out.collect(event);
        } else if (inbound instanceof Inbound.Tick tick) {
            ticks.inc();
            clocks.advance(partition(tick.origin()), tick.timestamp());
        } else if (inbound instanceof Inbound.Refused refused) {
            eventsRead.inc();
            rejected.get(refused.reject().reason()).inc();
            Long recordTime = context.timestamp();
            context.output(REJECTS, RejectJson.record(refused.reject(), recordTime == null ? 0 : recordTime));
        }
    }

    private static String partition(Origin origin) {
        return origin.isFile() ? PartitionClocks.HISTORY : origin.source() + "-" + origin.partition();
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        clockState.clear();
        for (Map.Entry<String, Long> clock : clocks.snapshot().entrySet()) {
            clockState.add(Tuple2.of(clock.getKey(), clock.getValue()));
        }
    }
}
