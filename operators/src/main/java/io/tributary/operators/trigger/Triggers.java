package io.tributary.operators.trigger;

import io.tributary.operators.trigger.TriggerPeriods.Period;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import java.util.List;
import java.util.function.ToLongBiFunction;

/** All triggers of a set: what of them fires, customer by customer. Not thread-safe. */
public final class Triggers implements AutoCloseable {
    private final CartTriggers carts;
    private final EventTriggers events;

    private final Gate gate;

    /** Of triggers that have held from the beginning, and wait for nothing. */
    public Triggers(List<CartTrigger> triggers) {
        this(triggers, Gate.open());
    }

    /** Of triggers that have held from the beginning. */
    public Triggers(List<CartTrigger> triggers, Gate gate) {
        this(triggers, gate, Long.MIN_VALUE, (trigger, deadline) -> Long.MIN_VALUE);
    }

    /** Of triggers that hold since earlier ones have ended. */
    Triggers(Period period) {
        this(period.triggers().triggers(), period.gate(), period.from(), period::decided);
    }

    private Triggers(
            List<CartTrigger> triggers, Gate gate, long from, ToLongBiFunction<CartTrigger, Deadline> decided) {
        this.carts = new CartTriggers(triggers, gate, from, decided);
        this.events = new EventTriggers(triggers, gate, from, decided);
        this.gate = gate;
    }

    /** Whether there is no trigger. */
    public boolean isEmpty() {
        return carts.isEmpty() && events.isEmpty();
    }

    /**
     * Whether anything may fire in a time, if all that triggers look at is known.
     *
     * @param newestOfCart the customer's newest cart event, milliseconds since 1970
     * @param newest the customer's newest event that a trigger of a sequence names, milliseconds since 1970
     * @param after before the time, milliseconds since 1970
     * @param until the end of the time, which belongs to it, milliseconds since 1970
     */
    public boolean mayFire(long newestOfCart, long newest, long after, long until) {
        return carts.mayFire(newestOfCart, after, until)
                || (!events.isEmpty() && newest > after - events.longest() && newest <= until);
    }

    /**
     * Takes a change in.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void add(TriggerState state, CartChange.Operation change, long watermark) {
        carts.add(state, change, watermark);
        if (change.watched() != null && !events.isEmpty()) {
            state.events().await(change.watched());
        }
    }

    /**
     * Starts anew from what is the customer's since an instant. What was due before it fires by what was known before;
     * what would have been due by what is known now counts as decided.
     *
     * @param sink receives what is due
     */
    void restart(TriggerState state, RetainedEvents retained, CartChange.Restart restart, TriggerSink sink) {
        Due due = new Due(gate);
        pass(state, retained, restart.customerId(), restart.instant() - 1, due);
        carts.restart(state, restart, due);
        events.restart(state, retained, restart, due);
        due.tell(state, sink);
    }

    /**
     * If more is waiting than may be kept, because the watermark stands still, lets time pass for this customer until it
     * is not.
     *
     * @param sink receives what is due
     * @return whether that was necessary
     */
    boolean relieve(TriggerState state, RetainedEvents retained, String customerId, TriggerSink sink) {
        Due due = new Due(gate);
        passToLooks(
                state,
                retained,
                customerId,
                state.pending().isOverfull() ? state.pending().next() : 0,
                due);
        boolean isOverfull = carts.relieve(state, customerId, due);
        if (state.events().pending().isOverfull()) {
            long next = state.events().pending().next();
            passToLooks(state, retained, customerId, next, due);
            events.advance(state, retained, customerId, next, due);
            isOverfull = true;
        }
        due.tell(state, sink);
        return isOverfull;
    }

    /**
     * Goes on where other definitions end.
     *
     * @param watermark what is due up to it is decided by the others, milliseconds since 1970
     * @param sink receives what is due by the other definitions
     */
    void takeOver(
            Triggers other,
            TriggerState state,
            RetainedEvents retained,
            String customerId,
            long watermark,
            TriggerSink sink) {
        Due due = new Due(other.gate);
        other.pass(state, retained, customerId, watermark, due);
        carts.takeOver(other.carts, state, customerId, watermark, due);
        events.takeOver(other.events, state, retained, customerId, watermark, due);
        due.tell(state, sink);
    }

    /**
     * Lets time pass up to and including an instant.
     *
     * @param sink receives what is due
     */
    public void advance(
            TriggerState state, RetainedEvents retained, String customerId, long watermark, TriggerSink sink) {
        Due due = new Due(gate);
        pass(state, retained, customerId, watermark, due);
        due.tell(state, sink);
        state.retractable().removeIf(told -> told.until() <= watermark);
        state.forgetDecided(watermark);
    }

    private void pass(TriggerState state, RetainedEvents retained, String customerId, long watermark, Due due) {
        passToLooks(state, retained, customerId, watermark, due);
        // Both forget what was said on the purpose only with the next change.
        carts.advance(state, customerId, watermark, due);
        events.advance(state, retained, customerId, watermark, due);
    }

    /** Sees to it that an event finds the cart as of it, whatever of the cart is forgotten behind the watermark. */
    private void passToLooks(TriggerState state, RetainedEvents retained, String customerId, long watermark, Due due) {
        for (long next = events.nextLook(state); next <= watermark; next = events.nextLook(state)) {
            if (next == TriggerState.NO_TIMER) {
                return;
            }
            carts.advance(state, customerId, next - 1, due);
            carts.pass(state, customerId, next, due);
            events.advance(state, retained, customerId, next, due);
        }
    }

    /**
     * Of a customer who has got or lost events of the past, and of whom nothing has been decided yet: what was known before that
     * is seen as it shows since then.
     *
     * @param instant milliseconds since 1970
     */
    public void startAnew(TriggerState state, long instant) {
        events.startAnew(state, instant);
    }

    /**
     * The next instant at which {@link #advance} has something to do, milliseconds since 1970.
     *
     * @return {@link TriggerState#NO_TIMER} if the state is of no use any more and can be dropped
     */
    long nextTimer(TriggerState state, long watermark) {
        long next = Math.min(carts.nextTimer(state, watermark), events.nextTimer(state));
        return next == TriggerState.NO_TIMER ? state.retractableUntil(watermark) : next;
    }

    @Override
    public void close() throws Exception {
        carts.close();
        events.close();
    }
}
