package io.tributary.operators.trigger;

import io.tributary.operators.trigger.Suppression.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What is decided for one customer while time passes, in any order. */
final class Due {
    private final Gate gate;
    private final List<Decided> decided = new ArrayList<>(0);
    private final List<Retraction> retractions = new ArrayList<>(0);

    /**
     * @param at when it is decided, milliseconds since 1970
     * @param ended why it is not to be told, or null
     */
    private record Decided(long at, Trigger trigger, Suppression ended) {
        private static final Comparator<Decided> ORDER =
                Comparator.comparingLong(Decided::at).thenComparing(Decided::trigger, Trigger.ORDER);
    }

    /** @param gate that says how long something waits */
    Due(Gate gate) {
        this.gate = gate;
    }

    /**
     * A trigger has fired, or will when it has waited.
     *
     * @param waiting receives it if it has to wait
     */
    void fire(Trigger trigger, Pending<Waiting> waiting) {
        Waiting waits = waits(trigger, trigger.completedAt());
        if (waits == null) {
            decided.add(new Decided(trigger.toldAt(), trigger, null));
        } else if (waiting.all().size() < Waiting.MOST) {
            waiting.await(waits);
        } else {
            Suppression backlog = new Suppression(Reason.BACKLOG, Waiting.MOST + " wait already");
            decided.add(new Decided(trigger.completedAt(), trigger, backlog));
        }
    }

    /**
     * A trigger that has to wait; null if it does not.
     *
     * @param instant up to which it is known where the customer is, milliseconds since 1970
     */
    private Waiting waits(Trigger trigger, long instant) {
        boolean isAskedLater = gate.postponesByZone() && trigger.firedAt() > instant;
        long until = isAskedLater
                ? trigger.firedAt()
                : gate.opensAt(trigger.firedAt(), trigger.recipient().zone());
        return until > trigger.firedAt() || trigger.hasWaited() ? Waiting.of(trigger, until) : null;
    }

    /**
     * A trigger that fired before a customer started anew, as it waits since then; null if it does not.
     *
     * @param fired told to the customer as it is since then
     * @param waited what waited before
     */
    Waiting waitsAnew(Trigger fired, CartChange.Restart restart, List<Waiting> waited, TriggerState state) {
        if (!gate.postponesByZone()) {
            return waits(fired, restart.instant());
        }
        if (restart.decidesInstant()) {
            boolean isDecided = state.isDecided(fired.match())
                    || decided.stream().anyMatch(one -> one.trigger.match() == fired.match());
            return isDecided ? null : waits(fired, restart.instant());
        }
        // Whoever has done nothing else before waits for what it waited for, wherever it was when that fired.
        return waited.stream().filter(one -> one.isSame(fired)).findFirst().orElse(null);
    }

    /**
     * A trigger has waited.
     *
     * @param holds the trigger as it is defined now
     * @param state of the customer
     * @param waiting receives it if it has to wait for longer
     */
    void hasWaited(Waiting one, CartTrigger holds, String customerId, TriggerState state, Pending<Waiting> waiting) {
        // Other quiet hours may hold than when it fired, and the customer may be elsewhere; but not on and on.
        Recipient recipient = gate.recipient(holds.definition().purpose(), one.until(), state);
        long until = gate.opensAt(one.until(), recipient.zone());
        if (until > one.until() && until - one.firedAt() <= gate.mostPostponed()) {
            waiting.await(one.until(until));
        } else {
            decided.add(new Decided(one.until(), one.told(holds, customerId, recipient), null));
        }
    }

    /**
     * What has happened while a trigger waited has ended it.
     *
     * @param at from when on that is known, milliseconds since 1970
     */
    void end(Waiting one, CartTrigger holds, String customerId, Trigger.Reason by, long at) {
        Trigger trigger = one.told(holds, customerId, Recipient.UNKNOWN);
        decided.add(new Decided(at, trigger, new Suppression(Reason.ENDED, by.condition() + ": " + by.observed())));
    }

    /** It is one if the trigger was told. */
    void retract(Retraction retraction) {
        retractions.add(retraction);
    }

    /** What may have to be taken back: what was told before, and what may be told now. */
    Stream<Retractable> retractable(TriggerState state) {
        return Stream.concat(
                state.retractable().stream(),
                decided.stream()
                        .filter(one -> one.ended == null)
                        .map(Decided::trigger)
                        .filter(Trigger::isOfDeadline)
                        .map(Retractable::of));
    }

    /**
     * Tells all of it in the order in which it is decided. A retraction is known later than the deadline that it takes
     * back.
     */
    void tell(TriggerState state, TriggerSink sink) {
        decided.sort(Decided.ORDER);
        int next = 0;
        for (Retraction retraction : retractions) {
            while (next < decided.size() && decided.get(next).at < retraction.at()) {
                tell(decided.get(next++), state, sink);
            }
            if (state.retractable().remove(retraction.trigger())) {
                sink.retract(retraction);
            }
        }
        decided.subList(next, decided.size()).forEach(one -> tell(one, state, sink));
    }

    private void tell(Decided one, TriggerState state, TriggerSink sink) {
        Trigger trigger = one.trigger;
        if (gate.postponesByZone()) {
            state.decide(trigger.match(), trigger.firedAt() + gate.mostPostponed());
        }
        if (one.ended != null) {
            sink.holdBack(new SuppressedTrigger(trigger, one.ended, one.at));
        } else if (sink.fire(trigger)
                && trigger.isOfDeadline()
                && !trigger.trigger().definition().grace().isZero()) {
            state.retractable(Retractable.of(trigger));
        }
    }
}
