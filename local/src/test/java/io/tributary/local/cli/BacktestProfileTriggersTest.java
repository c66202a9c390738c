package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that ask for the profile as of an event: by segment. */
class BacktestProfileTriggersTest {
    private static final String DEFINITIONS =
            """
            segments:
            - {name: vip, when: orders.revenue.USD >= 100}
            - {name: fresh, when: days_since(first_seen) < 1}
            - name: fan
              for_each: event.properties.category
              trait: {aggregate: count, events: [Product Viewed], window: 1h}
              when: value >= 2
            triggers:
            - name: cart_of_vip
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0 && in_segment('vip'), select: last}
              - {id: order, not_followed_by: [Order Completed], or_when: size(cart.items) == 0}
              within: 1h
              reminders:
              - {id: fresh, after: 1h, when: in_segment('fresh')}
              expires_after: 1d
              payload: {vip: in_segment('vip'), kind: "in_segment('fresh') ? 'new' : 'known'", fan: in_segment('fan')}
            - name: order_of_stranger
              steps: [{id: order, on: [Order Completed], where: "!in_segment('vip')", select: every}]
              expires_after: 1d
            - name: became_vip_then_came_back
              steps:
              - {id: view, on: [Product Viewed], where: "!in_segment('vip')", select: every}
              - {id: again, followed_by: [Product Viewed], where: in_segment('vip')}
              within: 2h
              expires_after: 1d
              payload: {fan: in_segment('fan')}
            """;

    @TempDir
    private Path folder;

    private TriggerStory story;

    @BeforeEach
    void begin() {
        story = new TriggerStory(folder, DEFINITIONS);
    }

    @Test
    void aCartIsAskedForTheSegmentsAsOfItsLastEvent() throws IOException {
        order("2026-01-01T10:00:00.000Z", "ana", 120);
        add("2026-01-01T10:30:00.000Z", "ana");
        // By then an order makes a VIP of him, but his cart was left before.
        add("2026-01-01T10:30:00.000Z", "ben");
        order("2026-01-01T12:30:00.000Z", "ben", 120);
        // On the next day nobody is fresh.
        add("2026-01-02T10:30:00.000Z", "ben");

        story.backtest("2026-01-03T00:00:00Z");

        assertThat(story.fired())
                .filteredOn(line -> line.contains("cart_of_vip"))
                .containsExactly(
                        "2026-01-01T11:30:00.000Z cart_of_vip ana",
                        "2026-01-01T12:30:00.000Z cart_of_vip ana",
                        "2026-01-02T11:30:00.000Z cart_of_vip ben");
        assertThat(story.triggers("cart_of_vip"))
                .extracting(line -> line.path("payload").toString())
                .containsExactly(
                        "{\"fan\":false,\"kind\":\"new\",\"vip\":true}",
                        "{\"fan\":false,\"kind\":\"new\",\"vip\":true}",
                        "{\"fan\":false,\"kind\":\"known\",\"vip\":true}");
    }

    /** As of an event means with all that has happened at its instant, the event itself included. */
    @Test
    void anEventIsAskedForTheSegmentsThatItMakesItself() throws IOException {
        order("2026-01-01T10:00:00.000Z", "ana", 60);
        order("2026-01-01T11:00:00.000Z", "ana", 60);
        order("2026-01-01T12:00:00.000Z", "ana", 60);

        story.backtest("2026-01-03T00:00:00Z");

        assertThat(story.fired()).containsExactly("2026-01-01T10:00:00.000Z order_of_stranger ana");
    }

    @Test
    void eachStepIsAskedAsOfItsOwnEvent() throws IOException {
        view("2026-01-01T10:00:00.000Z", "ana");
        view("2026-01-01T10:10:00.000Z", "ana");
        order("2026-01-01T10:20:00.000Z", "ana", 100);
        view("2026-01-01T10:30:00.000Z", "ana");
        // The view at 10:30 was a VIP's.
        view("2026-01-01T11:45:00.000Z", "ana");

        story.backtest("2026-01-03T00:00:00Z");

        assertThat(story.fired())
                .containsExactly(
                        "2026-01-01T10:30:00.000Z became_vip_then_came_back ana",
                        "2026-01-01T10:30:00.000Z became_vip_then_came_back ana");
        assertThat(story.triggers("became_vip_then_came_back").get(0).path("payload"))
                .hasToString("{\"fan\":true}");
    }

    /** Whoever becomes one with another is seen with the segments in which it is from then on, in all that it has done. */
    @Test
    void aCartThatComesWithADeviceIsAVipsIfItsOwnerIsOne() throws IOException {
        order("2026-01-01T10:00:00.000Z", "ana", 120);
        story.trackDevice("2026-01-01T10:30:00.000Z", "phone", "Product Added", "'product_id':'p','price':'5'");
        story.login("2026-01-01T10:40:00.000Z", "ana", "phone");
        story.trackDevice("2026-01-01T10:30:00.000Z", "tablet", "Product Added", "'product_id':'p','price':'5'");
        story.login("2026-01-01T10:40:00.000Z", "ben", "tablet");

        story.backtest("2026-01-01T12:00:00Z");

        assertThat(story.fired()).containsExactly("2026-01-01T11:30:00.000Z cart_of_vip ana");
    }

    @Test
    void whatCantBeAskedIsAMistakeAtItsPlace() throws IOException {
        assertThat(story.mistake("in_segment('vip'), select: last", "in_segment('vpi'), select: last"))
                .endsWith("d.yaml:11:143: no segment 'vpi' — did you mean 'vip'?");
        assertThat(story.mistake("in_segment('vip'), select: last", "in_segment('vip') == true, select: last"))
                .endsWith("'in_segment' has to be a condition of its own: connect it by &&, || and !");
        assertThat(story.mistake("{fan: in_segment('fan')}", "{fan: computed.views}"))
                .contains(
                        "'computed' is for the 'when' of segments: a trigger asks for one of those by in_segment('its name')");
    }

    private void add(String at, String user) {
        story.track(at, user, "Product Added", "'product_id':'p','price':'5'");
    }

    private void view(String at, String user) {
        story.track(at, user, "Product Viewed", "'category':'shoes'");
    }

    private void order(String at, String user, int revenue) {
        story.track(at, user, "Order Completed", "'order_id':'o-%s','revenue':'%d'".formatted(at, revenue));
    }
}
