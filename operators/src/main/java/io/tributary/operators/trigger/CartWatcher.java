package io.tributary.operators.trigger;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.sweep.SweepFunction;
import io.tributary.operators.trigger.Suppression.Reason;
import io.tributary.operators.trigger.TriggerPeriods.Period;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Fires triggers, by customer, behind the watermark, as they were published: other definitions hold from the
 * watermark at which they come. What is due before is decided by those before, what is due later by the new ones; nobody is
 * told twice of a cart, nor of one that was due under an earlier definition and did not fire. What fires passes a
 * {@link Gate}; what that holds back is told apart, with the reason.
 *
 * <p>State: one value per customer, gone 30 days after the customer's last cart event, or when no match of a sequence can be open
 * any more; the events of which such matches are found anew, appended to and seldom read, gone with it; one event-time timer.
 * While caps are defined, of a customer who was told something a second value with what they count; the first, with nothing in
 * it, and the timer stay for as long as it does, at most the longest cap's window. For all customers which definitions have held
 * since when.
 */
public final class CartWatcher extends SweepFunction<String, CartChange, PublishedDefinitions, OutboundRecord>
        implements CheckpointedFunction {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What fires, and a record without a value for a customer whatever fired for whom is to be forgotten, in their order. */
    public static final OutputTag<OutboundRecord> SEARCHED =
            new OutputTag<>("searched-triggers", WireType.OUTBOUND_RECORD.info());

    /** For {@code cdp.triggers-suppressed.v1}. */
    public static final OutputTag<OutboundRecord> SUPPRESSED =
            new OutputTag<>("suppressed-triggers", WireType.OUTBOUND_RECORD.info());

    private static final String TYPE = "io.tributary.trigger.v1";
    private static final String TYPE_RETRACTION = "io.tributary.trigger-retraction.v1";
    private static final String TYPE_SUPPRESSED = "io.tributary.trigger-suppressed.v1";

    /** Under which the periods are kept. */
    private static final int THE_PERIODS = 0;

    private final PublishedTriggers atSubmission;
    private transient BroadcastState<Integer, TriggerPeriods> kept;
    private transient TriggerPeriods periods;

    /** By publication, of the definitions that have been asked for. */
    private transient Map<Long, Triggers> triggers;

    private transient ValueState<TriggerState> state;
    private transient RetainedEvents retained;

    /** Whoever has one has the other state, too: so all of them are reached when other definitions hold. */
    private transient ValueState<GateHistory> history;

    private transient Counter triggersFired;
    private transient Counter triggersRetracted;
    private transient Map<Reason, Counter> triggersSuppressed;
    private transient Counter cartEventsLate;
    private transient Counter cartEventsForced;

    /** @param atSubmission what holds until something later is told */
    public CartWatcher(PublishedTriggers atSubmission) {
        this.atSubmission = atSubmission;
    }

    static ValueStateDescriptor<TriggerState> state() {
        return new ValueStateDescriptor<>("trigger", WireType.TRIGGER_STATE.info());
    }

    static MapStateDescriptor<EventOrder, WatchedEvent> retained() {
        return KeptEvents.descriptor("trigger-events");
    }

    static ValueStateDescriptor<GateHistory> history() {
        return new ValueStateDescriptor<>("trigger-gate", WireType.GATE_HISTORY.info());
    }

    /** Which definitions have held since when, for all customers. */
    public static MapStateDescriptor<Integer, TriggerPeriods> periods() {
        return new MapStateDescriptor<>("trigger-periods", Types.INT, WireType.TRIGGER_PERIODS.info());
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        kept = context.getOperatorStateStore().getBroadcastState(periods());
        TriggerPeriods before = kept.get(THE_PERIODS);
        periods = before == null ? TriggerPeriods.ofBeginning(atSubmission) : before;
    }

    @Override
    protected void start(long watermark) throws Exception {
        hold(periods.with(atSubmission, watermark));
    }

    private void hold(TriggerPeriods those) throws Exception {
        if (those != periods) {
            // What held before is made again for whoever's turn has not come.
            closeTriggers();
        }
        periods = those;
        kept.put(THE_PERIODS, periods);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
        // All states are written when they change.
    }

    @Override
    public void open(OpenContext openContext) {
        triggers = new HashMap<>();
        state = getRuntimeContext().getState(state());
        retained = new KeptEvents(getRuntimeContext().getMapState(retained()));
        history = getRuntimeContext().getState(history());
        triggersFired = getRuntimeContext().getMetricGroup().counter("triggersFired");
        triggersRetracted = getRuntimeContext().getMetricGroup().counter("triggersRetracted");
        triggersSuppressed = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            triggersSuppressed.put(
                    reason,
                    getRuntimeContext()
                            .getMetricGroup()
                            .addGroup("reason", reason.id())
                            .counter("triggersSuppressed"));
        }
        cartEventsLate = getRuntimeContext().getMetricGroup().counter("cartEventsLate");
        cartEventsForced = getRuntimeContext().getMetricGroup().counter("cartEventsForced");
    }

    @Override
    public void processBroadcastElement(PublishedDefinitions set, Context context, Collector<OutboundRecord> out)
            throws Exception {
        hold(periods.with(PublishedTriggers.of(set), context.currentWatermark()));
    }

    @Override
    protected String stateOfEveryKey() {
        return state().getName();
    }

    @Override
    protected long target() {
        return Math.max(periods.last().publication(), atSubmission.publication());
    }

    @Override
    protected void sweep(ReadOnlyContext context, Collector<OutboundRecord> out) throws Exception {
        TriggerState current = state.value();
        if (current != null && catchUp(current, context.getCurrentKey(), context, out)) {
            long watermark = context.currentWatermark();
            now().advance(current, retained, context.getCurrentKey(), watermark, outputs(context, out));
            settle(current, watermark, context.timerService());
        }
    }

    /** The deadlines of very many carts may pass at once. */
    @Override
    protected boolean firesTimersInTurns() {
        return true;
    }

    @Override
    protected void turn(long instant, ReadOnlyContext context, Collector<OutboundRecord> out) {
        throw new IllegalStateException("nobody has asked for a turn at " + instant);
    }

    private Triggers by(Period period) {
        return triggers.computeIfAbsent(period.publication(), added -> new Triggers(period));
    }

    /** Whatever has happened to the customer before is decided by what holds. */
    private Triggers now() {
        return by(periods.last());
    }

    /**
     * Takes a customer through the definitions that hold since the one by which its matches were found.
     *
     * @return whether there are any
     */
    private boolean catchUp(
            TriggerState current, String customerId, ReadOnlyContext context, Collector<OutboundRecord> out)
            throws IOException {
        // Behind the end of a bounded log nothing is decided any more.
        if (current.publication() == periods.last().publication()
                || context.currentWatermark() == Watermark.MAX_WATERMARK.getTimestamp()) {
            return false;
        }
        Period held = periods.of(current.publication());
        for (Period period : periods.since(current.publication())) {
            Period before = held;
            by(period)
                    .takeOver(
                            by(before),
                            current,
                            retained,
                            customerId,
                            period.from(),
                            new Outputs(before.gate(), context, out));
            takeOver(before.gate(), period.gate(), period.from());
            held = period;
        }
        current.publication(periods.last().publication());
        return true;
    }

    /** What the caps before had forgotten by then, whoever looked at it since, is not there for others. */
    private void takeOver(Gate before, Gate gate, long watermark) throws IOException {
        if (before.counts()) {
            GateHistory known = known();
            keep(gate.at(watermark, before.at(watermark, known)), known);
        }
    }

    private GateHistory known() throws IOException {
        GateHistory known = history.value();
        return known == null ? GateHistory.EMPTY : known;
    }

    private void keep(GateHistory next, GateHistory known) throws IOException {
        if (!next.isEmpty() && next != known) {
            history.update(next);
        } else if (next.isEmpty() && !known.isEmpty()) {
            history.clear();
        }
    }

    @Override
    public void processElement(CartChange change, ReadOnlyContext context, Collector<OutboundRecord> out)
            throws Exception {
        if (change instanceof CartChange.Operation operation) {
            add(operation, context, out);
        } else if (change instanceof CartChange.Restart restart) {
            restart(restart, context, out);
        } else if (change instanceof CartChange.Erasure erasure) {
            forgetTold(context.timerService());
            forget(erasure.customerId(), context);
            erasure.formerIds().forEach(former -> forget(former, context));
        }
    }

    /** What fired before has been told before. */
    private static void forget(String customerId, ReadOnlyContext context) {
        context.output(SEARCHED, new OutboundRecord(Topic.TRIGGERS, customerId, customerId, TYPE, 0, 0, null));
    }

    private void forgetTold(TimerService timers) throws IOException {
        TriggerState current = state.value();
        if (current != null) {
            keep(GateHistory.EMPTY, known());
            current.forgetTold();
            settle(current, timers.currentWatermark(), timers);
        }
    }

    private TriggerState newState() {
        TriggerState current = new TriggerState();
        current.publication(periods.last().publication());
        return current;
    }

    private void add(CartChange.Operation change, ReadOnlyContext context, Collector<OutboundRecord> out)
            throws IOException {
        TimerService timers = context.timerService();
        TriggerState current = state.value();
        if (current == null) {
            if (!change.isEvent()) {
                // The next event brings along whatever still counts of what was said before it.
                return;
            }
            current = newState();
        }
        boolean isOther = catchUp(current, change.customerId(), context, out);
        // A deadline whose timer has not had its turn yet still asks for what was said before it.
        now().add(current, change, Math.min(timers.currentWatermark(), current.timer() - 1));
        if (change.isEvent()) {
            if (change.entry() != null && change.entry().isLate()) {
                cartEventsLate.inc();
            }
            if (now().relieve(current, retained, change.customerId(), outputs(context, out))) {
                cartEventsForced.inc();
            }
        }
        if (isOther) {
            settle(current, timers.currentWatermark(), timers);
        } else {
            if (change.isEvent()) {
                long knownAt = change.entry() == null
                        ? change.watched().knownAt()
                        : change.entry().knownAt();
                setTimer(current, Math.min(current.timer(), knownAt), timers);
            }
            state.update(current);
        }
    }

    /** All that is known before the instant has arrived, so what is due before it need not wait for the watermark. */
    private void restart(CartChange.Restart restart, ReadOnlyContext context, Collector<OutboundRecord> out)
            throws IOException {
        TimerService timers = context.timerService();
        TriggerState current = state.value();
        if (current == null) {
            if (restart.entries().isEmpty() && restart.come().isEmpty()) {
                return;
            }
            current = newState();
        }
        catchUp(current, restart.customerId(), context, out);
        now().restart(current, retained, restart, outputs(context, out));
        restartHistory(restart);
        settle(current, Math.max(timers.currentWatermark(), restart.instant() - 1), timers);
    }

    /** What was not the customer's before counts as if it always had been. */
    private void restartHistory(CartChange.Restart restart) throws IOException {
        Gate gate = periods.last().gate();
        if (gate.counts() && restart.decidesInstant()) {
            GateHistory known = known();
            List<Trigger> replayed = CartReplay.of(
                    periods.last().triggers().triggers(),
                    restart.customerId(),
                    restart.entries(),
                    restart.consent(),
                    restart.profile(),
                    gate,
                    restart.instant());
            keep(gate.startedAnew(known, replayed, restart.instant()), known);
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<OutboundRecord> out) throws Exception {
        TriggerState current = state.value();
        TimerService timers = context.timerService();
        long watermark = timers.currentWatermark();
        // The end of a bounded log: a deadline beyond its last tick has not passed, nothing fires.
        if (current == null || watermark == Watermark.MAX_WATERMARK.getTimestamp()) {
            return;
        }
        current.timer(TriggerState.NO_TIMER);
        catchUp(current, context.getCurrentKey(), context, out);
        now().advance(current, retained, context.getCurrentKey(), watermark, outputs(context, out));
        settle(current, watermark, timers);
    }

    /** By what holds. */
    private Outputs outputs(ReadOnlyContext context, Collector<OutboundRecord> out) {
        return new Outputs(periods.last().gate(), context, out);
    }

    /** Where what is decided for the present customer goes. */
    private final class Outputs implements TriggerSink {
        private final Gate gate;
        private final ReadOnlyContext context;
        private final Collector<OutboundRecord> out;

        Outputs(Gate gate, ReadOnlyContext context, Collector<OutboundRecord> out) {
            this.gate = gate;
            this.context = context;
            this.out = out;
        }

        @Override
        public boolean fire(Trigger trigger) {
            try {
                GateHistory known = gate.counts() ? known() : GateHistory.EMPTY;
                Suppression suppression = gate.suppression(trigger, known);
                if (suppression != null) {
                    holdBack(new SuppressedTrigger(trigger, suppression));
                    return false;
                }
                if (gate.counts()) {
                    keep(gate.told(trigger, known), known);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("what was told before can't be read or written", e);
            }
            triggersFired.inc();
            tell(record(trigger));
            return true;
        }

        @Override
        public void holdBack(SuppressedTrigger suppressed) {
            triggersSuppressed.get(suppressed.why().reason()).inc();
            context.output(SUPPRESSED, record(suppressed));
        }

        @Override
        public void retract(Retraction retraction) {
            triggersRetracted.inc();
            tell(record(retraction));
        }

        private void tell(OutboundRecord record) {
            out.collect(record);
            context.output(SEARCHED, record);
        }
    }

    /** Sets the timer for what comes next; a state for which nothing comes goes, and with it what was told before. */
    private void settle(TriggerState current, long watermark, TimerService timers) throws IOException {
        long next = now().nextTimer(current, watermark);
        if (next == TriggerState.NO_TIMER && periods.last().gate().counts()) {
            current.clear();
            next = endOfHistory(watermark);
        }
        setTimer(current, next, timers);
        if (next == TriggerState.NO_TIMER) {
            state.clear();
        } else {
            state.update(current);
        }
    }

    /** When there is nothing to count any more; {@link TriggerState#NO_TIMER} if that is so. */
    private long endOfHistory(long watermark) throws IOException {
        GateHistory known = known();
        long end = periods.last().gate().end(known);
        if (end > watermark) {
            return end;
        }
        keep(GateHistory.EMPTY, known);
        return TriggerState.NO_TIMER;
    }

    private static OutboundRecord record(SuppressedTrigger suppressed) {
        Trigger trigger = suppressed.trigger();
        return new OutboundRecord(
                Topic.TRIGGERS_SUPPRESSED,
                trigger.customerId(),
                trigger.id(),
                TYPE_SUPPRESSED,
                suppressed.at(),
                0,
                suppressed.json());
    }

    private static OutboundRecord record(Retraction retraction) {
        return new OutboundRecord(
                Topic.TRIGGERS,
                retraction.customerId(),
                "t_" + Hashes.shortHex(retraction.triggerId() + "\nretracted"),
                TYPE_RETRACTION,
                retraction.at(),
                0,
                retraction.json());
    }

    private static OutboundRecord record(Trigger trigger) {
        return new OutboundRecord(
                Topic.TRIGGERS, trigger.customerId(), trigger.id(), TYPE, trigger.toldAt(), 0, trigger.json());
    }

    /** Keeps exactly one timer per customer. */
    private static void setTimer(TriggerState current, long next, TimerService timers) {
        if (next == current.timer()) {
            return;
        }
        if (current.timer() != TriggerState.NO_TIMER) {
            timers.deleteEventTimeTimer(current.timer());
        }
        current.timer(next);
        if (next != TriggerState.NO_TIMER) {
            timers.registerEventTimeTimer(next);
        }
    }

    @Override
    public void close() throws Exception {
        closeTriggers();
    }

    private void closeTriggers() throws Exception {
        if (triggers != null) {
            for (Triggers those : triggers.values()) {
                those.close();
            }
            triggers.clear();
        }
    }
}
