package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacktestSegmentsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String USER = new Identifier(Namespace.USER_ID, "42").customerId();
    private static final String DEVICE = new Identifier(Namespace.ANONYMOUS_ID, "a-1").customerId();

    @TempDir
    private Path folder;

    private final List<String> events = new ArrayList<>();

    @BeforeEach
    void define() throws IOException {
        Path definitions = Files.createDirectories(folder.resolve("definitions"));
        Files.writeString(
                definitions.resolve("traits.yaml"),
                """
                traits:
                - {name: orders_90d, aggregate: count, events: [Order Completed], where: event.revenue >= 20, window: 90d}
                - {name: favourite, aggregate: most_frequent, events: [Product Viewed], value: event.properties.category}
                """);
        Files.writeString(
                definitions.resolve("segments.yaml"),
                """
                segments:
                - {name: new_buyer, when: days_since(orders.first_at) <= 30}
                - {name: buyer, when: computed.orders_90d >= 1}
                - {name: cart_owner, when: size(cart.items) > 0}
                - {name: shoe_lover, when: "computed.favourite == 'shoes' && !in_segment('buyer')"}
                - {name: multi_device, when: size(identifiers.anonymous_id) >= 2}
                - {name: reachable, when: size(identifiers.email) > 0}
                - name: category_fan
                  for_each: event.properties.category
                  max_values: 2
                  trait: {aggregate: count, events: [Product Viewed], window: 1h}
                  when: value >= 2
                """);
    }

    @Test
    void aCustomerLeavesAtTheExactInstantWithoutAnEvent() throws IOException {
        order("2026-01-02T10:20:00.000Z", "m-1", "35.79");

        backtest("2026-05-01T00:00:00Z");

        assertThat(changes())
                .containsExactly(
                        "2026-01-02T10:20:00.000Z buyer entered",
                        "2026-01-02T10:20:00.000Z new_buyer entered",
                        "2026-02-01T10:20:00.001Z new_buyer exited",
                        // The bucket of a day counts until its end + 90 days.
                        "2026-04-03T00:00:00.000Z buyer exited");
        assertThat(profile(USER).path("segments")).isEmpty();
        assertThat(profile(USER).path("computed")).isEmpty();
    }

    @Test
    void aProfileTellsWhenAMembershipEnds() throws IOException {
        order("2026-01-02T10:20:00.000Z", "m-1", "35.79");
        order("2026-01-02T11:00:00.000Z", "m-2", "3.00");

        backtest("2026-01-05T00:00:00Z");

        assertThat(profile(USER).path("computed")).isEqualTo(json("{'orders_90d':1}"));
        assertThat(profile(USER).path("segments"))
                .isEqualTo(json("[{'segment':'buyer','since':'2026-01-02T10:20:00.000Z','exits_at':"
                        + "'2026-04-03T00:00:00.000Z'},{'segment':'new_buyer','since':'2026-01-02T10:20:00.000Z',"
                        + "'exits_at':'2026-02-01T10:20:00.001Z'}]"));
        assertThat(summary().path("segments"))
                .isEqualTo(
                        json(
                                "{'buyer':1,'cart_owner':0,'category_fan':0,'multi_device':0,'new_buyer':1,'reachable':0,'shoe_lover':0}"));
        assertThat(summary().path("triggers")).as("the set has no trigger").isEqualTo(json("{}"));
    }

    @Test
    void aParametricSegmentHasAMembershipPerValue() throws IOException {
        view("2026-01-02T10:00:10.000Z", "m-1", "shoes");
        view("2026-01-02T10:00:20.000Z", "m-2", "hats");
        view("2026-01-02T10:20:00.000Z", "m-3", "shoes");
        view("2026-01-02T10:21:00.000Z", "m-4", "bags");
        view("2026-01-02T10:22:00.000Z", "m-5", "bags");
        view("2026-01-02T10:23:00.000Z", "m-6", "hats");
        view("2026-01-02T10:24:00.000Z", "m-7", "shoes");

        backtest("2026-01-02T10:40:00Z");

        assertThat(changes())
                .as("of three values that hold two may be in: those seen most, then the smaller text")
                .containsExactly(
                        "2026-01-02T10:00:10.000Z shoe_lover entered",
                        "2026-01-02T10:00:20.000Z shoe_lover exited",
                        "2026-01-02T10:20:00.000Z category_fan=shoes entered",
                        "2026-01-02T10:20:00.000Z shoe_lover entered",
                        "2026-01-02T10:22:00.000Z category_fan=bags entered",
                        "2026-01-02T10:22:00.000Z shoe_lover exited",
                        "2026-01-02T10:23:00.000Z category_fan=hats entered",
                        "2026-01-02T10:23:00.000Z category_fan=shoes exited",
                        "2026-01-02T10:24:00.000Z category_fan=hats exited",
                        "2026-01-02T10:24:00.000Z category_fan=shoes entered",
                        "2026-01-02T10:24:00.000Z shoe_lover entered");
        assertThat(profile(USER).path("segments").toString())
                .contains("{\"segment\":\"category_fan\",\"value\":\"bags\",\"since\":\"2026-01-02T10:22:00.000Z\","
                        + "\"exits_at\":\"2026-01-02T11:22:00.000Z\"}");
    }

    @Test
    void aLoserLeavesAndTheWinnerKeepsItsSince() throws IOException {
        add("2026-01-02T10:00:00.000Z", "m-1", "'anonymousId':'a-1'");
        add("2026-01-02T10:10:00.000Z", "m-2", "'userId':'42'");
        event("2026-01-02T10:20:00.000Z", "m-3", "'type':'identify','userId':'42','anonymousId':'a-1'");

        backtest("2026-01-02T11:00:00Z");

        assertThat(changesOf(DEVICE))
                .containsExactly(
                        "2026-01-02T10:00:00.000Z cart_owner entered", "2026-01-02T10:20:00.000Z cart_owner exited");
        assertThat(changesOf(USER)).containsExactly("2026-01-02T10:10:00.000Z cart_owner entered");
        assertThat(profile(USER).at("/segments/0/since").asText()).isEqualTo("2026-01-02T10:10:00.000Z");
    }

    @Test
    void anIdentifierChangesMembershipsToo() throws IOException {
        event("2026-01-02T10:00:00.000Z", "m-1", "'type':'page','userId':'42','anonymousId':'a-1'");
        event("2026-01-02T10:10:00.000Z", "m-2", "'type':'page','userId':'42','anonymousId':'a-2'");
        event("2026-01-02T10:20:00.000Z", "m-3", "'type':'identify','userId':'42','traits':{'email':'ana@x.com'}");
        // Seen with more than three user ids, the address is nobody's any more: the first one's event is not needed.
        for (int user = 43; user <= 45; user++) {
            event(
                    "2026-01-02T10:%d:00.000Z".formatted(user - 13),
                    "m-" + user,
                    "'type':'identify','userId':'%d','traits':{'email':'ana@x.com'}".formatted(user));
        }

        backtest("2026-01-02T11:00:00Z");

        assertThat(changes())
                .containsExactly(
                        "2026-01-02T10:10:00.000Z multi_device entered",
                        "2026-01-02T10:20:00.000Z reachable entered",
                        "2026-01-02T10:32:00.000Z reachable exited");
    }

    @Test
    void whatComesAndGoesAtOneInstantIsNoChange() throws IOException {
        add("2026-01-02T10:00:00.000Z", "m-1", "'userId':'42'");
        order("2026-01-02T10:00:00.000Z", "m-2", "35.79");

        backtest("2026-01-02T11:00:00Z");

        assertThat(changes())
                .containsExactly(
                        "2026-01-02T10:00:00.000Z buyer entered", "2026-01-02T10:00:00.000Z new_buyer entered");
    }

    @Test
    void aChangeSaysWhatDecided() throws IOException {
        view("2026-01-02T10:00:00.000Z", "m-1", "shoes");
        order("2026-01-02T10:20:00.000Z", "m-2", "35.79");

        backtest("2026-02-03T00:00:00Z");

        assertThat(because("shoe_lover", "entered"))
                .isEqualTo(reasons("computed.favourite == 'shoes'", "shoes", "in_segment('buyer')", "false"));
        assertThat(because("shoe_lover", "exited")).isEqualTo(reasons("in_segment('buyer')", "true"));
        assertThat(because("new_buyer", "exited"))
                .isEqualTo(reasons("days_since(orders.first_at) <= 30", "30.00000001"));
    }

    @Test
    void namesTheFirstMistakeOfTheDefinitionsAndWritesNothing() throws IOException {
        order("2026-01-02T10:20:00.000Z", "m-1", "35.79");
        Path file = Files.writeString(
                folder.resolve("definitions/more.yaml"),
                "segments:\n- {name: a, when: computed.orders > 1}\n- {name: b, when: orders.cout > 1}\n");

        CommandRun run = CommandRun.of(
                "backtest", "--events", write(), "--definitions", folder.resolve("definitions"), "--out", out());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .containsExactly(
                        "cdp backtest: %s:2:28: no computed trait 'orders' — did you mean 'orders_90d'? (and 1 more: cdp definitions check %s names them all)"
                                .formatted(file, folder.resolve("definitions")));
        assertThat(out()).doesNotExist();
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private void order(String at, String id, String revenue) {
        event(
                at,
                id,
                "'type':'track','event':'Order Completed','userId':'42','properties':{'order_id':'o-%s','revenue':'%s'}"
                        .formatted(id, revenue));
    }

    private void view(String at, String id, String category) {
        event(
                at,
                id,
                "'type':'track','event':'Product Viewed','userId':'42','properties':{'category':'%s'}"
                        .formatted(category));
    }

    private void add(String at, String id, String who) {
        event(
                at,
                id,
                "'type':'track','event':'Product Added','properties':{'product_id':'p-%s'},%s".formatted(id, who));
    }

    private void event(String at, String id, String rest) {
        events.add(
                "{'timestamp':'%s','messageId':'%s',%s}".formatted(at, id, rest).replace('\'', '"'));
    }

    private Path write() throws IOException {
        return Files.write(folder.resolve("events.jsonl"), events);
    }

    private Path out() {
        return folder.resolve("out");
    }

    private void backtest(String until) throws IOException {
        CommandRun.succeed(
                "backtest",
                "--events",
                write(),
                "--definitions",
                folder.resolve("definitions"),
                "--until",
                until,
                "--out",
                out());
    }

    private List<JsonNode> lines(String file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out().resolve(file))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private List<String> changes() throws IOException {
        return changesOf(USER);
    }

    private List<String> changesOf(String customerId) throws IOException {
        return lines("segment-changes.jsonl").stream()
                .filter(line -> line.path("customer_id").asText().equals(customerId))
                .map(line ->
                        line.path("at").asText() + " " + line.path("segment").asText()
                                + (line.has("value") ? "=" + line.path("value").asText() : "") + " "
                                + line.path("change").asText())
                .toList();
    }

    private JsonNode because(String segment, String change) throws IOException {
        return lines("segment-changes.jsonl").stream()
                .filter(line -> line.path("segment").asText().equals(segment)
                        && line.path("change").asText().equals(change))
                .findFirst()
                .orElseThrow()
                .path("because");
    }

    private JsonNode profile(String customerId) throws IOException {
        return lines("profiles.jsonl").stream()
                .filter(line -> line.path("customer_id").asText().equals(customerId))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode summary() throws IOException {
        return JSON.readTree(out().resolve("summary.json").toFile());
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private static JsonNode reasons(String... conditionsAndObserved) {
        ArrayNode reasons = JSON.createArrayNode();
        for (int i = 0; i < conditionsAndObserved.length; i += 2) {
            reasons.addObject()
                    .put("condition", conditionsAndObserved[i])
                    .put("observed", conditionsAndObserved[i + 1]);
        }
        return reasons;
    }
}
