package io.tributary.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** A result as lines for a terminal: figures of both jobs beside each other. */
public final class BenchmarkReport {
    private final BenchmarkResult result;
    private final List<String> lines = new ArrayList<>();

    private BenchmarkReport(BenchmarkResult result) {
        this.result = result;
    }

    /** The lines, at most 100 columns each. */
    public static List<String> of(BenchmarkResult result) {
        BenchmarkReport report = new BenchmarkReport(result);
        report.write();
        return report.lines;
    }

    private void write() {
        line(
                "%,d events, %,d customers, parallelism %d, %d runs each, interleaved: median (least–greatest)",
                result.events(),
                result.customer().state().customers(),
                result.parallelism(),
                result.skeleton().runs().size());
        line("%-34s %26s %26s", "", MeasuredJob.SKELETON.title(), MeasuredJob.CUSTOMER.title());
        spread("events per second", "%,.0f", Run::eventsPerSecond);
        line("%-34s %26s %26s", "  as a ratio, run by run", "1", text("%.2f", result.ratio()));
        spread("CPU µs per event", "%.1f", Run::processorMicrosPerEvent);
        spread("Kafka records out per event", "%.2f", run -> (double) run.recordsOut() / run.events());
        spread("segment changes per event", "%.2f", run -> (double) run.segmentChanges() / run.events());
        spread("Kafka bytes out per event", "%,.0f", run -> (double) run.bytesOut() / run.events());
        line("");
        line("State, per event");
        perEvent("reads", "%.2f", StateUse.Access::reads);
        perEvent("writes", "%.2f", StateUse.Access::writes);
        perEvent("bytes read", "%,.0f", StateUse.Access::readBytes);
        perEvent("bytes written", "%,.0f", StateUse.Access::writtenBytes);
        byState();
        line("");
        line("State at the end");
        both("  live entries, MB", "%,.1f", use -> use.savepointBytes() / 1e6);
        both("  RocksDB's files, MB", "%,.1f", use -> use.checkpointBytes() / 1e6);
        long customers = Math.max(1, result.customer().state().customers());
        both("  live bytes per customer", "%,.0f", use -> (double) use.savepointBytes() / customers);
        byWorker();
    }

    private void byState() {
        TreeSet<String> states =
                new TreeSet<>(result.skeleton().state().byState().keySet());
        states.addAll(result.customer().state().byState().keySet());
        for (String state : states) {
            line("    %-30s %26s %26s", state, access(result.skeleton(), state), access(result.customer(), state));
        }
    }

    private String access(BenchmarkResult.Job job, String state) {
        StateUse.Access access = job.state().byState().get(state);
        return access == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f r %.2f w %,d B",
                        (double) access.reads() / result.events(),
                        (double) access.writes() / result.events(),
                        access.writes() == 0 ? 0 : access.writtenBytes() / access.writes());
    }

    private void byWorker() {
        for (BenchmarkResult.Job job : List.of(result.skeleton(), result.customer())) {
            line("");
            line(
                    "%s: CPU µs per event, and live bytes of state at the end",
                    capitalised(job.job().title()));
            double known = 0;
            for (Map.Entry<String, Double> task : job.processorMicrosByWorker().entrySet()) {
                known += task.getValue();
                line(
                        "  %-68s %6.1f %,16d",
                        shortened(task.getKey()),
                        task.getValue(),
                        job.state().savepointBytesByTask().getOrDefault(task.getKey(), 0L));
            }
            double all = job.spread(Run::processorMicrosPerEvent).median();
            line("  %-68s %6.1f", "everything else", all - known);
        }
    }

    private void spread(String title, String format, ToDoubleFunction<Run> figure) {
        line(
                "%-34s %26s %26s",
                title,
                text(format, result.skeleton().spread(figure)),
                text(format, result.customer().spread(figure)));
    }

    private void perEvent(String title, String format, ToDoubleFunction<StateUse.Access> figure) {
        both("  " + title, format, use -> figure.applyAsDouble(use.total()) / result.events());
    }

    private void both(String title, String format, ToDoubleFunction<StateUse> figure) {
        line(
                "%-34s %26s %26s",
                title,
                String.format(
                        Locale.ROOT,
                        format,
                        figure.applyAsDouble(result.skeleton().state())),
                String.format(
                        Locale.ROOT,
                        format,
                        figure.applyAsDouble(result.customer().state())));
    }

    private void line(String format, Object... arguments) {
        lines.add(String.format(Locale.ROOT, format, arguments).stripTrailing());
    }

    private static String text(String format, Spread spread) {
        return String.format(
                Locale.ROOT,
                format + " (" + format + "–" + format + ")",
                spread.median(),
                spread.least(),
                spread.greatest());
    }

    private static String capitalised(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static String shortened(String text) {
        return text.length() <= 68 ? text : text.substring(0, 67) + "…";
    }
}
