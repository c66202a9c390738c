package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quiet hours by the clock on the customer's wall; in winter New York is 5 hours behind UTC, Warsaw 1 and Tokyo 9 ahead. */
class BacktestCustomerZoneTest {
    private static final String DEFINITIONS =
            """
            traits:
            - {name: timezone, aggregate: last, events: [Product Viewed], value: event.context.timezone}
            triggers:
            - name: cart
              steps:
              - {id: cart, on: [Product Added, Wishlist Product Added to Cart, Product Removed, Cart Updated], where: size(cart.items) > 0, select: last}
              - {id: order, not_followed_by: [Order Completed], or_when: size(cart.items) == 0}
              within: 1h
              expires_after: 2d
            - {name: thanks, steps: [{id: order, on: [Order Completed], select: every}], expires_after: 2d}
            delivery:
              quiet_hours: {from: "22:00", to: "08:00", zone: Europe/Warsaw, customer_zone: %s, then: %s}
            """;

    @TempDir
    private Path folder;

    private TriggerStory story;

    private void begin(String customerZone, String then) {
        story = new TriggerStory(folder, DEFINITIONS.formatted(customerZone, then));
    }

    @Test
    void theClockIsThatOfTheCustomerIfItHasOne() throws IOException {
        begin("traits.time_zone", "drop");
        zone("2026-01-05T10:00:00.000Z", "ana", "'America/New_York'");
        zone("2026-01-05T10:00:00.000Z", "ben", "'America/New_Yrok'");
        zone("2026-01-05T10:00:00.000Z", "dan", "17");
        for (String user : List.of("ana", "ben", "cat", "dan")) {
            order("2026-01-05T21:30:00.000Z", user);
            order("2026-01-06T04:00:00.000Z", user);
        }

        story.backtest("2026-01-08T00:00:00Z");

        assertThat(story.fired()).containsExactly("2026-01-05T21:30:00.000Z thanks ana");
        assertThat(heldBack())
                .filteredOn(line -> line.contains("New_York"))
                .containsExactly("2026-01-06T04:00:00.000Z thanks quiet_hours: 22:00-08:00 America/New_York");
        assertThat(heldBack())
                .hasSize(7)
                .filteredOn(line -> line.endsWith("Europe/Warsaw"))
                .hasSize(6);
    }

    @Test
    void whatFiresAtNightIsToldInTheMorningOfTheCustomer() throws IOException {
        begin("computed.timezone", "postpone");
        view("2026-01-05T10:00:00.000Z", "ana", "America/New_York");
        view("2026-01-05T10:00:00.000Z", "ben", "Asia/Tokyo");
        for (String user : List.of("ana", "ben", "cat")) {
            add("2026-01-06T02:30:00.000Z", user);
        }

        story.backtest("2026-01-08T00:00:00Z");

        assertThat(told())
                .containsExactly(
                        "2026-01-06T03:30:00.000Z cart ana 2026-01-06T13:00:00.000Z",
                        "2026-01-06T03:30:00.000Z cart ben ",
                        "2026-01-06T03:30:00.000Z cart cat 2026-01-06T07:00:00.000Z");
    }

    /** As of the instant at which it fires, with what happens at it; and again as of that at which it would be told. */
    @Test
    void whoTravelsIsAskedAgain() throws IOException {
        begin("traits.time_zone", "postpone");
        // It fires at half past nine in the evening in Warsaw; the order itself says where he is, an instant later does
        // not.
        story.event(
                "2026-01-05T20:30:00.000Z",
                "'type':'track','event':'Order Completed','userId':'ana','properties':{'order_id':'o1'},"
                        + "'context':{'traits':{'time_zone':'Asia/Tokyo'}}");
        order("2026-01-05T20:30:00.000Z", "ben");
        zone("2026-01-05T20:30:00.001Z", "ben", "'Asia/Tokyo'");
        // At eight in the morning in Warsaw it is two at night in New York.
        order("2026-01-05T22:30:00.000Z", "cat");
        zone("2026-01-06T06:59:59.999Z", "cat", "'America/New_York'");
        // And on and on, for up to 31 hours.
        order("2026-01-05T22:30:00.000Z", "dan");
        zone("2026-01-06T06:00:00.000Z", "dan", "'America/New_York'");
        zone("2026-01-06T12:59:00.000Z", "dan", "'Pacific/Auckland'");
        zone("2026-01-06T18:59:00.000Z", "dan", "'Asia/Kathmandu'");

        story.backtest("2026-01-09T00:00:00Z");

        assertThat(told())
                .containsExactly(
                        "2026-01-05T20:30:00.000Z thanks ana 2026-01-05T23:00:00.000Z",
                        "2026-01-05T20:30:00.000Z thanks ben ",
                        "2026-01-05T22:30:00.000Z thanks cat 2026-01-06T13:00:00.000Z",
                        "2026-01-05T22:30:00.000Z thanks dan 2026-01-07T02:15:00.000Z");
    }

    @Test
    void whatADeviceHasLeftWaitsForTheMorningOfItsOwner() throws IOException {
        begin("traits.time_zone", "postpone");
        zone("2026-01-05T10:00:00.000Z", "ana", "'Europe/Lisbon'");
        story.trackDevice("2026-01-05T22:00:00.000Z", "phone", "Product Added", "'product_id':'p','price':'5'");
        story.login("2026-01-05T23:30:00.000Z", "ana", "phone");

        story.backtest("2026-01-08T00:00:00Z");

        assertThat(told()).containsExactly("2026-01-05T23:00:00.000Z cart ana 2026-01-06T08:00:00.000Z");
    }

    /** Nobody is told twice of a cart, wherever it turns out to be left. */
    @Test
    void whatWasToldIsNotToldAgainWhereItWasNight() throws IOException {
        begin("traits.time_zone", "postpone");
        add("2026-01-05T18:00:00.000Z", "ana");
        story.event(
                "2026-01-05T10:00:00.000Z",
                "'type':'identify','anonymousId':'phone','traits':{'time_zone':'Asia/Tokyo'}");
        story.login("2026-01-05T19:30:00.000Z", "ana", "phone");

        story.backtest("2026-01-08T00:00:00Z");

        assertThat(told()).containsExactly("2026-01-05T19:00:00.000Z cart ana ");
    }

    private List<String> told() throws IOException {
        return story.triggers().stream()
                .map(line -> story.words(line) + " " + line.path("postponed_to").asText())
                .sorted()
                .toList();
    }

    private List<String> heldBack() throws IOException {
        return story.suppressed().stream()
                .map(BacktestCustomerZoneTest::words)
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

    private void zone(String at, String user, String zone) {
        story.identify(at, user, "'time_zone':" + zone);
    }

    private void add(String at, String user) {
        story.track(at, user, "Product Added", "'product_id':'p','price':'5'");
    }

    private void view(String at, String user, String zone) {
        story.event(
                at,
                "'type':'track','event':'Product Viewed','userId':'%s','properties':{},'context':{'timezone':'%s'}"
                        .formatted(user, zone));
    }

    private void order(String at, String user) {
        story.track(at, user, "Order Completed", "'order_id':'o-%s','revenue':'5'".formatted(at));
    }
}
