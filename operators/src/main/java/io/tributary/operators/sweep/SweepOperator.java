package io.tributary.operators.sweep;

import io.tributary.operators.serialization.WireType;
import java.io.Serial;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
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
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerServiceImpl;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Runs a {@link SweepFunction}: as Flink runs a keyed broadcast function, and with turns of keys. Whenever it has another
 * {@linkplain SweepFunction#target target}, all keys are looked at. When the watermark has passed instants that keys {@linkplain
 * SweepFunction#awaitTurn await}, those have their turns, in the order of the instants.
 *
 * <p>A key at a time, each as a mail of its own: records, timers and barriers come between them. While records keep coming,
 * a key has its turn behind each {@link #RECORDS_PER_KEY} of them; while there are none, keys follow each other. So a
 * barrier never waits for a sweep or for what is due, only for a key.
 *
 * <p>Nor does a checkpoint contain too much of a sweep: when {@link #KEYS_PER_TICK} keys have been looked at, and {@link
 * #KEYS_PER_RECORD} for each record, the next ones wait for the next {@link #TICK}. The state backend writes all
 * that has changed since the last checkpoint while the task waits, and keys change it several times as fast as records do.
 * What is due waits for no tick: a watermark waits for it.
 *
 * <p>The function's own timers fire all at once, as soon as a watermark comes, or, if the function {@linkplain
 * SweepFunction#firesTimersInTurns wants it}, {@link #TIMERS_PER_TURN} at a time before keys have their turns. It goes on
 * when the keys have had their turns up to it; watermarks that come meanwhile are taken up together then, so what goes on
 * always rises. Meanwhile what is told for all keys is held back: what was due before it is decided without it. Of a
 * bounded log that ends everything up to the watermark before the last has its turn at once, and what is beyond it has not
 * passed.
 *
 * <p>State: for what the keys of this instance's key groups have all been looked at. A sweep that a failure, a savepoint or
 * another target ends before that begins again, from the first key. While it goes on it holds an iterator of the state
 * backend, and with it files that compactions have replaced. An instant that a key awaits is a timer of its own. The
 * watermark, which is the same in all instances at a barrier: after a restore turns go on at once, and a late record of a
 * key finds what it would have found. What is held back.
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

    /** Milliseconds of processing time. */
    static final long TICK = 10;

    static final int KEYS_PER_TICK = 10;

    static final int KEYS_PER_RECORD = 1;

    static final int TIMERS_PER_TURN = 20;

    private static final int ALL = 100;

    private final TypeInformation<B> told;
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

    /** How many keys the sweep may look at before the next tick. Ticks come while it goes on. */
    private transient int allowance;

    private transient boolean isTicking;
    private transient int recordsSinceTick;

    private transient Counter keysSwept;
    private transient volatile int progress;

    private transient ListState<Long> keptWatermark;
    private transient ListState<B> keptHeldBack;
    private transient InternalTimerServiceImpl<K, VoidNamespace> timers;
    private transient InternalTimerServiceImpl<K, VoidNamespace> awaited;

    /** The watermark that came last, and the one up to which keys have their turns, if any have. */
    private transient long watermark;

    private transient long goal;
    private transient long passedOn;
    private transient boolean hasTurns;

    /** How many timers may fire before records have their turn. */
    private transient int timersLeft;

    /** What is told for all keys, and the watermark then; the oldest first. */
    private transient Deque<HeldBack<B>> heldBack;

    /** What the watermark that has turns goes before; null if it is as it was. */
    private transient WatermarkStatus statusHeldBack;

    private transient Counter turnsTaken;
    private transient volatile long turnsBehind;

    private record HeldBack<B>(B element, long watermark) {}

    /**
     * @param toldToAll the function's broadcast states
     * @param told type of what is told to all, which is immutable
     */
    public SweepOperator(
            SweepFunction<K, A, B, O> function, List<MapStateDescriptor<?, ?>> toldToAll, TypeInformation<B> told) {
        super(function, toldToAll);
        this.told = told;
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
                new SweepOperator<>(function, states, toldToAll.getType()),
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

    static ListStateDescriptor<Long> keptWatermark() {
        return new ListStateDescriptor<>("watermark", Types.LONG);
    }

    private ListStateDescriptor<B> keptHeldBack() {
        return new ListStateDescriptor<>("held-back", told);
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
        keptWatermark = initialization.getOperatorStateStore().getUnionListState(keptWatermark());
        watermark = leastOf(keptWatermark.get());
        keptHeldBack = initialization.getOperatorStateStore().getUnionListState(keptHeldBack());
        heldBack = new ArrayDeque<>();
        for (B element : keptHeldBack.get()) {
            heldBack.add(new HeldBack<>(element, watermark));
        }
    }

    private static long leastOf(Iterable<Long> watermarks) {
        long least = Watermark.MAX_WATERMARK.getTimestamp();
        for (long kept : watermarks) {
            least = Math.min(least, kept);
        }
        return least == Watermark.MAX_WATERMARK.getTimestamp() ? Watermark.UNINITIALIZED.getTimestamp() : least;
    }

    @Override
    public void open() throws Exception {
        timers = timers("user-timers", this);
        awaited = timers("turns", new Turns());
        passedOn = Watermark.UNINITIALIZED.getTimestamp();
        function().turns(instant -> awaited.registerEventTimeTimer(VoidNamespace.INSTANCE, instant), () -> passedOn);
        super.open();
        mailbox = getContainingTask()
                .getMailboxExecutorFactory()
                .createExecutor(getOperatorConfig().getChainIndex());
        collector = new TimestampedCollector<>(output);
        collector.eraseTimestamp();
        context = new Context(function());
        keysSwept = getMetricGroup().counter("keysSwept");
        allowance = KEYS_PER_TICK;
        progress = ALL;
        getMetricGroup().gauge("sweepProgress", () -> progress);
        turnsTaken = getMetricGroup().counter("turnsTaken");
        getMetricGroup().gauge("turnsBehindMilliseconds", () -> turnsBehind);
        function().start(watermark);
        if (watermark != Watermark.UNINITIALIZED.getTimestamp()) {
            timers.initializeWatermark(watermark);
            beginTurns();
            mail();
        }
        sweepIfNeeded();
    }

    @SuppressWarnings("unchecked")
    private InternalTimerServiceImpl<K, VoidNamespace> timers(String name, Triggerable<K, VoidNamespace> target) {
        return (InternalTimerServiceImpl<K, VoidNamespace>)
                getInternalTimerService(name, VoidNamespaceSerializer.INSTANCE, target);
    }

    @Override
    public void snapshotState(StateSnapshotContext snapshot) throws Exception {
        super.snapshotState(snapshot);
        kept.update(List.of(new SweptKeyGroups(swept, keyGroups.getStartKeyGroup(), keyGroups.getEndKeyGroup())));
        keptWatermark.update(List.of(watermark));
        keptHeldBack.update(heldBack.stream().map(HeldBack::element).toList());
    }

    @Override
    public void processElement1(StreamRecord<A> element) throws Exception {
        super.processElement1(element);
        records++;
        if (isTicking) {
            recordsSinceTick++;
        }
    }

    @Override
    public void processElement2(StreamRecord<B> element) throws Exception {
        if (hasTurns) {
            heldBack.add(new HeldBack<>(element.getValue(), watermark));
        } else {
            tell(element);
        }
    }

    private void tell(StreamRecord<B> element) throws Exception {
        super.processElement2(element);
        sweepIfNeeded();
    }

    // ----------------------------------------------------------------------------------------------- the watermark

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.equals(Watermark.MAX_WATERMARK)) {
            finishTurns();
            timers.advanceWatermark(mark.getTimestamp());
            output.emitWatermark(mark);
        } else if (mark.getTimestamp() > watermark) {
            watermark = mark.getTimestamp();
            if (!function().firesTimersInTurns()) {
                timers.advanceWatermark(watermark);
            }
            if (!hasTurns) {
                beginTurns();
                turn();
            }
            if (hasTurns) {
                mail();
            }
        }
    }

    private void beginTurns() {
        goal = watermark;
        hasTurns = true;
    }

    /** Gives one key its turn, or timers theirs; if there is nothing that has one, the watermark goes on. */
    private void turn() throws Exception {
        if (function().firesTimersInTurns() && !fireSome()) {
            return;
        }
        if (!awaited.tryAdvanceWatermark(goal, () -> true)) {
            return;
        }
        hasTurns = false;
        turnsBehind = 0;
        output.emitWatermark(new Watermark(goal));
        passedOn = goal;
        if (statusHeldBack != null) {
            output.emitWatermarkStatus(statusHeldBack);
            statusHeldBack = null;
        }
        while (!heldBack.isEmpty() && heldBack.peek().watermark <= goal) {
            tell(new StreamRecord<>(heldBack.remove().element));
        }
        if (goal < watermark) {
            beginTurns();
        }
    }

    /** Returns whether no timer is due any more. */
    private boolean fireSome() throws Exception {
        timersLeft = TIMERS_PER_TURN;
        return timers.tryAdvanceWatermark(goal, () -> --timersLeft == 0);
    }

    @Override
    public void onEventTime(InternalTimer<K, VoidNamespace> timer) throws Exception {
        super.onEventTime(timer);
        if (hasTurns && function().firesTimersInTurns()) {
            taken(timer);
        }
    }

    private void taken(InternalTimer<K, VoidNamespace> timer) {
        turnsTaken.inc();
        turnsBehind = watermark - timer.getTimestamp();
    }

    private void finishTurns() throws Exception {
        while (hasTurns) {
            turn();
        }
    }

    /** As Flink's, but that whoever says that nothing comes any more has said everything before. */
    @Override
    protected void processWatermarkStatus(WatermarkStatus status, int index) throws Exception {
        boolean wasIdle = combinedWatermark.isIdle();
        if (combinedWatermark.updateStatus(index, status.isIdle())) {
            processWatermark(new Watermark(combinedWatermark.getCombinedWatermark()));
        }
        if (wasIdle != combinedWatermark.isIdle()) {
            if (hasTurns) {
                statusHeldBack = status;
            } else {
                output.emitWatermarkStatus(status);
            }
        }
    }

    /** Who is told that a key has its turn. */
    private final class Turns implements Triggerable<K, VoidNamespace> {
        @Override
        public void onEventTime(InternalTimer<K, VoidNamespace> timer) throws Exception {
            function().turn(timer.getTimestamp(), context, collector);
            taken(timer);
        }

        @Override
        public void onProcessingTime(InternalTimer<K, VoidNamespace> timer) {
            throw new IllegalStateException("keys await instants of event time");
        }
    }

    // --------------------------------------------------------------------------------------------------- the sweep

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
        if (rest != null && !isTicking) {
            isTicking = true;
            ProcessingTimeService time = getProcessingTimeService();
            // What it throws ends the task: it runs in the mailbox.
            var unused = time.registerTimer(time.getCurrentProcessingTime() + TICK, now -> tick());
        }
        if (!isMailUnderWay && (hasTurns || maySweep())) {
            try {
                mailbox.execute(this::takeTurn, "turn");
                isMailUnderWay = true;
            } catch (RejectedExecutionException stopping) {
                // The task ends, behind a savepoint that knows what is left.
            }
        }
    }

    private boolean maySweep() {
        return rest != null && allowance > 0;
    }

    private void tick() {
        allowance = KEYS_PER_TICK + KEYS_PER_RECORD * recordsSinceTick;
        recordsSinceTick = 0;
        isTicking = false;
        mail();
    }

    private void takeTurn() throws Exception {
        isMailUnderWay = false;
        boolean isIdle = records == recordsBefore;
        if (isIdle || records >= RECORDS_PER_KEY) {
            records = 0;
            if (hasTurns) {
                turn();
            }
            if (maySweep()) {
                allowance--;
                sweepNext();
            }
        }
        recordsBefore = records;
        mail();
    }

    private void sweepNext() throws Exception {
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
        finishTurns();
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
        private final TimerService service = new SimpleTimerService(timers);

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
            return service.currentProcessingTime();
        }

        @Override
        public long currentWatermark() {
            return service.currentWatermark();
        }

        @Override
        public TimerService timerService() {
            return service;
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
