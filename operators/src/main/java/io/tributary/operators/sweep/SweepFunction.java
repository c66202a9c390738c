package io.tributary.operators.sweep;

import java.io.Serial;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * A keyed function of which keys have their turns between the records, by a {@link SweepOperator}: all of them when
 * something is told for all keys by which what was decided for each may be wrong; those to which time alone does something
 * when the watermark has passed its instant.
 *
 * @param <K> type of the keys
 * @param <A> type of the keyed input
 * @param <B> type of what is told to all
 * @param <O> type of the main output
 */
public abstract class SweepFunction<K, A, B, O> extends KeyedBroadcastProcessFunction<K, A, B, O> {
    @Serial
    private static final long serialVersionUID = 1L;

    private transient LongConsumer turns;
    private transient LongSupplier passedOn;

    /**
     * @param awaited is told which instants the present key awaits
     * @param toldLast gives the watermark that was passed on last
     */
    final void turns(LongConsumer awaited, LongSupplier toldLast) {
        turns = awaited;
        passedOn = toldLast;
    }

    /**
     * The watermark that was passed on last, milliseconds since 1970; the least long if none was since the start. Whoever
     * receives the output has not gone beyond it.
     */
    protected final long passedOn() {
        return passedOn.getAsLong();
    }

    /**
     * Sees to it that the present key has a {@linkplain #turn turn} when the watermark has passed an instant: then or any time
     * later, records of the key and its timers may come before. For what time alone does to a key, where it does not matter
     * whether the function does it then or when the key comes by.
     *
     * @param instant milliseconds since 1970; one that has passed already has its turn at the next watermark
     */
    protected final void awaitTurn(long instant) {
        turns.accept(instant);
    }

    /**
     * The turn of the present key for an instant that it has awaited. The watermark that the context tells has passed it; the
     * watermark of whoever receives the output has not.
     *
     * @param instant milliseconds since 1970
     */
    protected abstract void turn(long instant, ReadOnlyContext context, Collector<O> out) throws Exception;

    /**
     * Whether the function's own timers fire a few at a time, between records, as turns do, and not all at once as soon as a
     * watermark comes. Then the watermark that the context tells may have passed a timer of a key that has not fired yet when
     * a record of the key comes. The same in all instances.
     */
    protected boolean firesTimersInTurns() {
        return false;
    }

    /**
     * What was kept is there, and nothing has come yet.
     *
     * @param watermark that had come last when it was kept, milliseconds since 1970; the least long if none had
     */
    protected void start(long watermark) throws Exception {}

    /** The name of a state without namespaces that each key has which may have to be looked at. */
    protected abstract String stateOfEveryKey();

    /**
     * What all keys have to be looked at for, in a row that rises; known as soon as the function's state is initialised. A key
     * that comes later is right from its beginning.
     */
    protected abstract long target();

    /** Looks at the key whose turn it is. It may have gone in the meantime, and may have been looked at before. */
    protected abstract void sweep(ReadOnlyContext context, Collector<O> out) throws Exception;
}
