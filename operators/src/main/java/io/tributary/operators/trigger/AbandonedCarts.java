package io.tributary.operators.trigger;

import io.tributary.operators.profile.CartEntry;
import io.tributary.operators.profile.CartLog;
import io.tributary.operators.profile.Consent;
import io.tributary.operators.serialization.WireType;
import io.tributary.operators.trigger.cep.MatchSink;
import io.tributary.operators.trigger.cep.NfaHost;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Decides which carts are abandoned, customer by customer, with Flink CEP's NFA.
 *
 * <p>Every operation waits until the watermark has reached the instant from which on it is known: its own time or, if it
 * came late, its partition's watermark then. Operations are applied in the order of those instants, then in the order of
 * events; events at the instant of a deadline come before the deadline. A late one is put in its place among what has
 * happened and the open matches are found anew; a deadline that has passed stays as it was. So what is decided is a
 * function of the log: neither a restored job nor a replay, whose watermarks are others, decides differently. Not
 * thread-safe.
 */
public final class AbandonedCarts implements AutoCloseable {
    private final AbandonedCart definition;

    /** What began at or before this instant was decided by an earlier definition. */
    private final long decided;

    private final NfaHost<CartStep> host;
    private final DataOutputSerializer buffer = new DataOutputSerializer(256);

    /** By a definition that has held from the beginning. */
    public AbandonedCarts(AbandonedCart definition) {
        this(definition, Long.MIN_VALUE);
    }

    /**
     * @param decided what began at or before this instant was decided by an earlier definition, milliseconds since 1970
     */
    AbandonedCarts(AbandonedCart definition, long decided) {
        this.definition = definition;
        this.decided = decided;
        this.host = new NfaHost<>(
                definition.pattern(), WireType.CART_STEP.info().createSerializer(new SerializerConfigImpl()));
    }

    /**
     * Takes a change in.
     *
     * @param watermark what has passed, milliseconds since 1970
     */
    public void add(TriggerState state, CartChange.Operation change, long watermark) {
        for (Consent.Statement statement : change.consent()) {
            state.marketing().state(statement);
        }
        state.marketing().forgetBehind(watermark);
        if (change.entry() != null) {
            state.await(change.entry());
        }
    }

    /**
     * Starts anew from what is the customer's since an instant. What was due before it fires by what was known before;
     * what would have been due by what is known now counts as decided.
     *
     * @param fired receives the triggers in the order of their deadlines
     */
    public void restart(TriggerState state, CartChange.Restart restart, Consumer<Trigger> fired) {
        advance(state, restart.customerId(), restart.instant() - 1, fired);
        state.clear();
        for (Consent.Statement statement : restart.consent()) {
            state.marketing().state(statement);
        }
        for (CartEntry entry : restart.entries()) {
            if (entry.knownAt() < restart.instant()) {
                state.cart().add(entry);
            } else {
                state.await(entry);
            }
        }
        replay(state.cart(), restart.decidesInstant() ? restart.instant() + 1 : restart.instant());
        save(state);
    }

    /**
     * If more is waiting than may be kept, because the watermark stands still, lets time pass for this customer until it
     * is not.
     *
     * @param fired receives the triggers in the order of their deadlines
     * @return whether that was necessary
     */
    public boolean relieve(TriggerState state, String customerId, Consumer<Trigger> fired) {
        boolean overfull = state.isOverfull();
        if (overfull) {
            advance(state, customerId, state.nextPending(), fired);
        }
        return overfull;
    }

    /**
     * Goes on where another definition ends: open matches are found anew. What is due up to a watermark is decided by the
     * other one, what is due later by this one, unless it is due already.
     *
     * @param watermark milliseconds since 1970
     * @param fired receives the triggers of the other definition in the order of their deadlines
     */
    void takeOver(
            AbandonedCarts other, TriggerState state, String customerId, long watermark, Consumer<Trigger> fired) {
        other.advance(state, customerId, watermark, fired);
        replay(state.cart(), other.host.time());
        save(state);
    }

    /** Finds the open matches anew; what would have fired before an instant counts as decided. */
    private void replay(CartLog cart, long instant) {
        host.reset();
        long oldestOpen = instant - definition.delay().toMillis();
        for (CartEntry entry : cart.entries()) {
            // The deadline of an older one is decided, whatever came behind it.
            if (entry.order().timestamp() >= oldestOpen && entry.order().timestamp() > decided) {
                step(cart, entry, match -> {});
            }
        }
        host.advanceTime(instant, onMatch(match -> {}));
    }

    /**
     * Lets time pass up to and including an instant.
     *
     * @param fired receives the triggers in the order of their deadlines
     */
    public void advance(TriggerState state, String customerId, long watermark, Consumer<Trigger> fired) {
        load(state);
        Consumer<CartStep> publish = anchor -> {
            Trigger trigger = new Trigger(
                    definition, customerId, anchor.order(), state.cart().cartAt(anchor.order()));
            if (!state.marketing().refusesAt(trigger.firedAt())) {
                fired.accept(trigger);
            }
        };
        for (CartEntry next = state.poll(watermark); next != null; next = state.poll(watermark)) {
            // Deadlines before the operation is known see the cart without it.
            host.advanceTime(next.knownAt(), onMatch(publish));
            state.dropRepetitionsOf(next);
            if (state.cart().add(next)) {
                if (next.order().timestamp() < host.time()) {
                    replay(state.cart(), host.time());
                } else {
                    step(state.cart(), next, publish);
                }
            }
        }
        host.advanceTime(watermark + 1, onMatch(publish));
        state.cart().forgetBehind(watermark);
        save(state);
    }

    private void step(CartLog cart, CartEntry entry, Consumer<CartStep> publish) {
        boolean filled = !entry.isOrder() && !cart.cartAt(entry.order()).isEmpty();
        host.advance(new CartStep(entry.order(), filled), entry.order().timestamp(), onMatch(publish));
    }

    /**
     * The next instant at which {@link #advance} has something to do, milliseconds since 1970.
     *
     * @return {@link TriggerState#NO_TIMER} if the state is of no use any more and can be dropped
     */
    public long nextTimer(TriggerState state, long watermark) {
        load(state);
        OptionalLong windowEnd = host.nextTimeout();
        long next = Math.min(
                state.nextPending(), windowEnd.isPresent() ? windowEnd.getAsLong() - 1 : TriggerState.NO_TIMER);
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
        try {
            if (state.matching().length == 0) {
                host.reset();
            } else {
                host.load(new DataInputDeserializer(state.matching()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the matching state can't be read", e);
        }
    }

    private void save(TriggerState state) {
        buffer.clear();
        try {
            host.save(buffer);
        } catch (IOException e) {
            throw new IllegalStateException("the matching state can't be written", e);
        }
        state.matching(host.isEmpty() ? new byte[0] : buffer.getCopyOfBuffer());
    }

    private static MatchSink<CartStep> onMatch(Consumer<CartStep> anchors) {
        return new MatchSink<>() {
            @Override
            public void matched(Map<String, List<CartStep>> match, long timestamp) {
                anchors.accept(match.get(AbandonedCart.CART).get(0));
            }

            @Override
            public void timedOut(Map<String, List<CartStep>> partialMatch, long timestamp) {
                // The pattern has one step that takes events: it matches or is cancelled, it never times out.
            }
        };
    }

    @Override
    public void close() throws Exception {
        host.close();
    }
}
