package io.tributary.local.sink;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Counters of jobs in this JVM, by job name, also after the job and its cluster have ended. */
public final class RetainedCounters implements MetricReporter, MetricReporterFactory {
    private static final Map<String, List<Counter>> COUNTERS = new ConcurrentHashMap<>();

    static void addTo(Configuration config) {
        config.setString("metrics.reporter.retained.factory.class", RetainedCounters.class.getName());
    }

    static long of(String job, String metric) {
        return COUNTERS.getOrDefault(job + '/' + metric, List.of()).stream()
                .mapToLong(Counter::getCount)
                .sum();
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
        // The counters outlive the cluster.
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        var job = group.getAllVariables().get("<job_name>");
        if (job != null && metric instanceof Counter counter) {
            COUNTERS.computeIfAbsent(job + '/' + name, unused -> new CopyOnWriteArrayList<>())
                    .add(counter);
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        // Kept on purpose.
    }
}
