package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code publish} says without a Kafka; {@link CdpStackIT} publishes. */
class PublishCommandTest {
    private static final String LATER =
            "{\"type\":\"page\",\"messageId\":\"m-2\",\"userId\":\"42\",\"timestamp\":\"2026-01-05T10:00:00Z\"}";
    private static final String EARLIER =
            "{\"type\":\"page\",\"messageId\":\"m-1\",\"userId\":\"42\",\"timestamp\":\"2026-01-05T09:00:00Z\"}";
    private static final String TICK = "{\"type\":\"tick\",\"timestamp\":\"9999-12-31T23:59:59Z\"}";

    @TempDir
    private Path folder;

    @Test
    void aDryRunShowsTheEventsInTheirOrderTheLastTickAndWhatWillBeRejected() throws IOException {
        Path events = events(LATER, TICK, "broken \u001b[31m{", EARLIER);

        CommandRun run = CommandRun.succeed("publish", "--dry-run", "--events", events);

        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "2 events would be sent, for example:",
                        "  " + EARLIER,
                        "  " + LATER,
                        "Then a tick at 2026-01-05T10:00:10.001Z.",
                        "Ticks in the files, left out because publish itself tells the time: 1",
                        "1 lines are no events; they are rejected:",
                        "  broken \\u{1B}[31m{");
    }

    @Test
    void aDryRunShowsTheTickThatFinishAsksFor() throws IOException {
        CommandRun run =
                CommandRun.succeed("publish", "--dry-run", "--events", events(LATER), "--finish", "2026-02-01T00:00Z");

        assertThat(run.out().lines())
                .containsExactly(
                        "1 events would be sent, for example:",
                        "  " + LATER,
                        "Then a tick at 2026-02-01T00:00:00.000Z.");
    }

    @Test
    void aDryRunOfNoEventTellsNoTime() throws IOException {
        CommandRun run = CommandRun.succeed("publish", "--dry-run", "--events", events("[]"));

        assertThat(run.out().lines())
                .containsExactly("0 events would be sent", "1 lines are no events; they are rejected:", "  []");
    }

    @ParameterizedTest
    @CsvSource({
        "--rate, -1, --rate must not be negative.",
        "--rate, fast, Invalid value for option '--rate'",
        "--finish, yesterday, --finish is no ISO-8601 instant like 2026-01-31T00:00:00Z: yesterday.",
    })
    void exitsWith2AndOneLineOnAValueThatIsNone(String option, String value, String message) throws IOException {
        CommandRun run = CommandRun.of("publish", "--dry-run", "--events", events(LATER), option, value);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).singleElement().asString().startsWith("cdp publish: " + message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void sendsToBrokersOrToAStackNotToBoth() throws IOException {
        CommandRun run =
                CommandRun.of("publish", "--events", events(LATER), "--kafka", "127.0.0.1:9092", "--dir", folder);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).singleElement().asString().contains("--kafka", "--dir", "not both");
    }

    private Path events(String... lines) throws IOException {
        return Files.write(folder.resolve("events.jsonl"), List.of(lines));
    }
}
