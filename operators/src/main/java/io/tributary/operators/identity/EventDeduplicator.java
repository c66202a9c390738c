package io.tributary.operators.identity;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.CustomerEvent;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Removes client retries, by the event's device or else its strongest person identifier.
 *
 * <p>One state read per event, one write per new event; one timer per key, which clears the state a day of event time
 * after the key's last event, or after it came if it came late.
 */
public final class EventDeduplicator extends KeyedProcessFunction<String, CustomerEvent, CustomerEvent> {
    private transient ValueState<RecentMessages> recentMessages;
    private transient Counter eventsAccepted;
    private transient Counter eventsDuplicate;

    static ValueStateDescriptor<RecentMessages> recentMessages() {
        return new ValueStateDescriptor<>("recent-messages", WireType.RECENT_MESSAGES.info());
    }

    @Override
    public void open(OpenContext openContext) {
        recentMessages = getRuntimeContext().getState(recentMessages());
        eventsAccepted = getRuntimeContext().getMetricGroup().counter("eventsAccepted");
        eventsDuplicate = getRuntimeContext().getMetricGroup().counter("eventsDuplicate");
    }

    @Override
    public void processElement(CustomerEvent event, Context context, Collector<CustomerEvent> out) throws Exception {
        RecentMessages recent = recentMessages.value();
        boolean firstOfKey = recent == null;
        if (firstOfKey) {
            recent = new RecentMessages();
        }
        if (!recent.admit(event.messageId(), event.timestamp(), event.knownAt())) {
            eventsDuplicate.inc();
            return;
        }
        eventsAccepted.inc();
        recentMessages.update(recent);
        if (firstOfKey) {
            context.timerService().registerEventTimeTimer(recent.expiresAt());
        }
        out.collect(event);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<CustomerEvent> out) throws Exception {
        RecentMessages recent = recentMessages.value();
        if (recent == null) {
            return;
        }
        if (recent.expiresAt() <= timestamp) {
            recentMessages.clear();
        } else {
            context.timerService().registerEventTimeTimer(recent.expiresAt());
        }
    }
}
