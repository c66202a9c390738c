package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BacktestCommandTest {
    @TempDir
    private Path folder;

    @Test
    void readsUpToAndIncludingUntil() throws IOException {
        Path events = Files.write(
                folder.resolve("events.jsonl"),
                List.of(cart("m-1", "09:00:00.000"), page("m-2", "10:00:00.000"), page("m-3", "10:00:00.001")));

        CommandRun run = CommandRun.succeed(
                "backtest", "--events", events, "--out", out(), "--until", "2026-01-05T10:00:00Z", "--parallelism", 2);

        assertThat(run.out())
                .contains("2 events read: 2 accepted, 0 duplicate, 0 rejected; 1 after --until", "1 abandoned carts");
        assertThat(summary().at("/events/after_until").asInt()).isEqualTo(1);
        assertThat(summary().at("/triggers/abandoned_cart").asInt())
                .as("the deadline is at --until")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--until | yesterday | --until is no ISO-8601 instant like 2026-01-31T00:00:00Z: yesterday.",
                "--until | 2026-02-30T00:00:00Z | --until is no ISO-8601 instant like 2026-01-31T00:00:00Z: 2026-02-30",
                "--parallelism | 0 | --parallelism must be between 1 and 256.",
                "--parallelism | many | Invalid value for option '--parallelism'",
                "--definitions | folder | --definitions is not there yet: it comes with segments.",
                "--catalog | file | --catalog is not there yet: it comes with triggers on prices and stock.",
            })
    void exitsWith2AndOneLine(String option, String value, String message) throws IOException {
        Path events = Files.writeString(folder.resolve("events.jsonl"), page("m-1", "10:00:00.000"));

        CommandRun run = CommandRun.of("backtest", "--events", events, "--out", out(), option, value);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).singleElement().asString().startsWith("cdp backtest: " + message);
        assertThat(run.out()).isEmpty();
        assertThat(out()).doesNotExist();
    }

    @Test
    void readsEachFileByItsMapping() throws IOException {
        CommandRun.succeed(
                "backtest",
                "--events",
                file("shop.csv", "id,at\n1,2026-01-05T10:00:00Z\n"),
                file("till.csv", "card,day\n7,2026-01-06T10:00:00Z\n"),
                "--mapping",
                mapping("shop.yaml", "user_id: {column: id}", "at"),
                mapping("till.yaml", "loyalty_card: {column: card}", "day"),
                "--out",
                out());

        assertThat(Files.readString(out().resolve("profiles.jsonl")))
                .contains("{\"user_id\":[\"1\"]}", "{\"loyalty_card\":[\"7\"]}");
    }

    @Test
    void readsAllFilesByOneMapping() throws IOException {
        CommandRun.succeed(
                "backtest",
                "--events",
                file("a.csv", "id,at\n1,2026-01-05T10:00:00Z\n"),
                file("b.csv", "at,id\n2026-01-06T10:00:00Z,2\n"),
                "--mapping",
                mapping("shop.yaml", "user_id: {column: id}", "at"),
                "--out",
                out());

        assertThat(Files.readString(out().resolve("profiles.jsonl")))
                .contains("{\"user_id\":[\"1\"]}", "{\"user_id\":[\"2\"]}");
    }

    @Test
    void exitsWith1IfMappingsAndFilesDoNotPair() throws IOException {
        Path rows = file("shop.csv", "id,at\n1,2026-01-05T10:00:00Z\n");
        Path mapping = mapping("shop.yaml", "user_id: {column: id}", "at");

        CommandRun run =
                CommandRun.of("backtest", "--events", rows, rows, rows, "--mapping", mapping, mapping, "--out", out());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .containsExactly(
                        "cdp backtest: 2 mappings for 3 files: give one mapping for all files, or one for each");
        assertThat(out()).doesNotExist();
    }

    private Path out() {
        return folder.resolve("results");
    }

    private JsonNode summary() throws IOException {
        return new ObjectMapper().readTree(out().resolve("summary.json").toFile());
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path mapping(String name, String identifier, String time) throws IOException {
        return file(
                name,
                """
                version: 1
                input: {format: csv}
                events:
                - type: identify
                  timestamp: {column: %s}
                  %s
                """
                        .formatted(time, identifier));
    }

    private static String cart(String messageId, String time) {
        return """
                {"type":"track","event":"Product Added","messageId":"%s","userId":"42",\
                "timestamp":"2026-01-05T%sZ","properties":{"product_id":"p1","price":5}}"""
                .formatted(messageId, time);
    }

    private static String page(String messageId, String time) {
        return """
                {"type":"page","messageId":"%s","userId":"42","timestamp":"2026-01-05T%sZ"}"""
                .formatted(messageId, time);
    }
}
