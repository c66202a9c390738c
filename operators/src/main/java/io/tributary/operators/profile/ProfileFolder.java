package io.tributary.operators.profile;

import io.tributary.operators.computed.ComputedLedger;
import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.IdentityChange;
import io.tributary.operators.segment.ActiveDefinitions;
import io.tributary.operators.segment.ComputedTraits;
import io.tributary.operators.segment.Memberships;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.operators.segment.SegmentClock;
import io.tributary.operators.segment.SegmentJson;
import io.tributary.operators.segment.TraitBeginnings;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.sweep.SweepFunction;
import io.tributary.operators.trigger.CartChange;
import io.tributary.operators.trigger.EventWatch.Cause;
import io.tributary.operators.trigger.ProfileTimelines;
import io.tributary.operators.trigger.WatchedEvent;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Folds a customer's fragments into the profile and publishes it.
 *
 * <p>The main output is {@code cdp.customer-events.v1}. Profiles go out when they change: at once, if the last
 * publication is long enough ago, else when that time is over, so that a busy customer does not flood the consumers.
 *
 * <p>Events fold on arrival. Fragments that come and go wait until the watermark has reached their instant, and so does
 * what is told of identities: then everything before it is here. An event of a fragment that is still to come waits with
 * it. The triggers start anew whenever the customer has got or lost events of the past.
 *
 * <p>Computed traits fold with the ledgers. Memberships in segments are decided anew whenever a condition of theirs may
 * have flipped: by an event, by fragments that come and go, by time. By other definitions too, as of the watermark at which
 * they were received: of each customer that comes by before anything else, of all others in a sweep. What time does behind the watermark a customer does in a turn of its own, or
 * before anything else happens to it: in the order of instants either way.
 *
 * <p>State: both halves of the ledger of the customer's own fragment, the hot one read and written on every event, the
 * cold one written only by what it keeps and read also to publish; the computed one only by what computed traits look at.
 * If there are other fragments, a ledger for each and their union, and what the customer was merged from. Memberships,
 * written when they change. They live as long as the customer; of one that is gone the version stays. Event-time timers
 * for what waits, a turn for what is due to change by time, one processing-time timer while a publication is pending. For all
 * customers the definitions that hold, since when new computed traits count, and, a number per subtask each, since when the
 * definitions hold and what versions are above.
 */
public final class ProfileFolder extends SweepFunction<String, CustomerMessage, PublishedDefinitions, OutboundRecord>
        implements CheckpointedFunction {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Profiles to publish, and their deletions. */
    public static final OutputTag<OutboundRecord> PROFILES =
            new OutputTag<>("profiles", WireType.OUTBOUND_RECORD.info());

    /** For {@code cdp.identity-changes.v1} and {@code cdp.customer-aliases.v1}. */
    public static final OutputTag<OutboundRecord> IDENTITIES =
            new OutputTag<>("identities", WireType.OUTBOUND_RECORD.info());

    /** For {@code cdp.segment-changes.v1}. */
    public static final OutputTag<OutboundRecord> SEGMENT_CHANGES =
            new OutputTag<>("segment-changes", WireType.OUTBOUND_RECORD.info());

    /**
     * What is written to Elasticsearch beside profiles, in order: changes of segments and identities; a null of {@link
     * Topic#SEGMENT_CHANGES} says that those of its customer are to be deleted.
     */
    public static final OutputTag<OutboundRecord> SEARCHED =
            new OutputTag<>("searched-changes", WireType.OUTBOUND_RECORD.info());

    /** What the triggers look at, keyed as the input. */
    public static final OutputTag<CartChange> CART_CHANGES =
            new OutputTag<>("cart-changes", WireType.CART_CHANGE.info());

    private static final String TYPE_OF_CHANGE = "io.tributary.segment-change.v1";

    /** Of a change that is known when it happens. */
    private static final long AT_ONCE = Long.MIN_VALUE;

    private final long publishEveryMillis;
    private final long leastVersionBase;
    private final ActiveDefinitions definitions;
    private transient long versionBase;
    private transient ListState<Long> versionBaseState;

    /** The watermark at which the definitions that hold were received; the least long if there was none. */
    private transient long definedAt;

    private transient ListState<Long> definedAtState;
    private transient boolean areSubmitted;
    private transient CustomerLedgers ledgers;
    private transient FoldedSegments segments;
    private transient AskedProfile asked;
    private transient TraitBeginnings beginnings;
    private transient MapState<FragmentId, FragmentLedger> fragments;
    private transient MapState<Integer, long[]> formerParts;
    private transient MapState<Long, CustomerMessages> waitingByInstant;
    private transient MapState<FragmentId, StartsOfFragment> waitingStarts;
    private transient WaitingMessages waiting;
    private transient MapStateDescriptor<Integer, PublishedDefinitions> published;
    private transient ActiveWatch watch;
    private transient FormerCustomers former;
    private transient Counter customersCreated;
    private transient Counter customersMerged;
    private transient Counter customersErased;
    private transient Counter profilesPublished;
    private transient Counter segmentsChanged;

    /**
     * @param publishEveryMillis least time between two publications of a customer, milliseconds of processing time
     * @param versionBase what every version is greater than, unless the state knows of a greater one
     */
    public ProfileFolder(long publishEveryMillis, long versionBase, ActiveDefinitions definitions) {
        this.publishEveryMillis = publishEveryMillis;
        this.leastVersionBase = versionBase;
        this.definitions = definitions;
    }

    /** What the versions of all customers are above. It goes with the state, so that whoever starts from it keeps to it. */
    private static ListStateDescriptor<Long> versionBase() {
        return new ListStateDescriptor<>("version-base", Types.LONG);
    }

    private static ListStateDescriptor<Long> definedAt() {
        return new ListStateDescriptor<>("defined-at", Types.LONG);
    }

    static ValueStateDescriptor<ProfileState> hot() {
        return new ValueStateDescriptor<>("profile-hot", WireType.PROFILE_STATE.info());
    }

    static ValueStateDescriptor<RecordLedger> cold() {
        return new ValueStateDescriptor<>("profile-cold", WireType.RECORD_LEDGER.info());
    }

    static MapStateDescriptor<FragmentId, FragmentLedger> fragments() {
        return new MapStateDescriptor<>("fragments", WireType.FRAGMENT_ID.info(), WireType.FRAGMENT_LEDGER.info());
    }

    static ValueStateDescriptor<ActivityLedger> othersHot() {
        return new ValueStateDescriptor<>("others-hot", WireType.ACTIVITY_LEDGER.info());
    }

    static ValueStateDescriptor<RecordLedger> othersCold() {
        return new ValueStateDescriptor<>("others-cold", WireType.RECORD_LEDGER.info());
    }

    static ValueStateDescriptor<Membership> membership() {
        return new ValueStateDescriptor<>("membership", WireType.MEMBERSHIP.info());
    }

    /** Of customers whose memberships have changed for which triggers ask; gone with the customer. */
    static ValueStateDescriptor<ProfileTimelines> asked() {
        return new ValueStateDescriptor<>("asked-profile", WireType.PROFILE_TIMELINES.info());
    }

    static MapStateDescriptor<Integer, long[]> formerParts() {
        return new MapStateDescriptor<>("former", Types.INT, PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
    }

    static ValueStateDescriptor<ComputedLedger> computed() {
        return new ValueStateDescriptor<>("profile-computed", WireType.COMPUTED_LEDGER.info());
    }

    static ValueStateDescriptor<ComputedLedger> othersComputed() {
        return new ValueStateDescriptor<>("others-computed", WireType.COMPUTED_LEDGER.info());
    }

    static ValueStateDescriptor<Memberships> segments() {
        return new ValueStateDescriptor<>("segments", WireType.MEMBERSHIPS.info());
    }

    /** The definitions that hold, for all customers. */
    public static MapStateDescriptor<Integer, PublishedDefinitions> published() {
        return ActiveDefinitions.kept();
    }

    static MapStateDescriptor<Long, CustomerMessages> waiting() {
        return new MapStateDescriptor<>("waiting", Types.LONG, WireType.CUSTOMER_MESSAGES.info());
    }

    static MapStateDescriptor<FragmentId, StartsOfFragment> waitingStarts() {
        return new MapStateDescriptor<>(
                "waiting-starts", WireType.FRAGMENT_ID.info(), WireType.STARTS_OF_FRAGMENT.info());
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        beginnings = new TraitBeginnings(context.getOperatorStateStore());
        PublishedDefinitions before = definitions.restore(context.getOperatorStateStore());
        areSubmitted = before.publication() != definitions.publication();
        if (areSubmitted) {
            beginnings.change(
                    definitions.traitsOf(before), definitions.compiled().traits());
        }
        versionBaseState = context.getOperatorStateStore().getUnionListState(versionBase());
        versionBase = greatestOf(versionBaseState, leastVersionBase);
        definedAtState = context.getOperatorStateStore().getUnionListState(definedAt());
        definedAt = greatestOf(definedAtState, Long.MIN_VALUE);
    }

    private static long greatestOf(ListState<Long> kept, long least) throws Exception {
        long greatest = least;
        for (long number : kept.get()) {
            greatest = Math.max(greatest, number);
        }
        return greatest;
    }

    @Override
    protected void start(long watermark) {
        if (areSubmitted) {
            definedAt = watermark;
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        // All other states are written when they change.
        versionBaseState.update(versionBase == 0 ? List.of() : List.of(versionBase));
        definedAtState.update(definedAt == Long.MIN_VALUE ? List.of() : List.of(definedAt));
    }

    @Override
    public void open(OpenContext openContext) {
        ledgers = new CustomerLedgers(
                kept(hot(), ProfileState::new),
                kept(cold(), RecordLedger::new),
                kept(computed(), ComputedLedger::new),
                kept(othersHot(), ActivityLedger::new),
                kept(othersCold(), RecordLedger::new),
                kept(othersComputed(), ComputedLedger::new),
                kept(membership(), Membership::new),
                kept(segments(), Memberships::new),
                kept(asked(), ProfileTimelines::new));
        watch = new ActiveWatch(definitions);
        segments = new FoldedSegments(ledgers, definitions, beginnings);
        asked = new AskedProfile(ledgers, definitions, segments, watch);
        fragments = getRuntimeContext().getMapState(fragments());
        formerParts = getRuntimeContext().getMapState(formerParts());
        former = new FormerCustomers(formerParts);
        waitingByInstant = getRuntimeContext().getMapState(waiting());
        waitingStarts = getRuntimeContext().getMapState(waitingStarts());
        waiting = new WaitingMessages(waitingByInstant, waitingStarts);
        published = published();
        customersCreated = getRuntimeContext().getMetricGroup().counter("customersCreated");
        customersMerged = getRuntimeContext().getMetricGroup().counter("customersMerged");
        customersErased = getRuntimeContext().getMetricGroup().counter("customersErased");
        profilesPublished = getRuntimeContext().getMetricGroup().counter("profilesPublished");
        segmentsChanged = getRuntimeContext().getMetricGroup().counter("segmentsChanged");
    }

    private <T> Kept<T> kept(ValueStateDescriptor<T> descriptor, Supplier<T> ofNothing) {
        return new Kept<>(getRuntimeContext().getState(descriptor), ofNothing);
    }

    @Override
    public void processBroadcastElement(PublishedDefinitions set, Context context, Collector<OutboundRecord> out)
            throws Exception {
        ComputedTraits before = definitions.compiled().traits();
        if (definitions.hear(set, context.getBroadcastState(published))) {
            beginnings.change(before, definitions.compiled().traits());
            beginnings.at(context.currentWatermark());
            // Up to it everybody has had its turn, by the definitions before.
            definedAt = passedOn();
        }
    }

    @Override
    protected String stateOfEveryKey() {
        return hot().getName();
    }

    @Override
    protected long target() {
        return definitions.publication();
    }

    @Override
    protected void sweep(ReadOnlyContext context, Collector<OutboundRecord> out) throws Exception {
        ledgers.next();
        takeTurn(context);
    }

    @Override
    protected void turn(long instant, ReadOnlyContext context, Collector<OutboundRecord> out) throws Exception {
        takeTurn(context);
    }

    private void takeTurn(ReadOnlyContext context) throws Exception {
        ledgers.next();
        if (ledgers.hot().isThere() && catchUp(context.currentWatermark(), context.getCurrentKey(), context)) {
            ledgers.hot().changed();
        }
        ledgers.write();
    }

    /**
     * Brings memberships up to date. To be called before anything else that happens to the customer, since its turn may come
     * later: what happens finds what it would find if all turns came at once.
     *
     * @param until up to and including this instant, milliseconds since 1970
     * @return whether anything of the customer's state has changed
     */
    private boolean catchUp(long until, String customerId, ReadOnlyContext context) throws Exception {
        boolean isChanged = adopt(customerId, context);
        return passDue(until, customerId, context) || isChanged;
    }

    /**
     * Makes memberships those of the definitions that hold, as of the watermark since which they do: whenever the customer
     * comes by for the first time since, it finds the same. So whom they do not concern need not be written.
     *
     * @return whether anything has changed
     */
    private boolean adopt(String customerId, ReadOnlyContext context) throws Exception {
        beginnings.at(context.currentWatermark());
        ProfileState state = ledgers.state();
        long due = state.segmentClock().due();
        long decidedBy = state.publication();
        boolean isOther =
                segments.adopt(definedAt == Long.MIN_VALUE ? ledgers.activity().lastSeen() : definedAt);
        if (isOther) {
            state.change(versionBase);
            tellSegments(customerId, Cause.REDEFINED, context);
            publishSoon(customerId, state, context);
        }
        if (decidedBy != state.publication()) {
            // Triggers may ask for others than before.
            asked.redefined(passedOn() + 1, passedOn());
            tellAsked(customerId, context);
        }
        if (isOther) {
            return true;
        }
        awaitSegments();
        return state.segmentClock().due() != due;
    }

    @Override
    public void processElement(CustomerMessage message, ReadOnlyContext context, Collector<OutboundRecord> out)
            throws Exception {
        if (message instanceof CustomerMessage.Retract retract && !retract.isErasure()) {
            // Maybe of an identifier that was never a customer: whether something is here shows when it is due.
            await(message, context);
            return;
        }
        ledgers.next();
        ProfileState state = ledgers.state();
        if (!(message instanceof CustomerMessage.Event event)) {
            if (message.startsAnew()) {
                state.startWaits();
            }
            await(message, context);
        } else if (!state.isStartWaiting() || !waiting.await(event)) {
            catchUp(context.currentWatermark(), event.customerId(), context);
            boolean mayMove = definitions.compiled().mayChangeZone(event.event());
            String zone = mayMove ? asked.zone() : null;
            segments.begin(event.event());
            CustomerMessage.Sight sight = fold(event, state, context.currentWatermark(), tell(context), out);
            segments.end(event.event());
            long knownFrom = event.event().isLate() ? event.event().knownAt() : AT_ONCE;
            if (mayMove && noteZone(zone, Math.max(event.event().timestamp(), knownFrom), context)) {
                tellAsked(event.customerId(), context);
            }
            tellSegments(event.customerId(), Cause.HAPPENED, knownFrom, context);
            if (sight != null) {
                await(sight, context);
            }
            publishSoon(event.customerId(), state, context);
        }
        ledgers.hot().changed();
        ledgers.write();
    }

    private void tellSegments(String customerId, Cause cause, ReadOnlyContext context) throws IOException {
        tellSegments(customerId, cause, AT_ONCE, context);
    }

    /**
     * Publishes what has changed of segments, and sees to it that what is due to change does.
     *
     * @param knownFrom when a late event that has changed them is known, milliseconds since 1970; else {@link #AT_ONCE}
     */
    private void tellSegments(String customerId, Cause cause, long knownFrom, ReadOnlyContext context)
            throws IOException {
        List<SegmentChange> changes = segments.drain();
        if (noteAsked(changes, change -> Math.max(change.at(), knownFrom), context)) {
            tellAsked(customerId, context);
        }
        tellSegments(customerId, changes, cause, knownFrom, context);
    }

    private void tellSegments(
            String customerId, List<SegmentChange> changes, Cause cause, long knownFrom, ReadOnlyContext context)
            throws IOException {
        long version = ledgers.state().version();
        for (SegmentChange change : changes) {
            segmentsChanged.inc();
            OutboundRecord record = segmentChange(customerId, change, version);
            context.output(SEGMENT_CHANGES, record);
            context.output(SEARCHED, record);
            tellTriggers(customerId, change, cause, knownFrom, context);
        }
        awaitSegments();
    }

    /** @return whether triggers ask for what has changed */
    private boolean noteAsked(
            List<SegmentChange> changes, ToLongFunction<SegmentChange> knownFrom, ReadOnlyContext context) {
        if (isOver(context)) {
            return false;
        }
        if (!ledgers.state().hasAnybody()) {
            ledgers.asked().clear();
            return false;
        }
        long next = passedOn() + 1;
        return asked.changed(changes, change -> Math.max(knownFrom.applyAsLong(change), next), passedOn());
    }

    /**
     * @param before the time zone before
     * @param from from when on it may be another one, milliseconds since 1970
     * @return whether it is
     */
    private boolean noteZone(String before, long from, ReadOnlyContext context) {
        return !isOver(context)
                && ledgers.state().hasAnybody()
                && asked.zoneChanged(before, Math.max(from, passedOn() + 1), passedOn());
    }

    /** What triggers ask for of the customer. */
    private void tellAsked(String customerId, ReadOnlyContext context) throws IOException {
        if (!asked.areNone() && !isOver(context)) {
            context.output(CART_CHANGES, operation(customerId, null));
        }
    }

    /** @param watched an event as triggers of sequences look at it, or null */
    private CartChange.Operation operation(String customerId, WatchedEvent watched) throws IOException {
        return new CartChange.Operation(
                customerId, null, watched, ledgers.said().statements(), asked.turns());
    }

    /** Whoever is gone has nothing that could be triggered. */
    private void tellTriggers(
            String customerId, SegmentChange change, Cause cause, long knownFrom, ReadOnlyContext context)
            throws IOException {
        if (isOver(context) || !ledgers.state().hasAnybody()) {
            return;
        }
        WatchedEvent watched = watch.get().watched(customerId, change, cause, Math.max(knownFrom, passedOn() + 1));
        if (watched != null) {
            context.output(CART_CHANGES, operation(customerId, watched));
        }
    }

    /** Whether a bounded log has ended: what is beyond its last tick has not passed, nothing is decided any more. */
    private static boolean isOver(ReadOnlyContext context) {
        return context.currentWatermark() == Watermark.MAX_WATERMARK.getTimestamp();
    }

    /** One turn for what is due next; an earlier one that is awaited already will see to it. */
    private void awaitSegments() {
        ProfileState state = ledgers.state();
        long due = state.segmentClock().due();
        if (due < state.segmentTimer()) {
            awaitTurn(due);
            state.segmentTimer(due);
        }
    }

    private static OutboundRecord segmentChange(String customerId, SegmentChange change, long version) {
        byte[] json = ProfileJson.write(256, body -> SegmentJson.write(body, customerId, change));
        // At an instant a customer may come and go several times, each time as another version of itself.
        String cause = new String(json, StandardCharsets.UTF_8) + "\n" + version;
        return new OutboundRecord(
                Topic.SEGMENT_CHANGES,
                customerId,
                "s_" + Hashes.longHex(cause.getBytes(StandardCharsets.UTF_8)),
                TYPE_OF_CHANGE,
                change.at(),
                version,
                json);
    }

    private static Consumer<CartChange> tell(ReadOnlyContext context) {
        return change -> context.output(CART_CHANGES, change);
    }

    private void await(CustomerMessage message, ReadOnlyContext context) throws Exception {
        waiting.add(message);
        context.timerService().registerEventTimeTimer(message.knownAt());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<OutboundRecord> out) throws Exception {
        ledgers.next();
        boolean isKnown = ledgers.hot().isThere();
        ProfileState state = ledgers.state();
        if (context.timeDomain() == TimeDomain.EVENT_TIME) {
            pass(timestamp, state, context, out);
        } else if (state.isPending()) {
            catchUp(context.currentWatermark(), context.getCurrentKey(), context);
            publish(context.getCurrentKey(), state, context);
        } else {
            return;
        }
        if (state.isBlank()) {
            ledgers.hot().clear();
        } else if (isKnown) {
            ledgers.hot().changed();
        }
        ledgers.write();
    }

    // --------------------------------------------------------------------------------------------------------- events

    /**
     * @param watermark what has passed, milliseconds since 1970
     * @param cartChanges is given what the triggers look at
     * @return what has to be looked at again in the order of events, or null
     */
    private CustomerMessage.Sight fold(
            CustomerMessage.Event message,
            ProfileState state,
            long watermark,
            Consumer<CartChange> cartChanges,
            Collector<OutboundRecord> out)
            throws Exception {
        CustomerEvent event = message.event();
        FragmentId fragment = message.fragmentId();
        boolean isOwn = fragment.isOwnOf(message.customerId());
        if (isOwn && state.canonical() == null) {
            nameCustomer(message, state);
        }
        if (state.eventCount() == 0) {
            customersCreated.inc();
        }
        boolean changesCart;
        boolean repeatsOrder;
        boolean isSeen;
        if (isOwn) {
            LedgerFold.Effect effect = LedgerFold.apply(
                    state.own(),
                    ledgers.ownRecord()::get,
                    event,
                    watermark,
                    entry -> state.hasOthers() && ledgers.othersRepeatOrder(entry));
            if (effect.record() != null) {
                ledgers.ownRecord().changed();
            }
            if (segments.lookAt(event)
                    && segments.fold(event, watermark, ledgers.ownComputed().get())) {
                ledgers.ownComputed().changed();
            }
            changesCart = effect.changesCart();
            repeatsOrder = effect.repeats();
            isSeen = state.isOwnSeen();
        } else {
            FragmentLedger ledger = fragments.get(fragment);
            boolean isNew = ledger == null;
            if (isNew) {
                ledger = FragmentLedger.empty();
            }
            repeatsOrder = LedgerFold.apply(ledger.activity(), ledger::record, event, watermark)
                    .repeats();
            if (segments.lookAt(event)
                    && segments.fold(
                            event,
                            watermark,
                            ledger.computed(),
                            ledgers.othersComputed().get())) {
                ledgers.othersComputed().changed();
            }
            fragments.put(fragment, ledger);
            ActivityLedger activity = ledgers.othersActivity().get();
            LedgerFold.Effect effect =
                    LedgerFold.apply(activity, ledgers.othersRecord()::get, event, watermark, ledgers::ownRepeatsOrder);
            if (effect.record() != null) {
                ledgers.othersRecord().changed();
            }
            ledgers.othersActivity().changed();
            state.others(state.others() + (isNew ? 1 : 0), activity.count(), isWatched(activity));
            changesCart = effect.changesCart();
            isSeen = ledger.isSeen();
        }
        ledgers.changed();
        state.change(versionBase);
        out.collect(customerEvent(message, state));
        boolean isWatched = watch.get().names(event) && !repeatsOrder;
        CartChange change = CartChange.of(
                message.customerId(),
                event,
                changesCart,
                isWatched ? watch.get().watched(event, fragment) : null,
                () -> ledgers.said().statements(),
                asked::turns);
        if (change != null) {
            cartChanges.accept(change);
        }
        boolean isNews = !isSeen && state.sightWaits(fragment, event.timestamp());
        for (Identifier device : event.devices()) {
            isNews |= !(isSeen && state.hasSeen(device)) && state.sightWaits(fragment, device, event.timestamp());
        }
        return isNews
                ? new CustomerMessage.Sight(
                        message.customerId(), fragment, event.devices(), event.knownAt(), event.order())
                : null;
    }

    /** What a device did while it was somebody's does not say whose. */
    private static void nameCustomer(CustomerMessage.Event message, ProfileState state) {
        Identifier strongest = message.event().identifiers().get(0);
        if (strongest.customerId().equals(message.customerId())) {
            state.canonical(strongest);
        }
    }

    private static boolean isWatched(ActivityLedger activity) {
        return !activity.cart().isEmpty() || !activity.said().isEmpty();
    }

    // -------------------------------------------------------------------------------------------- what comes and goes

    /** Lets an instant pass: fragments go and come, and it is told who is who. */
    private void pass(long instant, ProfileState state, OnTimerContext context, Collector<OutboundRecord> out)
            throws Exception {
        String customerId = context.getCurrentKey();
        catchUp(instant - 1, customerId, context);
        Moves moves = new Moves(instant, waiting.due(instant));
        if (!moves.isOver()) {
            pass(customerId, state, moves, context, out);
        }
        passDue(instant, customerId, context);
    }

    /**
     * Lets time pass for a customer of whom the definitions that hold decide: memberships that it ends or begins.
     *
     * @param until up to and including this instant, milliseconds since 1970
     * @return whether a turn was awaited until then
     */
    private boolean passDue(long until, String customerId, ReadOnlyContext context) throws Exception {
        ProfileState state = ledgers.state();
        boolean isDue = false;
        boolean isOther = false;
        while (state.segmentTimer() <= until && !isOver(context)) {
            isDue = true;
            long due = state.segmentTimer();
            state.segmentTimer(SegmentClock.NEVER);
            if (segments.pass(due)) {
                isOther = true;
                state.change(versionBase);
                tellSegments(customerId, Cause.HAPPENED, context);
            } else {
                awaitSegments();
            }
        }
        if (isOther) {
            publishSoon(customerId, state, context);
        }
        return isDue;
    }

    private void pass(
            String customerId, ProfileState state, Moves moves, OnTimerContext context, Collector<OutboundRecord> out)
            throws Exception {
        String zone = asked.zone();
        boolean mayMerge = watch.get().namesMerger() && hasPast(moves.instant(), state);
        while (!moves.isOver()) {
            pass(moves.nextCause(), customerId, state, moves, context, out);
        }
        if (moves.changesAnything()) {
            segments.lookAnew(moves.instant());
            List<SegmentChange> changes = segments.drain();
            boolean isElsewhere = noteZone(zone, moves.instant(), context);
            boolean isAskedFor = noteAsked(changes, change -> moves.instant(), context) || isElsewhere;
            restartTriggers(customerId, moves, context);
            if (isAskedFor) {
                tellAsked(customerId, context);
            }
            if (mayMerge && moves.bringsThePast() && !moves.erases()) {
                tellMerger(customerId, moves.instant(), context);
            }
            tellSegments(customerId, changes, moves.changesThePast() ? Cause.MOVED : Cause.HAPPENED, AT_ONCE, context);
            if (moves.erases()) {
                context.output(CART_CHANGES, new CartChange.Erasure(customerId, moves.erasedFormer()));
                forgetSearched(customerId, context);
                moves.erasedFormer().forEach(former -> forgetSearched(former, context));
            }
            publishMoves(customerId, state, moves, context);
            if (!state.hasAnybody()) {
                forget(state, moves);
            }
        }
        state.sightsPassed(moves.instant());
        for (CustomerMessage.Sight sight : moves.rest()) {
            long at = sight.because().timestamp();
            state.sightWaits(sight.fragmentId(), at);
            sight.devices().forEach(device -> state.sightWaits(sight.fragmentId(), device, at));
            await(sight, context);
        }
    }

    private static void forgetSearched(String customerId, ReadOnlyContext context) {
        context.output(
                SEARCHED,
                new OutboundRecord(Topic.SEGMENT_CHANGES, customerId, customerId, TYPE_OF_CHANGE, 0, 0, null));
    }

    private boolean hasPast(long instant, ProfileState state) throws IOException {
        return state.eventCount() > 0 && ledgers.activity().firstSeen() < instant;
    }

    /** A customer who had done something before has got what another one did. */
    private void tellMerger(String customerId, long instant, ReadOnlyContext context) throws IOException {
        if (!isOver(context)) {
            context.output(CART_CHANGES, operation(customerId, watch.get().merger(customerId, instant)));
        }
    }

    /** Lets one event pass. */
    private void pass(
            EventOrder because,
            String customerId,
            ProfileState state,
            Moves moves,
            OnTimerContext context,
            Collector<OutboundRecord> out)
            throws Exception {
        CustomerPassage passage = new CustomerPassage(customerId, because, state.isSeen());
        boolean hasLost = false;
        for (CustomerMessage message = moves.poll(because); message != null; message = moves.poll(because)) {
            if (message.startsAnew()) {
                state.hasStarted();
            }
            if (message instanceof CustomerMessage.Retract retract) {
                if (state.canonical() != null || state.hasAnybody()) {
                    retract(retract, state, moves, passage);
                    hasLost = true;
                }
                if (moves.arrivedWith(retract).isEmpty()) {
                    continue;
                }
            }
            if (hasLost) {
                foldOthersAnew(moves.instant(), customerId, state);
                hasLost = false;
            }
            if (message instanceof CustomerMessage.Put put) {
                put(put, state, moves, passage);
            } else if (message instanceof CustomerMessage.Sight sight) {
                see(sight, state, passage);
            }
            for (CustomerMessage.Event event : moves.arrivedWith(message)) {
                CustomerMessage.Sight seen = fold(
                        event, state, moves.instant() - 1, change -> moves.tellLater(event.fragmentId(), change), out);
                if (seen != null) {
                    moves.add(seen);
                }
            }
        }
        if (hasLost) {
            foldOthersAnew(moves.instant(), customerId, state);
        }
        passage.tell(state.isSeen(), ledgers::seenListing, change -> publish(change, context));
    }

    private void retract(CustomerMessage.Retract retract, ProfileState state, Moves moves, CustomerPassage passage)
            throws Exception {
        Identifier fragment = retract.fragment();
        moves.note(retract, retract.first(), false);
        List<Identifier> identifiers = new ArrayList<>(2);
        if (fragment.namespace().isPerson()) {
            identifiers.add(fragment);
        }
        RecordLedger record = null;
        Collection<String> formerOfIt = List.of();
        Membership members = ledgers.membership().get();
        boolean isOwn = retract.fragmentId().isOwnOf(retract.customerId());
        if (isOwn) {
            record = ledgers.ownRecord().get();
            formerOfIt = members.formerOfOwn();
            state.own(new ActivityLedger());
            state.seeOwn(false);
            ledgers.ownRecord().clear();
            ledgers.ownComputed().clear();
        } else {
            FragmentLedger ledger = fragments.get(retract.fragmentId());
            if (ledger != null) {
                record = ledger.record();
                formerOfIt = ledger.former();
                fragments.remove(retract.fragmentId());
            }
        }
        if (record != null) {
            for (Identifier device : record.devices()) {
                if (state.hasSeen(device) && !retract.newDevices().contains(device)) {
                    identifiers.add(device);
                }
            }
        }
        if (retract.isErasure()) {
            moves.eraseFormer(formerOfIt);
        } else {
            passage.depart(
                    retract.into(),
                    identifiers,
                    retract.first() != null && retract.first().compareTo(retract.because()) < 0);
        }
        if (isOwn) {
            members.formerOfOwn().clear();
        } else {
            members.remove(fragment);
        }
        if (record != null && record.hasEverBeenPersonal()) {
            members.notePersonal();
        }
        ledgers.keep(members);
        ledgers.changed();
        state.change(versionBase);
    }

    private void put(CustomerMessage.Put put, ProfileState state, Moves moves, CustomerPassage passage)
            throws Exception {
        Identifier fragment = put.fragment();
        moves.note(put, put.first(), true);
        state.canonical(put.canonical());
        boolean isOwn = fragment.equals(put.canonical());
        boolean existed = put.first() != null && put.first().compareTo(put.because()) < 0;
        passage.arrive(fragment, put.from(), existed);
        Membership members = ledgers.membership().get();
        if (fragment.namespace().isPerson() && !isOwn) {
            members.add(fragment);
            passage.list(fragment);
        }
        FragmentLedger ledger = put.ledger();
        if (ledger != null) {
            if (isOwn) {
                state.own(ledger.activity());
                ledgers.ownRecord().set(ledger.record());
                keep(ledger.computed(), ledgers.ownComputed());
                members.formerOfOwn().addAll(ledger.former());
                state.seeOwn(existed);
            } else {
                addOther(put.fragmentId(), ledger, existed, moves.instant(), state);
            }
            former.add(ledger.former(), put.customerId(), members);
            for (Identifier device : ledger.record().devices()) {
                if (!put.newDevices().containsKey(device)) {
                    if (state.see(device)) {
                        passage.list(device);
                    }
                    passage.arrive(device, put.from(), existed);
                }
            }
            if (!existed) {
                moves.lookAgain(put, put.first(), List.of());
            }
            put.newDevices().forEach((device, carrier) -> moves.lookAgain(put, carrier, List.of(device)));
        }
        ledgers.keep(members);
        ledgers.changed();
        if (ledger != null || !isOwn || state.hasAnybody()) {
            state.change(versionBase);
        }
    }

    private void addOther(FragmentId fragment, FragmentLedger ledger, boolean existed, long instant, ProfileState state)
            throws Exception {
        if (existed) {
            ledger.see();
            state.seeOthers(state.othersSeen() + 1);
        }
        fragments.put(fragment, ledger);
        ActivityLedger activity = ledgers.othersActivity().get();
        activity.merge(ledger.activity(), instant);
        ledgers.othersActivity().changed();
        ledgers.othersRecord().get().merge(ledger.record());
        ledgers.othersRecord().changed();
        if (!ledger.computed().isEmpty()) {
            ledgers.othersComputed().get().merge(ledger.computed());
            ledgers.othersComputed().changed();
        }
        state.others(state.others() + 1, activity.count(), isWatched(activity));
    }

    private void see(CustomerMessage.Sight sight, ProfileState state, CustomerPassage passage) throws Exception {
        if (sight.fragmentId().isOwnOf(sight.customerId())) {
            if (state.own().count() == 0) {
                return;
            }
            state.seeOwn(true);
        } else {
            FragmentLedger ledger = fragments.get(sight.fragmentId());
            if (ledger == null) {
                return;
            }
            if (!ledger.isSeen()) {
                ledger.see();
                fragments.put(sight.fragmentId(), ledger);
                state.seeOthers(state.othersSeen() + 1);
            }
        }
        for (Identifier device : sight.devices()) {
            if (!state.hasSeen(device) && state.see(device)) {
                passage.list(device);
            }
        }
    }

    private static void keep(ComputedLedger computed, Kept<ComputedLedger> as) {
        if (computed.isEmpty()) {
            as.clear();
        } else {
            as.set(computed);
        }
    }

    /** After a loss, which can't be taken out of a union. */
    private void foldOthersAnew(long instant, String customerId, ProfileState state) throws Exception {
        Membership members = ledgers.membership().get();
        former.clear(members);
        former.add(members.formerOfOwn(), customerId, members);
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        ComputedLedger computed = new ComputedLedger();
        int others = 0;
        int seen = 0;
        for (FragmentLedger ledger : fragments.values()) {
            activity.merge(ledger.activity(), instant);
            record.merge(ledger.record());
            computed.merge(ledger.computed());
            former.add(ledger.former(), customerId, members);
            others++;
            seen += ledger.isSeen() ? 1 : 0;
        }
        if (others == 0) {
            ledgers.othersActivity().clear();
            ledgers.othersRecord().clear();
        } else {
            ledgers.othersActivity().set(activity);
            ledgers.othersRecord().set(record);
        }
        keep(computed, ledgers.othersComputed());
        state.others(others, activity.count(), isWatched(activity));
        state.seeOthers(seen);
        // If nothing is left but events that are yet to come, so are their devices.
        SortedSet<Identifier> devices = new TreeSet<>();
        if (state.isSeen()) {
            devices.addAll(record.devices());
            devices.addAll(ledgers.ownRecord().get().devices());
        }
        state.seeOnly(devices);
        ledgers.keep(members);
        ledgers.changed();
    }

    private void restartTriggers(String customerId, Moves moves, OnTimerContext context) throws Exception {
        if (isOver(context)) {
            return;
        }
        if (!moves.hasOthersThanBefore()) {
            moves.cartChanges().forEach(tell(context));
            return;
        }
        SortedMap<String, List<Consent.Statement>> consent = ledgers.said().statements();
        context.output(
                CART_CHANGES,
                new CartChange.Restart(
                        customerId,
                        moves.instant(),
                        moves.changesThePast(),
                        ledgers.cart().entries(),
                        moves.gone(),
                        !ledgers.state().hasAnybody() || moves.erases(),
                        moves.come(),
                        consent,
                        asked.turns()));
        // The cart that they start anew from has these already. What was said when they were folded may have gone
        // since.
        for (WatchedEvent event : moves.waited()) {
            context.output(CART_CHANGES, operation(customerId, event));
        }
    }

    private void publishMoves(String customerId, ProfileState state, Moves moves, OnTimerContext context)
            throws Exception {
        if (state.eventCount() > 0) {
            publishSoon(customerId, state, context);
        } else if (moves.lastRetract() != null) {
            CustomerMessage.Retract retract = moves.lastRetract();
            (retract.isErasure() ? customersErased : customersMerged).inc();
            if (state.isPublished()) {
                context.output(
                        PROFILES,
                        deletion(
                                customerId,
                                state,
                                retract,
                                ledgers.hasEverBeenPersonal(ledgers.ownRecord().get())));
            }
            // Also if nobody was told that it was there or has come back: the aliases of others may lead to it.
            context.output(IDENTITIES, CustomerAlias.of(retract).record());
            state.withdrawn();
            state.aliased(true);
        }
    }

    /** Of a customer to whom nobody belongs nothing is kept that says who it was. */
    private void forget(ProfileState state, Moves moves) throws IOException {
        if (moves.erases()) {
            former.clear(ledgers.membership().get());
            ledgers.keep(new Membership());
        }
        if (!state.hasMembership() || ledgers.membership().get().persons().isEmpty()) {
            state.canonical(null);
        }
    }

    private void publish(IdentityChange change, ReadOnlyContext context) {
        OutboundRecord record = change.record();
        context.output(IDENTITIES, record);
        context.output(SEARCHED, record);
    }

    // ---------------------------------------------------------------------------------------------------- publication

    private void publishSoon(String customerId, ProfileState state, ReadOnlyContext context) throws Exception {
        if (state.isPending()) {
            return;
        }
        if (context.timerService().currentProcessingTime() - state.publishedAt() >= publishEveryMillis) {
            publish(customerId, state, context);
        } else {
            state.awaitTimer();
            context.timerService().registerProcessingTimeTimer(state.publishedAt() + publishEveryMillis);
        }
    }

    private void publish(String customerId, ProfileState state, ReadOnlyContext context) throws Exception {
        if (state.eventCount() == 0) {
            state.timerHasFired();
            return;
        }
        OutboundRecord profile = profile(customerId, state);
        if (state.isAliased()) {
            state.aliased(false);
            context.output(IDENTITIES, CustomerAlias.withdrawal(customerId, profile.timestamp(), state.version()));
        }
        state.published(context.timerService().currentProcessingTime());
        profilesPublished.inc();
        context.output(PROFILES, profile);
    }

    /** Its id is that of its content: after a rebuild another profile may bear the same version. */
    private OutboundRecord profile(String customerId, ProfileState state) throws Exception {
        ActivityLedger activity = ledgers.activity();
        RecordLedger record = ledgers.record();
        Membership members = state.hasMembership() ? ledgers.membership().get() : new Membership();
        long version = state.version();
        byte[] profile = ProfileJson.profile(
                customerId,
                ledgers.listing(),
                activity,
                record,
                segments.published(),
                former.smallest(ProfileJson.MAX_MERGED_FROM, members),
                former.count(members),
                version);
        return new OutboundRecord(
                Topic.PROFILES,
                customerId,
                "p_" + Hashes.longHex(profile),
                "io.tributary.profile.v1",
                activity.lastSeen(),
                version,
                profile,
                ledgers.hasEverBeenPersonal(record));
    }

    private static OutboundRecord deletion(
            String customerId, ProfileState state, CustomerMessage.Retract because, boolean everPersonal) {
        String cause = customerId + "\n" + because.because().timestamp() + "\n"
                + because.because().messageId();
        return new OutboundRecord(
                Topic.PROFILES,
                customerId,
                "p_" + Hashes.longHex(cause.getBytes(StandardCharsets.UTF_8)),
                "io.tributary.profile.v1",
                because.because().timestamp(),
                state.version(),
                null,
                everPersonal);
    }

    /**
     * Its id is that of its cause, the message of a device or person at an instant, whatever order the log is read in.
     * The instant is part of it because a message id may come again beyond the horizon of de-duplication.
     */
    private OutboundRecord customerEvent(CustomerMessage.Event message, ProfileState state) throws IOException {
        CustomerEvent event = message.event();
        Cart cart = ledgers.cart().cartAt(event.order());
        String cause = event.firstIdentityKey().qualified() + "\n" + event.messageId() + "\n" + event.timestamp();
        return new OutboundRecord(
                Topic.CUSTOMER_EVENTS,
                message.customerId(),
                "e_" + Hashes.longHex(cause.getBytes(StandardCharsets.UTF_8)),
                "io.tributary.customer-event.v1",
                event.timestamp(),
                state.version(),
                ProfileJson.customerEvent(message.customerId(), event.json(), cart, state.version()));
    }
}
