package io.tributary.operators.identity;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.identity.Identifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Finds out which person identifiers are one customer, and says so to every fragment that has another customer than
 * before. One for all: it sees only what is new, in the order of events, behind the watermark, and passes the watermark on
 * only when it has said what follows from what lies behind it. So no deadline overtakes a merger.
 *
 * <p>State: links, with a place per person identifier; the devices that follow a person who can change the customer; what
 * waits for the watermark, within the lateness bound. It lives as long as the customers.
 */
public final class PersonResolver extends KeyedProcessFunction<String, Sighting, Relabelling> {
    /** Conflicts, quarantines, full components, for {@code cdp.identity-changes.v1}. */
    public static final OutputTag<OutboundRecord> CHANGES =
            new OutputTag<>("identity-changes", WireType.OUTBOUND_RECORD.info());

    private final ResolutionRules rules;
    private transient MapState<Identifier, Identifier> componentKeys;
    private transient MapState<Identifier, RawComponent> components;
    private transient MapState<Long, Boolean> erased;
    private transient MapState<Identifier, Following> followings;
    private transient MapState<Identifier, Identifier> newestFollowers;
    private transient MapState<Long, Integer> waitingByInstant;
    private transient MapState<Slot, Sighting> waiting;
    private transient PersonGraph graph;
    private transient Followers followers;
    private transient Counter sightingsResolved;
    private transient Counter fragmentsRelabelled;

    public PersonResolver(ResolutionRules rules) {
        this.rules = rules;
    }

    static MapStateDescriptor<Identifier, Identifier> componentKeys() {
        return new MapStateDescriptor<>("component-keys", WireType.IDENTIFIER.info(), WireType.IDENTIFIER.info());
    }

    static MapStateDescriptor<Identifier, RawComponent> components() {
        return new MapStateDescriptor<>("components", WireType.IDENTIFIER.info(), WireType.RAW_COMPONENT.info());
    }

    static MapStateDescriptor<Long, Boolean> erased() {
        return new MapStateDescriptor<>("erased", Types.LONG, Types.BOOLEAN);
    }

    static MapStateDescriptor<Identifier, Following> followings() {
        return new MapStateDescriptor<>("followings", WireType.IDENTIFIER.info(), WireType.FOLLOWING.info());
    }

    static MapStateDescriptor<Identifier, Identifier> newestFollowers() {
        return new MapStateDescriptor<>("newest-followers", WireType.IDENTIFIER.info(), WireType.IDENTIFIER.info());
    }

    static MapStateDescriptor<Long, Integer> waitingByInstant() {
        return new MapStateDescriptor<>("waiting-by-instant", Types.LONG, Types.INT);
    }

    static MapStateDescriptor<Slot, Sighting> waiting() {
        return new MapStateDescriptor<>("waiting", WireType.SLOT.info(), WireType.SIGHTING.info());
    }

    @Override
    public void open(OpenContext openContext) {
        componentKeys = getRuntimeContext().getMapState(componentKeys());
        components = getRuntimeContext().getMapState(components());
        erased = getRuntimeContext().getMapState(erased());
        followings = getRuntimeContext().getMapState(followings());
        newestFollowers = getRuntimeContext().getMapState(newestFollowers());
        waitingByInstant = getRuntimeContext().getMapState(waitingByInstant());
        waiting = getRuntimeContext().getMapState(waiting());
        graph = new PersonGraph(rules, new ComponentsInState(componentKeys, components, erased));
        followers = new Followers(followings, newestFollowers);
        sightingsResolved = getRuntimeContext().getMetricGroup().counter("sightingsResolved");
        fragmentsRelabelled = getRuntimeContext().getMetricGroup().counter("fragmentsRelabelled");
    }

    @Override
    public void processElement(Sighting sighting, Context context, Collector<Relabelling> out) throws Exception {
        long instant = sighting.knownAt();
        Integer others = waitingByInstant.get(instant);
        if (others == null) {
            context.timerService().registerEventTimeTimer(instant);
        }
        int number = others == null ? 0 : others;
        waitingByInstant.put(instant, number + 1);
        waiting.put(new Slot(instant, number), sighting);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Relabelling> out) throws Exception {
        for (Sighting sighting : known(timestamp)) {
            sightingsResolved.inc();
            if (sighting.isLogin()) {
                logIn(sighting, out);
            } else {
                show(sighting, context, out);
            }
        }
    }

    private List<Sighting> known(long instant) throws Exception {
        int size = waitingByInstant.get(instant);
        List<Sighting> known = new ArrayList<>(size);
        for (int number = 0; number < size; number++) {
            Slot slot = new Slot(instant, number);
            known.add(waiting.get(slot));
            waiting.remove(slot);
        }
        waitingByInstant.remove(instant);
        Collections.sort(known);
        return known;
    }

    private void logIn(Sighting login, Collector<Relabelling> out) throws Exception {
        Identifier person = login.persons().get(0);
        Identifier formerly = followers.followedBy(login.device());
        // Who never changes the customer need not be followed; only a login that came late asks whom it was.
        if (formerly != null || !rules.isFixed(person.namespace())) {
            followers.follow(login.device(), person);
        }
        relabel(login.device(), graph.canonical(person), formerly == null, login, out);
    }

    private void show(Sighting sighting, Context context, Collector<Relabelling> out) throws Exception {
        Resolution resolution = graph.show(sighting.order(), sighting.persons());
        for (Resolution.Move move : resolution.moves()) {
            boolean leavesNobody = !graph.canonical(move.from()).equals(move.from());
            if (!rules.isFixed(move.identifier().namespace())) {
                relabel(move.identifier(), move.to(), leavesNobody, sighting, out);
            }
            for (Identifier device : followers.of(move.identifier())) {
                relabel(device, move.to(), leavesNobody, sighting, out);
            }
        }
        for (Link link : resolution.full()) {
            publish(IdentityChange.Kind.COMPONENT_FULL, link, sighting, context);
        }
        for (Link link : resolution.conflicts()) {
            publish(IdentityChange.Kind.CONFLICT, link, sighting, context);
        }
        for (Identifier value : resolution.quarantined()) {
            publish(IdentityChange.Kind.QUARANTINED, value, List.of(value), sighting, context);
        }
    }

    private void relabel(
            Identifier fragment,
            Identifier canonical,
            boolean leavesNobody,
            Sighting because,
            Collector<Relabelling> out) {
        fragmentsRelabelled.inc();
        out.collect(new Relabelling(fragment, canonical, because.knownAt(), because.order(), leavesNobody));
    }

    private void publish(IdentityChange.Kind kind, Link link, Sighting because, Context context) {
        Identifier canonical = graph.canonical(link.stronger());
        publish(kind, canonical, List.of(link.stronger(), link.weaker()), because, context);
    }

    private static void publish(
            IdentityChange.Kind kind,
            Identifier canonical,
            Collection<Identifier> identifiers,
            Sighting because,
            Context context) {
        context.output(
                CHANGES,
                new IdentityChange(
                                because.order().timestamp(),
                                kind,
                                canonical.customerId(),
                                identifiers,
                                null,
                                because.order().messageId())
                        .record());
    }
}
