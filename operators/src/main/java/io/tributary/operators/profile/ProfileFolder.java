package io.tributary.operators.profile;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.identity.IdentityChange;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.operators.sink.PersonalIdentifiers;
import io.tributary.operators.sink.Topic;
import io.tributary.operators.trigger.CartChange;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
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
 * <p>State: both halves of the ledger of the customer's own fragment, the hot one read and written on every event, the
 * cold one written only by what it keeps and read also to publish. If there are other fragments, a ledger for each and
 * their union, and what the customer was merged from. They live as long as the customer; of one that is gone the version stays. Event-time timers for what
 * waits, one processing-time timer while a publication is pending.
 */
public final class ProfileFolder extends KeyedProcessFunction<String, CustomerMessage, OutboundRecord> {
    /** Profiles to publish, and their deletions. */
    public static final OutputTag<OutboundRecord> PROFILES =
            new OutputTag<>("profiles", WireType.OUTBOUND_RECORD.info());

    /** For {@code cdp.identity-changes.v1} and {@code cdp.customer-aliases.v1}. */
    public static final OutputTag<OutboundRecord> IDENTITIES =
            new OutputTag<>("identities", WireType.OUTBOUND_RECORD.info());

    /** What the triggers look at, keyed as the input. */
    public static final OutputTag<CartChange> CART_CHANGES =
            new OutputTag<>("cart-changes", WireType.CART_CHANGE.info());

    private final long publishEveryMillis;
    private transient ValueState<ProfileState> hot;
    private transient ValueState<RecordLedger> cold;
    private transient MapState<FragmentId, FragmentLedger> fragments;
    private transient ValueState<ActivityLedger> othersHot;
    private transient ValueState<RecordLedger> othersCold;
    private transient ValueState<Membership> membership;
    private transient MapState<Integer, long[]> formerParts;
    private transient ListState<CustomerMessage> waiting;
    private transient FormerCustomers former;
    private transient Counter customersCreated;
    private transient Counter customersMerged;
    private transient Counter customersErased;
    private transient Counter profilesPublished;

    /** @param publishEveryMillis least time between two publications of a customer, milliseconds of processing time */
    public ProfileFolder(long publishEveryMillis) {
        this.publishEveryMillis = publishEveryMillis;
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

    static MapStateDescriptor<Integer, long[]> formerParts() {
        return new MapStateDescriptor<>("former", Types.INT, PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
    }

    static ListStateDescriptor<CustomerMessage> waiting() {
        return new ListStateDescriptor<>("waiting", WireType.CUSTOMER_MESSAGE.info());
    }

    @Override
    public void open(OpenContext openContext) {
        hot = getRuntimeContext().getState(hot());
        cold = getRuntimeContext().getState(cold());
        fragments = getRuntimeContext().getMapState(fragments());
        othersHot = getRuntimeContext().getState(othersHot());
        othersCold = getRuntimeContext().getState(othersCold());
        membership = getRuntimeContext().getState(membership());
        formerParts = getRuntimeContext().getMapState(formerParts());
        former = new FormerCustomers(formerParts);
        waiting = getRuntimeContext().getListState(waiting());
        customersCreated = getRuntimeContext().getMetricGroup().counter("customersCreated");
        customersMerged = getRuntimeContext().getMetricGroup().counter("customersMerged");
        customersErased = getRuntimeContext().getMetricGroup().counter("customersErased");
        profilesPublished = getRuntimeContext().getMetricGroup().counter("profilesPublished");
    }

    @Override
    public void processElement(CustomerMessage message, Context context, Collector<OutboundRecord> out)
            throws Exception {
        if (message instanceof CustomerMessage.Retract retract && !retract.isErasure()) {
            // Maybe of an identifier that was never a customer: whether something is here shows when it is due.
            await(message, context);
            return;
        }
        ProfileState state = hot.value();
        if (state == null) {
            state = new ProfileState();
        }
        if (!(message instanceof CustomerMessage.Event event)) {
            if (message.startsAnew()) {
                state.startWaits();
            }
            await(message, context);
        } else if (state.isStartWaiting() && isStillToStart(event, waiting.get())) {
            waiting.add(event);
        } else {
            CustomerMessage.Sight sight =
                    fold(event, state, context.timerService().currentWatermark(), tell(context), out);
            if (sight != null) {
                await(sight, context);
            }
            publishSoon(event.customerId(), state, context);
        }
        hot.update(state);
    }

    private static Consumer<CartChange> tell(Context context) {
        return change -> context.output(CART_CHANGES, change);
    }

    private void await(CustomerMessage message, Context context) throws Exception {
        waiting.add(message);
        context.timerService().registerEventTimeTimer(message.knownAt());
    }

    /** An event goes on waiting only if its fragment does. */
    private static boolean isStillToStart(CustomerMessage.Event event, Iterable<CustomerMessage> waiting) {
        for (CustomerMessage message : waiting) {
            if (message.isStartOf(event)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<OutboundRecord> out) throws Exception {
        ProfileState state = hot.value();
        boolean isKnown = state != null;
        if (!isKnown) {
            state = new ProfileState();
        }
        if (context.timeDomain() == TimeDomain.EVENT_TIME) {
            pass(timestamp, state, context, out);
        } else if (state.isPending()) {
            publish(context.getCurrentKey(), state, context);
        } else {
            return;
        }
        if (state.isBlank()) {
            hot.clear();
        } else if (isKnown) {
            hot.update(state);
        }
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
        boolean isSeen;
        if (isOwn) {
            LedgerFold.Effect effect = LedgerFold.apply(
                    state.own(),
                    this::record,
                    event,
                    watermark,
                    entry -> state.hasOthers() && othersRepeatOrder(entry));
            if (effect.record() != null) {
                cold.update(effect.record());
            }
            changesCart = effect.changesCart();
            isSeen = state.isOwnSeen();
        } else {
            FragmentLedger ledger = fragments.get(fragment);
            boolean isNew = ledger == null;
            if (isNew) {
                ledger = FragmentLedger.empty();
            }
            LedgerFold.apply(ledger.activity(), ledger::record, event, watermark);
            fragments.put(fragment, ledger);
            ActivityLedger activity = othersActivity();
            LedgerFold.Effect effect =
                    LedgerFold.apply(activity, this::othersRecord, event, watermark, this::ownRepeatsOrder);
            if (effect.record() != null) {
                othersCold.update(effect.record());
            }
            othersHot.update(activity);
            state.others(state.others() + (isNew ? 1 : 0), activity.count(), isWatched(activity));
            changesCart = effect.changesCart();
            isSeen = ledger.isSeen();
        }
        state.change();
        out.collect(customerEvent(message, state));
        if (CartChange.concerns(event, changesCart)) {
            cartChanges.accept(CartChange.of(
                    message.customerId(), event, changesCart, marketing(state).statements()));
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

    private boolean ownRepeatsOrder(CartEntry entry) {
        return reading(() -> record().repeatsOrder(entry));
    }

    private boolean othersRepeatOrder(CartEntry entry) {
        return reading(() -> othersRecord().repeatsOrder(entry));
    }

    private static <T> T reading(StateAccess<T> access) {
        try {
            return access.read();
        } catch (IOException e) {
            throw new IllegalStateException("the customer's state can't be read", e);
        }
    }

    private interface StateAccess<T> {
        T read() throws IOException;
    }

    private static boolean isWatched(ActivityLedger activity) {
        return !activity.cart().isEmpty() || !activity.marketing().isEmpty();
    }

    // -------------------------------------------------------------------------------------------- what comes and goes

    /** Lets an instant pass: fragments go and come, and it is told who is who. */
    private void pass(long instant, ProfileState state, OnTimerContext context, Collector<OutboundRecord> out)
            throws Exception {
        Moves moves = new Moves(instant, waiting.get());
        if (moves.isOver()) {
            return;
        }
        String customerId = context.getCurrentKey();
        while (!moves.isOver()) {
            pass(moves.nextCause(), customerId, state, moves, context, out);
        }
        if (moves.changesAnything()) {
            restartTriggers(customerId, state, moves, context);
            if (moves.erases()) {
                context.output(CART_CHANGES, new CartChange.Erasure(customerId, moves.erasedFormer()));
            }
            publishMoves(customerId, state, moves, context);
            if (!state.hasAnybody()) {
                forget(state, moves);
            }
        }
        waiting.update(moves.rest());
        state.nothingWaits();
        for (CustomerMessage message : moves.rest()) {
            if (message.startsAnew()) {
                state.startWaits();
            } else if (message instanceof CustomerMessage.Sight sight) {
                long at = sight.because().timestamp();
                state.sightWaits(sight.fragmentId(), at);
                sight.devices().forEach(device -> state.sightWaits(sight.fragmentId(), device, at));
            }
            context.timerService().registerEventTimeTimer(message.knownAt());
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
        passage.tell(state.isSeen(), () -> reading(() -> seenListing(state)), change -> publish(change, context));
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
        Membership members = members();
        boolean isOwn = retract.fragmentId().isOwnOf(retract.customerId());
        if (isOwn) {
            record = record();
            formerOfIt = members.formerOfOwn();
            state.own(new ActivityLedger());
            state.seeOwn(false);
            cold.clear();
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
        keep(members, state);
        state.change();
    }

    private void put(CustomerMessage.Put put, ProfileState state, Moves moves, CustomerPassage passage)
            throws Exception {
        Identifier fragment = put.fragment();
        moves.note(put, put.first(), true);
        state.canonical(put.canonical());
        boolean isOwn = fragment.equals(put.canonical());
        boolean existed = put.first() != null && put.first().compareTo(put.because()) < 0;
        passage.arrive(fragment, put.from(), existed);
        Membership members = members();
        if (fragment.namespace().isPerson() && !isOwn) {
            members.add(fragment);
            passage.list(fragment);
        }
        FragmentLedger ledger = put.ledger();
        if (ledger != null) {
            if (isOwn) {
                state.own(ledger.activity());
                cold.update(ledger.record());
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
        keep(members, state);
        if (ledger != null || !isOwn || state.hasAnybody()) {
            state.change();
        }
    }

    private void addOther(FragmentId fragment, FragmentLedger ledger, boolean existed, long instant, ProfileState state)
            throws Exception {
        if (existed) {
            ledger.see();
            state.seeOthers(state.othersSeen() + 1);
        }
        fragments.put(fragment, ledger);
        ActivityLedger activity = othersActivity();
        activity.merge(ledger.activity(), instant);
        othersHot.update(activity);
        RecordLedger record = othersRecord();
        record.merge(ledger.record());
        othersCold.update(record);
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

    /** After a loss, which can't be taken out of a union. */
    private void foldOthersAnew(long instant, String customerId, ProfileState state) throws Exception {
        Membership members = members();
        former.clear(members);
        former.add(members.formerOfOwn(), customerId, members);
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        int others = 0;
        int seen = 0;
        for (FragmentLedger ledger : fragments.values()) {
            activity.merge(ledger.activity(), instant);
            record.merge(ledger.record());
            former.add(ledger.former(), customerId, members);
            others++;
            seen += ledger.isSeen() ? 1 : 0;
        }
        if (others == 0) {
            othersHot.clear();
            othersCold.clear();
        } else {
            othersHot.update(activity);
            othersCold.update(record);
        }
        state.others(others, activity.count(), isWatched(activity));
        state.seeOthers(seen);
        // If nothing is left but events that are yet to come, so are their devices.
        SortedSet<Identifier> devices = new TreeSet<>();
        if (state.isSeen()) {
            devices.addAll(record.devices());
            devices.addAll(record().devices());
        }
        state.seeOnly(devices);
        keep(members, state);
    }

    private void restartTriggers(String customerId, ProfileState state, Moves moves, OnTimerContext context)
            throws Exception {
        // The end of a bounded log: what is beyond its last tick has not passed, nothing is decided.
        if (context.timerService().currentWatermark() == Watermark.MAX_WATERMARK.getTimestamp()) {
            return;
        }
        if (!moves.hasOthersThanBefore()) {
            moves.cartChanges().forEach(tell(context));
            return;
        }
        context.output(
                CART_CHANGES,
                new CartChange.Restart(
                        customerId,
                        moves.instant(),
                        moves.changesThePast(),
                        cart(state).entries(),
                        marketing(state).statements()));
    }

    private void publishMoves(String customerId, ProfileState state, Moves moves, OnTimerContext context)
            throws Exception {
        if (state.eventCount() > 0) {
            publishSoon(customerId, state, context);
        } else if (moves.lastRetract() != null) {
            CustomerMessage.Retract retract = moves.lastRetract();
            (retract.isErasure() ? customersErased : customersMerged).inc();
            if (state.isPublished()) {
                context.output(PROFILES, deletion(customerId, state, retract, hasEverBeenPersonal(state, record())));
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
            former.clear(members());
            keep(new Membership(), state);
        }
        if (!state.hasMembership() || members().persons().isEmpty()) {
            state.canonical(null);
        }
    }

    private void publish(IdentityChange change, Context context) {
        context.output(IDENTITIES, change.record());
    }

    // ---------------------------------------------------------------------------------------------------------- state

    private RecordLedger record() throws IOException {
        RecordLedger record = cold.value();
        return record == null ? new RecordLedger() : record;
    }

    private ActivityLedger othersActivity() throws IOException {
        ActivityLedger activity = othersHot.value();
        return activity == null ? new ActivityLedger() : activity;
    }

    private RecordLedger othersRecord() throws IOException {
        RecordLedger record = othersCold.value();
        return record == null ? new RecordLedger() : record;
    }

    private void keep(Membership members, ProfileState state) throws IOException {
        state.membership(!members.isEmpty());
        if (members.isEmpty()) {
            membership.clear();
        } else {
            membership.update(members);
        }
    }

    private Membership members() throws IOException {
        Membership members = membership.value();
        return members == null ? new Membership() : members;
    }

    /** The cart's operations of all fragments. */
    private CartLog cart(ProfileState state) throws IOException {
        if (!state.areOthersWatched()) {
            return state.own().cart();
        }
        CartLog cart = new CartLog();
        cart.merge(state.own().cart());
        cart.merge(othersActivity().cart());
        cart.dropRepetitions(entry -> ownRepeatsOrder(entry) || othersRepeatOrder(entry));
        return cart;
    }

    private ConsentTimeline marketing(ProfileState state) throws IOException {
        if (!state.areOthersWatched()) {
            return state.own().marketing();
        }
        ConsentTimeline marketing = new ConsentTimeline();
        marketing.merge(state.own().marketing());
        marketing.merge(othersActivity().marketing());
        return marketing;
    }

    /** All that the customer lists as of the events that the watermark has passed. */
    private Collection<Identifier> seenListing(ProfileState state) throws IOException {
        SortedSet<Identifier> listing = persons(state);
        RecordLedger record = state.hasOthers() ? RecordLedger.union(record(), othersRecord()) : record();
        for (Identifier device : record.devices()) {
            if (state.hasSeen(device)) {
                listing.add(device);
            }
        }
        return listing;
    }

    private SortedSet<Identifier> persons(ProfileState state) throws IOException {
        SortedSet<Identifier> persons = new TreeSet<>();
        if (state.canonical() != null && state.canonical().namespace().isPerson()) {
            persons.add(state.canonical());
        }
        if (state.hasMembership()) {
            persons.addAll(members().persons());
        }
        return persons;
    }

    private boolean hasEverBeenPersonal(ProfileState state, RecordLedger record) throws IOException {
        return record.hasEverBeenPersonal()
                || (state.canonical() != null && PersonalIdentifiers.isPersonal(state.canonical()))
                || (state.hasMembership() && members().hasEverBeenPersonal());
    }

    // ---------------------------------------------------------------------------------------------------- publication

    private void publishSoon(String customerId, ProfileState state, Context context) throws Exception {
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

    private void publish(String customerId, ProfileState state, Context context) throws Exception {
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
        ActivityLedger activity = state.own();
        RecordLedger own = record();
        RecordLedger record = own;
        if (state.hasOthers()) {
            RecordLedger others = othersRecord();
            activity = ActivityLedger.union(activity, othersActivity());
            activity.cart().dropRepetitions(entry -> own.repeatsOrder(entry) || others.repeatsOrder(entry));
            record = RecordLedger.union(own, others);
        }
        SortedSet<Identifier> identifiers = persons(state);
        identifiers.addAll(record.devices());
        long version = state.version();
        Membership members = state.hasMembership() ? members() : new Membership();
        byte[] profile = ProfileJson.profile(
                customerId,
                identifiers,
                activity,
                record,
                ProfileJson.Segments.NONE,
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
                hasEverBeenPersonal(state, record));
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
        Cart cart = cart(state).cartAt(event.order());
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
