package io.tributary.local.latency;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.local.stack.Ticker;
import io.tributary.operators.sink.ElasticsearchSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result as lines for a terminal, at most 100 columns each. */
public final class MergeLatencyReport {
    private final List<String> lines = new ArrayList<>();

    private MergeLatencyReport() {}

    public static List<String> of(MergeLatencyResult result) {
        MergeLatencyReport report = new MergeLatencyReport();
        report.write(result);
        return report.lines;
    }

    private void write(MergeLatencyResult result) {
        MergeLatency.Plan plan = result.plan();
        line(
                "%,d mergers, %,d per second, after %,d to warm up, beside %,d other events per second",
                plan.mergers(), plan.perSecond(), plan.warmingUp(), plan.otherEvents());
        line("%-44s %9s %9s %9s", "Visible, ms after the event's time", "p50", "p99", "max");
        latencies("  Kafka: change, end of profile, alias", result.kafka());
        latencies("  Elasticsearch: found as one customer", result.search());
        line("");
        line("What it is made of, ms");
        part("lateness bound", result.job().latenessBound(), "always (" + CustomerOptions.LATENESS_BOUND.key() + ")");
        part("ticks", Ticker.INTERVAL, "at most, where a partition has no newer event");
        part("watermarks", result.job().watermarks(), "at most");
        part(
                "checkpoints",
                result.job().checkpoints(),
                "Kafka: at most, till one begins; it is visible when that ends");
        line(
                "  %-18s %9s  Kafka: p50 of all; p99 %,d",
                "… which take",
                String.format(
                        Locale.ROOT, "%,d", result.stack().checkpointMedian().toMillis()),
                result.stack().checkpoint99().toMillis());
        part("sink's buffer", ElasticsearchSink.TIME_IN_BUFFER, "Elasticsearch: at most");
        line("  %-18s %9s  Elasticsearch: at most", "refresh", result.stack().refresh());
        line("");
        line(
                "Elasticsearch was searched every %,d ms (p99 %,d): so exact is its row.",
                result.searches().percentile(50).toMillis(),
                result.searches().percentile(99).toMillis());
    }

    private void latencies(String title, Latencies latencies) {
        line(
                "%-44s %,9d %,9d %,9d",
                title,
                latencies.percentile(50).toMillis(),
                latencies.percentile(99).toMillis(),
                latencies.greatest().toMillis());
    }

    private void part(String title, Duration most, String what) {
        line("  %-18s %,9d  %s", title, most.toMillis(), what);
    }

    private void line(String format, Object... arguments) {
        lines.add(String.format(Locale.ROOT, format, arguments));
    }
}
