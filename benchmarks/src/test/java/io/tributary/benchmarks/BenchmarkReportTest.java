package io.tributary.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchmarkReportTest {
    private static final long EVENTS = 1_000;

    @Test
    void putsMediansBesideEachOtherAndTheRatioOfNeighbouringRuns() {
        List<String> lines = BenchmarkReport.of(result());
        assertThat(line(lines, "events per second")).contains("1,000 (500–2,000)", "500 (400–1,000)");
        // 400/500, 500/1,000, 1,000/2,000
        assertThat(line(lines, "  as a ratio, run by run")).contains("0.50 (0.50–0.80)");
        assertThat(line(lines, "CPU µs per event")).contains("10.0 (10.0–10.0)");
    }

    @Test
    void countsStatePerEventAndPerCustomer() {
        List<String> lines = BenchmarkReport.of(result());
        assertThat(line(lines, "  reads").split(" {2,}")).containsExactly("", "reads", "1.00", "2.50");
        assertThat(line(lines, "  bytes written").split(" {2,}")).containsExactly("", "bytes written", "100", "250");
        assertThat(line(lines, "    profile-hot")).contains("2.00 r 1.00 w 200 B");
        assertThat(line(lines, "  live bytes per customer").split(" {2,}"))
                .containsExactly("", "live bytes per customer", "100", "300");
    }

    @Test
    void saysWhereTheProcessorTimeWent() {
        List<String> lines = BenchmarkReport.of(result());
        assertThat(lines.get(lines.indexOf("Customer job: CPU µs per event, and live bytes of state at the end") + 1))
                .matches("  fold +6\\.0 +3,000");
        assertThat(lines.get(lines.size() - 1)).matches("  everything else +4\\.0");
    }

    private static BenchmarkResult result() {
        return new BenchmarkResult(
                EVENTS,
                1,
                100,
                new BenchmarkResult.Job(
                        MeasuredJob.SKELETON,
                        List.of(run(2.0, "rewrite"), run(1.0, "rewrite"), run(0.5, "rewrite")),
                        new StateUse(
                                Map.of("skeleton-value", new StateUse.Access(1_000, 1_000, 100_000, 100_000)),
                                Map.of("rewrite", 1_000L),
                                2_000,
                                0)),
                new BenchmarkResult.Job(
                        MeasuredJob.CUSTOMER,
                        List.of(run(2.5, "fold"), run(2.0, "fold"), run(1.0, "fold")),
                        new StateUse(
                                Map.of(
                                        "profile-hot", new StateUse.Access(2_000, 1_000, 400_000, 200_000),
                                        "trigger", new StateUse.Access(500, 500, 50_000, 50_000)),
                                Map.of("fold", 3_000L),
                                4_000,
                                10)));
    }

    private static Run run(double seconds, String worker) {
        return new Run(EVENTS, (long) (seconds * 1e9), 10_000_000, Map.of(worker, 6_000_000L), EVENTS, 0, EVENTS);
    }

    private static String line(List<String> lines, String title) {
        return lines.stream()
                .filter(line -> line.startsWith(title + "  "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(title + " is missing in " + lines));
    }
}
