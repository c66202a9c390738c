package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.testing.PublicSchemas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
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
                .contains(
                        "2 events read: 2 accepted, 0 duplicate, 0 rejected; 1 after --until",
                        "fired abandoned_cart: 1");
        assertThat(summary().at("/events/after_until").asInt()).isEqualTo(1);
        assertThat(summary().at("/triggers/abandoned_cart").asInt())
                .as("the deadline is at --until")
                .isEqualTo(1);
    }

    @Test
    void reportsHowOftenTriggersFireAndWhoBoughtAnyway() throws IOException {
        Path events = file(
                "events.jsonl",
                String.join(
                        "\n",
                        cart("m-1", "01:00:00.000"),
                        cart("m-2", "03:00:00.000"),
                        order("m-3", "05:00:00.000"),
                        cart("m-4", "07:00:00.000"),
                        page("m-5", "23:00:00.000")));

        CommandRun run = CommandRun.succeed("backtest", "--events", events, "--out", out());

        assertThat(run.out())
                .contains("fired abandoned_cart: 3 for 1 customer, at most 3 a day; 2 (66 %) bought within 24 hours\n");
        assertThat(new ObjectMapper()
                        .readTree(out().resolve("trigger-report.json").toFile()))
                .hasToString("[{\"trigger\":\"abandoned_cart\",\"fired\":3,\"customers\":1,\"bought_within_24h\":2,"
                        + "\"per_day\":{\"2026-01-05\":3}}]");
    }

    @Test
    void saysWhatAChangeOfTheDefinitionsDoesToTriggers() throws IOException {
        Path events = file(
                "events.jsonl",
                String.join(
                        "\n",
                        cart("m-1", "01:00:00.000"),
                        order("m-2", "01:45:00.000"),
                        cart("m-3", "03:00:00.000"),
                        page("m-4", "23:00:00.000")));
        Path before = folder.resolve("before");
        Path now = folder.resolve("now");
        String abandoned = Files.readString(
                Path.of(System.getProperty("tributary.root"), "definitions/triggers/abandoned_cart.yaml"));
        Files.writeString(Files.createDirectory(before).resolve("t.yaml"), abandoned);
        Files.writeString(
                Files.createDirectory(now).resolve("t.yaml"),
                abandoned.replace("within: 1h", "within: 30m\n  reminders: [{id: later, after: 3h}]"));

        CommandRun run = CommandRun.succeed(
                "backtest", "--events", events, "--definitions", now, "--diff", before, "--out", out());

        assertThat(run.out())
                .contains(
                        "Compared with " + before + ":\n",
                        "  abandoned_cart: 1 before, 2 now: 0 alike, 1 at another time, 1 new, 0 no more\n",
                        "  abandoned_cart, later: 0 before, 1 now: 0 alike, 0 at another time, 1 new, 0 no more\n");
        assertThat(summary().at("/triggers/abandoned_cart").asInt()).isEqualTo(3);
    }

    @Test
    void tellsInTheMorningWhatFiresAtNightAndADelayedTriggerLater() throws IOException {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        String abandoned = Files.readString(
                Path.of(System.getProperty("tributary.root"), "definitions/triggers/abandoned_cart.yaml"));
        Files.writeString(
                mine.resolve("t.yaml"),
                abandoned
                        + """
                        - {name: seen, steps: [{id: seen, on: [page], select: every}], delay: 90m, expires_after: 20m}
                        delivery:
                          quiet_hours: {from: "01:30", to: "07:00", zone: UTC, then: postpone}
                        """);
        // Carts due at 01:00, 02:05 and 03:10, of which the last ends the one before; pages at 06:30, till 06:50, and
        // 09:30.
        List<String> lines = List.of(
                cart("m-1", "00:00:00.000"),
                cart("m-2", "01:05:00.000"),
                cart("m-3", "02:10:00.000"),
                page("m-4", "05:00:00.000"),
                page("m-5", "08:00:00.000"),
                page("m-6", "10:00:00.000"));
        Path events = Files.write(folder.resolve("events.jsonl"), lines);

        CommandRun.succeed(
                "backtest",
                "--events",
                events,
                "--definitions",
                mine,
                "--until",
                "2026-01-05T10:00:00Z",
                "--out",
                out());

        List<String> told = Files.readAllLines(out().resolve("triggers.jsonl"));
        assertThat(told)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"fired_at\":\"2026-01-05T01:00:00.000Z\",\"trigger\":"),
                        line -> assertThat(line)
                                .startsWith(
                                        "{\"fired_at\":\"2026-01-05T03:10:00.000Z\","
                                                + "\"postponed_to\":\"2026-01-05T07:00:00.000Z\",\"trigger\":\"abandoned_cart\"")
                                .contains("\"expires_at\":\"2026-01-06T03:10:00.000Z\""),
                        line -> assertThat(line)
                                .startsWith("{\"fired_at\":\"2026-01-05T09:30:00.000Z\",\"trigger\":\"seen\""));
        List<String> suppressed = Files.readAllLines(out().resolve("triggers-suppressed.jsonl"));
        assertThat(suppressed)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("T02:05:00.000Z")
                                .endsWith("\"reason\":\"ended\",\"detail\":\"the cart is left alone: m-3 at"
                                        + " 2026-01-05T02:10:00.000Z\"}"),
                        line -> assertThat(line)
                                .contains("T06:30:00.000Z")
                                .endsWith("\"reason\":\"expired\",\"detail\":\"at 2026-01-05T06:50:00.000Z\"}"));
        for (String line : told) {
            assertThat(PublicSchemas.faults("trigger", new ObjectMapper().readTree(line)))
                    .isEmpty();
        }
        for (String line : suppressed) {
            assertThat(PublicSchemas.faults("trigger-suppressed", new ObjectMapper().readTree(line)))
                    .isEmpty();
        }
    }

    @Test
    void holdsBackWhatTheRulesOfDeliverySay() throws IOException {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        String abandoned = Files.readString(
                Path.of(System.getProperty("tributary.root"), "definitions/triggers/abandoned_cart.yaml"));
        Files.writeString(
                mine.resolve("t.yaml"),
                abandoned.replace(
                        "  within: 1h\n", "  within: 1h\n  channel: email\n  reminders: [{id: later, after: 1h}]\n"));
        Path delivery = Files.writeString(
                mine.resolve("delivery.yaml"),
                """
                delivery:
                  quiet_hours: {from: "05:00", to: "06:00", zone: UTC}
                  caps:
                  - {most: 2, within: 24h, channel: email}
                """);
        // Due at 02:00 and 03:00; at 05:30, in quiet hours, and 06:30; refused at 09:00 and 10:00.
        String refusal = page("m-3", "07:00:00.000")
                .replace(
                        "\"userId\"",
                        "\"context\":{\"consent\":{\"categoryPreferences\":{\"marketing\":false}}},\"userId\"");
        List<String> lines = List.of(
                cart("m-1", "01:00:00.000"),
                cart("m-2", "04:30:00.000"),
                refusal,
                cart("m-4", "08:00:00.000"),
                page("m-5", "23:00:00.000"));
        Path events = Files.write(folder.resolve("events.jsonl"), lines);

        CommandRun run = CommandRun.succeed("backtest", "--events", events, "--definitions", mine, "--out", out());

        assertThat(run.out())
                .contains(
                        "  fired abandoned_cart: 1 for 1 customer, at most 1 a day; 0 (0 %) bought within 24 hours;"
                                + " held back 1 by consent, 1 by quiet_hours\n",
                        "  fired abandoned_cart, later: 1 for 1 customer, at most 1 a day; 0 (0 %) bought within 24"
                                + " hours; held back 1 by consent, 1 by cap\n");
        assertThat(summary().path("triggers")).hasToString("{\"abandoned_cart\":2}");
        assertThat(summary().path("triggers_suppressed"))
                .hasToString("{\"abandoned_cart\":{\"consent\":2,\"quiet_hours\":1,\"cap\":1}}");
        List<String> suppressed = Files.readAllLines(out().resolve("triggers-suppressed.jsonl"));
        assertThat(suppressed)
                .isSorted()
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(
                                        "{\"fired_at\":\"2026-01-05T05:30:00.000Z\",\"trigger\":\"abandoned_cart\",")
                                .endsWith(",\"reason\":\"quiet_hours\",\"detail\":\"05:00-06:00 UTC\"}"),
                        line -> assertThat(line)
                                .contains("T06:30:00.000Z", "\"reminder\":\"later\"", "\"payload\":{")
                                .endsWith(",\"reason\":\"cap\",\"detail\":\"2 in 24h, channel email\"}"),
                        line -> assertThat(line)
                                .contains("T09:00:00.000Z")
                                .endsWith(",\"reason\":\"consent\",\"detail\":\"marketing is refused\"}"),
                        line -> assertThat(line).contains("T10:00:00.000Z"));
        for (String line : suppressed) {
            assertThat(PublicSchemas.faults("trigger-suppressed", new ObjectMapper().readTree(line)))
                    .isEmpty();
        }
        assertThat(new ObjectMapper()
                        .readTree(out().resolve("trigger-report.json").toFile())
                        .findValues("suppressed"))
                .hasToString("[{\"consent\":1,\"quiet_hours\":1}, {\"consent\":1,\"cap\":1}]");

        List<byte[]> before = List.of(bytes("triggers.jsonl"), bytes("triggers-suppressed.jsonl"));
        List<String> shuffled = new ArrayList<>(lines);
        Collections.reverse(shuffled);
        Files.write(events, shuffled);
        CommandRun.succeed("backtest", "--events", events, "--definitions", mine, "--out", out(), "--parallelism", 3);
        assertThat(List.of(bytes("triggers.jsonl"), bytes("triggers-suppressed.jsonl")))
                .containsExactlyElementsOf(before);

        Path old = Files.createDirectory(folder.resolve("old"));
        Files.copy(mine.resolve("t.yaml"), old.resolve("t.yaml"));
        assertThat(CommandRun.succeed(
                                "backtest", "--events", events, "--definitions", mine, "--diff", old, "--out", out())
                        .out())
                .contains(
                        "  abandoned_cart: 2 before, 1 now: 1 alike, 0 at another time, 0 new, 1 no more\n",
                        "  abandoned_cart, later: 2 before, 1 now: 1 alike, 0 at another time, 0 new, 1 no more\n");
        Files.delete(delivery);
        CommandRun.succeed("backtest", "--events", events, "--definitions", mine, "--out", out());
        assertThat(summary().path("triggers_suppressed")).hasToString("{\"abandoned_cart\":{\"consent\":2}}");
        Files.write(events, List.of(cart("m-1", "01:00:00.000"), page("m-5", "23:00:00.000")));
        CommandRun.succeed("backtest", "--events", events, "--definitions", mine, "--out", out());
        assertThat(summary().has("triggers_suppressed")).isFalse();
        assertThat(out().resolve("triggers-suppressed.jsonl")).isEmptyFile();
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(out().resolve(name));
    }

    @Test
    void withoutDefinitionsDecidesByTheStarterLibrary() throws IOException {
        Path events = file("events.jsonl", cart("m-1", "09:00:00.000") + "\n" + page("m-2", "10:30:00.000"));
        Set<String> segments = Definitions.load(Path.of(System.getProperty("tributary.root"), "definitions"))
                .segments()
                .keySet();

        CommandRun.succeed("backtest", "--events", events, "--out", out());

        assertThat(summary().path("segments").fieldNames()).toIterable().containsExactlyElementsOf(segments);
        assertThat(summary().at("/segments/cart_owner").asInt()).isEqualTo(1);
        assertThat(summary().at("/triggers/abandoned_cart").asInt()).isEqualTo(1);
        assertThat(Files.readString(out().resolve("profiles.jsonl"))).contains("\"segment\":\"cart_owner\"");
    }

    @Test
    void withDefinitionsNothingElseHolds() throws IOException {
        Path events = file("events.jsonl", cart("m-1", "09:00:00.000") + "\n" + page("m-2", "10:30:00.000"));
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(mine.resolve("mine.yaml"), "segments:\n- {name: seen, when: events.count > 0}\n");

        CommandRun.succeed("backtest", "--events", events, "--definitions", mine, "--out", out());

        assertThat(summary().path("segments").toString()).isEqualTo("{\"seen\":1}");
        assertThat(summary().path("triggers")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--until | yesterday | --until is no ISO-8601 instant like 2026-01-31T00:00:00Z: yesterday.",
                "--until | 2026-02-30T00:00:00Z | --until is no ISO-8601 instant like 2026-01-31T00:00:00Z: 2026-02-30",
                "--parallelism | 0 | --parallelism must be between 1 and 256.",
                "--parallelism | many | Invalid value for option '--parallelism'",
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
    void obeysPrivacyCommands() throws IOException {
        Path events = Files.write(
                folder.resolve("events.jsonl"),
                List.of(
                        page("m-1", "09:00:00.000"),
                        page("m-2", "10:00:00.000"),
                        page("m-3", "11:00:00.000"),
                        page("m-4", "12:00:00.000")));
        Path commands = Files.write(
                folder.resolve("privacy.jsonl"),
                List.of(
                        erase("r-1", "11:30:00", "user_id:42"),
                        erase("r-2", "09:00:00.001", "no-namespace"),
                        "",
                        erase("r-3", "12:00:00.001", "user_id:42")));
        Path more = gzip("more.jsonl.gz", erase("r-1", "10:00:00", "user_id: 42 ") + "\n");

        CommandRun run =
                CommandRun.succeed("backtest", "--events", events, "--privacy", commands, more, "--out", out());

        assertThat(run.out()).contains("6 events read: 4 accepted, 0 duplicate, 2 rejected");
        assertThat(Files.readString(out().resolve("profiles.jsonl")))
                .as("the first with its id is obeyed, before the event of its instant; what is later than all is not")
                .contains("\"first_seen\":\"2026-01-05T10:00:00.000Z\"", "\"events\":{\"count\":3,");
        assertThat(Files.readAllLines(out().resolve("rejects.jsonl")))
                .satisfiesExactly(
                        reject -> assertThat(reject)
                                .contains("\"file\":\"privacy.jsonl\"", "\"line\":2", "\"reason\":\"bad_value\""),
                        reject -> assertThat(reject)
                                .contains("\"file\":\"privacy.jsonl\"", "\"line\":3", "\"reason\":\"empty_line\""));
        assertThat(summary().at("/events/read").asInt()).isEqualTo(6);
        assertThat(summary().at("/events/rejected/empty_line").asInt()).isEqualTo(1);
    }

    @Test
    void obeysPrivacyCommandsAfterTheNewestEventUpToUntil() throws IOException {
        Path events = file("events.jsonl", page("m-1", "10:00:00.000"));
        Path commands = file("privacy.jsonl", erase("r-1", "12:00:00", "user_id:42"));

        CommandRun.succeed(
                "backtest",
                "--events",
                events,
                "--privacy",
                commands,
                "--out",
                out(),
                "--until",
                "2026-01-05T12:00:00Z");

        assertThat(out().resolve("profiles.jsonl")).isEmptyFile();
    }

    @Test
    void exitsWith1IfAFileOfCommandsIsMissing() throws IOException {
        Path events = file("events.jsonl", page("m-1", "10:00:00.000"));

        CommandRun run = CommandRun.of("backtest", "--events", events, "--privacy", "nowhere", "--out", out());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).containsExactly("cdp backtest: nowhere is no readable file");
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

    private Path gzip(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file;
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

    private static String order(String messageId, String time) {
        return """
                {"type":"track","event":"Order Completed","messageId":"%s","userId":"42",\
                "timestamp":"2026-01-05T%sZ","properties":{"order_id":"%s","revenue":5}}"""
                .formatted(messageId, time, messageId);
    }

    private static String erase(String id, String time, String identifier) {
        return """
                {"id":"%s","at":"2026-01-05T%sZ","command":"erase","identifier":"%s"}"""
                .formatted(id, time, identifier);
    }

    private static String page(String messageId, String time) {
        return """
                {"type":"page","messageId":"%s","userId":"42","timestamp":"2026-01-05T%sZ"}"""
                .formatted(messageId, time);
    }
}
