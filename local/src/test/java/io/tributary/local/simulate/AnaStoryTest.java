package io.tributary.local.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnaStoryTest {
    private static final Instant START = Instant.parse("2026-01-05T09:00:00Z");

    @Test
    void fillsACartOf84DollarsOnThePhone() throws JsonProcessingException {
        List<JsonNode> added = events("Product Added").stream()
                .filter(event -> event.path("anonymousId").asText().equals(AnaStory.ANAS_PHONE))
                .toList();

        assertThat(added).hasSize(3).noneMatch(event -> event.has("userId"));
        assertThat(added.stream()
                        .mapToDouble(event -> event.at("/properties/price").asDouble())
                        .sum())
                .isEqualTo(84.0);
        JsonNode order = events("Order Completed").get(1);
        assertThat(order.at("/properties/revenue").asDouble()).isEqualTo(84.0);
        assertThat(order.path("anonymousId").asText()).isEqualTo(AnaStory.ANAS_LAPTOP);
        assertThat(order.path("userId").asText()).isEqualTo(AnaStory.ANA);
    }

    @Test
    void expectsTheTriggerOneHourAfterTheLastItemAndTheOrderAfterIt() throws JsonProcessingException {
        List<StoryStep> expected =
                AnaStory.lines(START).stream().filter(StoryStep::isExpectation).toList();
        Instant lastAdded = time(events("Product Added").get(2));

        assertThat(expected).singleElement().satisfies(step -> assertThat(step.at())
                .isEqualTo(lastAdded.plus(Duration.ofHours(1))));
        assertThat(time(events("Order Completed").get(1)))
                .isAfter(expected.get(0).at());
    }

    @Test
    void letsBenPayWithinTheHour() throws JsonProcessingException {
        JsonNode order = events("Order Completed").get(0);
        JsonNode added = events("Product Added").get(3);

        assertThat(order.path("userId").asText()).isEqualTo(AnaStory.BEN);
        assertThat(added.path("userId").asText()).isEqualTo(AnaStory.BEN);
        assertThat(Duration.between(time(added), time(order))).isPositive().isLessThan(Duration.ofHours(1));
    }

    @Test
    void showsTheEMailOnBothDevicesAndTheUserIdOnTheLaptopBeforeTheDeadline() throws JsonProcessingException {
        List<JsonNode> shown = events(null).stream()
                .filter(event -> event.at("/traits/email").asText().equals(AnaStory.ANAS_EMAIL))
                .toList();

        assertThat(shown)
                .extracting(event -> event.path("anonymousId").asText())
                .containsExactly(AnaStory.ANAS_PHONE, AnaStory.ANAS_LAPTOP);
        assertThat(shown).extracting(event -> event.path("userId").asText(null)).containsExactly(null, AnaStory.ANA);
        assertThat(time(shown.get(1)))
                .isBefore(time(events("Product Added").get(2)).plus(Duration.ofHours(1)));
    }

    @Test
    void isToldInTimeOrderWithDistinctMessageIds() throws JsonProcessingException {
        List<JsonNode> events = events(null);

        assertThat(AnaStory.lines(START)).extracting(StoryStep::at).isSorted().startsWith(START);
        assertThat(AnaStory.lines(START)).extracting(StoryStep::text).doesNotHaveDuplicates();
        assertThat(events.stream().map(event -> event.path("messageId").asText()))
                .doesNotHaveDuplicates();
    }

    private static Instant time(JsonNode event) {
        return Instant.parse(event.path("timestamp").asText());
    }

    private static List<JsonNode> events(String name) throws JsonProcessingException {
        List<JsonNode> events = new ArrayList<>();
        for (StoryStep step : AnaStory.lines(START)) {
            if (step.line().isPresent()) {
                JsonNode event = new ObjectMapper().readTree(step.line().get());
                assertThat(time(event)).isEqualTo(step.at());
                if (name == null || name.equals(event.path("event").asText())) {
                    events.add(event);
                }
            }
        }
        return events;
    }
}
