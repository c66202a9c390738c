package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code ./cdp bench} on few events: that it measures, not what. */
class BenchCommandIT {
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    @Test
    @Timeout(300)
    void comparesBothJobsAndLeavesNothingBehind() throws Exception {
        List<Path> before = folders();
        CommandRun run = CommandRun.succeed("bench", "--customers", 80, "--days", 1, "--runs", 1);

        assertThat(figure(run, "events per second", 1)).isPositive();
        assertThat(figure(run, "events per second", 2)).isPositive();
        assertThat(figure(run, "CPU µs per event", 2)).isPositive();
        assertThat(figure(run, "Kafka bytes out per event", 1)).isBetween(200.0, 1_000.0);
        assertThat(figure(run, "Kafka bytes out per event", 2)).isBetween(500.0, 3_000.0);
        // Its definition: each accepted event reads and writes one value. Some lines of a simulation are no events.
        assertThat(figure(run, "  reads", 1)).isBetween(0.9, 1.01);
        assertThat(figure(run, "  writes", 1)).isBetween(0.9, 1.01);
        assertThat(figure(run, "  reads", 2)).isGreaterThan(1.9);
        assertThat(figure(run, "  live bytes per customer", 2)).isPositive();
        assertThat(run.out()).contains("profile-hot", "recent-messages", "trigger");
        assertThat(folders()).isSubsetOf(before);
    }

    @Test
    @Tag("full")
    @Timeout(300)
    void measuresMergersAndLeavesNothingBehind() throws Exception {
        List<Path> before = folders();
        CommandRun run = CommandRun.succeed(
                "bench", "--merge-latency", "--mergers", 6, "--other-events", 20, "--lateness-bound", "500 ms");

        assertThat(run.out()).startsWith("6 mergers, 5 per second, after 2 to warm up, beside 20 other events");
        for (String title :
                List.of("  Kafka: change, end of profile, alias", "  Elasticsearch: found as one customer")) {
            // What the watermark has not reached is not decided, however fast everything else is.
            assertThat(figure(run, title, 1)).as(title).isGreaterThanOrEqualTo(500);
            assertThat(figure(run, title, 3)).as(title).isGreaterThanOrEqualTo(figure(run, title, 1));
        }
        assertThat(figure(run, "  lateness bound", 1)).isEqualTo(500);
        assertThat(figure(run, "  checkpoints", 1)).isEqualTo(1_000);
        assertThat(figure(run, "  … which take", 1)).isPositive();
        assertThat(figure(run, "  refresh", 1)).isEqualTo(1);
        assertThat(run.err()).contains("Job: ", "Ticker: ");
        assertThat(folders()).isSubsetOf(before);
    }

    private static List<Path> folders() throws IOException {
        try (var folders = Files.newDirectoryStream(TEMPORARY, "tributary-bench*")) {
            List<Path> found = new ArrayList<>();
            folders.forEach(found::add);
            return found;
        }
    }

    /** The first number in a column of a line; the columns are separated by two blanks or more. */
    private static double figure(CommandRun run, String title, int column) {
        String line = run.out()
                .lines()
                .filter(candidate -> candidate.startsWith(title + "  "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(title + " is missing in:\n" + run.out()));
        String cell = line.substring(title.length()).strip().split(" {2,}")[column - 1];
        var number = Pattern.compile("[0-9.,]+").matcher(cell);
        assertThat(number.find()).as(line).isTrue();
        return Double.parseDouble(number.group().replace(",", ""));
    }
}
