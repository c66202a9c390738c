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

/** Triggers that begin with, or contain, that the customer has become one with another. */
class BacktestMergerTriggersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> NAMES = Map.of(
            new Identifier(Namespace.USER_ID, "ana").customerId(), "ana",
            new Identifier(Namespace.USER_ID, "ben").customerId(), "ben");

    private static final String DEFINITIONS =
            """
            triggers:
            - name: became_one
              steps: [{id: one, on: [{merged: true}]}]
              expires_after: 1d
              payload: {what: event.name, usd: cart.value.USD}
            - name: no_order_since
              steps:
              - {id: one, on: [{merged: true}]}
              - {id: order, not_followed_by: [Order Completed]}
              within: 1h
              expires_after: 1d
            - name: came_and_became_one
              steps:
              - {id: view, on: [Product Viewed], select: every}
              - {id: one, followed_by: [{merged: true}]}
              - {id: then, next: [Product Viewed, Order Completed]}
              within: 1d
              expires_after: 1d
            """;

    @TempDir
    private Path folder;

    private final List<String> events = new ArrayList<>();

    @Test
    void whoGetsWhatAnotherOneDidHasBecomeOneWithIt() throws IOException {
        user("2026-01-01T09:00:00.000Z", "ana", "Product Viewed");
        phone("2026-01-01T10:00:00.000Z", "Product Added");
        // The order with which she logs in comes before, as all events of the instant do.
        event(
                "2026-01-01T10:10:00.000Z",
                "'type':'track','event':'Order Completed','userId':'ana','anonymousId':'phone','properties':{'revenue':'70'}");
        phone("2026-01-01T10:20:00.000Z", "Product Viewed");

        backtest();

        assertThat(fired())
                .containsExactly(
                        "2026-01-01T10:10:00.000Z became_one ana",
                        "2026-01-01T10:20:00.000Z came_and_became_one ana",
                        "2026-01-01T11:10:00.000Z no_order_since ana");
        JsonNode told = lines().get(0);
        assertThat(told.path("payload")).hasToString("{\"what\":\"Customer Merged\"}");
        assertThat(told.path("anchor_message_id").asText()).matches("mg_[0-9a-f]{16}");
        assertThat(told.at("/because/0/condition").asText()).isEqualTo("merged");
    }

    @Test
    void theCartIsThatOfBoth() throws IOException {
        user("2026-01-01T09:00:00.000Z", "ana", "Product Added");
        phone("2026-01-01T10:00:00.000Z", "Product Added");
        login("2026-01-01T10:10:00.000Z", "ana", "phone");

        backtest();

        assertThat(lines().get(0).path("payload")).hasToString("{\"usd\":\"20.00\",\"what\":\"Customer Merged\"}");
    }

    /** There was nobody but the phone. */
    @Test
    void whoIsSeenForTheFirstTimeWasNobodyBefore() throws IOException {
        phone("2026-01-01T10:00:00.000Z", "Product Viewed");
        login("2026-01-01T10:10:00.000Z", "ana", "phone");
        login("2026-01-01T10:20:00.000Z", "ana", "phone");
        // Nor does a device that nobody has been seen on before bring anything.
        login("2026-01-01T10:30:00.000Z", "ana", "tablet");

        backtest();

        assertThat(fired()).isEmpty();
    }

    @Test
    void twoPersonsBecomeOneAndComeApartAgain() throws IOException {
        event("2026-01-01T09:00:00.000Z", "'type':'identify','traits':{'email':'ben@x.com'}");
        user("2026-01-01T09:10:00.000Z", "ben", "Product Viewed");
        event("2026-01-01T10:00:00.000Z", "'type':'identify','userId':'ben','traits':{'email':'ben@x.com'}");
        Path commands = Files.writeString(
                folder.resolve("privacy.jsonl"),
                "{\"id\":\"p\",\"at\":\"2026-01-01T10:30:00.000Z\",\"command\":\"unmerge\","
                        + "\"identifier\":\"email:ben@x.com\",\"with\":\"user_id:ben\"}\n");

        backtest("--privacy", commands);

        // What was begun stays the customer's, whoever leaves it.
        assertThat(fired())
                .containsExactly(
                        "2026-01-01T10:00:00.000Z became_one ben", "2026-01-01T11:00:00.000Z no_order_since ben");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private void user(String at, String user, String event) {
        event(at, track(event) + ",'userId':'%s'".formatted(user));
    }

    private void phone(String at, String event) {
        event(at, track(event) + ",'anonymousId':'phone'");
    }

    private static String track(String event) {
        return "'type':'track','event':'%s','properties':{'product_id':'p','price':'10'}".formatted(event);
    }

    private void login(String at, String user, String device) {
        event(at, "'type':'identify','userId':'%s','anonymousId':'%s'".formatted(user, device));
    }

    private void event(String at, String rest) {
        events.add("{'timestamp':'%s','messageId':'m-%d',%s}"
                .formatted(at, events.size(), rest)
                .replace('\'', '"'));
    }

    private void backtest(Object... more) throws IOException {
        Path definitions = Files.createDirectories(folder.resolve("definitions"));
        Files.writeString(definitions.resolve("d.yaml"), DEFINITIONS);
        List<Object> arguments = new ArrayList<>(List.of(
                "backtest",
                "--events",
                Files.write(folder.resolve("events.jsonl"), events),
                "--definitions",
                definitions,
                "--until",
                "2026-01-02T00:00:00Z",
                "--out",
                folder.resolve("out")));
        arguments.addAll(List.of(more));
        CommandRun.succeed(arguments.toArray());
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("out/triggers.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
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
