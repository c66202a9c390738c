package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that begin with, or contain, a change of a segment. */
class BacktestSegmentTriggersTest {
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

    private TriggerStory story;

    @BeforeEach
    void begin() {
        story = new TriggerStory(folder, DEFINITIONS);
    }

    @Test
    void timeAloneEndsAMembershipAndBeginsATrigger() throws IOException {
        order("2026-01-01T10:00:00.000Z", "ana");
        order("2026-01-01T10:00:00.000Z", "ben");
        // On the third day of silence, at the last instant that counts.
        view("2026-01-06T10:00:00.001Z", "ben", "shoes");

        story.backtest("2026-01-20T00:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-01T10:00:00.000Z first_order ana",
                        "2026-01-01T10:00:00.000Z first_order ben",
                        "2026-01-06T10:00:00.001Z gone_silent ana",
                        "2026-01-11T10:00:00.002Z gone_silent ben");
        JsonNode silent = story.triggers("gone_silent").get(0);
        assertThat(silent.path("anchor_at").asText()).isEqualTo("2026-01-03T10:00:00.001Z");
        assertThat(silent.path("anchor_message_id").asText()).matches("sc_[0-9a-f]{16}");
        assertThat(silent.at("/because/0/condition").asText()).isEqualTo("exited active");
        assertThat(silent.at("/because/1/condition").asText()).isEqualTo("no entered active within 72h");
        assertThat(story.triggers("first_order"))
                .extracting(line -> line.path("trigger_id").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void aValueOfAParametricSegmentCanBeAskedForAndTold() throws IOException {
        int minute = 0;
        for (String category : List.of("shoes", "hats", "shoes", "hats", "bags", "bags")) {
            view("2026-01-01T10:0%d:00.000Z".formatted(minute++), "ana", category);
        }

        story.backtest("2026-01-01T12:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-01T11:02:00.000Z fan_without_order ana",
                        "2026-01-01T11:05:00.000Z fan_without_order ana");
        assertThat(story.triggers("fan_without_order").get(0).path("payload"))
                .hasToString("{\"category\":\"shoes\",\"segment\":\"fan\",\"what\":\"Segment Entered\"}");
    }

    /** The order with which she logs in is her own; what the phone did before is not. */
    @Test
    void whatComesWithADeviceBeginsNothingAndWhatTheLoginItselfDoesBegins() throws IOException {
        view("2026-01-01T10:00:00.000Z", null, "shoes");
        view("2026-01-01T10:01:00.000Z", null, "shoes");
        story.event(
                "2026-01-01T10:10:00.000Z",
                "'type':'track','event':'Order Completed','userId':'ana','anonymousId':'phone','properties':{'order_id':'o','revenue':'10'}");

        story.backtest("2026-01-02T00:00:00Z");

        assertThat(story.fired()).containsExactly("2026-01-01T10:10:00.000Z first_order ana");
    }

    @Test
    void whatAGoneCustomerWasInIsForgotten() throws IOException {
        view("2026-01-01T10:00:00.000Z", null, "shoes");
        view("2026-01-01T10:01:00.000Z", null, "shoes");
        view("2026-01-01T10:02:00.000Z", "ana", "bags");
        view("2026-01-01T10:03:00.000Z", "ana", "bags");
        story.login("2026-01-01T10:10:00.000Z", "ana", "phone");

        story.backtest("2026-01-01T20:00:00Z");

        assertThat(story.fired()).containsExactly("2026-01-01T11:03:00.000Z fan_without_order ana");
    }

    @Test
    void aSegmentThatIsNotThereIsAMistake() throws IOException {
        assertThat(story.mistake("{exited: active}", "{exited: actve}"))
                .contains("d.yaml:")
                .contains("no segment 'actve' — did you mean 'active'?");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private void order(String at, String user) {
        story.track(at, user, "Order Completed", "'order_id':'o-%s-%s','revenue':'10'".formatted(user, at));
    }

    /** @param user null for the phone */
    private void view(String at, String user, String category) {
        String properties = "'category':'%s'".formatted(category);
        if (user == null) {
            story.trackDevice(at, "phone", "Product Viewed", properties);
        } else {
            story.track(at, user, "Product Viewed", properties);
        }
    }
}
