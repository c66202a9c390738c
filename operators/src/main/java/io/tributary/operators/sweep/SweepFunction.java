package io.tributary.operators.sweep;

import java.io.Serial;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * A keyed function that is told things for all keys, by which what it has decided for each of them may be wrong: all are
 * looked at again, by a {@link SweepOperator}.
 *
 * @param <K> type of the keys
 * @param <A> type of the keyed input
 * @param <B> type of what is told to all
 * @param <O> type of the main output
 */
public abstract class SweepFunction<K, A, B, O> extends KeyedBroadcastProcessFunction<K, A, B, O> {
    @Serial
    private static final long serialVersionUID = 1L;

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
