package io.tributary.operators.testing;

import io.tributary.operators.serialization.WireType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * Runs a keyed function as production does: on RocksDB, with object reuse, without generic types.
 *
 * @param <O> type of the main output
 */
public abstract class OperatorHarness<O> implements AutoCloseable {
    private final AbstractStreamOperatorTestHarness<O> harness;
    private long snapshots;

    /** @param restored state to start from, or null */
    OperatorHarness(AbstractStreamOperatorTestHarness<O> harness, WireType<O> output, OperatorSubtaskState restored)
            throws Exception {
        this.harness = harness;
        EmbeddedRocksDBStateBackend rocksDb = new EmbeddedRocksDBStateBackend();
        // The harness has 3 MiB of managed memory: with those every few writes flush some state's.
        rocksDb.getMemoryConfiguration().setFixedMemoryPerSlot(MemorySize.ofMebiBytes(64));
        harness.setStateBackend(rocksDb);
        asInProduction(harness.getExecutionConfig());
        harness.setup(output.info().createSerializer(new SerializerConfigImpl()));
        if (restored != null) {
            harness.initializeState(restored);
        }
        harness.open();
    }

    private static void asInProduction(ExecutionConfig config) {
        config.enableObjectReuse();
        ((SerializerConfigImpl) config.getSerializerConfig()).setGenericTypes(false);
    }

    /** The watermark arrives on all inputs. */
    public abstract void watermark(long instant) throws Exception;

    public void processingTime(long instant) throws Exception {
        harness.setProcessingTime(instant);
    }

    /** What has left the main output since the last call. */
    public List<O> drain() {
        List<O> values = harness.extractOutputValues();
        harness.getOutput().clear();
        return values;
    }

    /** Whether a watermark of at least an instant has left since the last call of {@link #drain()}. */
    final boolean isThrough(long instant) {
        return harness.getOutput().stream()
                .anyMatch(sent -> sent instanceof Watermark mark && mark.getTimestamp() >= instant);
    }

    /** What has left a side output since the last call. */
    public <X> List<X> drain(OutputTag<X> tag) {
        List<X> values = new ArrayList<>();
        Queue<StreamRecord<X>> records = harness.getSideOutput(tag);
        if (records != null) {
            records.forEach(record -> values.add(record.getValue()));
            records.clear();
        }
        return values;
    }

    /**
     * Runs mails of the operator, and those that they send; those too that wait for a moment of processing time.
     *
     * @param most no more than these
     * @return how many there were
     */
    public int runMails(int most) throws Exception {
        return Mails.run(harness, most);
    }

    /** Runs all mails. */
    public int runMails() throws Exception {
        return runMails(Integer.MAX_VALUE);
    }

    public OperatorSubtaskState snapshot() throws Exception {
        snapshots++;
        return harness.snapshot(snapshots, snapshots);
    }

    public int eventTimeTimers() {
        return harness.numEventTimeTimers();
    }

    public int processingTimeTimers() {
        return harness.numProcessingTimeTimers();
    }

    /** How many keys have something in a state. */
    public long keysIn(String state) {
        try (var keys = backend().getKeys(state, VoidNamespace.INSTANCE)) {
            return keys.distinct().count();
        }
    }

    /** Everything that RocksDB keeps, timers included. */
    public int entries() throws Exception {
        // Changes of timers wait in a batch, which a snapshot writes out.
        snapshot();
        return backend().numKeyValueStateEntries();
    }

    /**
     * What RocksDB keeps of each state, timers among them: how many entries each key has. Nothing of states that are empty.
     *
     * @return name of the state → key → entries
     */
    public Map<String, Map<String, Integer>> kept() throws Exception {
        Map<String, Map<String, Integer>> kept = new TreeMap<>();
        // Changes of timers wait in a batch, which a savepoint writes out.
        FullSnapshotResources<String> everything = backend().savepoint().getSnapshotResources();
        List<StateMetaInfoSnapshot> states = everything.getMetaInfoSnapshots();
        try (KeyValueStateIterator entries = everything.createKVStateIterator()) {
            for (; entries.isValid(); entries.next()) {
                StateMetaInfoSnapshot state = states.get(entries.kvStateId());
                boolean isTimer = state.getBackendStateType() == BackendStateType.PRIORITY_QUEUE;
                kept.computeIfAbsent(state.getName(), added -> new HashMap<>())
                        .merge(key(entries.key(), isTimer), 1, Integer::sum);
            }
            return kept;
        } finally {
            everything.release();
        }
    }

    /** The key of the function in a key of RocksDB's: behind the key group and, of a timer, its instant. */
    private String key(byte[] bytes, boolean isTimer) throws IOException {
        int before = CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(
                        harness.getEnvironment().getTaskInfo().getMaxNumberOfParallelSubtasks())
                + (isTimer ? Long.BYTES : 0);
        return StringSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes, before, bytes.length - before));
    }

    /** Whether a text is anywhere in what is kept. */
    public boolean remembers(String text) throws Exception {
        // Changes of timers wait in a batch, which a snapshot writes out.
        snapshot();
        FullSnapshotResources<String> everything = backend().savepoint().getSnapshotResources();
        try (KeyValueStateIterator entries = everything.createKVStateIterator()) {
            for (; entries.isValid(); entries.next()) {
                if (contains(entries.key(), text) || contains(entries.value(), text)) {
                    return true;
                }
            }
            return false;
        } finally {
            everything.release();
        }
    }

    private static boolean contains(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    }

    private RocksDBKeyedStateBackend<String> backend() {
        KeyedStateBackend<String> backend = harness.getOperator().getKeyedStateBackend();
        return (RocksDBKeyedStateBackend<String>) backend;
    }

    @Override
    public void close() throws Exception {
        harness.close();
    }
}
