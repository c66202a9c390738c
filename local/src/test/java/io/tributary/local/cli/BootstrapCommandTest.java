package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code bootstrap}, and {@code up} with what it made, say to wrong use; {@code BootstrapIT} makes savepoints. */
class BootstrapCommandTest {
    private static final String EVENT =
            "{\"type\":\"page\",\"messageId\":\"m-1\",\"userId\":\"42\",\"timestamp\":\"2026-01-05T09:00:00Z\"}";

    @TempDir
    private Path folder;

    private Path events;
    private Path savepoint;

    @BeforeEach
    void write() throws IOException {
        events = Files.writeString(folder.resolve("events.jsonl"), EVENT + "\n");
        savepoint = folder.resolve("savepoint");
    }

    @ParameterizedTest
    @CsvSource({
        "--until, yesterday, --until is no ISO-8601 instant like 2026-01-31T00:00:00Z: yesterday.",
        "--parallelism, 0, --parallelism must be between 1 and 32.",
        "--parallelism, 33, --parallelism must be between 1 and 32.",
        "--max-parallelism, 1, --max-parallelism must be between --parallelism and 32768.",
        "--max-parallelism, 32769, --max-parallelism must be between --parallelism and 32768.",
        "--version-base, -1, --version-base must be between 0 and 4611686018427387904.",
        "--version-base, new, Invalid value for option '--version-base'",
    })
    void exitsWith2AndOneLineOnAValueThatIsNone(String option, String value, String message) {
        CommandRun run = bootstrap("--no-publish", option, value);

        assertRefused(run, 2, message);
    }

    @Test
    void takesOneKafka() throws IOException {
        assertRefused(
                bootstrap("--kafka", "broker:9092", "--dir", folder),
                2,
                "Either --kafka, any brokers, or --dir, a running stack: not both.");
        assertRefused(
                bootstrap("--kafka", "broker:9092", "--config", config("kafka.bootstrap-servers: broker:9092")),
                2,
                "--config says where Kafka is: neither --kafka nor --dir goes with it.");
    }

    @Test
    void needsAKafkaOrToBeToldThatThereIsNone() {
        assertRefused(
                bootstrap("--dir", folder.resolve("no-stack")), 1, "No stack runs in " + folder.resolve("no-stack"));
    }

    @Test
    void refusesOptionsThatTheJobWouldRefuse() throws IOException {
        assertRefused(
                bootstrap("--no-publish", "--config", config("events.default-currency: EURO")),
                1,
                "events.default-currency: 'EURO' is no code of ISO 4217");
        assertRefused(bootstrap("--no-publish", "--config", config("no.such.option: 1")), 1, "");
    }

    @Test
    void saysWhichFileIsMissing() {
        Path missing = folder.resolve("missing.jsonl");

        assertRefused(
                CommandRun.of("bootstrap", "--no-publish", "--events", missing, "--savepoint", savepoint),
                1,
                missing + " is no readable file");
        assertRefused(bootstrap("--no-publish", "--privacy", missing), 1, missing + " is no readable file");
    }

    @Test
    void refusesAFolderInWhichSomethingIs() throws IOException {
        Files.createDirectories(savepoint);
        Path other = Files.createFile(savepoint.resolve("_metadata"));

        assertRefused(bootstrap("--no-publish"), 1, savepoint + " is not empty: a savepoint needs a folder of its own");
        assertThat(other).exists();
    }

    @Test
    void refusesAHistoryWithoutAnyEvent() throws IOException {
        Files.writeString(events, "{broken\n");

        CommandRun run = bootstrap("--no-publish");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .containsExactly("0 events read, 1 lines refused", "cdp bootstrap: There is no event to begin with");
        assertThat(savepoint).doesNotExist();
    }

    @Test
    void upRefusesWhatIsNoSavepoint() {
        assertRefused(
                CommandRun.of("up", "--dir", folder, "--from", folder),
                1,
                "cdp up: ",
                folder + " is no savepoint: there is no _metadata in it");
        assertRefused(
                CommandRun.of("up", "--dir", folder, "--start-from", "2026-01-05T09:00:00Z"),
                2,
                "cdp up: ",
                "--start-from says nothing without --from.");
        assertRefused(
                CommandRun.of("up", "--dir", folder, "--from", folder, "--start-from", "yesterday"),
                2,
                "cdp up: ",
                "--start-from is no ISO-8601 instant like 2026-01-31T00:00:00Z: yesterday.");
    }

    private CommandRun bootstrap(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("bootstrap", "--events", events, "--savepoint", savepoint));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray());
    }

    private Path config(String yaml) throws IOException {
        return Files.writeString(folder.resolve("cdp.yaml"), yaml + "\n");
    }

    private static void assertRefused(CommandRun run, int exit, String message) {
        assertRefused(run, exit, "cdp bootstrap: ", message);
    }

    private static void assertRefused(CommandRun run, int exit, String command, String message) {
        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.errorLines()).singleElement().asString().startsWith(command + message);
        assertThat(run.out()).isEmpty();
    }
}
