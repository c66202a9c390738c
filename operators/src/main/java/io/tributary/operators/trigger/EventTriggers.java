package io.tributary.operators.trigger;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.EventMatches.Open;
import io.tributary.operators.trigger.cep.MatchSink;
import io.tributary.operators.trigger.cep.NfaHost;
import io.tributary.schemas.definition.EventSequence;
import io.tributary.schemas.definition.EventSequence.Relation;
import io.tributary.schemas.definition.EventSequence.Select;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.function.ToLongBiFunction;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Decides which triggers of sequences of events fire, customer by customer, with Flink CEP's NFA: one per trigger, or one per
 * deadline of it. What is open of one lies apart from what is open of others, so an event costs what the triggers cost that
 * name it.
 *
 * <p>Events are applied in the order of the instants from which on they are known, then in the order of events; events at
 * the instant of a deadline come before the deadline. One that came late is put in its place among what has happened and
 * the open matches are found anew: it may complete a match itself whose time is not over; what others have completed, and
 * the deadlines that have passed, stay as they were.
 *
 * <p>An event can be part of a match as long as it is among the {@value RetainedEvents#MOST} newest of the customer's that
 * triggers name. Not thread-safe.
 */
public final class EventTriggers implements AutoCloseable {
    /** For an event that begins a match, where none is open. */
    private static final List<Open> NOTHING_YET = Collections.singletonList(null);

    /** Matches by trigger, and then by deadline, ascending. */
    private final List<Watched> watched = new ArrayList<>();

    private final Map<String, List<Watched>> byName = new HashMap<>();

    /** Names of events with which the cart is looked at → whether its items are. */
    private final Map<String, Boolean> cartLooks = new HashMap<>();

    /** Names of events with which triggers ask for segments → for which. */
    private final Map<String, SortedSet<String>> segmentLooks = new HashMap<>();

    private final long longest;
    private final Gate gate;

    /** What fired at or before this instant was found by an earlier definition, milliseconds since 1970. */
    private final long from;

    private final DataOutputSerializer buffer = new DataOutputSerializer(256);

    /** A trigger or one of its deadlines. */
    private final class Watched {
        private final int place;
        private final CartTrigger trigger;

        /** Null if it fires with an event. */
        private final Deadline deadline;

        /** What began at or before this instant was decided by an earlier definition, milliseconds since 1970. */
        private final long decided;

        /** From the first event of a match to the instant after which nothing can come of it, milliseconds. */
        private final long window;

        /** At most how long what it has found waits to be told, milliseconds. */
        private final long wait;

        private final Set<String> names = new HashSet<>();

        /** Whether an event that begins a match is nothing to the matches that are open, so that each lies apart. */
        private final boolean isApart;

        /** Whether nothing comes of an event that begins a match before something else happens. */
        private final boolean beginsSilently;

        private final NfaHost<WatchedEvent> host;

        Watched(int place, CartTrigger trigger, Deadline deadline, long decided) {
            this.place = place;
            this.trigger = trigger;
            this.deadline = deadline;
            this.decided = decided;
            events().steps().stream().map(Step::events).forEach(names::addAll);
            this.isApart = events().select() == Select.EVERY && isFirstStepApart();
            Duration time = deadline == null ? events().within() : deadline.delay();
            this.window = time.toMillis();
            this.beginsSilently = window > 0
                    && (events().steps().size() > 1 || events().first().times() > 1);
            this.wait = trigger.definition().delay().toMillis() + gate.mostPostponed();
            this.host = new NfaHost<>(
                    SequencePattern.of(events(), time),
                    WireType.WATCHED_EVENT.info().createSerializer(new SerializerConfigImpl()));
        }

        EventSequence events() {
            return trigger.definition().events();
        }

        private boolean isFirstStepApart() {
            Step first = events().first();
            return first.times() == 1
                    && events().steps().stream()
                            .skip(1)
                            .noneMatch(step -> step.relation() == Relation.NEXT
                                    || !Collections.disjoint(step.events(), first.events()));
        }

        /** Whether the first step names it. */
        boolean mayBegin(WatchedEvent event) {
            return events().first().events().contains(event.name());
        }

        /** Whether an event that is about the same begins a match. */
        boolean begins(WatchedEvent event) {
            return event.order().timestamp() > decided && mayBegin(event) && SequencePattern.begins(events(), event);
        }

        /** Whether an event ends what an earlier one has begun, and may begin anew. */
        boolean restartsWith(WatchedEvent event) {
            return events().select() == Select.LAST && event.order().timestamp() > decided && mayBegin(event);
        }

        boolean isAbout(WatchedEvent event, String key) {
            return names.contains(event.name())
                    && event.keys(events().correlation()).contains(key);
        }

        Found found() {
            return new Found(events().first().id());
        }

        void load(Open open) {
            host.reset();
            if (open != null && open.begunBy() != null) {
                host.advance(open.begunBy(), open.begunBy().order().timestamp(), found());
            } else if (open != null) {
                try {
                    host.load(new DataInputDeserializer(open.bytes()));
                } catch (IOException e) {
                    throw new IllegalStateException("the matching state can't be read", e);
                }
            }
        }

        void save(String key, EventMatches matches) {
            if (host.isEmpty()) {
                return;
            }
            buffer.clear();
            try {
                host.save(buffer);
            } catch (IOException e) {
                throw new IllegalStateException("the matching state can't be written", e);
            }
            matches.open().add(new Open(place, key, host.nextTimeout().orElseThrow(), null, buffer.getCopyOfBuffer()));
        }

        /** An event {@linkplain #begins begins} a match, where none is open. */
        void begin(String key, WatchedEvent event, Found found, EventMatches matches) {
            long time = event.order().timestamp();
            if (beginsSilently) {
                matches.open().add(new Open(place, key, time + window + 1, event, null));
            } else {
                host.reset();
                host.advance(event, time, found);
                save(key, matches);
            }
        }

        void step(WatchedEvent event, Found found) {
            if (event.order().timestamp() > decided) {
                step(event, event.order().timestamp(), found);
            }
        }

        /** @param time at which it happens, milliseconds since 1970 */
        private void step(WatchedEvent event, long time, Found found) {
            if (events().select() == Select.LAST && mayBegin(event)) {
                host.reset();
            }
            if (!host.isEmpty() || (mayBegin(event) && SequencePattern.begins(events(), event))) {
                host.advance(event, time, found);
            }
        }

        /**
         * The match that begins with an event. What happens behind its window ends it as if it happened at the end.
         *
         * @param past ascending
         * @return null if there is none
         */
        Map<String, List<WatchedEvent>> find(EventOrder anchor, String key, Stream<WatchedEvent> past) {
            host.reset();
            Found found = found();
            long due = anchor.timestamp() + window;
            past.filter(event -> event.order().compareTo(anchor) >= 0 && isAbout(event, key))
                    .forEach(event -> step(event, Math.min(event.order().timestamp(), due), found));
            host.advanceTime(due + 1, found);
            return found.byAnchor.get(anchor);
        }

        /**
         * The match that begins with an event as it was found first, when events became known one after the other.
         *
         * @param past ascending
         * @return null if there is none
         */
        First findFirst(EventOrder anchor, String key, List<WatchedEvent> past) {
            List<WatchedEvent> arriving = past.stream()
                    .filter(event -> event.order().compareTo(anchor) >= 0 && isAbout(event, key))
                    .sorted(Comparator.comparingLong(WatchedEvent::knownAt).thenComparing(Comparator.naturalOrder()))
                    .toList();
            for (int i = 0; i < arriving.size(); i++) {
                Stream<WatchedEvent> known = arriving.subList(0, i + 1).stream().sorted();
                Map<String, List<WatchedEvent>> match = find(anchor, key, known);
                if (match != null) {
                    return new First(arriving.get(i), match);
                }
            }
            return null;
        }

        /** Whether a match of a deadline is not ended up to an instant, milliseconds since 1970. */
        boolean isFound(EventOrder anchor, String key, List<WatchedEvent> past, long until) {
            return find(anchor, key, past.stream().filter(event -> event.order().timestamp() <= until)) != null;
        }
    }

    /**
     * A match as it was found first.
     *
     * @param by with which that was; what a late event shows need not end with it
     */
    private record First(WatchedEvent by, Map<String, List<WatchedEvent>> match) {
        boolean isCompletedByIt() {
            List<WatchedEvent> events = Found.events(match);
            return events.get(events.size() - 1).equals(by);
        }
    }

    /** The matches that one event or the passing of time completes: of those that begin alike the longest. */
    private static final class Found implements MatchSink<WatchedEvent> {
        private static final Comparator<List<WatchedEvent>> BY_EVENTS = (one, other) -> {
            for (int i = 0; i < one.size(); i++) {
                int order = one.get(i).compareTo(other.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        };

        private final String firstStep;
        private final Map<EventOrder, Map<String, List<WatchedEvent>>> byAnchor = new LinkedHashMap<>(1);

        Found(String firstStep) {
            this.firstStep = firstStep;
        }

        @Override
        public void matched(Map<String, List<WatchedEvent>> found, long timestamp) {
            Map<String, List<WatchedEvent>> match = SequencePattern.bySteps(found);
            byAnchor.merge(
                    match.get(firstStep).get(0).order(),
                    match,
                    (known, other) -> Comparator.<List<WatchedEvent>>comparingInt(List::size)
                                            .reversed()
                                            .thenComparing(BY_EVENTS)
                                            .compare(events(known), events(other))
                                    <= 0
                            ? known
                            : other);
        }

        @Override
        public void timedOut(Map<String, List<WatchedEvent>> partialMatch, long timestamp) {
            // Nothing has come of it.
        }

        private static List<WatchedEvent> events(Map<String, List<WatchedEvent>> match) {
            return match.values().stream().flatMap(List::stream).sorted().toList();
        }
    }

    /** Of triggers that have held from the beginning. */
    public EventTriggers(List<CartTrigger> triggers) {
        this(triggers, Gate.open(), Long.MIN_VALUE, (trigger, deadline) -> Long.MIN_VALUE);
    }

    /**
     * Of triggers that hold since earlier ones have ended.
     *
     * @param triggers those of the cart among them are nothing to this
     * @param gate that says how long something waits
     * @param from since when they hold, milliseconds since 1970
     * @param decided what of a trigger, or of a deadline of it, began at or before this instant was decided by an earlier
     *     definition, milliseconds since 1970
     */
    EventTriggers(List<CartTrigger> triggers, Gate gate, long from, ToLongBiFunction<CartTrigger, Deadline> decided) {
        this.gate = gate;
        this.from = from;
        long most = 0;
        for (CartTrigger trigger : triggers) {
            if (trigger.definition().isOfCart()) {
                continue;
            }
            List<Deadline> deadlines = new ArrayList<>(trigger.definition().deadlines());
            if (deadlines.isEmpty()) {
                deadlines.add(null);
            }
            for (Deadline deadline : deadlines) {
                Watched one = new Watched(watched.size(), trigger, deadline, decided.applyAsLong(trigger, deadline));
                watched.add(one);
                one.names.forEach(name ->
                        byName.computeIfAbsent(name, added -> new ArrayList<>()).add(one));
                lookAtCart(one);
                lookAtSegments(one);
                // What was told may have to be found again.
                long grace = deadline == null ? 0 : trigger.definition().grace().toMillis();
                most = Math.max(most, one.window + one.wait + grace);
            }
        }
        longest = most;
    }

    private void lookAtSegments(Watched one) {
        SortedSet<String> segments = one.trigger.definition().segments();
        if (!segments.isEmpty()) {
            one.names.forEach(name ->
                    segmentLooks.computeIfAbsent(name, added -> new TreeSet<>()).addAll(segments));
        }
    }

    private void lookAtCart(Watched one) {
        Set<List<String>> paths = new HashSet<>();
        one.trigger.definition().expressions().forEach(expression -> paths.addAll(expression.cartPaths()));
        if (!paths.isEmpty()) {
            boolean isAtItems = paths.stream()
                    .anyMatch(path -> path.isEmpty() || path.get(0).equals("items"));
            one.names.forEach(name -> cartLooks.merge(name, isAtItems, Boolean::logicalOr));
        }
    }

    /** Whether there is no trigger of a sequence. */
    boolean isEmpty() {
        return watched.isEmpty();
    }

    /** How long after its first event a match of any of the triggers may still do something or be taken back, milliseconds. */
    long longest() {
        return longest;
    }

    // ------------------------------------------------------------------------------------------------- what happens

    /**
     * @param restart of which the watermark has reached the instant
     * @param due what was due before
     */
    void restart(TriggerState state, RetainedEvents retained, CartChange.Restart restart, Due due) {
        EventMatches matches = state.events();
        matches.pending().all().removeIf(restart::takes);
        List<WatchedEvent> past = new ArrayList<>(matches.retained() == 0 ? List.of() : retained.all());
        past.removeIf(restart::takes);
        for (WatchedEvent event : restart.come()) {
            if (!byName.containsKey(event.name())) {
                continue;
            }
            if (event.knownAt() < restart.instant()) {
                past.add(event);
            } else {
                matches.pending().await(event);
            }
        }
        past.sort(null);
        if (restart.decidesInstant()) {
            seeAnew(past, state, restart.instant());
            askAnew(past, state, restart.instant());
        }
        past.replaceAll(event -> unmarked(event, restart.gone()));
        matches.pending().all().replaceAll(event -> unmarked(event, restart.gone()));
        markRepetitions(past, matches);
        keep(past, state, retained, restart.instant() - 1);
        List<Waiting> waited = List.copyOf(matches.waiting().all());
        matches.waiting().all().clear();
        waited.forEach(waiting -> matches.takeBack(match(waiting)));
        long instant = restart.decidesInstant() ? restart.instant() + 1 : restart.instant();
        findAnew(state, retained, instant, new StartAnew(restart, waited, due));
        if (!waited.isEmpty()) {
            List<WatchedEvent> known = retained(state, retained);
            for (Waiting waiting : waited) {
                if (isStillFound(waiting, known)) {
                    waitOn(since(restart, waiting, state), instant, state);
                }
            }
        }
    }

    /** What has waited before and was not found anew. What would be told at a decided instant counts as told. */
    private void waitOn(Waiting waiting, long instant, TriggerState state) {
        EventMatches matches = state.events();
        matches.tell(match(waiting), waiting.anchor().timestamp() + watched(waiting).window);
        if (waiting.until() >= instant
                && matches.waiting().all().stream().noneMatch(other -> other.compareTo(waiting) == 0)) {
            matches.waiting().await(waiting);
        }
    }

    private long match(Waiting waiting) {
        return Trigger.match(watched(waiting).trigger, waiting.step(), waiting.anchor(), waiting.key());
    }

    /** What has waited before, by where the customer is since it starts anew. */
    private Waiting since(CartChange.Restart restart, Waiting waiting, TriggerState state) {
        boolean isAskedAnew = gate.postponesByZone()
                && restart.decidesInstant()
                && waiting.firedAt() > from
                && waiting.firedAt() <= restart.instant();
        return isAskedAnew
                ? waiting.until(gate.opensAt(waiting.firedAt(), gate.zone(restart.instant(), state.profile())))
                : waiting;
    }

    /**
     * What makes a customer start anew.
     *
     * @param waited what waited before
     * @param due what was due before
     */
    private record StartAnew(CartChange.Restart restart, List<Waiting> waited, Due due) {}

    /** Whether what waits is found by what the customer has done, as far as that was known then, and was not found sooner. */
    private boolean isStillFound(Waiting waiting, List<WatchedEvent> past) {
        if (past.stream().noneMatch(event -> event.order().equals(waiting.anchor()))) {
            return false;
        }
        if (waiting.firedAt() <= from) {
            return true;
        }
        Watched one = watched(waiting);
        long completedAt = waiting.firedAt() - one.trigger.definition().delay().toMillis();
        if (one.deadline == null) {
            First first = one.findFirst(waiting.anchor(), waiting.key(), past);
            return first != null && first.by.knownAt() == completedAt;
        }
        Stream<WatchedEvent> then = past.stream().filter(event -> event.knownAt() <= completedAt);
        return one.find(waiting.anchor(), waiting.key(), then) != null
                && one.isFound(waiting.anchor(), waiting.key(), past, waiting.until());
    }

    /**
     * Goes on where other definitions end: open matches are found anew. What is due up to a watermark is decided by the
     * others, what is due later by these.
     *
     * @param watermark milliseconds since 1970
     * @param due receives what is due by the other definitions
     */
    void takeOver(
            EventTriggers other,
            TriggerState state,
            RetainedEvents retained,
            String customerId,
            long watermark,
            Due due) {
        other.advance(state, retained, customerId, watermark, due);
        state.events().pending().all().removeIf(event -> !byName.containsKey(event.name()));
        state.events().waiting().all().removeIf(waiting -> watched(waiting) == null);
        findAnew(state, retained, Math.max(0, watermark + 1), null);
    }

    /**
     * Lets time pass up to and including an instant.
     *
     * @param due receives what is due
     */
    void advance(TriggerState state, RetainedEvents retained, String customerId, long watermark, Due due) {
        EventMatches matches = state.events();
        for (WatchedEvent next = matches.pending().poll(watermark);
                next != null;
                next = matches.pending().poll(watermark)) {
            // Deadlines before the event is known are met without it.
            passTo(next.knownAt(), state, retained, customerId, due);
            apply(next, state, retained, customerId, due);
        }
        passTo(watermark + 1, state, retained, customerId, due);
        matches.forgetTold(watermark);
        if (matches.retained() > 0 && forgetAt(matches) <= watermark) {
            retained.clear();
            matches.retains(0, 0, Long.MIN_VALUE);
        }
    }

    /** The next instant at which {@link #advance} has something to do, or {@link TriggerState#NO_TIMER}. */
    long nextTimer(TriggerState state) {
        EventMatches matches = state.events();
        long wakeAt = matches.wakeAt();
        long next = Math.min(matches.pending().next(), wakeAt == TriggerState.NO_TIMER ? wakeAt : wakeAt - 1);
        next = Math.min(next, matches.waiting().next());
        return matches.retained() > 0 ? Math.min(next, forgetAt(matches)) : next;
    }

    private long forgetAt(EventMatches matches) {
        return matches.newest() + longest + 1;
    }

    private void passTo(long instant, TriggerState state, RetainedEvents retained, String customerId, Due due) {
        EventMatches matches = state.events();
        if (matches.wakeAt() <= instant) {
            wake(instant, state, retained, customerId, due);
        }
        for (Waiting waiting = matches.waiting().poll(instant - 1);
                waiting != null;
                waiting = matches.waiting().poll(instant - 1)) {
            Watched one = watched(waiting);
            due.hasWaited(waiting, one.trigger, customerId, state, matches.waiting());
        }
    }

    /** Null if there is none any more. */
    private Watched watched(Waiting waiting) {
        for (Watched one : watched) {
            if (waiting.isOf(one.trigger, step(one))) {
                return one;
            }
        }
        return null;
    }

    /** What an event ends while it waits is not told. */
    private void endWaiting(
            Watched one,
            String key,
            WatchedEvent by,
            TriggerState state,
            RetainedEvents retained,
            String customerId,
            Due due) {
        List<Waiting> all = state.events().waiting().all();
        List<Waiting> concerned = all.stream()
                .filter(waiting ->
                        waiting.isOf(one.trigger, step(one)) && waiting.key().equals(key))
                .toList();
        if (concerned.isEmpty()) {
            return;
        }
        List<WatchedEvent> known = retained(state, retained);
        for (Waiting waiting : concerned) {
            if (!one.isFound(waiting.anchor(), key, known, waiting.until())) {
                all.remove(waiting);
                due.end(
                        waiting,
                        one.trigger,
                        customerId,
                        SequenceMatch.ended(one.trigger, one.deadline, by),
                        by.knownAt());
            }
        }
    }

    private void wake(long instant, TriggerState state, RetainedEvents retained, String customerId, Due due) {
        EventMatches matches = state.events();
        List<Open> waking = new ArrayList<>(1);
        matches.open().removeIf(open -> open.wakeAt() <= instant && waking.add(open));
        for (Open open : waking) {
            Watched one = watched.get(open.pattern());
            if (open.begunBy() != null && one.deadline == null) {
                // Its time is over.
                continue;
            }
            Found found = one.found();
            one.load(open);
            one.host.advanceTime(instant, found);
            one.save(open.key(), matches);
            fire(one, open.key(), null, found, state, retained, customerId, due);
        }
    }

    private void apply(WatchedEvent next, TriggerState state, RetainedEvents retained, String customerId, Due due) {
        List<Watched> concerned = byName.getOrDefault(next.name(), List.of());
        boolean isUndoing = next.isSegmentChange() && next.isLate() && undo(next, state, retained);
        if (concerned.isEmpty() || isUndoing) {
            return;
        }
        WatchedEvent event = seen(marked(next, state, retained), state);
        retain(event, state, retained);
        if (event.repeats() != null) {
            return;
        }
        List<WatchedEvent> past = event.isLate() ? retained(state, retained) : null;
        for (Watched one : concerned) {
            for (String key : event.keys(one.events().correlation())) {
                EventMatches matches = state.events();
                boolean addsToOpen = past == null && one.isApart && one.mayBegin(event);
                List<Open> open = addsToOpen ? List.of() : matches.take(one.place, key);
                boolean startsOver = past == null && (open.isEmpty() || one.restartsWith(event));
                boolean begins = startsOver && one.begins(event);
                if (startsOver && !begins && matches.waiting().all().isEmpty()) {
                    continue;
                }
                Found found = one.found();
                if (startsOver) {
                    if (begins) {
                        one.begin(key, event, found, matches);
                    }
                } else if (past == null || one.window == 0) {
                    for (Open match : open.isEmpty() ? NOTHING_YET : open) {
                        one.load(match);
                        one.step(event, found);
                        one.save(key, matches);
                    }
                } else {
                    replay(one, key, past, event.knownAt(), event.knownAt() - one.window, event, found, state);
                }
                fire(one, key, event, found, state, retained, customerId, due);
                if (one.deadline != null) {
                    endWaiting(one, key, event, state, retained, customerId, due);
                }
                if (past != null && one.deadline != null) {
                    retract(one, key, event, past, state, customerId, due);
                }
            }
        }
    }

    /** Forgets the change of a membership that one which came late takes back, and what has begun with it. */
    private boolean undo(WatchedEvent late, TriggerState state, RetainedEvents retained) {
        List<WatchedEvent> past = new ArrayList<>(state.events().retained() == 0 ? List.of() : retained.all());
        boolean isUndone = past.removeIf(late::undoes);
        if (isUndone) {
            keep(past, state, retained, late.knownAt());
            findAnew(state, retained, late.knownAt(), null);
        }
        return isUndone;
    }

    /** Takes back what would not have fired, had an event been known in time that must not happen up to the deadline. */
    private void retract(
            Watched one,
            String key,
            WatchedEvent late,
            List<WatchedEvent> past,
            TriggerState state,
            String customerId,
            Due due) {
        if (!one.events().last().events().contains(late.name())) {
            return;
        }
        List<Retractable> concerned = due.retractable(state)
                .filter(told -> told.trigger().equals(one.trigger.name())
                        && told.step().equals(step(one))
                        && told.key().equals(key)
                        && told.mayEndBy(late.order(), late.knownAt())
                        && told.anchor().timestamp() > one.decided
                        && past.stream().anyMatch(event -> event.order().equals(told.anchor())))
                .toList();
        if (concerned.isEmpty()) {
            return;
        }
        for (Retractable told : concerned) {
            if (!one.isFound(told.anchor(), key, past, told.toldAt())) {
                due.retract(new Retraction(
                        told, customerId, late.knownAt(), SequenceMatch.ended(one.trigger, one.deadline, late)));
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------- the cart

    /**
     * The instant from which on the next event is known with which a trigger looks at the cart, milliseconds since 1970, or
     * {@link TriggerState#NO_TIMER}. Up to it, and no further, the cart has to have come when {@link #advance} goes there; of what
     * lies behind the instant before, nothing may be forgotten.
     */
    long nextLook(TriggerState state) {
        if (!cartLooks.isEmpty()) {
            for (WatchedEvent event : state.events().pending().all()) {
                if (event.cart() == null && cartLooks.containsKey(event.name())) {
                    return event.knownAt();
                }
            }
        }
        return TriggerState.NO_TIMER;
    }

    /** The event that has become known, with the cart and the segments as of it. */
    private WatchedEvent seen(WatchedEvent event, TriggerState state) {
        SortedSet<String> asked = event.segments() == null ? segmentLooks.get(event.name()) : null;
        return withCart(
                asked == null ? event : event.with(SeenSegments.at(event.knownAt(), asked, state.profile())), state);
    }

    private WatchedEvent withCart(WatchedEvent event, TriggerState state) {
        Boolean withItems = event.cart() == null ? cartLooks.get(event.name()) : null;
        if (withItems == null) {
            return event;
        }
        boolean isForgotten = event.isLate() && state.cart().isForgottenAt(event.order(), event.knownAt() - 1);
        return event.with(isForgotten ? SeenCart.FORGOTTEN : SeenCart.asOf(event.order(), state.cart(), withItems));
    }

    /**
     * Looks at segments once more, because the customer has got or lost events of the past: what was known before is seen with
     * those in which it is since then.
     *
     * @param instant at which the customer has become another, milliseconds since 1970
     */
    private void askAnew(List<WatchedEvent> past, TriggerState state, long instant) {
        if (!segmentLooks.isEmpty()) {
            past.replaceAll(event -> {
                SortedSet<String> asked = event.knownAt() < instant ? segmentLooks.get(event.name()) : null;
                return asked == null ? event : event.with(SeenSegments.at(instant, asked, state.profile()));
            });
        }
    }

    /**
     * Looks at the cart once more where it is another one, because the customer has got or lost events of the past. Where it
     * was ordered or replaced behind an event it is not known any more what was in it.
     *
     * @param past what was known before the instant
     * @param instant at which the customer has become another, milliseconds since 1970
     */
    private void seeAnew(List<WatchedEvent> past, TriggerState state, long instant) {
        if (cartLooks.isEmpty()) {
            return;
        }
        CartLog known = new CartLog();
        known.merge(state.cart());
        for (CartEntry entry : state.pending().all()) {
            if (entry.knownAt() < instant) {
                known.add(entry);
            }
        }
        known.forgetBehind(instant - 1);
        past.replaceAll(event -> {
            Boolean withItems = event.knownAt() < instant ? cartLooks.get(event.name()) : null;
            if (withItems == null) {
                return event;
            }
            return event.with(
                    known.isForgottenAt(event.order(), instant - 1)
                            ? SeenCart.FORGOTTEN
                            : SeenCart.asOf(event.order(), known, withItems));
        });
    }

    /** As {@link Triggers#startAnew}. */
    void startAnew(TriggerState state, long instant) {
        seeAnew(state.events().pending().all(), state, instant);
    }

    /** The event, marked if an earlier one has reported the same order; later ones that wait are marked, too. */
    private static WatchedEvent marked(WatchedEvent event, TriggerState state, RetainedEvents retained) {
        if (event.orderId() == null) {
            return event;
        }
        state.events().markRepetitionsOf(event);
        if (event.repeats() == null && state.events().retainedOrders() > 0) {
            for (WatchedEvent known : retained.all()) {
                if (event.isRepetitionOf(known)) {
                    return event.repeating(known.fragment());
                }
            }
        }
        return event;
    }

    /** The event, as the first report of its order if the earlier one has gone. */
    private static WatchedEvent unmarked(WatchedEvent event, Set<FragmentId> gone) {
        return event.repeats() != null && gone.contains(event.repeats()) ? event.repeating(null) : event;
    }

    /** @param past ascending */
    private static void markRepetitions(List<WatchedEvent> past, EventMatches matches) {
        Map<String, WatchedEvent> reports = new HashMap<>();
        for (int i = 0; i < past.size(); i++) {
            WatchedEvent event = past.get(i);
            if (event.orderId() != null) {
                WatchedEvent first = reports.putIfAbsent(event.orderId(), event);
                if (first != null && event.repeats() == null) {
                    past.set(i, event.repeating(first.fragment()));
                }
                matches.markRepetitionsOf(event);
            }
        }
    }

    // -------------------------------------------------------------------------------------------------------- replay

    /**
     * Finds all open matches anew; what would have fired before an instant counts as fired.
     *
     * @param startsAnew what makes the customer start anew, so that what waits is found, too; else null
     */
    private void findAnew(TriggerState state, RetainedEvents retained, long instant, StartAnew startsAnew) {
        EventMatches matches = state.events();
        matches.open().clear();
        if (matches.retained() == 0) {
            return;
        }
        List<WatchedEvent> past = retained(state, retained);
        for (Watched one : watched) {
            Set<String> keys = new HashSet<>();
            for (WatchedEvent event : past) {
                if (one.mayBegin(event)) {
                    keys.addAll(event.keys(one.events().correlation()));
                }
            }
            for (String key : keys.stream().sorted().toList()) {
                long until = startsAnew != null && one.deadline == null
                        // Of a decided instant deadlines have passed; its events are yet to come, and may be the last.
                        ? startsAnew.restart().instant()
                        : instant;
                long oldest = until - one.window - (startsAnew == null ? 0 : one.wait);
                Found silent = replay(one, key, past, until, oldest, null, null, state);
                if (startsAnew != null && one.wait > 0) {
                    findWaiting(one, key, silent, past, instant, startsAnew, state);
                }
            }
        }
    }

    /**
     * Finds what is open of a pattern for one thing anew.
     *
     * @param oldest what an event has begun that was known before this instant is over, milliseconds since 1970
     * @param late an event among the past that has just become known, or null
     * @param byLate receives what that event completes
     * @return what would have fired
     */
    private Found replay(
            Watched one,
            String key,
            List<WatchedEvent> past,
            long instant,
            long oldest,
            WatchedEvent late,
            Found byLate,
            TriggerState state) {
        Found silent = one.found();
        List<WatchedEvent> all = past.stream()
                .filter(event -> event.knownAt() >= oldest && one.isAbout(event, key))
                .toList();
        if (!one.isApart) {
            replayOne(one, key, all, instant, late, byLate, silent, state);
        }
        for (int i = 0; one.isApart && i < all.size(); i++) {
            WatchedEvent first = all.get(i);
            if (one.begins(first)) {
                List<WatchedEvent> match = all.subList(i, all.size()).stream()
                        .filter(event -> event.equals(first) || !one.mayBegin(event))
                        .toList();
                replayOne(one, key, match, instant, late, byLate, silent, state);
            }
        }
        silent.byAnchor.keySet().forEach(anchor -> tell(one, key, anchor, state));
        return silent;
    }

    private void replayOne(
            Watched one,
            String key,
            List<WatchedEvent> past,
            long instant,
            WatchedEvent late,
            Found byLate,
            Found silent,
            TriggerState state) {
        one.host.reset();
        for (WatchedEvent event : past) {
            // A deadline that has passed stays as it was.
            boolean mayFire =
                    one.deadline == null && late != null && event.order().equals(late.order());
            one.step(event, mayFire ? byLate : silent);
        }
        one.host.advanceTime(instant, silent);
        one.save(key, state.events());
    }

    /** What fired, by what was known then, and waits beyond an instant. */
    private void findWaiting(
            Watched one,
            String key,
            Found silent,
            List<WatchedEvent> past,
            long instant,
            StartAnew anew,
            TriggerState state) {
        CartChange.Restart restart = anew.restart();
        Pending<Waiting> waiting = state.events().waiting();
        for (EventOrder anchor : silent.byAnchor.keySet()) {
            Trigger fired = fired(one, anchor, key, past, restart, state);
            Waiting waits = fired == null ? null : anew.due().waitsAnew(fired, restart, anew.waited(), state);
            if (waits != null
                    && waits.until() >= instant
                    && waits.firedAt() > from
                    // The deadlines of the instant count as passed, whatever happens at it.
                    && !(one.deadline != null && waits.firedAt() == restart.instant())
                    && (one.deadline == null || one.isFound(anchor, key, past, waits.until()))
                    && waiting.all().size() < Waiting.MOST) {
                waiting.await(waits);
            }
        }
    }

    /** The trigger of the match that begins with an event, as it fired; null if it did not. */
    private Trigger fired(
            Watched one,
            EventOrder anchor,
            String key,
            List<WatchedEvent> past,
            CartChange.Restart restart,
            TriggerState state) {
        // Where another was when it fired nobody knows.
        LongFunction<Recipient> recipient =
                instant -> recipient(one, state).apply(Math.max(instant, restart.instant()));
        long instant = anchor.timestamp() + one.window;
        Map<String, List<WatchedEvent>> events;
        if (one.deadline == null) {
            First first = one.findFirst(anchor, key, past);
            if (first == null || !first.isCompletedByIt() || isOver(one, anchor, first.by)) {
                return null;
            }
            instant = first.by.knownAt();
            events = first.match;
        } else {
            long passed = instant;
            events = one.find(anchor, key, past.stream().filter(event -> event.knownAt() <= passed));
        }
        if (events == null) {
            return null;
        }
        SequenceMatch match = new SequenceMatch(one.trigger, one.deadline, events, key);
        return match.isWanted() ? match.trigger(restart.customerId(), instant, recipient) : null;
    }

    /** The newest, of two reports of one order the earlier; as many as a match can be made of. */
    private List<WatchedEvent> retained(TriggerState state, RetainedEvents retained) {
        return newest(state.events().retained() == 0 ? List.of() : retained.all());
    }

    private static List<WatchedEvent> newest(List<WatchedEvent> ascending) {
        Set<String> orders = new HashSet<>();
        List<WatchedEvent> all = ascending.stream()
                .filter(event -> event.repeats() == null && (event.orderId() == null || orders.add(event.orderId())))
                .toList();
        return RetainedEvents.newest(all);
    }

    private void retain(WatchedEvent event, TriggerState state, RetainedEvents retained) {
        if (longest == 0) {
            return;
        }
        EventMatches matches = state.events();
        if (matches.retained() >= RetainedEvents.PRUNE_AT) {
            keep(retained.all(), state, retained, event.knownAt());
            // Without what has begun with others: it would not fire any more.
            findAnew(state, retained, event.knownAt(), null);
        }
        retained.add(event);
        matches.retains(
                matches.retained() + 1,
                matches.retainedOrders() + (event.orderId() == null ? 0 : 1),
                Math.max(matches.newest(), event.knownAt()));
    }

    /** Keeps of events those that can still be part of a match. */
    private void keep(List<WatchedEvent> ascending, TriggerState state, RetainedEvents retained, long instant) {
        List<WatchedEvent> rest = RetainedEvents.newest(ascending.stream()
                .filter(event -> event.knownAt() >= instant - longest)
                .toList());
        retained.keepOnly(rest);
        state.events()
                .retains(
                        rest.size(),
                        (int) rest.stream()
                                .filter(event -> event.orderId() != null)
                                .count(),
                        rest.stream().mapToLong(WatchedEvent::knownAt).max().orElse(Long.MIN_VALUE));
    }

    // -------------------------------------------------------------------------------------------------------- firing

    private static boolean tell(Watched one, String key, EventOrder anchor, TriggerState state) {
        long until = anchor.timestamp() + one.window;
        return state.events().tell(Trigger.match(one.trigger, step(one), anchor, key), until);
    }

    private static String step(Watched one) {
        return one.deadline == null ? one.trigger.definition().step() : one.deadline.step();
    }

    /** @param by the event that completes the matches, or null for the passing of time */
    private void fire(
            Watched one,
            String key,
            WatchedEvent by,
            Found completed,
            TriggerState state,
            RetainedEvents retained,
            String customerId,
            Due due) {
        for (var match : completed.byAnchor.entrySet()) {
            EventOrder anchor = match.getKey();
            if ((by != null && isOver(one, anchor, by))
                    || (one.window > 0 && isTooOld(anchor, state, retained))
                    || !tell(one, key, anchor, state)) {
                continue;
            }
            SequenceMatch found = new SequenceMatch(one.trigger, one.deadline, match.getValue(), key);
            if (found.isWanted()) {
                due.fire(
                        found.trigger(customerId, by == null ? 0 : by.knownAt(), recipient(one, state)),
                        state.events().waiting());
            }
        }
    }

    private LongFunction<Recipient> recipient(Watched one, TriggerState state) {
        return instant -> gate.recipient(one.trigger.definition().purpose(), instant, state);
    }

    /** Whether the time of a match that an event completes was over when the event became known. */
    private static boolean isOver(Watched one, EventOrder anchor, WatchedEvent by) {
        return one.deadline == null && by.isLate() && one.window > 0 && by.knownAt() > anchor.timestamp() + one.window;
    }

    /** Whether it is not among the newest any more. */
    private boolean isTooOld(EventOrder anchor, TriggerState state, RetainedEvents retained) {
        if (state.events().retained() < RetainedEvents.MOST) {
            return false;
        }
        List<WatchedEvent> newest = retained(state, retained);
        return newest.isEmpty() || newest.get(0).order().compareTo(anchor) > 0;
    }

    @Override
    public void close() throws Exception {
        for (Watched one : watched) {
            one.host.close();
        }
    }
}
