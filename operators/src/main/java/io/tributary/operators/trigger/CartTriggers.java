package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.cep.MatchSink;
import io.tributary.operators.trigger.cep.NfaHost;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.event.EventOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToLongBiFunction;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Decides which triggers of the cart fire, customer by customer, with Flink CEP's NFA: one per deadline.
 *
 * <p>Every operation waits until the watermark has reached the instant from which on it is known: its own time or, if it
 * came late, its partition's watermark then. Operations are applied in the order of those instants, then in the order of
 * events; events at the instant of a deadline come before the deadline. A late one is put in its place among what has
 * happened and the open matches are found anew; a deadline that has passed stays as it was. So what is decided is a
 * function of the log: neither a restored job nor a replay, whose watermarks are others, decides differently. Not
 * thread-safe.
 */
public final class CartTriggers implements AutoCloseable {
    private static final byte[] NOTHING = {};

    /** One per deadline, by trigger and then ascending. */
    private final List<Watched> watched;

    /** For which triggers ask. */
    private final SortedSet<String> segments = new TreeSet<>();

    private final Gate gate;

    /** What fired at or before this instant was found by an earlier definition, milliseconds since 1970. */
    private final long from;

    private final DataOutputSerializer buffer = new DataOutputSerializer(256);

    /** The match that was read or written last. All deadlines keep what one event begins alike, whatever their windows. */
    private Begun newest = new Begun(NOTHING, null, 0);

    /**
     * A match as a host keeps it.
     *
     * @param order of the event with which it began; null if it was read
     * @param at when it began, milliseconds since 1970
     */
    private record Begun(byte[] bytes, EventOrder order, long at) {}

    /** A deadline of a trigger, and the present customer's match. */
    private final class Watched {
        private final CartTrigger trigger;
        private final Deadline deadline;

        /** What began at or before this instant was decided by an earlier definition, milliseconds since 1970. */
        private final long decided;

        private final NfaHost<CartStep> host;

        /** The open match, or null. The host has it only while it is read, begins or is due. */
        private Begun open;

        /** The instant that time has been moved to since the match began, milliseconds since 1970. */
        private long time;

        Watched(CartTrigger trigger, Deadline deadline, long decided) {
            this.trigger = trigger;
            this.deadline = deadline;
            this.decided = decided;
            this.host = new NfaHost<>(
                    CartTrigger.pattern(deadline),
                    WireType.CART_STEP.info().createSerializer(new SerializerConfigImpl()));
        }

        long delay() {
            return deadline.delay().toMillis();
        }

        /** The last instant at which an event can still end the match, milliseconds since 1970. */
        long deadlineAt() {
            return open.at + delay();
        }

        void load(byte[] bytes) {
            open = null;
            if (bytes.length > 0) {
                if (!Arrays.equals(bytes, newest.bytes)) {
                    read(host, bytes);
                    newest = new Begun(bytes, null, host.nextTimeout().orElseThrow() - 1 - delay());
                }
                open = newest;
                time = open.at + 1;
            }
        }

        /** @param fired receives the anchor of what is due */
        void passTo(long instant, Consumer<CartStep> fired) {
            if (open == null) {
                return;
            }
            if (deadlineAt() < instant) {
                read(host, open.bytes);
                host.advanceTime(instant, onMatch(fired));
                open = null;
            } else {
                time = Math.max(time, instant);
            }
        }

        /** An event, up to which time has been moved, ends the match, and may begin another one. */
        void step(CartEntry entry, CartVariables cart) {
            EventOrder order = entry.order();
            open = null;
            if (!entry.isOrder() && trigger.begins(deadline, cart)) {
                if (!order.equals(newest.order)) {
                    host.reset();
                    host.advance(new CartStep(order, true), order.timestamp(), onMatch(match -> {}));
                    // No other event of the instant comes into this match.
                    host.advanceTime(order.timestamp() + 1, onMatch(match -> {}));
                    newest = new Begun(saved(host), order, order.timestamp());
                }
                open = newest;
                time = order.timestamp();
            }
        }

        /**
         * Finds the open match anew; what would have fired before an instant counts as decided.
         *
         * @param oldest what began before this instant is of no interest, milliseconds since 1970
         * @param fired receives the anchors of what would have fired
         */
        void replay(SeenCarts carts, long instant, long oldest, Consumer<CartStep> fired) {
            open = null;
            for (CartEntry entry : carts.log().entries()) {
                if (entry.order().timestamp() >= oldest && entry.order().timestamp() > decided) {
                    passTo(entry.order().timestamp(), fired);
                    step(entry, carts.after(entry));
                }
            }
            passTo(instant, fired);
        }
    }

    /** Of triggers that have held from the beginning. */
    public CartTriggers(List<CartTrigger> triggers) {
        this(triggers, Gate.open(), Long.MIN_VALUE, (trigger, deadline) -> Long.MIN_VALUE);
    }

    /**
     * Of triggers that hold since earlier ones have ended.
     *
     * @param triggers those of sequences among them are nothing to this
     * @param gate that says how long something waits
     * @param from since when they hold, milliseconds since 1970
     * @param decided what of a deadline began at or before this instant was decided by an earlier definition, milliseconds
     *     since 1970
     */
    CartTriggers(List<CartTrigger> triggers, Gate gate, long from, ToLongBiFunction<CartTrigger, Deadline> decided) {
        this.gate = gate;
        this.from = from;
        watched = new ArrayList<>();
        for (CartTrigger trigger : triggers) {
            if (!trigger.definition().isOfCart()) {
                continue;
            }
            for (Deadline deadline : trigger.definition().deadlines()) {
                watched.add(new Watched(trigger, deadline, decided.applyAsLong(trigger, deadline)));
            }
            segments.addAll(trigger.definition().segments());
        }
    }

    /** Whether there is no trigger. */
    public boolean isEmpty() {
        return watched.isEmpty();
    }

    /**
     * Whether a deadline may lie in a time, if all that triggers look at is known.
     *
     * @param newest the customer's newest cart event: only that can have one; milliseconds since 1970
     * @param after before the time, milliseconds since 1970
     * @param until the end of the time, which belongs to it, milliseconds since 1970
     */
    public boolean mayFire(long newest, long after, long until) {
        return watched.stream()
                .anyMatch(one -> newest > after - one.delay() - gate.mostPostponed() && newest <= until - one.delay());
    }

    /**
     * Takes a change in.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void add(TriggerState state, CartChange.Operation change, long watermark) {
        state.said().state(change.consent());
        state.said().forgetBehind(watermark);
        // What comes knows what is still asked for.
        state.profile().forgetBehind(watermark);
        state.profile().state(change.profile());
        if (change.entry() != null) {
            state.pending().await(change.entry());
        }
    }

    /**
     * Starts anew from what is the customer's since an instant. What was due before it fires by what was known before;
     * what would have been due by what is known now counts as decided.
     *
     * @param due receives what is due before
     */
    void restart(TriggerState state, CartChange.Restart restart, Due due) {
        advance(state, restart.customerId(), restart.instant() - 1, due);
        List<Waiting> waited = List.copyOf(state.waiting().all());
        Map<EventOrder, SeenSegments> seen = restart.decidesInstant() ? Map.of() : new TreeMap<>(state.seen());
        state.clear();
        state.said().state(restart.consent());
        state.profile().state(restart.profile());
        for (CartEntry entry : restart.entries()) {
            if (entry.knownAt() < restart.instant()) {
                state.cart().add(entry);
                see(entry, restart.instant(), seen, state);
            } else {
                state.pending().await(entry);
            }
        }
        long instant = restart.decidesInstant() ? restart.instant() + 1 : restart.instant();
        for (Waiting one : waited) {
            // What these definitions have found they find again, and what would be told at a decided instant was told.
            boolean isDecided = one.firedAt() > from || one.until() < instant;
            CartEntry last = state.cart().lastAt(one.until());
            if (!isDecided && last != null && last.order().equals(one.anchor())) {
                state.waiting().await(one);
            }
        }
        for (Watched one : watched) {
            long oldest = instant - one.delay() - gate.mostPostponed();
            one.replay(
                    state.carts(),
                    instant,
                    oldest,
                    anchor -> findWaiting(one, anchor, state, restart, waited, instant, due));
        }
        save(state);
    }

    /** What fired, by what was known then, and waits beyond an instant. */
    private void findWaiting(
            Watched one,
            CartStep anchor,
            TriggerState state,
            CartChange.Restart restart,
            List<Waiting> waited,
            long instant,
            Due due) {
        long deadline = anchor.order().timestamp() + one.delay();
        CartLog then = new CartLog();
        state.cart().entries().stream()
                .filter(entry -> entry.knownAt() <= deadline)
                .forEach(then::add);
        SeenCarts known = new SeenCarts(then, state.seen());
        CartEntry last = then.lastAt(deadline);
        if (last == null || !last.order().equals(anchor.order()) || objection(one, known, last) != null) {
            return;
        }
        // Where the other was when it fired nobody knows.
        long asOf = Math.max(deadline, restart.instant());
        Trigger fired = trigger(one, anchor, known, state, restart.customerId(), asOf);
        Waiting waits = due.waitsAnew(fired, restart, waited, state);
        if (waits != null
                && waits.until() >= instant
                && waits.firedAt() > from
                // The deadlines of the instant count as passed, whatever happens at it.
                && deadline != restart.instant()
                && endedBy(one, waits, state.carts()) == null
                && state.waiting().all().size() < Waiting.MOST) {
            state.waiting().await(waits);
        }
    }

    /**
     * If more is waiting than may be kept, because the watermark stands still, lets time pass for this customer until it
     * is not.
     *
     * @param due receives what is due
     * @return whether that was necessary
     */
    boolean relieve(TriggerState state, String customerId, Due due) {
        boolean overfull = state.pending().isOverfull();
        if (overfull) {
            advance(state, customerId, state.pending().next(), due);
        }
        return overfull;
    }

    /**
     * Goes on where other definitions end: open matches are found anew. What is due up to a watermark is decided by the
     * others, what is due later by these, unless it is due already.
     *
     * @param watermark milliseconds since 1970
     * @param due receives what is due by the other definitions
     */
    void takeOver(CartTriggers other, TriggerState state, String customerId, long watermark, Due due) {
        other.advance(state, customerId, watermark, due);
        long instant = Math.max(0, watermark + 1);
        for (Watched one : other.watched) {
            instant = one.open != null ? Math.max(instant, one.time) : instant;
        }
        state.waiting().all().removeIf(waiting -> watched(waiting) == null);
        for (Watched one : watched) {
            replay(one, state, instant);
        }
        save(state);
    }

    /** Without whose deadline is decided, whatever came behind it. */
    private static void replay(Watched one, TriggerState state, long instant) {
        one.replay(state.carts(), instant, instant - one.delay(), match -> {});
    }

    /** Null if there is none any more. */
    private Watched watched(Waiting waiting) {
        for (Watched one : watched) {
            if (waiting.isOf(one.trigger, one.deadline.step())) {
                return one;
            }
        }
        return null;
    }

    /**
     * Lets time pass up to and including an instant.
     *
     * @param due receives what is due
     */
    void advance(TriggerState state, String customerId, long watermark, Due due) {
        pass(state, customerId, watermark, due);
        state.cart().forgetBehind(watermark);
        if (!state.seen().isEmpty()) {
            Set<EventOrder> rest = new HashSet<>();
            state.cart().entries().forEach(entry -> rest.add(entry.order()));
            state.seen().keySet().retainAll(rest);
        }
    }

    /** The same, but forgets nothing of the cart. */
    void pass(TriggerState state, String customerId, long watermark, Due due) {
        load(state);
        for (CartEntry next = state.pending().poll(watermark);
                next != null;
                next = state.pending().poll(watermark)) {
            // Deadlines before the operation is known see the cart without it.
            passTo(next.knownAt(), state, customerId, due);
            state.dropRepetitionsOf(next);
            if (state.cart().add(next)) {
                see(next, next.knownAt(), Map.of(), state);
                step(next, state);
                endWaiting(next, state, customerId, due);
                if (next.isLate()) {
                    retract(next, state, customerId, due);
                }
            }
        }
        passTo(watermark + 1, state, customerId, due);
        save(state);
    }

    /**
     * Keeps in which segments the customer was at an instant, if triggers ask.
     *
     * @param seen what is known of it already
     */
    private void see(CartEntry entry, long instant, Map<EventOrder, SeenSegments> seen, TriggerState state) {
        if (!segments.isEmpty() && !entry.isOrder()) {
            SeenSegments known = seen.get(entry.order());
            state.seen()
                    .put(entry.order(), known == null ? SeenSegments.at(instant, segments, state.profile()) : known);
        }
    }

    private void passTo(long instant, TriggerState state, String customerId, Due due) {
        for (Watched one : watched) {
            one.passTo(instant, anchor -> fire(one, anchor, state, customerId, due));
        }
        for (Waiting waiting = state.waiting().poll(instant - 1);
                waiting != null;
                waiting = state.waiting().poll(instant - 1)) {
            Watched one = watched(waiting);
            due.hasWaited(waiting, one.trigger, customerId, state, state.waiting());
        }
    }

    /** What an operation ends while it waits is not told. */
    private void endWaiting(CartEntry entry, TriggerState state, String customerId, Due due) {
        state.waiting().all().removeIf(waiting -> {
            Watched one = watched(waiting);
            Trigger.Reason by = endedBy(one, waiting, state.carts());
            if (by != null) {
                due.end(waiting, one.trigger, customerId, by, entry.knownAt());
            }
            return by != null;
        });
    }

    /** What has happened so that what waits is not to be told; null for nothing. */
    private static Trigger.Reason endedBy(Watched one, Waiting waiting, SeenCarts carts) {
        CartEntry last = carts.log().lastAt(waiting.until());
        if (last.isOrder()) {
            return noOrder(one, last);
        }
        if (!last.order().equals(waiting.anchor())) {
            return Trigger.Reason.seen("the cart is left alone", last.order());
        }
        return objection(one, carts, last);
    }

    /** Null if it is what the trigger wants. */
    private static Trigger.Reason objection(Watched one, SeenCarts carts, CartEntry last) {
        return one.trigger.begins(one.deadline, carts.after(last))
                ? null
                : new Trigger.Reason(one.trigger.condition(one.deadline), "false");
    }

    private void step(CartEntry entry, TriggerState state) {
        CartVariables cart = state.carts().after(entry);
        for (Watched one : watched) {
            long time = one.open != null ? one.time : entry.knownAt();
            if (entry.order().timestamp() < time) {
                replay(one, state, time);
            } else {
                one.step(entry, cart);
            }
        }
    }

    private void fire(Watched one, CartStep anchor, TriggerState state, String customerId, Due due) {
        long deadline = anchor.order().timestamp() + one.delay();
        due.fire(trigger(one, anchor, state.carts(), state, customerId, deadline), state.waiting());
    }

    /** @param asOf the instant as of which the customer is asked for, milliseconds since 1970 */
    private Trigger trigger(
            Watched one, CartStep anchor, SeenCarts known, TriggerState state, String customerId, long asOf) {
        Recipient recipient = gate.recipient(one.trigger.definition().purpose(), asOf, state);
        return Trigger.ofCart(
                one.trigger, one.deadline, customerId, anchor.order(), known.at(anchor.order()), recipient);
    }

    /** Takes back what would not have fired, had the operation been known in time: no cart was left then. */
    private void retract(CartEntry late, TriggerState state, String customerId, Due due) {
        List<Retractable> concerned = due.retractable(state)
                .filter(told -> told.mayEndBy(late.order(), late.knownAt()))
                .toList();
        for (Watched one : watched) {
            for (Retractable told : concerned) {
                if (told.trigger().equals(one.trigger.name()) && told.step().equals(one.deadline.step())) {
                    Trigger.Reason because = objection(one, told, late, state.carts());
                    if (because != null) {
                        due.retract(new Retraction(told, customerId, late.knownAt(), because));
                    }
                }
            }
        }
    }

    /**
     * Why a trigger would not have fired, had a late operation been known in time; null if it would have, be it with another
     * cart.
     */
    private static Trigger.Reason objection(Watched one, Retractable told, CartEntry late, SeenCarts carts) {
        CartLog cart = carts.log();
        // Behind the next order or replacement, or behind very many operations, nobody may know any more what the cart
        // was.
        boolean isUnknown = cart.entries().stream()
                .noneMatch(entry -> !entry.equals(late) && entry.order().timestamp() <= told.toldAt());
        if (isUnknown || cart.isReplacedAfter(told.toldAt(), late.knownAt())) {
            return late.isOrder() && late.order().compareTo(told.anchor()) > 0 ? noOrder(one, late) : null;
        }
        CartEntry last = cart.lastAt(told.toldAt());
        return last.isOrder() ? noOrder(one, last) : objection(one, carts, last);
    }

    private static Trigger.Reason noOrder(Watched one, CartEntry order) {
        return Trigger.Reason.seen(CartTrigger.noOrderWithin(one.deadline), order.order());
    }

    /**
     * The next instant at which {@link #advance} has something to do, milliseconds since 1970.
     *
     * @return {@link TriggerState#NO_TIMER} if the state is of no use any more and can be dropped
     */
    public long nextTimer(TriggerState state, long watermark) {
        load(state);
        long next = Math.min(state.pending().next(), state.waiting().next());
        for (Watched one : watched) {
            next = one.open != null ? Math.min(next, one.deadlineAt()) : next;
        }
        List<CartEntry> past = state.cart().entries();
        if (!past.isEmpty()) {
            long forgotten = past.get(past.size() - 1).order().timestamp() + CartLog.WINDOW_MILLIS;
            if (forgotten > watermark) {
                next = Math.min(next, forgotten);
            }
        }
        return next;
    }

    private void load(TriggerState state) {
        List<byte[]> matching = state.matching();
        if (!matching.isEmpty() && matching.size() != watched.size()) {
            throw new IllegalStateException(
                    "the matches of %d deadlines are no state of %d".formatted(matching.size(), watched.size()));
        }
        for (int i = 0; i < watched.size(); i++) {
            watched.get(i).load(matching.isEmpty() ? NOTHING : matching.get(i));
        }
    }

    private void save(TriggerState state) {
        if (watched.stream().allMatch(one -> one.open == null)) {
            state.matching(List.of());
            return;
        }
        List<byte[]> matching = new ArrayList<>(watched.size());
        for (Watched one : watched) {
            matching.add(one.open != null ? one.open.bytes : NOTHING);
        }
        state.matching(matching);
    }

    private byte[] saved(NfaHost<CartStep> host) {
        buffer.clear();
        try {
            host.save(buffer);
        } catch (IOException e) {
            throw new IllegalStateException("the matching state can't be written", e);
        }
        return buffer.getCopyOfBuffer();
    }

    private static void read(NfaHost<CartStep> host, byte[] bytes) {
        try {
            host.load(new DataInputDeserializer(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("the matching state can't be read", e);
        }
    }

    private static MatchSink<CartStep> onMatch(Consumer<CartStep> anchors) {
        return new MatchSink<>() {
            @Override
            public void matched(Map<String, List<CartStep>> match, long timestamp) {
                anchors.accept(match.get(CartTrigger.CART).get(0));
            }

            @Override
            public void timedOut(Map<String, List<CartStep>> partialMatch, long timestamp) {
                // The pattern has one step that takes events: it matches or is cancelled, it never times out.
            }
        };
    }

    @Override
    public void close() throws Exception {
        for (Watched one : watched) {
            one.host.close();
        }
    }
}
