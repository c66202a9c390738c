package io.tributary.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * The metrics of the jobs in this JVM, to be read at any time without a reporting interval.
 *
 * <p>Flink makes its reporters by itself, so the register is static. Metrics stay after their job has ended, until
 * {@link #clear()}.
 */
public final class MetricRegister implements MetricReporter, MetricReporterFactory {
    private record Entry(String job, String operator, String state, String name, Metric metric) {}

    private static final List<Entry> ENTRIES = new CopyOnWriteArrayList<>();

    /** Made by Flink. */
    public MetricRegister() {}

    static void addTo(Configuration cluster) {
        cluster.setString("metrics.reporter.register.factory.class", MetricRegister.class.getName());
    }

    static void clear() {
        ENTRIES.clear();
    }

    /** Sum of a counter over an operator's subtasks; 0 if there is none. */
    static long count(String job, String operator, String metric) {
        return counters(job, metric, entry -> entry.operator.equals(operator));
    }

    /** Sum of a counter over all operators that have it. */
    static long count(String job, String metric) {
        return counters(job, metric, entry -> true);
    }

    private static long counters(String job, String metric, Predicate<Entry> which) {
        return of(job, metric)
                .filter(which)
                .filter(entry -> entry.metric instanceof Counter)
                .mapToLong(entry -> ((Counter) entry.metric).getCount())
                .sum();
    }

    /** State → histograms of that name, one per subtask. */
    static Map<String, List<Histogram>> histogramsByState(String job, String metric) {
        return of(job, metric)
                .filter(entry -> entry.metric instanceof Histogram)
                .collect(Collectors.groupingBy(
                        Entry::state,
                        TreeMap::new,
                        Collectors.mapping(entry -> (Histogram) entry.metric, Collectors.toList())));
    }

    private static Stream<Entry> of(String job, String metric) {
        return ENTRIES.stream().filter(entry -> entry.job.equals(job) && entry.name.equals(metric));
    }

    @Override
    public MetricReporter createMetricReporter(Properties properties) {
        return this;
    }

    @Override
    public void open(MetricConfig config) {
        // Nothing to open.
    }

    @Override
    public void close() {
        // The metrics outlive the cluster.
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        Map<String, String> variables = group.getAllVariables();
        String job = variables.get("<job_name>");
        if (job != null) {
            ENTRIES.add(new Entry(
                    job,
                    variables.getOrDefault("<operator_name>", ""),
                    variables.getOrDefault("<state_name>", ""),
                    name,
                    metric));
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        // Kept on purpose.
    }
}
