package io.tributary.local.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MergeLatencyReportTest {
    @Test
    void saysWhatWasMeasuredAndWhatItIsMadeOf() {
        var result = new MergeLatencyResult(
                new MergeLatency.Plan(300, 5, 200),
                millis(10_001, 10_300),
                millis(11_001, 11_300),
                millis(51, 60),
                new JobTimes(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofSeconds(1)),
                new StackTimes(Duration.ofMillis(45), Duration.ofMillis(1_234), "1s"));

        var lines = MergeLatencyReport.of(result);

        assertThat(lines).allMatch(line -> line.length() <= 100);
        assertThat(String.join("\n", lines))
                .containsSubsequence(
                        "300 mergers, 5 per second, after 100 to warm up, beside 200 other events per second",
                        "Kafka",
                        "10,150    10,297    10,300",
                        "Elasticsearch",
                        "11,150    11,297    11,300",
                        "lateness bound        10,000",
                        "(events.lateness-bound)",
                        "ticks                  1,000",
                        "watermarks               200",
                        "checkpoints            1,000",
                        "45",
                        "1,234",
                        "sink's buffer          1,000",
                        "refresh                   1s",
                        "every 55 ms (p99 60)");
    }

    private static Latencies millis(long first, long last) {
        return new Latencies(List.copyOf(
                LongStream.rangeClosed(first, last).mapToObj(Duration::ofMillis).toList()));
    }
}
