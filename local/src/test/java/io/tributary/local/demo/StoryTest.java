package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.simulate.AnaStory;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoryTest {
    private static final Instant DEADLINE = Instant.parse("2026-03-06T18:12:00Z");
    private static final String ANA = Customer.ofUser(AnaStory.ANA).id();
    private static final String ANAS_PHONE = new Identifier(Namespace.EMAIL, AnaStory.ANAS_EMAIL).customerId();
    private static final String ANAS_LAPTOP = new Identifier(Namespace.ANONYMOUS_ID, AnaStory.ANAS_LAPTOP).customerId();
    private static final String BEN = Customer.ofUser(AnaStory.BEN).id();
    private static final String THREE_ITEMS =
            "{\"items\":[{\"product_id\":\"a\"},{\"product_id\":\"b\"},{\"product_id\":\"c\"}],\"value\":{\"USD\":\"84.00\"}}";

    private final Observations observations = new Observations();
    private final Story story = new Story(DEADLINE);

    @Test
    void tellsEachLineOnceAndOnlyWhenItWasObserved() throws IOException {
        assertThat(tell()).isEmpty();

        event(ANAS_PHONE, "17:00:00", "identify", null);

        assertThat(tell()).containsExactly("Ana signs up for the newsletter on her phone");
        assertThat(tell()).isEmpty();
        assertThat(story.missing()).contains("Ana's first item");
    }

    @Test
    void keepsTheOrderOfTheStoryWhateverTheOrderOfObservation() throws IOException {
        event(ANAS_PHONE, "17:04:00", "Product Added", cart(1, "35.00"));
        assertThat(tell()).isEmpty();

        event(ANAS_PHONE, "17:00:00", "identify", null);

        assertThat(tell()).hasSize(2).last().isEqualTo("Ana's phone adds a pair of boots: 1 item, $35.00");
    }

    @Test
    void isSilentAboutACartOfAnotherValue() throws IOException {
        event(ANAS_PHONE, "17:00:00", "identify", null);
        event(ANAS_PHONE, "17:04:00", "Product Added", cart(1, "35.01"));

        assertThat(tell()).hasSize(1);
        assertThat(story.missing()).contains("Ana's first item");
    }

    @Test
    void tellsOfTheMergerWhenBothCustomersAreGone() throws IOException {
        event(ANAS_PHONE, "17:00:00", "identify", null);
        event(ANAS_PHONE, "17:04:00", "Product Added", cart(1, "35.00"));
        event(ANAS_PHONE, "17:08:00", "Product Added", cart(2, "64.00"));
        event(ANAS_PHONE, "17:12:00", "Product Added", THREE_ITEMS);
        event(BEN, "17:18:00", "Product Added", cart(1, "40.00"));
        tell();
        event(ANA, "17:30:00", "identify", null);
        merged(ANAS_PHONE);
        assertThat(tell()).isEmpty();
        assertThat(story.missing()).contains("the merger of Ana's customers");

        merged(ANAS_LAPTOP);

        assertThat(tell()).singleElement().asString().contains("2 customers become 1");
    }

    @Test
    void isSilentAboutATriggerAtAnotherInstant() throws IOException {
        untilBenHasPaid();
        tell();

        trigger("2026-03-06T18:12:00.001Z");

        assertThat(tell()).isEmpty();
        assertThat(story.missing()).contains("abandoned_cart for Ana at " + DEADLINE);
    }

    @Test
    void endsWhenAnasOrderIsInOneProfileWithBothDevices() throws IOException {
        untilBenHasPaid();
        trigger("2026-03-06T18:12:00.000Z");
        event(ANA, "18:17:00", "Email Opened", THREE_ITEMS);
        event(ANA, "18:25:00", "Order Completed", null);
        profile(ANA, "[\"a-ana-phone\"]", "84.00");
        tell();
        assertThat(story.missing()).contains("Ana's order");

        profile(ANA, "[\"a-ana-laptop\",\"a-ana-phone\"]", "84.00");

        assertThat(story.tell(observations)).singleElement().satisfies(line -> {
            assertThat(line.important()).isTrue();
            assertThat(line.at()).isEqualTo("2026-03-06T18:25:00Z");
            assertThat(line.text()).contains("$84.00 recovered");
        });
        assertThat(story.missing()).isEmpty();
    }

    private void untilBenHasPaid() throws IOException {
        event(ANAS_PHONE, "17:00:00", "identify", null);
        event(ANAS_PHONE, "17:04:00", "Product Added", cart(1, "35.00"));
        event(ANAS_PHONE, "17:08:00", "Product Added", cart(2, "64.00"));
        event(ANAS_PHONE, "17:12:00", "Product Added", THREE_ITEMS);
        event(BEN, "17:18:00", "Product Added", cart(1, "40.00"));
        logIn();
        event(BEN, "17:45:00", "Order Completed", null);
        profile(BEN, "[\"a-ben-laptop\"]", "40.00");
    }

    private void logIn() throws IOException {
        event(ANA, "17:30:00", "identify", null);
        merged(ANAS_PHONE);
        merged(ANAS_LAPTOP);
    }

    private void merged(String customer) throws IOException {
        record(
                Topic.IDENTITY_CHANGES,
                "{\"change\":\"merged\",\"customer_id\":\"%s\",\"into\":\"%s\"}".formatted(customer, ANA));
    }

    private List<String> tell() {
        return story.tell(observations).stream().map(Story.Line::text).toList();
    }

    private static String cart(int items, String value) {
        return "{\"items\":[%s],\"value\":{\"USD\":\"%s\"}}"
                .formatted("{}".repeat(items).replace("}{", "},{"), value);
    }

    private void event(String customer, String time, String name, String cart) throws IOException {
        var type = name.equals("identify") ? "\"type\":\"identify\"" : "\"type\":\"track\",\"event\":\"" + name + "\"";
        record(
                Topic.CUSTOMER_EVENTS,
                "{\"customer_id\":\"%s\",\"event\":{%s,\"timestamp\":\"2026-03-06T%s.000Z\"}%s}"
                        .formatted(customer, type, time, cart == null ? "" : ",\"cart\":" + cart));
    }

    private void profile(String customer, String devices, String revenue) throws IOException {
        record(
                Topic.PROFILES,
                "{\"customer_id\":\"%s\",\"identifiers\":{\"anonymous_id\":%s},\"orders\":{\"count\":1,\"revenue\":{\"USD\":\"%s\"}}}"
                        .formatted(customer, devices, revenue));
    }

    private void trigger(String firedAt) throws IOException {
        record(
                Topic.TRIGGERS,
                "{\"fired_at\":\"%s\",\"customer_id\":\"%s\",\"payload\":%s}".formatted(firedAt, ANA, THREE_ITEMS));
    }

    private void record(String topic, String json) throws IOException {
        observations.record(topic, json.getBytes(StandardCharsets.UTF_8));
    }
}
