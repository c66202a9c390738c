package io.tributary.operators.trigger;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Fires the abandoned-cart trigger, by customer, behind the watermark.
 *
 * <p>State: one value per customer, gone 30 days after the customer's last cart event; one event-time timer.
 */
public final class CartWatcher extends KeyedProcessFunction<String, CartChange, OutboundRecord> {
    /** What fires, and a record without a value for a customer whatever fired for whom is to be forgotten, in their order. */
    public static final OutputTag<OutboundRecord> SEARCHED =
            new OutputTag<>("searched-triggers", WireType.OUTBOUND_RECORD.info());

    private static final String TYPE = "io.tributary.trigger.v1";

    private final AbandonedCart definition;
    private transient AbandonedCarts abandonedCarts;
    private transient ValueState<TriggerState> state;
    private transient Counter triggersFired;
    private transient Counter cartEventsLate;
    private transient Counter cartEventsForced;

    public CartWatcher(AbandonedCart definition) {
        this.definition = definition;
    }

    static ValueStateDescriptor<TriggerState> state() {
        return new ValueStateDescriptor<>("trigger", WireType.TRIGGER_STATE.info());
    }

    @Override
    public void open(OpenContext openContext) {
        abandonedCarts = new AbandonedCarts(definition);
        state = getRuntimeContext().getState(state());
        triggersFired = getRuntimeContext().getMetricGroup().counter("triggersFired");
        cartEventsLate = getRuntimeContext().getMetricGroup().counter("cartEventsLate");
        cartEventsForced = getRuntimeContext().getMetricGroup().counter("cartEventsForced");
    }

    @Override
    public void processElement(CartChange change, Context context, Collector<OutboundRecord> out) throws Exception {
        if (change instanceof CartChange.Operation operation) {
            add(operation, context, out);
        } else if (change instanceof CartChange.Restart restart) {
            restart(restart, context, out);
        } else if (change instanceof CartChange.Erasure erasure) {
            forget(erasure.customerId(), context);
            erasure.formerIds().forEach(former -> forget(former, context));
        }
    }

    /** What fired before has been told before. */
    private static void forget(String customerId, Context context) {
        context.output(SEARCHED, new OutboundRecord(Topic.TRIGGERS, customerId, customerId, TYPE, 0, 0, null));
    }

    private void add(CartChange.Operation change, Context context, Collector<OutboundRecord> out) throws IOException {
        TimerService timers = context.timerService();
        TriggerState current = state.value();
        if (current == null) {
            if (change.entry() == null) {
                // The next cart event brings along whatever still counts of what was said before it.
                return;
            }
            current = new TriggerState();
        }
        abandonedCarts.add(current, change, timers.currentWatermark());
        if (change.entry() != null) {
            if (change.entry().isLate()) {
                cartEventsLate.inc();
            }
            if (abandonedCarts.relieve(current, change.customerId(), trigger -> fire(trigger, context, out))) {
                cartEventsForced.inc();
            }
            setTimer(current, Math.min(current.timer(), change.entry().knownAt()), timers);
        }
        state.update(current);
    }

    /** All that is known before the instant has arrived, so what is due before it need not wait for the watermark. */
    private void restart(CartChange.Restart restart, Context context, Collector<OutboundRecord> out)
            throws IOException {
        TimerService timers = context.timerService();
        TriggerState current = state.value();
        if (current == null) {
            if (restart.entries().isEmpty()) {
                return;
            }
            current = new TriggerState();
        }
        abandonedCarts.restart(current, restart, trigger -> fire(trigger, context, out));
        settle(current, Math.max(timers.currentWatermark(), restart.instant() - 1), timers);
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
        abandonedCarts.advance(current, context.getCurrentKey(), watermark, trigger -> fire(trigger, context, out));
        settle(current, watermark, timers);
    }

    private void fire(Trigger trigger, Context context, Collector<OutboundRecord> out) {
        triggersFired.inc();
        OutboundRecord record = record(trigger);
        out.collect(record);
        context.output(SEARCHED, record);
    }

    /** Sets the timer for what comes next; a state for which nothing comes goes. */
    private void settle(TriggerState current, long watermark, TimerService timers) throws IOException {
        long next = abandonedCarts.nextTimer(current, watermark);
        setTimer(current, next, timers);
        if (next == TriggerState.NO_TIMER) {
            state.clear();
        } else {
            state.update(current);
        }
    }

    private static OutboundRecord record(Trigger trigger) {
        return new OutboundRecord(
                Topic.TRIGGERS, trigger.customerId(), trigger.id(), TYPE, trigger.firedAt(), 0, trigger.json());
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
        if (abandonedCarts != null) {
            abandonedCarts.close();
        }
    }
}
