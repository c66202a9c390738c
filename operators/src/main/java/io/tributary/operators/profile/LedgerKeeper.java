package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentEvent;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Keeps a ledger per fragment and sends its events to its customer. When the resolver gives a fragment to another
 * customer, the old one gets a {@link CustomerMessage.Retract} and the new one a {@link CustomerMessage.Put} with the
 * ledger, on the channels of the events: so each customer gets a fragment's events, ledger and departure in their order,
 * and none is ever on its way to the wrong customer.
 *
 * <p>A relabelling waits until the watermark has reached its instant: then all events that are known before it have been
 * sent to the old customer. A fragment that is the same customer's for good has no ledger here: its events pass through.
 *
 * <p>State per other fragment: the customer and the hot half of the ledger, read and written on every event; the cold
 * half, read and written by what it keeps. They live as long as the customers.
 */
public final class LedgerKeeper extends KeyedCoProcessFunction<String, FragmentEvent, Relabelling, CustomerMessage> {
    private final ResolutionRules rules;
    private transient ValueState<FragmentState> hot;
    private transient ValueState<RecordLedger> cold;
    private transient Counter eventsPassedThrough;
    private transient Counter fragmentsMoved;

    public LedgerKeeper(ResolutionRules rules) {
        this.rules = rules;
    }

    static ValueStateDescriptor<FragmentState> hot() {
        return new ValueStateDescriptor<>("fragment-hot", WireType.FRAGMENT_STATE.info());
    }

    static ValueStateDescriptor<RecordLedger> cold() {
        return new ValueStateDescriptor<>("fragment-cold", WireType.RECORD_LEDGER.info());
    }

    @Override
    public void open(OpenContext openContext) {
        hot = getRuntimeContext().getState(hot());
        cold = getRuntimeContext().getState(cold());
        eventsPassedThrough = getRuntimeContext().getMetricGroup().counter("eventsPassedThrough");
        fragmentsMoved = getRuntimeContext().getMetricGroup().counter("fragmentsMoved");
    }

    @Override
    public void processElement1(FragmentEvent message, Context context, Collector<CustomerMessage> out)
            throws Exception {
        Identifier fragment = message.fragment();
        CustomerEvent event = message.event();
        Identifier canonical = fragment;
        if (rules.isFixed(fragment.namespace())) {
            eventsPassedThrough.inc();
        } else {
            FragmentState state = state();
            long watermark = context.timerService().currentWatermark();
            state.note(event, watermark);
            LedgerFold.Effect effect = LedgerFold.apply(state.activity(), this::record, event, watermark);
            if (effect.record() != null) {
                cold.update(effect.record());
            }
            hot.update(state);
            canonical = state.canonicalOf(fragment);
        }
        out.collect(new CustomerMessage.Event(canonical.customerId(), fragment, event));
    }

    @Override
    public void processElement2(Relabelling relabelling, Context context, Collector<CustomerMessage> out)
            throws Exception {
        FragmentState state = state();
        state.await(relabelling);
        hot.update(state);
        context.timerService().registerEventTimeTimer(relabelling.knownAt());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<CustomerMessage> out) throws Exception {
        FragmentState state = hot.value();
        if (state == null) {
            return;
        }
        for (Relabelling relabelling : state.known(timestamp)) {
            move(relabelling, state, out);
            if (state.first() == null && !relabelling.fragment().namespace().isPerson() && !state.awaits()) {
                // Whoever has logged in on the device, its events are that person's: none will be the device's own.
                hot.clear();
                return;
            }
        }
        hot.update(state);
    }

    private void move(Relabelling relabelling, FragmentState state, Collector<CustomerMessage> out) throws IOException {
        Identifier fragment = relabelling.fragment();
        Identifier from = state.canonicalOf(fragment);
        Identifier to = relabelling.canonical();
        state.relabel(relabelling);
        EventOrder first = state.first();
        if (from.equals(to) || (first == null && !fragment.namespace().isPerson())) {
            return;
        }
        fragmentsMoved.inc();
        Map<Identifier, EventOrder> newDevices = state.devicesAfter(relabelling.because());
        out.collect(new CustomerMessage.Retract(
                from.customerId(),
                fragment,
                to.customerId(),
                first,
                newDevices.keySet(),
                relabelling.knownAt(),
                relabelling.because()));
        out.collect(new CustomerMessage.Put(
                to.customerId(),
                fragment,
                to,
                from,
                first,
                newDevices,
                first == null ? null : new FragmentLedger(state.activity(), record(), state.former()),
                relabelling.knownAt(),
                relabelling.because()));
    }

    private FragmentState state() throws IOException {
        FragmentState state = hot.value();
        return state == null ? new FragmentState() : state;
    }

    private RecordLedger record() throws IOException {
        RecordLedger record = cold.value();
        return record == null ? new RecordLedger() : record;
    }
}
