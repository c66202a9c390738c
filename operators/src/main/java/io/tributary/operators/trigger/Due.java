package io.tributary.operators.trigger;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is decided for one customer while time passes, in any order. */
final class Due {
    private final List<Trigger> fired = new ArrayList<>(0);
    private final List<Retraction> retractions = new ArrayList<>(0);

    void fire(Trigger trigger) {
        fired.add(trigger);
    }

    /** It is one if the trigger was told. */
    void retract(Retraction retraction) {
        retractions.add(retraction);
    }

    /** What may have to be taken back: what was told before, and what may be told now. */
    Stream<Retractable> retractable(TriggerState state) {
        return Stream.concat(
                state.retractable().stream(),
                fired.stream().filter(Trigger::isOfDeadline).map(Retractable::of));
    }

    /**
     * Tells all of it in the order in which it is decided. A retraction is known later than the deadline that it takes
     * back.
     */
    void tell(TriggerState state, TriggerSink sink) {
        fired.sort(Trigger.ORDER);
        int next = 0;
        for (Retraction retraction : retractions) {
            while (next < fired.size() && fired.get(next).firedAt() < retraction.at()) {
                tell(fired.get(next++), state, sink);
            }
            if (state.retractable().remove(retraction.trigger())) {
                sink.retract(retraction);
            }
        }
        fired.subList(next, fired.size()).forEach(trigger -> tell(trigger, state, sink));
    }

    private static void tell(Trigger trigger, TriggerState state, TriggerSink sink) {
        if (sink.fire(trigger)
                && trigger.isOfDeadline()
                && !trigger.trigger().definition().grace().isZero()) {
            state.retractable(Retractable.of(trigger));
        }
    }
}
