package io.tributary.operators.sweep;

import io.tributary.operators.serialization.WireType;
import java.io.Serial;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.SimpleTimerService;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Runs a {@link SweepFunction}: as Flink runs a keyed broadcast function, and whenever it has another {@linkplain
 * SweepFunction#target target}, all keys are looked at.
 *
 * <p>A key at a time, each as a mail of its own: records, timers and barriers come between them. While records keep coming,
 * a key has its turn behind each {@link #RECORDS_PER_KEY} of them; while there are none, keys follow each other. So a
 * checkpoint never waits for a sweep, only for a key.
 *
 * <p>State: for what the keys of this instance's key groups have all been looked at. A sweep that a failure, a savepoint or
 * another target ends before that begins again, from the first key. While it goes on it holds an iterator of the state
 * backend, and with it files that compactions have replaced.
 *
 * @param <K> type of the keys
 * @param <A> type of the keyed input
 * @param <B> type of what is told to all
 * @param <O> type of the main output
 */
public final class SweepOperator<K, A, B, O> extends CoBroadcastWithKeyedOperator<K, A, B, O> {
    @Serial
    private static final long serialVersionUID = 1L;

    static final int RECORDS_PER_KEY = 2;

    private static final int ALL = 100;

    private transient MailboxExecutor mailbox;
    private transient ListState<SweptKeyGroups> kept;
    private transient KeyGroupRange keyGroups;
    private transient KeyedBroadcastProcessFunction<K, A, B, O>.ReadOnlyContext context;
    private transient TimestampedCollector<O> collector;

    /** For what all keys have been looked at, and for what they are being looked at if that is more. */
    private transient long swept;

    private transient long target;

    /** The keys of the sweep that goes on, and those to come; null if there is none. */
    private transient Stream<K> keys;

    private transient Iterator<K> rest;

    /** Records since the last key, now and when a mail came last. */
    private transient int records;

    private transient int recordsBefore;
    private transient boolean isMailUnderWay;

    private transient Counter keysSwept;
    private transient volatile int progress;

    /** @param toldToAll the function's broadcast states */
    public SweepOperator(SweepFunction<K, A, B, O> function, List<MapStateDescriptor<?, ?>> toldToAll) {
        super(function, toldToAll);
    }

    /** The stream of a function that is told things for all keys. */
    public static <K, A, B, O> SingleOutputStreamOperator<O> process(
            KeyedStream<A, K> keyed,
            DataStream<B> toldToAll,
            SweepFunction<K, A, B, O> function,
            List<MapStateDescriptor<?, ?>> states,
            TypeInformation<O> output) {
        StreamExecutionEnvironment env = keyed.getExecutionEnvironment();
        TwoInputTransformation<A, B, O> transformation = new TwoInputTransformation<>(
                keyed.getTransformation(),
                toldToAll.broadcast().getTransformation(),
                "sweep",
                new SweepOperator<>(function, states),
                output,
                env.getParallelism(),
                false);
        transformation.setStateKeySelectors(keyed.getKeySelector(), null);
        transformation.setStateKeyType(keyed.getKeyType());
        env.addOperator(transformation);
        return new Processed<>(env, transformation);
    }

    /** Opens what Flink keeps for itself: a keyed and a broadcast input, and an operator of one's own. */
    private static final class Processed<O> extends SingleOutputStreamOperator<O> {
        Processed(StreamExecutionEnvironment env, TwoInputTransformation<?, ?, O> transformation) {
            super(env, transformation);
        }
    }

    static ListStateDescriptor<SweptKeyGroups> kept() {
        return new ListStateDescriptor<>("swept", WireType.SWEPT_KEY_GROUPS.info());
    }

    private SweepFunction<K, A, B, O> function() {
        return (SweepFunction<K, A, B, O>) userFunction;
    }

    @Override
    public void initializeState(StateInitializationContext initialization) throws Exception {
        super.initializeState(initialization);
        kept = initialization.getOperatorStateStore().getUnionListState(kept());
        keyGroups = ((CheckpointableKeyedStateBackend<?>) getKeyedStateBackend()).getKeyGroupRange();
        swept = initialization.isRestored()
                ? SweptKeyGroups.leastOf(kept.get(), keyGroups.getStartKeyGroup(), keyGroups.getEndKeyGroup())
                : function().target();
        target = swept;
    }

    @Override
    public void open() throws Exception {
        super.open();
        mailbox = getContainingTask()
                .getMailboxExecutorFactory()
                .createExecutor(getOperatorConfig().getChainIndex());
        collector = new TimestampedCollector<>(output);
        collector.eraseTimestamp();
        context = new Context(function());
        keysSwept = getMetricGroup().counter("keysSwept");
        progress = ALL;
        getMetricGroup().gauge("sweepProgress", () -> progress);
        sweepIfNeeded();
    }

    @Override
    public void snapshotState(StateSnapshotContext snapshot) throws Exception {
        super.snapshotState(snapshot);
        kept.update(List.of(new SweptKeyGroups(swept, keyGroups.getStartKeyGroup(), keyGroups.getEndKeyGroup())));
    }

    @Override
    public void processElement1(StreamRecord<A> element) throws Exception {
        super.processElement1(element);
        records++;
    }

    @Override
    public void processElement2(StreamRecord<B> element) throws Exception {
        super.processElement2(element);
        sweepIfNeeded();
    }

    private void sweepIfNeeded() {
        if (function().target() <= target) {
            return;
        }
        end();
        target = function().target();
        keys = keys();
        rest = keys.iterator();
        progress = 0;
        mail();
    }

    private Stream<K> keys() {
        Stream<K> all = this.<K>getKeyedStateBackend().getKeys(function().stateOfEveryKey(), VoidNamespace.INSTANCE);
        // What lies on the heap can't be walked through while it changes.
        return (Object) getKeyedStateBackend() instanceof HeapKeyedStateBackend ? all.toList().stream() : all;
    }

    private void mail() {
        if (!isMailUnderWay) {
            isMailUnderWay = true;
            mailbox.execute(this::takeTurn, "sweep");
        }
    }

    private void takeTurn() throws Exception {
        isMailUnderWay = false;
        boolean isIdle = records == recordsBefore;
        if (isIdle || records >= RECORDS_PER_KEY) {
            records = 0;
            sweepNext();
        }
        recordsBefore = records;
        if (rest != null) {
            mail();
        }
    }

    private void sweepNext() throws Exception {
        if (rest == null) {
            return;
        }
        if (!rest.hasNext()) {
            end();
            swept = target;
            progress = ALL;
            return;
        }
        K key = rest.next();
        setCurrentKey(key);
        function().sweep(context, collector);
        keysSwept.inc();
        progress = ALL * (keyGroupOf(key) - keyGroups.getStartKeyGroup()) / keyGroups.getNumberOfKeyGroups();
    }

    private int keyGroupOf(K key) {
        return KeyGroupRangeAssignment.assignToKeyGroup(
                key, getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks());
    }

    private void end() {
        if (keys != null) {
            keys.close();
        }
        keys = null;
        rest = null;
    }

    @Override
    public void finish() throws Exception {
        while (rest != null) {
            sweepNext();
        }
        super.finish();
    }

    @Override
    public void close() throws Exception {
        end();
        super.close();
    }

    /** What the function may use for a key whose turn it is. */
    private final class Context extends KeyedBroadcastProcessFunction<K, A, B, O>.ReadOnlyContext {
        private final TimerService timers = new SimpleTimerService(
                getInternalTimerService("user-timers", VoidNamespaceSerializer.INSTANCE, SweepOperator.this));

        Context(KeyedBroadcastProcessFunction<K, A, B, O> function) {
            function.super();
        }

        @Override
        public Long timestamp() {
            return null;
        }

        @Override
        public <X> void output(OutputTag<X> tag, X value) {
            output.collect(tag, new StreamRecord<>(value));
        }

        @Override
        public long currentProcessingTime() {
            return timers.currentProcessingTime();
        }

        @Override
        public long currentWatermark() {
            return timers.currentWatermark();
        }

        @Override
        public TimerService timerService() {
            return timers;
        }

        @Override
        @SuppressWarnings("unchecked")
        public K getCurrentKey() {
            return (K) SweepOperator.this.getCurrentKey();
        }

        @Override
        public <X, Y> ReadOnlyBroadcastState<X, Y> getBroadcastState(MapStateDescriptor<X, Y> descriptor) {
            try {
                return getOperatorStateBackend().getBroadcastState(descriptor);
            } catch (Exception e) {
                throw new IllegalArgumentException("no such broadcast state: " + descriptor.getName(), e);
            }
        }
    }
}
