package io.tributary.operators.trigger.cep;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.cep.configuration.SharedBufferCacheConfig;
import org.apache.flink.cep.nfa.ComputationState;
import org.apache.flink.cep.nfa.NFA;
import org.apache.flink.cep.nfa.NFAState;
import org.apache.flink.cep.nfa.NFAStateSerializer;
import org.apache.flink.cep.nfa.State;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.nfa.sharedbuffer.EventId;
import org.apache.flink.cep.nfa.sharedbuffer.Lockable;
import org.apache.flink.cep.nfa.sharedbuffer.NodeId;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBuffer;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferAccessor;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferNode;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferNodeSerializer;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.time.TimerService;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Runs Flink CEP's own NFA over one customer's matching state at a time, with that state as one value:
 * {@link #load}, {@link #advance}, {@link #save}. The stock operator keeps the same state in several map states and
 * seeks through them on every timer, which on RocksDB costs two orders of magnitude. Nothing here needs a running job,
 * so an operator and a backtest decide alike.
 *
 * <p>Matches are those of the stock operator that sees a watermark after every millisecond. Time moves from one end of
 * a window to the next, so neither the matches nor their order depend on how often the host is called. It stands still
 * within an instant: nothing ends between two events of one. The same events in the same order give the same bytes,
 * however often the state was saved and loaded in between.
 *
 * <p>Where gaps between neighbouring events are limited, the stock operator notices the end of one only with the
 * customer's next event or end of a window; the host at once. A match may come to a gap that has already ended, because
 * CEP limits a gap only before the step that {@code within} is called on, and an event that passes a repeated or an
 * optional step by moves the match on to it. Such a gap ends with the instant of that event, as in the stock operator.
 *
 * <p>Times are milliseconds since the epoch and greater than 0, because Flink takes 0 for "not begun". Events arrive in
 * order of time; events of one instant match in the order of the calls, so the caller needs a total order.
 *
 * <p>The classes under {@code org.apache.flink.cep.nfa} are internal to Flink: its version is pinned, and a
 * differential test compares this host with the stock operator.
 *
 * <p>Not thread-safe. After an exception from a condition or a sink, {@link #load} or {@link #reset} before going on.
 *
 * @param <E> type of the events
 */
public final class NfaHost<E> implements AutoCloseable {

    private static final byte EMPTY = 0;
    private static final byte VERSION = 1;

    /** The names that {@link SharedBuffer} gives its states. */
    private static final String EVENTS = "sharedBuffer-events";

    private static final String NODES = "sharedBuffer-entries-with-lockable-edges";
    private static final String COUNTERS = "sharedBuffer-events-count";

    private static final Comparator<NodeId> NODE_ORDER =
            Comparator.comparing(NodeId::getEventId).thenComparing(NodeId::getPageName);

    private static final TimerService NO_PROCESSING_TIME = () -> {
        throw new UnsupportedOperationException("Conditions decide by event time");
    };

    private final NFA<E> nfa;
    private final AfterMatchSkipStrategy skipStrategy;
    private final Set<String> startStates = new HashSet<>();
    private final Set<String> states = new HashSet<>();
    private final Map<String, Long> gapsByState;

    private final SharedBuffer<E> buffer;
    private final InMemoryMapState<EventId, Lockable<E>> events;
    private final InMemoryMapState<NodeId, Lockable<SharedBufferNode>> nodes;
    private final InMemoryMapState<Long, Integer> counters;

    private final TypeSerializer<E> eventSerializer;
    private final NFAStateSerializer stateSerializer = new NFAStateSerializer();
    private final NodeId.NodeIdSerializer nodeIdSerializer = new NodeId.NodeIdSerializer();
    private final Lockable.LockableTypeSerializer<SharedBufferNode> nodeSerializer =
            new Lockable.LockableTypeSerializer<>(new SharedBufferNodeSerializer());
    private final CompactOutput output = new CompactOutput(512);
    private final CompactInput input = new CompactInput();

    private NFAState state;
    private long time;
    private boolean savedEmpty;
    private boolean restarted;
    private long leftovers;

    /**
     * Compiles a pattern for use outside a job: rich conditions get a context without state and accumulators.
     *
     * @param pattern the pattern, with {@code within}
     * @param eventSerializer serializer of the events that matches retain
     * @throws IllegalArgumentException if the pattern has no window between its first and its last event
     */
    public NfaHost(Pattern<E, ?> pattern, TypeSerializer<E> eventSerializer) {
        this(pattern, eventSerializer, Facade.runtimeContext());
    }

    /**
     * Compiles a pattern.
     *
     * @param pattern the pattern, with {@code within}: without a window its state would be unbounded
     * @param eventSerializer serializer of the events that matches retain
     * @param context handed to rich conditions
     * @throws IllegalArgumentException if the pattern has no window between its first and its last event
     */
    public NfaHost(Pattern<E, ?> pattern, TypeSerializer<E> eventSerializer, RuntimeContext context) {
        this.eventSerializer = eventSerializer;
        this.skipStrategy = pattern.getAfterMatchSkipStrategy();
        this.nfa = NFACompiler.compileFactory(pattern, true).createNFA();
        if (nfa.getWindowTime() <= 0) {
            throw new IllegalArgumentException("The pattern has no within(), so its state would be unbounded");
        }
        for (State<E> compiled : nfa.getStates()) {
            states.add(compiled.getName());
            if (compiled.isStart()) {
                startStates.add(compiled.getName());
            }
        }
        this.gapsByState = gapsByState(nfa);

        Map<String, InMemoryMapState<?, ?>> mapStates = new HashMap<>();
        this.buffer = new SharedBuffer<>(Facade.stateStore(mapStates), eventSerializer, new SharedBufferCacheConfig());
        // Each buffer starts a thread that logs cache statistics.
        buffer.releaseCacheStatisticsTimer();
        this.events = mapState(mapStates, EVENTS);
        this.nodes = mapState(mapStates, NODES);
        this.counters = mapState(mapStates, COUNTERS);

        try {
            nfa.open(context, new Configuration());
        } catch (Exception e) {
            throw new IllegalStateException("A condition of the pattern could not be opened", e);
        }
        reset();
    }

    /** Forgets the customer: the state of one without any event. */
    public void reset() {
        discard();
        time = 0;
        markSaved();
    }

    /**
     * Replaces the state by one that {@link #save} wrote, and reads exactly its bytes.
     *
     * @throws IOException if the bytes have an unknown format or belong to another pattern
     */
    public void load(DataInputView source) throws IOException {
        reset();
        byte version = source.readByte();
        if (version == EMPTY) {
            return;
        }
        if (version != VERSION) {
            throw new IOException("Unknown format " + version + " of matching state");
        }
        byte[] bytes = new byte[Math.toIntExact(CompactInput.readVarLong(source))];
        source.readFully(bytes);
        input.begin(bytes);
        state = stateSerializer.deserialize(input);
        for (ComputationState partialMatch : state.getPartialMatches()) {
            if (!states.contains(partialMatch.getCurrentStateName())) {
                throw new IOException("The matching state belongs to another pattern: this one has no state "
                        + partialMatch.getCurrentStateName());
            }
        }
        loadCounters();
        Map<EventId, Integer> locks = loadNodes();
        loadEvents(source, locks);
        markSaved();
    }

    /** Writes the state so that {@link #load} can find its end; one byte if it {@link #isEmpty}. */
    public void save(DataOutputView target) throws IOException {
        if (isEmpty()) {
            target.writeByte(EMPTY);
        } else {
            List<EventId> eventIds = sorted(events.asMap().keySet(), EventId.COMPARATOR);
            output.begin(eventIds.isEmpty() ? 0 : eventIds.get(0).getTimestamp());
            stateSerializer.serialize(state, output);
            saveCounters();
            saveNodes();
            saveEventIds(eventIds);
            target.writeByte(VERSION);
            CompactOutput.writeVarLong(target, output.length());
            target.write(output.getSharedBuffer(), 0, output.length());
            for (EventId id : eventIds) {
                eventSerializer.serialize(events.get(id).getElement(), target);
            }
        }
        markSaved();
    }

    /** Whether nothing is awaited: no match has begun, and no event is retained. */
    public boolean isEmpty() {
        return isIdle() && events.isEmpty() && nodes.isEmpty() && counters.isEmpty();
    }

    /** Whether the state may differ from the one last loaded or saved; false only if {@link #save} would repeat it. */
    public boolean changed() {
        return !(savedEmpty && isEmpty())
                && (restarted || state.isStateChanged() || events.changed() || nodes.changed() || counters.changed());
    }

    /**
     * Moves time to an event, as {@link #advanceTime} does, and matches the event.
     *
     * @param event retained by reference until it is in no match any more
     * @param timestamp of the event, milliseconds since the epoch
     * @throws IllegalArgumentException if the timestamp is not positive or lies before one that was seen
     */
    public void advance(E event, long timestamp, MatchSink<E> sink) {
        if (timestamp <= 0) {
            throw new IllegalArgumentException("CEP needs a timestamp after the epoch, not " + timestamp);
        }
        if (timestamp < time) {
            throw new IllegalArgumentException("The event at " + timestamp + " comes after time was " + time);
        }
        within(accessor -> {
            moveTo(accessor, timestamp, sink);
            nfa.process(accessor, state, event, timestamp, skipStrategy, NO_PROCESSING_TIME)
                    .forEach(match -> sink.matched(match, timestamp));
            if (nextEnd() <= timestamp && !counters.contains(timestamp)) {
                // The match lasts until the instant is over. The event need not be retained, so that without its
                // counter a loaded state would not tell which instant that is.
                counters.put(timestamp, 0);
            }
        });
    }

    /** The instant that time has been moved to, milliseconds since the epoch. */
    public long time() {
        return time;
    }

    /**
     * Promises that no event before {@code timestamp} will come: windows that end at or before it (their first event
     * plus their length is at most {@code timestamp}) are reported. A time that has already been passed does nothing.
     *
     * @param timestamp milliseconds since the epoch
     */
    public void advanceTime(long timestamp, MatchSink<E> sink) {
        if (timestamp > time) {
            within(accessor -> moveTo(accessor, timestamp, sink));
        }
    }

    /**
     * The earliest time at which {@link #advanceTime} reports or forgets something, later than {@link #time}; empty if
     * nothing is awaited.
     */
    public OptionalLong nextTimeout() {
        long next = nextEnd();
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(Math.max(next, time + 1));
    }

    /** Closes rich conditions. */
    @Override
    public void close() throws Exception {
        nfa.close();
    }

    /**
     * How many entries were dropped, over all customers, because no match referred to them any more when the last one
     * ended. Greater than 0 only if Flink's reference counting leaks; a metric, so that somebody would know.
     */
    public long leftovers() {
        return leftovers;
    }

    /** Where the next window or gap ends; not after the current time if a match came to a gap that had ended. */
    private long nextEnd() {
        long next = Long.MAX_VALUE;
        for (ComputationState partialMatch : state.getPartialMatches()) {
            String name = partialMatch.getCurrentStateName();
            if (!startStates.contains(name)) {
                next = Math.min(next, partialMatch.getStartTimestamp() + nfa.getWindowTime());
                Long gap = gapsByState.get(name);
                if (gap != null && gap > 0) {
                    next = Math.min(next, partialMatch.getPreviousTimestamp() + gap);
                }
            }
        }
        return next;
    }

    private void moveTo(SharedBufferAccessor<E> accessor, long timestamp, MatchSink<E> sink) throws Exception {
        if (timestamp <= time) {
            return;
        }
        for (long next = nextEnd(); next <= timestamp; next = nextEnd()) {
            long end = Math.max(next, time);
            Tuple2<Collection<Map<String, List<E>>>, Collection<Tuple2<Map<String, List<E>>, Long>>> found =
                    nfa.advanceTime(accessor, state, end, skipStrategy);
            found.f0.forEach(match -> sink.matched(match, end));
            found.f1.forEach(timeout -> sink.timedOut(timeout.f0, timeout.f1));
        }
        accessor.advanceTime(timestamp);
        time = timestamp;
    }

    private void within(Step<E> step) {
        try (SharedBufferAccessor<E> accessor = buffer.getAccessor()) {
            step.run(accessor);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Matching failed", e);
        }
        if (isIdle()) {
            leftovers += nodes.asMap().size() + events.asMap().size();
            discard();
        }
    }

    private boolean isIdle() {
        return state.getCompletedMatches().isEmpty()
                && state.getPartialMatches().size() == 1
                && state.getPartialMatches().element().getStartEventID() == null;
    }

    /** Starts over. The version numbers of runs begin again, too, so that idle customers do not differ. */
    private void discard() {
        events.clear();
        nodes.clear();
        counters.clear();
        state = nfa.createInitialNFAState();
        restarted = true;
    }

    private void markSaved() {
        state.resetStateChanged();
        events.markUnchanged();
        nodes.markUnchanged();
        counters.markUnchanged();
        restarted = false;
        savedEmpty = isEmpty();
    }

    private void saveCounters() throws IOException {
        List<Long> timestamps = sorted(counters.asMap().keySet(), Comparator.naturalOrder());
        output.writeInt(timestamps.size());
        for (Long timestamp : timestamps) {
            output.writeLong(timestamp);
            output.writeInt(counters.get(timestamp));
        }
    }

    private void loadCounters() throws IOException {
        for (int remaining = input.readInt(); remaining > 0; remaining--) {
            long timestamp = input.readLong();
            counters.put(timestamp, input.readInt());
            time = Math.max(time, timestamp);
        }
    }

    private void saveNodes() throws IOException {
        List<NodeId> nodeIds = sorted(nodes.asMap().keySet(), NODE_ORDER);
        output.writeInt(nodeIds.size());
        for (NodeId id : nodeIds) {
            nodeIdSerializer.serialize(id, output);
            nodeSerializer.serialize(nodes.get(id), output);
        }
    }

    /** An event is locked once by each node that holds it; so its reference count is derived and not saved. */
    private Map<EventId, Integer> loadNodes() throws IOException {
        Map<EventId, Integer> locks = new HashMap<>();
        for (int remaining = input.readInt(); remaining > 0; remaining--) {
            NodeId id = nodeIdSerializer.deserialize(input);
            nodes.put(id, nodeSerializer.deserialize(input));
            locks.merge(id.getEventId(), 1, Integer::sum);
        }
        return locks;
    }

    private void saveEventIds(List<EventId> eventIds) throws IOException {
        output.writeInt(eventIds.size());
        for (EventId id : eventIds) {
            EventId.EventIdSerializer.INSTANCE.serialize(id, output);
        }
    }

    private void loadEvents(DataInputView source, Map<EventId, Integer> locks) throws IOException {
        for (int remaining = input.readInt(); remaining > 0; remaining--) {
            EventId id = EventId.EventIdSerializer.INSTANCE.deserialize(input);
            events.put(id, new Lockable<>(eventSerializer.deserialize(source), locks.getOrDefault(id, 0)));
            // Without its counter an instant is over: another event at it would get an id that is taken.
            time = Math.max(time, counters.contains(id.getTimestamp()) ? id.getTimestamp() : id.getTimestamp() + 1);
        }
    }

    private static <T> List<T> sorted(Collection<T> ids, Comparator<? super T> order) {
        List<T> sorted = new ArrayList<>(ids);
        sorted.sort(order);
        return sorted;
    }

    /**
     * The windows between neighbouring events ({@code WithinType.PREVIOUS_AND_CURRENT}), which the NFA does not publish
     * although they decide when it must be called.
     */
    @SuppressWarnings("unchecked")
    private static Map<String, Long> gapsByState(NFA<?> nfa) {
        try {
            Field field = NFA.class.getDeclaredField("windowTimes");
            field.setAccessible(true);
            return (Map<String, Long>) field.get(nfa);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Another version of Flink CEP: its NFA has no windowTimes", e);
        }
    }

    @SuppressWarnings("unchecked")
    private static <K, V> InMemoryMapState<K, V> mapState(Map<String, InMemoryMapState<?, ?>> states, String name) {
        InMemoryMapState<?, ?> found = states.get(name);
        if (found == null) {
            throw new IllegalStateException("Another version of Flink CEP: its buffer has no state " + name);
        }
        return (InMemoryMapState<K, V>) found;
    }

    @FunctionalInterface
    private interface Step<E> {
        void run(SharedBufferAccessor<E> accessor) throws Exception;
    }
}
