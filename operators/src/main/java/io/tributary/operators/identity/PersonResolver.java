package io.tributary.operators.identity;

import io.tributary.operators.serialization.WireType;
import io.tributary.operators.sink.OutboundRecord;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.privacy.PrivacyCommand;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Finds out which person identifiers are one customer, and says so to every fragment that has another customer than
 * before. One for all: it sees only what is new, in the order of events, behind the watermark, and passes the watermark on
 * only when it has said what follows from what lies behind it. So no deadline overtakes a merger.
 *
 * <p>Privacy commands are obeyed in the order of (time, id), each before the events of its instant; one whose instant has
 * passed when it arrives, at the next one.
 *
 * <p>State: links, with a place per person identifier; a hash per erased one; the devices that follow a person; what waits
 * for the watermark, within the lateness bound; commands ahead of it; ids of recent commands. It lives as long as the
 * customers.
 */
public final class PersonResolver extends KeyedCoProcessFunction<String, Sighting, PrivacyCommand, FragmentMessage> {
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
    private transient MapState<Long, Integer> commandsByInstant;
    private transient MapState<Slot, PrivacyCommand> waitingCommands;
    private transient ValueState<RecentMessages> recentCommands;
    private transient WaitingByInstant<Sighting> sightings;
    private transient WaitingByInstant<PrivacyCommand> commands;
    private transient PersonGraph graph;
    private transient Followers followers;
    private transient Counter sightingsResolved;
    private transient Counter fragmentsRelabelled;
    private transient Counter commandsObeyed;
    private transient Counter commandsDuplicate;

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

    static MapStateDescriptor<Long, Integer> commandsByInstant() {
        return new MapStateDescriptor<>("commands-by-instant", Types.LONG, Types.INT);
    }

    static MapStateDescriptor<Slot, PrivacyCommand> waitingCommands() {
        return new MapStateDescriptor<>("waiting-commands", WireType.SLOT.info(), WireType.PRIVACY_COMMAND.info());
    }

    static ValueStateDescriptor<RecentMessages> recentCommands() {
        return new ValueStateDescriptor<>("recent-commands", WireType.RECENT_MESSAGES.info());
    }

    @Override
    public void open(OpenContext openContext) {
        componentKeys = getRuntimeContext().getMapState(componentKeys());
        components = getRuntimeContext().getMapState(components());
        erased = getRuntimeContext().getMapState(erased());
        followings = getRuntimeContext().getMapState(followings());
        newestFollowers = getRuntimeContext().getMapState(newestFollowers());
        recentCommands = getRuntimeContext().getState(recentCommands());
        waitingByInstant = getRuntimeContext().getMapState(waitingByInstant());
        waiting = getRuntimeContext().getMapState(waiting());
        commandsByInstant = getRuntimeContext().getMapState(commandsByInstant());
        waitingCommands = getRuntimeContext().getMapState(waitingCommands());
        sightings = new WaitingByInstant<>(waitingByInstant, waiting);
        commands = new WaitingByInstant<>(commandsByInstant, waitingCommands);
        graph = new PersonGraph(rules, new ComponentsInState(componentKeys, components, erased));
        followers = new Followers(followings, newestFollowers);
        sightingsResolved = getRuntimeContext().getMetricGroup().counter("sightingsResolved");
        fragmentsRelabelled = getRuntimeContext().getMetricGroup().counter("fragmentsRelabelled");
        commandsObeyed = getRuntimeContext().getMetricGroup().counter("commandsObeyed");
        commandsDuplicate = getRuntimeContext().getMetricGroup().counter("commandsDuplicate");
    }

    @Override
    public void processElement1(Sighting sighting, Context context, Collector<FragmentMessage> out) throws Exception {
        if (sightings.add(sighting.knownAt(), sighting)) {
            context.timerService().registerEventTimeTimer(sighting.knownAt());
        }
    }

    @Override
    public void processElement2(PrivacyCommand command, Context context, Collector<FragmentMessage> out)
            throws Exception {
        RecentMessages recent = recentCommands.value();
        RecentMessages ids = recent == null ? new RecentMessages() : recent;
        long instant = Math.max(command.at(), nextInstant(context.timerService()));
        if (!ids.admit(command.id(), command.at(), instant)) {
            commandsDuplicate.inc();
            return;
        }
        recentCommands.update(ids);
        if (commands.add(instant, command)) {
            context.timerService().registerEventTimeTimer(instant);
        }
    }

    private static long nextInstant(TimerService timers) {
        long watermark = timers.currentWatermark();
        return watermark == Watermark.MAX_WATERMARK.getTimestamp() ? watermark : watermark + 1;
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<FragmentMessage> out) throws Exception {
        for (PrivacyCommand command : commands.known(timestamp)) {
            commandsObeyed.inc();
            obey(command, new Cause(timestamp, command.orderAt(timestamp)), context, out);
        }
        for (Sighting sighting : sightings.known(timestamp)) {
            sightingsResolved.inc();
            if (sighting.isLogin()) {
                logIn(sighting, out);
            } else {
                show(sighting, context, out);
            }
        }
    }

    /**
     * Why something changes.
     *
     * @param knownAt the instant at which it does, milliseconds since 1970
     * @param order of the event or the command
     */
    private record Cause(long knownAt, EventOrder order) {
        static Cause of(Sighting sighting) {
            return new Cause(sighting.knownAt(), sighting.order());
        }
    }

    private void obey(PrivacyCommand command, Cause because, Context context, Collector<FragmentMessage> out)
            throws Exception {
        if (command.kind() == PrivacyCommand.Kind.UNMERGE) {
            change(graph.unmerge(command.identifier(), command.with()), because, context, out);
        } else if (command.identifier().namespace().isPerson()) {
            Resolution resolution = graph.erase(command.identifier());
            for (Identifier person : resolution.erased()) {
                erase(person, because, true, out);
                for (Identifier device : followers.of(person)) {
                    erase(device, because, false, out);
                }
                followers.abandon(person);
            }
            change(resolution, because, context, out);
        } else if (followers.followedBy(command.identifier()) == null) {
            // Nobody has logged in on it: it is a customer of its own.
            erase(command.identifier(), because, true, out);
        }
    }

    private void erase(Identifier fragment, Cause because, boolean isMeant, Collector<FragmentMessage> out) {
        fragmentsRelabelled.inc();
        out.collect(Relabelling.erasure(fragment, because.knownAt(), because.order(), isMeant));
    }

    private void logIn(Sighting login, Collector<FragmentMessage> out) throws Exception {
        Identifier person = login.persons().get(0);
        Identifier formerly = followers.followedBy(login.device());
        followers.follow(login.device(), person);
        relabel(login.device(), graph.canonical(person), formerly == null, Cause.of(login), out);
    }

    private void show(Sighting sighting, Context context, Collector<FragmentMessage> out) throws Exception {
        change(graph.show(sighting.order(), sighting.persons()), Cause.of(sighting), context, out);
    }

    private void change(Resolution resolution, Cause because, Context context, Collector<FragmentMessage> out)
            throws Exception {
        for (Resolution.Move move : resolution.moves()) {
            boolean leavesNobody = !graph.canonical(move.from()).equals(move.from());
            if (!rules.isFixed(move.identifier().namespace())) {
                relabel(move.identifier(), move.to(), leavesNobody, because, out);
            }
            for (Identifier device : followers.of(move.identifier())) {
                relabel(device, move.to(), leavesNobody, because, out);
            }
        }
        for (Link link : resolution.full()) {
            publish(IdentityChange.Kind.COMPONENT_FULL, link, because, context);
        }
        for (Link link : resolution.conflicts()) {
            publish(IdentityChange.Kind.CONFLICT, link, because, context);
        }
        for (Identifier value : resolution.quarantined()) {
            publish(IdentityChange.Kind.QUARANTINED, value, List.of(value), because, context);
        }
    }

    private void relabel(
            Identifier fragment,
            Identifier canonical,
            boolean leavesNobody,
            Cause because,
            Collector<FragmentMessage> out) {
        fragmentsRelabelled.inc();
        out.collect(new Relabelling(fragment, canonical, because.knownAt(), because.order(), leavesNobody));
    }

    private void publish(IdentityChange.Kind kind, Link link, Cause because, Context context) {
        Identifier canonical = graph.canonical(link.stronger());
        publish(kind, canonical, List.of(link.stronger(), link.weaker()), because, context);
    }

    private static void publish(
            IdentityChange.Kind kind,
            Identifier canonical,
            Collection<Identifier> identifiers,
            Cause because,
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
