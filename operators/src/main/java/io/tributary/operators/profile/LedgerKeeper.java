package io.tributary.operators.profile;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.identity.FragmentEvent;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.FragmentMessage;
import io.tributary.operators.identity.Relabelling;
import io.tributary.operators.identity.ResolutionRules;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.segment.ComputedTraits;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.KeptEvents;
import io.tributary.operators.trigger.RetainedEvents;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
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
 * <p>An erasure is a departure to nobody. As long as one is ahead of the watermark, events behind it are held: a ledger
 * can't tell them from those before it. What a device did while the last login on it was an erased person's, before the
 * erasure, belongs to the device's own customer: it passes through.
 *
 * <p>State per other fragment: the customer and the hot half of the ledger, read and written on every event; the cold
 * half, read and written by what it keeps; what computed traits know, read and written by what they look at; the newest events
 * that triggers of sequences name, appended to, and read when the fragment moves. They live as long as the customers. Per erased person the instant, for good. Events that are held; for all fragments the instants of
 * erasures ahead of the watermark, and the definitions that hold.
 */
public final class LedgerKeeper
        extends KeyedBroadcastProcessFunction<String, FragmentMessage, KeeperNotice, CustomerMessage>
        implements CheckpointedFunction {
    private static final long NONE = Long.MIN_VALUE;

    private final ResolutionRules rules;
    private final ActiveDefinitions definitions;
    private transient ValueState<FragmentState> hot;
    private transient ValueState<RecordLedger> cold;
    private transient ValueState<ComputedLedger> computed;
    private transient RetainedEvents retained;
    private transient ActiveWatch watch;
    private transient ListState<FragmentMessage> held;
    private transient MapStateDescriptor<Long, Boolean> erasuresAhead;
    private transient MapStateDescriptor<Integer, PublishedDefinitions> published;
    private transient Counter eventsPassedThrough;
    private transient Counter fragmentsMoved;
    private transient Counter fragmentsErased;

    public LedgerKeeper(ResolutionRules rules, ActiveDefinitions definitions) {
        this.rules = rules;
        this.definitions = definitions;
    }

    static ValueStateDescriptor<FragmentState> hot() {
        return new ValueStateDescriptor<>("fragment-hot", WireType.FRAGMENT_STATE.info());
    }

    static ValueStateDescriptor<RecordLedger> cold() {
        return new ValueStateDescriptor<>("fragment-cold", WireType.RECORD_LEDGER.info());
    }

    static ValueStateDescriptor<ComputedLedger> computed() {
        return new ValueStateDescriptor<>("fragment-computed", WireType.COMPUTED_LEDGER.info());
    }

    static MapStateDescriptor<EventOrder, WatchedEvent> retained() {
        return KeptEvents.descriptor("fragment-events");
    }

    static ListStateDescriptor<FragmentMessage> held() {
        return new ListStateDescriptor<>("held", WireType.FRAGMENT_MESSAGE.info());
    }

    /** The instants of erasures ahead of the watermark, for all fragments. */
    public static MapStateDescriptor<Long, Boolean> erasures() {
        return new MapStateDescriptor<>("erasures-ahead", Types.LONG, Types.BOOLEAN);
    }

    /** The definitions that hold, for all fragments. */
    public static MapStateDescriptor<Integer, PublishedDefinitions> published() {
        return ActiveDefinitions.kept();
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        definitions.restore(context.getOperatorStateStore());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
        // All states are written when they change.
    }

    @Override
    public void open(OpenContext openContext) {
        hot = getRuntimeContext().getState(hot());
        cold = getRuntimeContext().getState(cold());
        computed = getRuntimeContext().getState(computed());
        retained = new KeptEvents(getRuntimeContext().getMapState(retained()));
        watch = new ActiveWatch(definitions);
        held = getRuntimeContext().getListState(held());
        // Asked for by every event.
        erasuresAhead = erasures();
        published = published();
        eventsPassedThrough = getRuntimeContext().getMetricGroup().counter("eventsPassedThrough");
        fragmentsMoved = getRuntimeContext().getMetricGroup().counter("fragmentsMoved");
        fragmentsErased = getRuntimeContext().getMetricGroup().counter("fragmentsErased");
    }

    @Override
    public void processElement(FragmentMessage message, ReadOnlyContext context, Collector<CustomerMessage> out)
            throws Exception {
        if (message instanceof Relabelling relabelling) {
            FragmentState state = state();
            state.await(relabelling);
            hot.update(state);
            context.timerService().registerEventTimeTimer(relabelling.knownAt());
        } else if (message instanceof FragmentEvent event) {
            long watermark = context.currentWatermark();
            long erasure = lastErasureBefore(event, watermark, context.getBroadcastState(erasuresAhead));
            if (erasure == NONE) {
                send(event, watermark, out);
            } else {
                held.add(event);
                context.timerService().registerEventTimeTimer(erasure);
            }
        }
    }

    @Override
    public void processBroadcastElement(KeeperNotice notice, Context context, Collector<CustomerMessage> out)
            throws Exception {
        if (notice instanceof KeeperNotice.OfDefinitions of) {
            definitions.hear(of.definitions(), context.getBroadcastState(published));
        } else if (notice instanceof KeeperNotice.OfCommand of) {
            hear(of.command(), context.currentWatermark(), context.getBroadcastState(erasuresAhead));
        }
    }

    private static void hear(PrivacyCommand command, long watermark, BroadcastState<Long, Boolean> erasures)
            throws Exception {
        for (Iterator<Map.Entry<Long, Boolean>> all = erasures.iterator(); all.hasNext(); ) {
            if (all.next().getKey() <= watermark) {
                all.remove();
            }
        }
        if (command.kind() == PrivacyCommand.Kind.ERASE && command.at() > watermark) {
            erasures.put(command.at(), true);
        }
    }

    /** The last erasure ahead of the watermark behind which an event comes, milliseconds since 1970, or {@link #NONE}. */
    private static long lastErasureBefore(
            FragmentEvent event, long watermark, ReadOnlyBroadcastState<Long, Boolean> erasures) throws Exception {
        long last = NONE;
        for (Map.Entry<Long, Boolean> erasure : erasures.immutableEntries()) {
            long instant = erasure.getKey();
            if (instant > watermark && instant <= event.event().timestamp()) {
                last = Math.max(last, instant);
            }
        }
        return last;
    }

    private void send(FragmentEvent message, long watermark, Collector<CustomerMessage> out) throws IOException {
        FragmentId fragment = message.fragmentId();
        CustomerEvent event = message.event();
        boolean isFixed = rules.isFixed(fragment.namespace());
        FragmentState state = isFixed && !message.isByLogin() ? null : state();
        if (message.isByLogin() && message.since() < state.erasedAt()) {
            eventsPassedThrough.inc();
            Identifier device = event.device();
            out.collect(ownAgain(device, event.knownAt(), event.order()));
            out.collect(new CustomerMessage.Event(device.customerId(), FragmentId.of(device), event));
        } else if (isFixed) {
            eventsPassedThrough.inc();
            out.collect(new CustomerMessage.Event(fragment.customerId(), fragment, event));
        } else {
            keep(event, fragment, state, watermark);
            out.collect(new CustomerMessage.Event(state.customerOf(fragment), fragment, event));
        }
    }

    private void keep(CustomerEvent event, FragmentId fragment, FragmentState state, long watermark)
            throws IOException {
        state.note(event, watermark);
        LedgerFold.Effect effect = LedgerFold.apply(state.activity(), this::record, event, watermark);
        if (effect.record() != null) {
            cold.update(effect.record());
        }
        if (watch.get().names(event) && !effect.repeats()) {
            retain(event, fragment, state);
        }
        ComputedTraits traits = definitions.compiled().traits();
        if (traits.lookAt(event)) {
            ComputedLedger ledger = computedLedger();
            if (traits.fold(new EventView(event), ledger, watermark)) {
                computed.update(ledger);
            }
        }
        hot.update(state);
    }

    /** Appends an event; now and then drops those that nobody will ask for. */
    private void retain(CustomerEvent event, FragmentId fragment, FragmentState state) {
        retained.add(watch.get().watched(event, fragment));
        state.retains(state.retained() + 1);
        if (state.retained() >= RetainedEvents.PRUNE_AT) {
            List<WatchedEvent> rest = RetainedEvents.newest(retained.all());
            retained.keepOnly(rest);
            state.retains(rest.size());
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<CustomerMessage> out) throws Exception {
        // A command comes before the events of its instant, and these are here before their instant's relabellings.
        relabel(timestamp, Relabelling::isByCommand, out);
        release(timestamp, context, out);
        relabel(timestamp, relabelling -> !relabelling.isByCommand(), out);
    }

    private void relabel(long instant, Predicate<Relabelling> which, Collector<CustomerMessage> out)
            throws IOException {
        FragmentState state = hot.value();
        List<Relabelling> known = state == null ? List.of() : state.known(instant, which);
        for (Relabelling relabelling : known) {
            if (relabelling.isErasure()) {
                state = erase(relabelling, state, out);
            } else {
                move(relabelling, state, out);
            }
            if (state.first() == null && !relabelling.fragment().namespace().isPerson() && !state.awaits()) {
                // Whoever has logged in on the device, its events are that person's: none will be the device's own.
                hot.clear();
                return;
            }
        }
        if (!known.isEmpty()) {
            hot.update(state);
        }
    }

    /** Sends what was held for an erasure that has passed. */
    private void release(long instant, OnTimerContext context, Collector<CustomerMessage> out) throws Exception {
        List<FragmentMessage> rest = new ArrayList<>(0);
        boolean any = false;
        for (FragmentMessage message : held.get()) {
            if (message instanceof FragmentEvent event) {
                long erasure = lastErasureBefore(event, instant, context.getBroadcastState(erasuresAhead));
                if (erasure == NONE) {
                    // The instant's relabellings are still to come.
                    send(event, instant - 1, out);
                    any = true;
                } else {
                    rest.add(event);
                    context.timerService().registerEventTimeTimer(erasure);
                }
            }
        }
        if (any) {
            held.update(rest);
        }
    }

    private FragmentState erase(Relabelling erasure, FragmentState state, Collector<CustomerMessage> out) {
        if (state.first() != null || erasure.leavesNobody()) {
            fragmentsErased.inc();
            out.collect(new CustomerMessage.Retract(
                    state.canonicalOf(erasure.fragment()).customerId(),
                    erasure.fragment(),
                    null,
                    state.first(),
                    Set.of(),
                    erasure.knownAt(),
                    erasure.because()));
        }
        if (!state.canonicalOf(erasure.fragment()).equals(erasure.fragment())) {
            out.collect(ownAgain(erasure.fragment(), erasure.knownAt(), erasure.because()));
        }
        cold.clear();
        computed.clear();
        if (state.retained() > 0) {
            retained.clear();
        }
        return state.erased(erasure.knownAt());
    }

    /**
     * From an instant on a fragment is its own customer's, without a past: what it does from there on must not get there
     * before its earlier departure is over.
     */
    private static CustomerMessage.Put ownAgain(Identifier fragment, long knownAt, EventOrder because) {
        return new CustomerMessage.Put(
                fragment.customerId(), fragment, fragment, fragment, null, Map.of(), null, List.of(), knownAt, because);
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
                first == null ? null : new FragmentLedger(state.activity(), record(), computedLedger(), state.former()),
                first == null || state.retained() == 0 ? List.of() : RetainedEvents.newest(retained.all()),
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

    private ComputedLedger computedLedger() throws IOException {
        ComputedLedger ledger = computed.value();
        return ledger == null ? new ComputedLedger() : ledger;
    }
}
