package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that begin with, or contain, a change of a segment. */
class BacktestSegmentTriggersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> NAMES = Map.of(
            new Identifier(Namespace.USER_ID, "ana").customerId(), "ana",
            new Identifier(Namespace.USER_ID, "ben").customerId(), "ben",
            new Identifier(Namespace.ANONYMOUS_ID, "phone").customerId(), "phone");

    private static final String DEFINITIONS =
            """
            segments:
            - {name: buyer, when: orders.count > 0}
            - {name: active, when: days_since(last_seen) <= 2}
            - name: fan
              for_each: event.properties.category
              trait: {aggregate: count, events: [Product Viewed]}
              when: value >= 2
            triggers:
            - {name: first_order, steps: [{id: buyer, on: [{entered: buyer}]}], expires_after: 1d}
            - name: gone_silent
              steps:
              - {id: silent, on: [{exited: active}], select: last}
              - {id: back, not_followed_by: [{entered: active}]}
              within: 3d
              expires_after: 1d
            - name: fan_without_order
              steps:
              - {id: fan, on: [{entered: fan}], where: event.properties.value != 'hats', select: every}
              - {id: order, not_followed_by: [Order Completed]}
              within: 1h
              expires_after: 1d
              payload: {category: event.properties.value, segment: event.properties.segment, what: event.name}
            """;

    @TempDir
    private Path folder;

    private final List<String> events = new ArrayList<>();

    @Test
    void timeAloneEndsAMembershipAndBeginsATrigger() throws IOException {
        order("2026-01-01T10:00:00.000Z", "ana");
        order("2026-01-01T10:00:00.000Z", "ben");
        // On the third day of silence, at the last instant that counts.
        view("2026-01-06T10:00:00.001Z", "ben", "shoes");

        backtest("2026-01-20T00:00:00Z");

        assertThat(fired())
                .containsExactly(
                        "2026-01-01T10:00:00.000Z first_order ana",
                        "2026-01-01T10:00:00.000Z first_order ben",
                        "2026-01-06T10:00:00.001Z gone_silent ana",
                        "2026-01-11T10:00:00.002Z gone_silent ben");
        JsonNode silent = told("gone_silent").get(0);
        assertThat(silent.path("anchor_at").asText()).isEqualTo("2026-01-03T10:00:00.001Z");
        assertThat(silent.path("anchor_message_id").asText()).matches("sc_[0-9a-f]{16}");
        assertThat(silent.at("/because/0/condition").asText()).isEqualTo("exited active");
        assertThat(silent.at("/because/1/condition").asText()).isEqualTo("no entered active within 72h");
        assertThat(told("first_order"))
                .extracting(line -> line.path("trigger_id").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void aValueOfAParametricSegmentCanBeAskedForAndTold() throws IOException {
        for (String category : List.of("shoes", "hats", "shoes", "hats", "bags", "bags")) {
            view("2026-01-01T10:0%d:00.000Z".formatted(events.size()), "ana", category);
        }

        backtest("2026-01-01T12:00:00Z");

        assertThat(fired())
                .containsExactly(
                        "2026-01-01T11:02:00.000Z fan_without_order ana",
                        "2026-01-01T11:05:00.000Z fan_without_order ana");
        assertThat(told("fan_without_order").get(0).path("payload"))
                .hasToString("{\"category\":\"shoes\",\"segment\":\"fan\",\"what\":\"Segment Entered\"}");
    }

    /** The order with which she logs in is her own; what the phone did before is not. */
    @Test
    void whatComesWithADeviceBeginsNothingAndWhatTheLoginItselfDoesBegins() throws IOException {
        view("2026-01-01T10:00:00.000Z", null, "shoes");
        view("2026-01-01T10:01:00.000Z", null, "shoes");
        event(
                "2026-01-01T10:10:00.000Z",
                "'type':'track','event':'Order Completed','userId':'ana','anonymousId':'phone','properties':{'order_id':'o','revenue':'10'}");

        backtest("2026-01-02T00:00:00Z");

        assertThat(fired()).containsExactly("2026-01-01T10:10:00.000Z first_order ana");
    }

    @Test
    void whatAGoneCustomerWasInIsForgotten() throws IOException {
        view("2026-01-01T10:00:00.000Z", null, "shoes");
        view("2026-01-01T10:01:00.000Z", null, "shoes");
        view("2026-01-01T10:02:00.000Z", "ana", "bags");
        view("2026-01-01T10:03:00.000Z", "ana", "bags");
        event("2026-01-01T10:10:00.000Z", "'type':'identify','userId':'ana','anonymousId':'phone'");

        backtest("2026-01-01T20:00:00Z");

        assertThat(fired()).containsExactly("2026-01-01T11:03:00.000Z fan_without_order ana");
    }

    @Test
    void aSegmentThatIsNotThereIsAMistake() throws IOException {
        Path definitions = Files.createDirectories(folder.resolve("definitions"));
        Path file = Files.writeString(
                definitions.resolve("d.yaml"), DEFINITIONS.replace("{exited: active}", "{exited: actve}"));

        CommandRun run = CommandRun.of("definitions", "check", definitions);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines().get(0))
                .contains(file + ":")
                .contains("no segment 'actve' — did you mean 'active'?");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private void order(String at, String user) {
        event(
                at,
                "'type':'track','event':'Order Completed','userId':'%s','properties':{'order_id':'o-%d','revenue':'10'}"
                        .formatted(user, events.size()));
    }

    private void view(String at, String user, String category) {
        event(
                at,
                "'type':'track','event':'Product Viewed',%s,'properties':{'category':'%s'}"
                        .formatted(user == null ? "'anonymousId':'phone'" : "'userId':'" + user + "'", category));
    }

    private void event(String at, String rest) {
        events.add("{'timestamp':'%s','messageId':'m-%d',%s}"
                .formatted(at, events.size(), rest)
                .replace('\'', '"'));
    }

    private void backtest(String until) throws IOException {
        Path definitions = Files.createDirectories(folder.resolve("definitions"));
        Files.writeString(definitions.resolve("d.yaml"), DEFINITIONS);
        CommandRun.succeed(
                "backtest",
                "--events",
                Files.write(folder.resolve("events.jsonl"), events),
                "--definitions",
                definitions,
                "--until",
                until,
                "--out",
                folder.resolve("out"));
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("out/triggers.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private List<JsonNode> told(String trigger) throws IOException {
        return lines().stream()
                .filter(line -> line.path("trigger").asText().equals(trigger))
                .toList();
    }

    private List<String> fired() throws IOException {
        return lines().stream()
                .map(line -> "%s %s %s"
                        .formatted(
                                line.path("fired_at").asText(),
                                line.path("trigger").asText(),
                                NAMES.get(line.path("customer_id").asText())))
                .sorted()
                .toList();
    }
}
