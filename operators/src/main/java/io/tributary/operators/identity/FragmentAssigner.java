package io.tributary.operators.identity;

import io.tributary.operators.identity.DeviceOwnership.Owner;
import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.identity.Identifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Removes client retries and finds the fragment of each event, by the event's device or else its strongest person
 * identifier; tells the resolver what it does not know yet.
 *
 * <p>An event that names a person belongs to the strongest and leaves at once. One that names nobody belongs to whoever
 * owns the device: it waits for the watermark, and so do logins, so that they are taken in in order whatever the order of
 * arrival. What comes late waits until it is known.
 *
 * <p>Nothing here says for long who somebody is: keys and persons are hashes, so nothing has to be erased.
 *
 * <p>State per key: the newest message ids, read and written on every event, gone a day of event time after the key's last
 * event (or after it came, if late); what is known about the device and of persons shown together, read where an event
 * names two identifiers of which one is a person's, and written by what is new, for good; what waits.
 */
public final class FragmentAssigner extends KeyedProcessFunction<String, CustomerEvent, FragmentMessage> {
    /** For the resolver. */
    public static final OutputTag<Sighting> SIGHTINGS = new OutputTag<>("sightings", WireType.SIGHTING.info());

    static final long FORGET_EVERY_MILLIS = 60_000;

    private transient ValueState<RecentMessages> recentMessages;
    private transient ValueState<KeyIdentity> identity;
    private transient MapState<Long, WaitingAtInstant> waiting;
    private transient Counter eventsAccepted;
    private transient Counter eventsDuplicate;
    private transient Counter sightingsSent;

    static ValueStateDescriptor<RecentMessages> recentMessages() {
        return new ValueStateDescriptor<>("recent-messages", WireType.RECENT_MESSAGES.info());
    }

    static ValueStateDescriptor<KeyIdentity> identity() {
        return new ValueStateDescriptor<>("key-identity", WireType.KEY_IDENTITY.info());
    }

    static MapStateDescriptor<Long, WaitingAtInstant> waiting() {
        return new MapStateDescriptor<>("waiting", Types.LONG, WireType.WAITING_AT_INSTANT.info());
    }

    @Override
    public void open(OpenContext openContext) {
        recentMessages = getRuntimeContext().getState(recentMessages());
        identity = getRuntimeContext().getState(identity());
        waiting = getRuntimeContext().getMapState(waiting());
        eventsAccepted = getRuntimeContext().getMetricGroup().counter("eventsAccepted");
        eventsDuplicate = getRuntimeContext().getMetricGroup().counter("eventsDuplicate");
        sightingsSent = getRuntimeContext().getMetricGroup().counter("sightingsSent");
    }

    @Override
    public void processElement(CustomerEvent event, Context context, Collector<FragmentMessage> out) throws Exception {
        if (!admit(event, context.timerService())) {
            eventsDuplicate.inc();
            return;
        }
        eventsAccepted.inc();
        if (event.person() == null) {
            await(new Waiting.Anonymous(event), context.timerService());
            return;
        }
        out.collect(FragmentEvent.of(event));
        if (event.identifiers().size() > 1) {
            learn(event, context);
        }
    }

    private boolean admit(CustomerEvent event, TimerService timers) throws IOException {
        RecentMessages recent = recentMessages.value();
        boolean firstOfKey = recent == null;
        if (firstOfKey) {
            recent = new RecentMessages();
        }
        if (!recent.admit(event.messageId(), event.timestamp(), event.knownAt())) {
            return false;
        }
        recentMessages.update(recent);
        if (firstOfKey) {
            timers.registerEventTimeTimer(forgetAt(recent));
        }
        return true;
    }

    private void await(Waiting next, TimerService timers) throws Exception {
        WaitingAtInstant others = waiting.get(next.knownAt());
        if (others == null) {
            others = new WaitingAtInstant(new ArrayList<>(1));
            timers.registerEventTimeTimer(next.knownAt());
        }
        others.all().add(next);
        waiting.put(next.knownAt(), others);
    }

    private void learn(CustomerEvent event, Context context) throws Exception {
        KeyIdentity known = identity.value();
        if (known == null) {
            known = new KeyIdentity();
        }
        List<Identifier> persons = event.persons();
        if (persons.size() > 1 && known.show(event.order(), persons)) {
            send(Sighting.together(event.knownAt(), event.order(), persons), context);
            identity.update(known);
        }
        Identifier device = event.device();
        if (device != null && known.ownership().isLogin(event.order(), event.type(), FragmentId.of(persons.get(0)))) {
            await(
                    new Waiting.Login(event.order(), event.knownAt(), event.type(), device, persons.get(0)),
                    context.timerService());
        }
    }

    private void send(Sighting sighting, Context context) {
        sightingsSent.inc();
        context.output(SIGHTINGS, sighting);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<FragmentMessage> out) throws Exception {
        takeIn(timestamp, context, out);
        if (timestamp % FORGET_EVERY_MILLIS == 0) {
            forget(timestamp, context.timerService());
        }
    }

    private void forget(long timestamp, TimerService timers) throws IOException {
        RecentMessages recent = recentMessages.value();
        if (recent != null) {
            long forgetAt = forgetAt(recent);
            if (forgetAt <= timestamp) {
                recentMessages.clear();
            } else {
                timers.registerEventTimeTimer(forgetAt);
            }
        }
    }

    /** A full minute, so that this timer can be told from those of what waits without a look at the state. */
    private static long forgetAt(RecentMessages recent) {
        return -Math.floorDiv(-recent.expiresAt(), FORGET_EVERY_MILLIS) * FORGET_EVERY_MILLIS;
    }

    /** Takes in what waits for an instant, in order. */
    private void takeIn(long instant, OnTimerContext context, Collector<FragmentMessage> out) throws Exception {
        WaitingAtInstant waitingNow = waiting.get(instant);
        if (waitingNow == null) {
            return;
        }
        waiting.remove(instant);
        List<Waiting> known = waitingNow.all();
        Collections.sort(known);
        KeyIdentity current = identity.value();
        boolean hasLearnt = false;
        for (Waiting next : known) {
            if (next instanceof Waiting.Anonymous anonymous) {
                Owner owner = current == null ? null : current.ownership().ownerAt(next.order());
                CustomerEvent event = anonymous.event();
                out.collect(
                        owner == null
                                ? FragmentEvent.of(event)
                                : new FragmentEvent(owner.person(), owner.since(), event));
            } else if (next instanceof Waiting.Login login) {
                if (current == null) {
                    current = new KeyIdentity();
                }
                hasLearnt |= logIn(login, current.ownership(), context);
            }
        }
        if (hasLearnt) {
            current.ownership().forgetBehind(instant);
            identity.update(current);
        }
    }

    private boolean logIn(Waiting.Login login, DeviceOwnership ownership, OnTimerContext context) {
        Owner before = ownership.first();
        FragmentId person = FragmentId.of(login.person());
        boolean isLogin = ownership.note(login.order(), login.type(), person);
        if (isLogin && ownership.isFirst(login.order()) && (before == null || !person.equals(before.person()))) {
            send(Sighting.firstLogin(login.knownAt(), login.order(), login.device(), login.person()), context);
        }
        return isLogin;
    }
}
