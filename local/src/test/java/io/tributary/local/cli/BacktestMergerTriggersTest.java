package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that begin with, or contain, that the customer has become one with another. */
class BacktestMergerTriggersTest {
    private static final String UNTIL = "2026-01-02T00:00:00Z";

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

    private TriggerStory story;

    @BeforeEach
    void begin() {
        story = new TriggerStory(folder, DEFINITIONS);
    }

    @Test
    void whoGetsWhatAnotherOneDidHasBecomeOneWithIt() throws IOException {
        user("2026-01-01T09:00:00.000Z", "ana", "Product Viewed");
        phone("2026-01-01T10:00:00.000Z", "Product Added");
        // The order with which she logs in comes before, as all events of the instant do.
        story.event(
                "2026-01-01T10:10:00.000Z",
                "'type':'track','event':'Order Completed','userId':'ana','anonymousId':'phone','properties':{'revenue':'70'}");
        phone("2026-01-01T10:20:00.000Z", "Product Viewed");

        story.backtest(UNTIL);

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-01T10:10:00.000Z became_one ana",
                        "2026-01-01T10:20:00.000Z came_and_became_one ana",
                        "2026-01-01T11:10:00.000Z no_order_since ana");
        JsonNode told = story.triggers().get(0);
        assertThat(told.path("payload")).hasToString("{\"what\":\"Customer Merged\"}");
        assertThat(told.path("anchor_message_id").asText()).matches("mg_[0-9a-f]{16}");
        assertThat(told.at("/because/0/condition").asText()).isEqualTo("merged");
    }

    @Test
    void theCartIsThatOfBoth() throws IOException {
        user("2026-01-01T09:00:00.000Z", "ana", "Product Added");
        phone("2026-01-01T10:00:00.000Z", "Product Added");
        story.login("2026-01-01T10:10:00.000Z", "ana", "phone");

        story.backtest(UNTIL);

        assertThat(story.triggers().get(0).path("payload"))
                .hasToString("{\"usd\":\"20.00\",\"what\":\"Customer Merged\"}");
    }

    /** There was nobody but the phone. */
    @Test
    void whoIsSeenForTheFirstTimeWasNobodyBefore() throws IOException {
        phone("2026-01-01T10:00:00.000Z", "Product Viewed");
        story.login("2026-01-01T10:10:00.000Z", "ana", "phone");
        story.login("2026-01-01T10:20:00.000Z", "ana", "phone");
        // Nor does a device that nobody has been seen on before bring anything.
        story.login("2026-01-01T10:30:00.000Z", "ana", "tablet");

        story.backtest(UNTIL);

        assertThat(story.fired()).isEmpty();
    }

    @Test
    void twoPersonsBecomeOneAndComeApartAgain() throws IOException {
        story.event("2026-01-01T09:00:00.000Z", "'type':'identify','traits':{'email':'ben@x.com'}");
        user("2026-01-01T09:10:00.000Z", "ben", "Product Viewed");
        story.event("2026-01-01T10:00:00.000Z", "'type':'identify','userId':'ben','traits':{'email':'ben@x.com'}");
        Path commands = Files.writeString(
                folder.resolve("privacy.jsonl"),
                "{\"id\":\"p\",\"at\":\"2026-01-01T10:30:00.000Z\",\"command\":\"unmerge\","
                        + "\"identifier\":\"email:ben@x.com\",\"with\":\"user_id:ben\"}\n");

        story.backtest(UNTIL, "--privacy", commands);

        // What was begun stays the customer's, whoever leaves it.
        assertThat(story.fired())
                .containsExactly(
                        "2026-01-01T10:00:00.000Z became_one ben", "2026-01-01T11:00:00.000Z no_order_since ben");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private void user(String at, String user, String event) {
        story.track(at, user, event, "'product_id':'p','price':'10'");
    }

    private void phone(String at, String event) {
        story.trackDevice(at, "phone", event, "'product_id':'p','price':'10'");
    }
}
