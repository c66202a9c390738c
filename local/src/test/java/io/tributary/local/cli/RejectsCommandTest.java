package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectsCommandTest {
    @TempDir
    private static Path folder;

    private static Path results;

    @BeforeAll
    static void backtest() throws IOException {
        Path events = folder.resolve("events.jsonl");
        String lines = "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"\u001b[31mred\"}\n".repeat(3)
                + "broken {\u001b]0;owned\u0007\n\n"
                + "{\"type\":\"page\",\"timestamp\":\"2026-01-01T00:00:00Z\"}\n".repeat(2)
                + "{\"type\":\"page\",\"userId\":\"42\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"x\":\""
                + "y".repeat(500) + "\"\n"
                + "{\"type\":\"page\",\"userId\":\"42\",\"timestamp\":\"2026-01-01T00:00:00Z\"}\n";
        Files.write(events, lines.getBytes(StandardCharsets.UTF_8));
        results = folder.resolve("results");
        CommandRun.succeed("backtest", "--events", events, "--out", results);
    }

    @Test
    void countsByReasonAndShowsExamplesOfEach() {
        CommandRun run = CommandRun.of("rejects", "show", "--in", results);

        assertThat(run.exit()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsSubsequence(
                        "not_json               5",
                        "no_identifier          2",
                        "empty_line             1",
                        "total                  8",
                        "events.jsonl:5  empty_line: no bytes",
                        "  {\"type\":\"page\",\"timestamp\":\"2026-01-01T00:00:00Z\"}");
        assertThat(run.out()).contains("events.jsonl:4  not_json: ", "  broken {\\u{1B}]0;owned\\u{7}");
    }

    @Test
    void neverPrintsControlCharactersAndCutsLongLines() {
        CommandRun run = CommandRun.of("rejects", "show", "--in", results, "--limit", 100);

        assertThat(run.out().lines())
                .allSatisfy(
                        line -> assertThat(line).hasSizeLessThanOrEqualTo(160).matches("[^\\p{Cc}]*"));
        assertThat(run.out()).contains("yyy…");
    }

    @Test
    void givesARareReasonItsPlaceAmongTheExamples() {
        CommandRun run = CommandRun.of("rejects", "show", "--in", results, "--limit", 3);

        assertThat(run.out().lines().filter(line -> line.startsWith("events.jsonl:")))
                .hasSize(3)
                .anyMatch(line -> line.contains("empty_line"))
                .anyMatch(line -> line.contains("no_identifier"))
                .anyMatch(line -> line.contains("not_json"));
    }

    @Test
    void showsOneReasonOnly() {
        CommandRun run = CommandRun.of("rejects", "show", "--in", results, "--reason", "no_identifier");

        assertThat(run.out().lines().filter(line -> line.startsWith("events.jsonl:")))
                .hasSize(2);
        assertThat(run.out()).contains("no_identifier").doesNotContain("not_json", "total");
        assertThat(CommandRun.of("rejects", "show", "--in", results, "--reason", "in_future")
                        .out())
                .startsWith("No rejects with the reason in_future.");
    }

    @Test
    void exitsWith2AndTheNearestReason() {
        CommandRun near = CommandRun.of("rejects", "show", "--in", results, "--reason", "not_jsn");
        CommandRun far = CommandRun.of("rejects", "replay", "--in", results, "--reason", "xyzzy");

        assertThat(near.exit()).isEqualTo(2);
        assertThat(near.errorLines()).singleElement().asString().contains("'not_jsn'", "did you mean 'not_json'?");
        assertThat(far.exit()).isEqualTo(2);
        assertThat(far.errorLines()).singleElement().asString().contains("there are: empty_line, not_json");
        assertThat(CommandRun.of("rejects", "show", "--in", results, "--limit", -1)
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void saysWhatAReplayWouldNotSend() {
        CommandRun run = CommandRun.of("rejects", "replay", "--dry-run", "--in", results, "--dir", folder);

        assertThat(run.exit()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        "0 would be sent to cdp.events.v1",
                        "1 not sent: still refused as empty_line",
                        "2 not sent: still refused as no_identifier",
                        "5 not sent: still refused as not_json");
    }

    @Test
    void knowsRowsOfMappedFilesWhateverRefusedThem() throws IOException {
        // By the mapping; by the event parser behind it; and a row that would be an event if it were a line.
        Path rows = Files.writeString(
                folder.resolve("rows.jsonl"),
                """
                {"at":"soon","id":"7"}
                {"at":"2026-01-01T00:00:00Z","id":"none"}
                {"at":"soon","id":"7","type":"page","userId":"42","timestamp":"2026-01-01T00:00:00Z"}
                """);
        Path mapping = Files.writeString(
                folder.resolve("rows.yaml"),
                """
                version: 1
                input: {format: jsonl}
                events:
                - type: identify
                  timestamp: {column: at}
                  user_id: {column: id}
                """);
        Path mapped = folder.resolve("mapped");
        CommandRun.succeed("backtest", "--events", rows, "--mapping", mapping, "--out", mapped);

        CommandRun replay = CommandRun.succeed("rejects", "replay", "--dry-run", "--in", mapped, "--dir", folder);

        assertThat(CommandRun.succeed("rejects", "show", "--in", mapped).out())
                .contains("bad_timestamp", "no_identifier");
        assertThat(replay.out().lines())
                .containsExactly(
                        "0 would be sent to cdp.events.v1",
                        "3 not sent: rows of a mapped file; mend the mapping and publish the file again");
    }

    @Test
    void knowsHowLongALineWasOfWhichOnlyTheBeginningIsKept() throws IOException {
        String event = "{\"type\":\"page\",\"userId\":\"42\",\"timestamp\":\"2026-01-01T00:00:00Z\"}";
        Path events = Files.writeString(folder.resolve("long.jsonl"), event + " ".repeat(1_200_000) + "\n");
        Path out = folder.resolve("long");
        CommandRun.succeed("backtest", "--events", events, "--out", out);

        String reject = Files.readString(out.resolve("rejects.jsonl"));
        assertThat(reject).hasSizeLessThan(1_400_000).contains("\"raw_length\":" + (event.length() + 1_200_000));
        assertThat(CommandRun.of("rejects", "show", "--in", out).out())
                .contains("long.jsonl:1  too_large: " + (event.length() + 1_200_000) + " bytes");
        assertThat(CommandRun.of("rejects", "replay", "--dry-run", "--in", out, "--dir", folder)
                        .out()
                        .lines())
                .containsExactly("0 would be sent to cdp.events.v1", "1 not sent: still refused as too_large");
    }

    @Test
    void namesTheLineThatIsNoReject() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("rejects.jsonl"), "{\"reason\":\"not_json\"}\n");

        CommandRun run = CommandRun.of("rejects", "show", "--in", other);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("rejects.jsonl:1 is no reject");
    }
}
