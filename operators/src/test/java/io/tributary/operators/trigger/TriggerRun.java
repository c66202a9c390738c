package io.tributary.operators.trigger;

import io.tributary.operators.profile.ActivityLedger;
import io.tributary.operators.profile.CustomerMessage;
import io.tributary.operators.profile.LedgerFold;
import io.tributary.operators.profile.RecordLedger;
import io.tributary.operators.testing.Codecs;
import io.tributary.operators.testing.Replay;
import io.tributary.operators.trigger.ProfileTimelines.Turn;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.event.CustomerEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One customer's way through triggers: what the operators do, with a watermark behind every event. */
final class TriggerRun {
    static final String CUSTOMER = "c_1";

    private TriggerRun() {}

    /** For triggers of the cart alone. */
    static final EventWatch NO_SEQUENCE = new EventWatch(List.of(), DeliveryDefinition.NONE);

    /**
     * What happens to the customer besides its events.
     *
     * @param memberships what the turns are, each of which is known at some time before the watermark passes it
     * @param restarting when the customer starts anew with what it has done
     * @param seed of when
     */
    record Course(Memberships memberships, Restarting restarting, long seed) {
        static final Course NOTHING_ELSE = new Course(Memberships.NONE, Restarting.NEVER, 0);

        static Course restarting(boolean restarting) {
            return new Course(Memberships.NONE, restarting ? Restarting.BEHIND_EVENTS : Restarting.NEVER, 0);
        }
    }

    enum Restarting {
        NEVER,

        /** Behind every event, where nothing of the past has come or gone. */
        BEHIND_EVENTS,

        /** Behind some events, with others of the past. */
        NOW_AND_THEN
    }

    /**
     * What fires and is not refused.
     *
     * @param watch says what the triggers look at
     * @param replay of events of the customer
     * @param storing whether the state is written and read behind every event
     * @param restarting whether the customer starts anew behind every event, with what it has done
     */
    static List<Trigger> of(Triggers triggers, EventWatch watch, Replay replay, boolean storing, boolean restarting)
            throws Exception {
        return of(triggers, watch, replay, storing, Course.restarting(restarting), new TreeSet<>());
    }

    /**
     * The same.
     *
     * @param restarts receives the instants at which the customer has got or lost events of the past
     */
    static List<Trigger> of(
            Triggers triggers,
            EventWatch watch,
            Replay replay,
            boolean storing,
            Course course,
            Collection<Long> restarts)
            throws Exception {
        List<Trigger> fired = new ArrayList<>();
        told(triggers, watch, replay, storing, course, restarts, new TriggerSink() {
            @Override
            public boolean fire(Trigger trigger) {
                return fired.add(trigger);
            }

            @Override
            public void retract(Retraction retraction) {
                // Nobody asks.
            }

            @Override
            public void holdBack(SuppressedTrigger suppressed) {
                // Nobody asks.
            }
        });
        fired.removeIf(Trigger::isRefused);
        return fired;
    }

    /** The same; what fires, refused or not, and what is taken back goes where the sink says. */
    static void told(
            Triggers triggers,
            EventWatch watch,
            Replay replay,
            boolean storing,
            Course course,
            Collection<Long> restarts,
            TriggerSink sink)
            throws Exception {
        ActivityLedger activity = new ActivityLedger();
        RecordLedger record = new RecordLedger();
        RetainedEvents retained = new RetainedEvents.InMemory();
        List<WatchedEvent> all = new ArrayList<>();
        Random random = new Random(course.seed);
        ArrivingTurns turns = new ArrivingTurns(course.memberships, random);
        TriggerState state = null;
        long watermark = Long.MIN_VALUE;
        // What is known late at the very instant has arrived before it, where a customer really starts anew.
        Set<Long> lateAt = replay.log().stream()
                .map(CustomerMessage.Event::event)
                .filter(CustomerEvent::isLate)
                .map(CustomerEvent::knownAt)
                .collect(Collectors.toSet());
        while (replay.hasNext()) {
            CustomerMessage.Event message = replay.next();
            CustomerEvent event = message.event();
            long passed = watermark;
            if (random.nextBoolean()) {
                learn(turns.some(), turns, triggers, state, activity, watermark);
            }
            LedgerFold.Effect effect = LedgerFold.apply(activity, () -> record, event, watermark);
            WatchedEvent watched =
                    watch.names(event) && !effect.repeats() ? watch.watched(event, message.fragmentId()) : null;
            if (watched != null) {
                all.add(watched);
            }
            CartChange.Operation change = CartChange.of(
                    CUSTOMER,
                    event,
                    effect.changesCart(),
                    watched,
                    () -> activity.said().statements(),
                    () -> turns.known(passed));
            if (change != null && (state != null || change.isEvent())) {
                state = state == null ? new TriggerState() : state;
                add(triggers, state, change, watermark);
            }
            learn(turns.until(replay.watermark()), turns, triggers, state, activity, watermark);
            watermark = replay.watermark();
            if (state != null) {
                triggers.advance(state, retained, CUSTOMER, watermark, sink);
                // Once at most: what has its deadline at the very instant of one, and waits while another comes, nobody
                // has
                // decided yet.
                boolean isOther = course.restarting == Restarting.NOW_AND_THEN
                        && restarts.isEmpty()
                        && !lateAt.contains(watermark + 1)
                        && random.nextInt(8) == 0;
                if (watermark > 0 && (isOther || course.restarting == Restarting.BEHIND_EVENTS)) {
                    long instant = watermark + 1;
                    // All that is known up to the instant has arrived, that of the instant itself as well.
                    learn(turns.until(instant), turns, triggers, state, activity, watermark);
                    CartChange.Restart restart = new CartChange.Restart(
                            CUSTOMER,
                            instant,
                            isOther,
                            activity.cart().entries(),
                            Set.of(message.fragmentId()),
                            false,
                            all,
                            activity.said().statements(),
                            turns.known(watermark));
                    triggers.restart(state, retained, restart, sink);
                    if (isOther) {
                        restarts.add(instant);
                    }
                }
                state = storing ? Codecs.roundTrip(TriggerState.CODEC, state) : state;
            }
        }
    }

    private static void add(Triggers triggers, TriggerState state, CartChange.Operation change, long watermark)
            throws Exception {
        triggers.add(state, (CartChange.Operation) Codecs.roundTrip(CartChange.CODEC, (CartChange) change), watermark);
    }

    /** Each turn is told by itself, as far as there is anybody to tell. */
    private static void learn(
            List<ArrivingTurns.Arriving> some,
            ArrivingTurns turns,
            Triggers triggers,
            TriggerState state,
            ActivityLedger activity,
            long watermark)
            throws Exception {
        for (ArrivingTurns.Arriving turn : some) {
            turns.arrive(turn);
            if (state != null) {
                CartChange.Operation change = new CartChange.Operation(
                        CUSTOMER, null, null, activity.said().statements(), turns.known(watermark));
                add(triggers, state, change, watermark);
            }
        }
    }

    /** Turns that become known in any order, each before the watermark passes it. */
    private static final class ArrivingTurns {
        private record Arriving(String segment, Turn turn) {}

        private final Random random;
        private final List<Arriving> ahead = new ArrayList<>();
        private final SortedMap<String, List<Turn>> arrived = new TreeMap<>();

        ArrivingTurns(Memberships memberships, Random random) {
            this.random = random;
            memberships
                    .turns()
                    .forEach((segment, turns) -> turns.forEach(turn -> ahead.add(new Arriving(segment, turn))));
            until(Turn.always(true).from()).forEach(this::arrive);
        }

        /** What has to be known at an instant. */
        List<Arriving> until(long instant) {
            List<Arriving> due = new ArrayList<>(
                    ahead.stream().filter(one -> one.turn.from() <= instant).toList());
            Collections.shuffle(due, random);
            return due;
        }

        /** What happens to be known already. */
        List<Arriving> some() {
            List<Arriving> some = new ArrayList<>(
                    ahead.stream().filter(one -> random.nextInt(8) == 0).toList());
            Collections.shuffle(some, random);
            return some;
        }

        void arrive(Arriving one) {
            ahead.remove(one);
            List<Turn> turns = arrived.computeIfAbsent(one.segment, segment -> new ArrayList<>());
            turns.add(one.turn);
            turns.sort(Comparator.comparingLong(Turn::from));
        }

        /** What may still be asked for: the newest that has passed, and all that has not. */
        SortedMap<String, List<Turn>> known(long watermark) {
            SortedMap<String, List<Turn>> known = new TreeMap<>();
            arrived.forEach((segment, turns) -> {
                int passed = (int)
                        turns.stream().filter(turn -> turn.from() <= watermark).count();
                known.put(segment, List.copyOf(turns.subList(Math.max(0, passed - 1), turns.size())));
            });
            return known;
        }
    }
}
