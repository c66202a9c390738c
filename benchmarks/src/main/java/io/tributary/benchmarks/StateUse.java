package io.tributary.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Histogram;

/**
 * How a job uses its keyed state, as Flink's own tracking of state access samples it. Timers are outside: they are no
 * state that the tracking sees.
 *
 * @param byState state's name → its use
 * @param savepointBytesByTask task's name → its part of a canonical savepoint at the end: all live entries, keys and
 *     values, uncompressed
 * @param checkpointBytes a full checkpoint at the end: RocksDB's files
 * @param customers with a profile at the end; 0 for a job that counts none
 */
public record StateUse(
        Map<String, Access> byState, Map<String, Long> savepointBytesByTask, long checkpointBytes, long customers) {
    /**
     * Access to one state.
     *
     * @param readBytes keys and values
     * @param writtenBytes keys and values
     */
    public record Access(long reads, long writes, long readBytes, long writtenBytes) {
        Access plus(Access other) {
            return new Access(
                    reads + other.reads,
                    writes + other.writes,
                    readBytes + other.readBytes,
                    writtenBytes + other.writtenBytes);
        }
    }

    /** Every second access is sampled: Flink's tracking samples none at all if it is asked for each. */
    static final int SAMPLE_INTERVAL = 2;

    /** What the tracking calls them, without an ending. */
    private static final List<String> READS =
            List.of("valueStateGet", "mapStateGet", "mapStateContains", "mapStateIsEmpty", "listStateGet");

    private static final List<String> WRITES = List.of(
            "valueStateUpdate",
            "mapStatePut",
            "mapStatePutAll",
            "mapStateRemove",
            "listStateAdd",
            "listStateAddAll",
            "listStateUpdate");

    /** Over all states. */
    public Access total() {
        return byState.values().stream().reduce(new Access(0, 0, 0, 0), Access::plus);
    }

    /** All tasks. */
    public long savepointBytes() {
        return savepointBytesByTask.values().stream().mapToLong(Long::longValue).sum();
    }

    static Map<String, Access> accessOf(String job) {
        Map<String, Access> byState = new TreeMap<>();
        for (String read : READS) {
            add(job, read + "Latency", byState, (count, sum) -> new Access(count, 0, 0, 0));
            addSizes(job, read, byState, (count, sum) -> new Access(0, 0, sum, 0));
        }
        // The step through a map has the time of its entries, and their sizes, under different names.
        add(job, "mapStateIteratorNextLatency", byState, (count, sum) -> new Access(count, 0, 0, 0));
        addSizes(job, "mapStateIterator", byState, (count, sum) -> new Access(0, 0, sum, 0));
        for (String write : WRITES) {
            add(job, write + "Latency", byState, (count, sum) -> new Access(0, count, 0, 0));
            addSizes(job, write, byState, (count, sum) -> new Access(0, 0, 0, sum));
        }
        return byState;
    }

    private static void addSizes(String job, String operation, Map<String, Access> byState, AsAccess as) {
        add(job, operation + "KeySize", byState, as);
        add(job, operation + "ValueSize", byState, as);
    }

    @FunctionalInterface
    private interface AsAccess {
        Access of(long count, long sum);
    }

    private static void add(String job, String metric, Map<String, Access> byState, AsAccess as) {
        MetricRegister.histogramsByState(job, metric).forEach((state, histograms) -> {
            for (Histogram histogram : histograms) {
                long count = histogram.getCount() * SAMPLE_INTERVAL;
                long sum = count == 0 ? 0 : Math.round(histogram.getStatistics().getMean() * count);
                byState.merge(state, as.of(count, sum), Access::plus);
            }
        });
    }
}
