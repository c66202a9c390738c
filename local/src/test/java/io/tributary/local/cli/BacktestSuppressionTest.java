package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Customers who are told nothing, because they are in a segment of those. */
class BacktestSuppressionTest {
    private static final String DEFINITIONS =
            """
            segments:
            - {name: listed, when: traits.do_not_contact == true}
            - {name: annoyed, when: "events.by_name['Email Marked as Spam'] > 0"}
            - name: bored
              for_each: event.properties.category
              trait: {aggregate: count, events: [Product Viewed], window: 1h}
              when: value >= 2
            triggers:
            - name: cart
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0, select: last}
              - {id: order, not_followed_by: [Order Completed], or_when: size(cart.items) == 0}
              within: 1h
              expires_after: 1d
            - {name: thanks, steps: [{id: order, on: [Order Completed], select: every}], expires_after: 1d}
            - {name: sorry, steps: [{id: spam, on: [Email Marked as Spam]}], purpose: service, expires_after: 1d}
            - {name: question, steps: [{id: view, on: [Product Viewed]}], delay: 2h, expires_after: 1d}
            delivery:
              suppress: [listed, annoyed, bored]
              opt_in: [service]
            """;

    @TempDir
    private Path folder;

    private TriggerStory story;

    @BeforeEach
    void begin() {
        story = new TriggerStory(folder, DEFINITIONS);
    }

    @Test
    void whoIsOnTheListWhenItWouldBeToldIsToldNothing() throws IOException {
        list("2026-01-01T09:00:00.000Z", "ana", true);
        add("2026-01-01T10:00:00.000Z", "ana");
        order("2026-01-01T12:00:00.000Z", "ana");
        // He comes on it at the instant of the deadline, she leaves it then.
        add("2026-01-01T10:00:00.000Z", "ben");
        list("2026-01-01T11:00:00.000Z", "ben", true);
        list("2026-01-01T10:00:00.000Z", "cat", true);
        add("2026-01-01T10:00:00.000Z", "cat");
        list("2026-01-01T11:00:00.000Z", "cat", false);
        order("2026-01-01T12:00:00.000Z", "cat");

        story.backtest("2026-01-02T00:00:00Z");

        assertThat(story.fired())
                .containsExactly("2026-01-01T11:00:00.000Z cart cat", "2026-01-01T12:00:00.000Z thanks cat");
        assertThat(heldBack())
                .containsExactly(
                        "2026-01-01T11:00:00.000Z cart suppressed: in listed",
                        "2026-01-01T11:00:00.000Z cart suppressed: in listed",
                        "2026-01-01T12:00:00.000Z thanks suppressed: in listed");
    }

    /** As of an event means with what it does itself. Consent is asked first, and of several segments the first by name is told. */
    @Test
    void anEventThatSuppressesIsOneToWhichNothingIsTold() throws IOException {
        spam("2026-01-01T10:00:00.000Z", "ana", "'context':{'consent':{'categoryPreferences':{'service':true}}},");
        spam("2026-01-01T10:00:00.000Z", "ben", "");
        list("2026-01-01T11:00:00.000Z", "ana", true);
        order("2026-01-01T12:00:00.000Z", "ana");

        story.backtest("2026-01-02T00:00:00Z");

        assertThat(story.fired()).isEmpty();
        assertThat(heldBack())
                .containsExactly(
                        "2026-01-01T10:00:00.000Z sorry consent: service is not granted",
                        "2026-01-01T10:00:00.000Z sorry suppressed: in annoyed",
                        "2026-01-01T12:00:00.000Z thanks suppressed: in annoyed");
    }

    @Test
    void whatWaitsIsAskedWhenItIsTold() throws IOException {
        // Bored until 10:50, when the first view is an hour old.
        view("2026-01-01T09:50:00.000Z", "ana");
        view("2026-01-01T10:00:00.000Z", "ana");
        view("2026-01-01T10:00:00.000Z", "ben");
        view("2026-01-01T11:55:00.000Z", "ben");
        view("2026-01-01T11:58:00.000Z", "ben");

        story.backtest("2026-01-01T13:00:00Z");

        assertThat(story.fired())
                .containsExactly("2026-01-01T11:50:00.000Z question ana", "2026-01-01T12:00:00.000Z question ana");
        assertThat(heldBack()).containsExactly("2026-01-01T12:00:00.000Z question suppressed: in bored");
    }

    @Test
    void whatADeviceHasDoneIsNotToldToAnOwnerOnTheList() throws IOException {
        list("2026-01-01T09:00:00.000Z", "ana", true);
        story.trackDevice("2026-01-01T10:00:00.000Z", "phone", "Product Added", "'product_id':'p','price':'5'");
        story.login("2026-01-01T10:30:00.000Z", "ana", "phone");

        story.backtest("2026-01-01T12:00:00Z");

        assertThat(story.fired()).isEmpty();
        assertThat(heldBack()).containsExactly("2026-01-01T11:00:00.000Z cart suppressed: in listed");
    }

    /** What another has done counts for caps as if it had always been the customer's: had she been suppressed, nothing was told. */
    @Test
    void whatWouldHaveBeenSuppressedDoesNotCountForCaps() throws IOException {
        story = new TriggerStory(folder, DEFINITIONS.replace("opt_in:", "caps: [{most: 1, within: 1d}]\n  opt_in:"));
        list("2026-01-01T09:00:00.000Z", "ana", true);
        for (String user : List.of("ana", "ben")) {
            String device = "phone of " + user;
            story.trackDevice("2026-01-01T10:00:00.000Z", device, "Product Added", "'product_id':'p','price':'5'");
            story.login("2026-01-01T11:30:00.000Z", user, device);
        }
        list("2026-01-01T12:00:00.000Z", "ana", false);
        order("2026-01-01T13:00:00.000Z", "ana");
        order("2026-01-01T13:00:00.000Z", "ben");

        story.backtest("2026-01-02T00:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-01T11:00:00.000Z cart phone of ana",
                        "2026-01-01T11:00:00.000Z cart phone of ben",
                        "2026-01-01T13:00:00.000Z thanks ana");
        assertThat(heldBack()).containsExactly("2026-01-01T13:00:00.000Z thanks cap: 1 in 1d");
    }

    @Test
    void aSegmentThatIsNotInTheSetIsAMistakeAtItsPlace() throws IOException {
        Path definitions = Files.createDirectories(folder.resolve("mistaken"));
        Files.writeString(definitions.resolve("d.yaml"), DEFINITIONS.replace("annoyed, bored]", "anoyed, bored]"));
        CommandRun run = CommandRun.of("definitions", "check", definitions);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines().get(0)).endsWith("d.yaml:19:22: no segment 'anoyed' — did you mean 'annoyed'?");
    }

    private List<String> heldBack() throws IOException {
        return story.suppressed().stream()
                .map(BacktestSuppressionTest::words)
                .sorted()
                .toList();
    }

    private static String words(JsonNode line) {
        return "%s %s %s: %s"
                .formatted(
                        line.path("fired_at").asText(),
                        line.path("trigger").asText(),
                        line.path("reason").asText(),
                        line.path("detail").asText());
    }

    private void list(String at, String user, boolean isListed) {
        story.identify(at, user, "'do_not_contact':" + isListed);
    }

    private void add(String at, String user) {
        story.track(at, user, "Product Added", "'product_id':'p','price':'5'");
    }

    private void view(String at, String user) {
        story.track(at, user, "Product Viewed", "'category':'shoes'");
    }

    private void order(String at, String user) {
        story.track(at, user, "Order Completed", "'order_id':'o-%s','revenue':'5'".formatted(at));
    }

    private void spam(String at, String user, String more) {
        story.event(
                at,
                "'type':'track','event':'Email Marked as Spam','userId':'%s',%s'properties':{}".formatted(user, more));
    }
}
