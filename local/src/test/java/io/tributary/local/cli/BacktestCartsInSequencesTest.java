package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers of sequences that look at the cart as of their events. */
class BacktestCartsInSequencesTest {
    private static final String UNTIL = "2026-02-10T00:00:00Z";

    private static final String DEFINITIONS =
            """
            triggers:
            - name: large_checkout
              steps:
              - {id: checkout, on: [Checkout Started], where: cart.value.USD >= 100}
              - {id: order, not_followed_by: [Order Completed]}
              within: 1h
              reminders: [{id: day, after: 23h, when: size(cart.items) > 1}]
              expires_after: 24h
              payload: {items: cart.items, usd: cart.value.USD, products: size(cart.items), value: cart.value, changed: cart.updated_at}
            """;

    @TempDir
    private Path folder;

    private TriggerStory story;

    @BeforeEach
    void begin() {
        story = new TriggerStory(folder, DEFINITIONS);
    }

    @Test
    void theCartIsThatAsOfTheEvent() throws IOException {
        added("2026-01-01T10:00:00.000Z", "ana", "coat", "119.90");
        started("2026-01-01T10:01:00.000Z", "ana");
        added("2026-01-01T10:02:00.000Z", "ana", "hat", "10.00");
        added("2026-01-01T10:00:00.000Z", "ben", "hat", "10.00");
        started("2026-01-01T10:01:00.000Z", "ben");
        added("2026-01-01T10:02:00.000Z", "ben", "coat", "119.90");
        added("2026-01-01T10:00:00.000Z", "eve", "coat", "119.90");
        // At the same instant as the checkout, and before it in the order of events.
        added("2026-01-01T10:01:00.000Z", "eve", "hat", "10.00");
        started("2026-01-01T10:01:00.000Z", "eve");

        story.backtest(UNTIL);

        assertThat(fired())
                .containsExactly(
                        "2026-01-01T11:01:00.000Z m-1", "2026-01-01T11:01:00.000Z m-8", "2026-01-02T10:01:00.000Z m-8");
        assertThat(story.triggers().stream()
                        .filter(line -> line.path("anchor_message_id").asText().equals("m-1")))
                .singleElement()
                .satisfies(
                        line -> assertThat(line.path("payload"))
                                .hasToString(
                                        """
                                {"changed":"2026-01-01T10:00:00.000Z",\
                                "items":[{"product_id":"coat","quantity":1,"price":"119.90"}],\
                                "products":1,"usd":"119.90","value":{"USD":"119.90"}}"""));
    }

    /** What lay in the cart before an order is nothing to what comes behind it, nor the other way round. */
    @Test
    void anOrderEmptiesTheCartForWhatComesBehindIt() throws IOException {
        added("2026-01-01T10:00:00.000Z", "ana", "coat", "119.90");
        started("2026-01-01T10:01:00.000Z", "ana");
        ordered("2026-01-01T10:02:00.000Z", "ana");
        started("2026-01-01T10:03:00.000Z", "ana");
        added("2026-01-02T10:00:00.000Z", "ana", "coat", "119.90");
        started("2026-01-02T10:01:00.000Z", "ana");

        story.backtest(UNTIL);

        assertThat(fired()).containsExactly("2026-01-02T11:01:00.000Z m-5");
    }

    @Test
    void aCartThatNobodyHasTouchedForThirtyDaysCountsAsEmpty() throws IOException {
        for (String user : List.of("ana", "ben")) {
            added("2026-01-01T10:00:00.000Z", user, "coat", "119.90");
        }
        started("2026-01-31T10:00:00.000Z", "ana");
        started("2026-01-31T10:00:00.001Z", "ben");

        story.backtest(UNTIL);

        assertThat(fired()).containsExactly("2026-01-31T11:00:00.000Z m-2");
    }

    /** Who turns out to be one has one cart; what was in it before it was replaced is not known any more. */
    @Test
    void aMergerLooksAtTheOneCartOfBoth() throws IOException {
        story.login("2026-01-01T09:00:00.000Z", "ana", "lap");
        story.trackDevice("2026-01-01T10:00:00.000Z", "phone", "Product Added", "'product_id':'coat','price':'70'");
        added("2026-01-01T10:00:30.000Z", "ana", "hat", "40.00");
        story.trackDevice("2026-01-01T10:01:00.000Z", "phone", "Checkout Started", "'n':1");
        story.trackDevice("2026-01-01T10:00:00.000Z", "tablet", "Product Added", "'product_id':'coat','price':'170'");
        story.trackDevice("2026-01-01T10:01:00.000Z", "tablet", "Checkout Started", "'n':1");
        story.trackDevice(
                "2026-01-01T10:02:00.000Z",
                "tablet",
                "Cart Updated",
                "'products':[{'product_id':'coat','price':'170'}]");
        story.login("2026-01-01T10:10:00.000Z", "ana", "phone");
        story.login("2026-01-01T10:10:00.000Z", "eve", "tablet");

        story.backtest(UNTIL);

        assertThat(fired()).containsExactly("2026-01-01T11:01:00.000Z m-3", "2026-01-02T10:01:00.000Z m-3");
        assertThat(story.triggers().get(0).at("/payload/usd").asText()).isEqualTo("110.00");
    }

    @Test
    void itemsThatTakeTooMuchAreLeftOut() throws IOException {
        String name = "x".repeat(1_000);
        for (int i = 0; i < 10; i++) {
            story.event(
                    "2026-01-01T10:00:00.000Z",
                    "'userId':'ana','type':'track','event':'Product Added','properties':{'product_id':'p%d','price':'11','name':'%s'}"
                            .formatted(i, name));
        }
        started("2026-01-01T10:01:00.000Z", "ana");

        story.backtest(UNTIL);

        assertThat(fired()).containsExactly("2026-01-01T11:01:00.000Z m-10");
        assertThat(story.triggers().get(0).path("payload"))
                .hasToString(
                        "{\"changed\":\"2026-01-01T10:00:00.000Z\",\"usd\":\"110.00\",\"value\":{\"USD\":\"110.00\"}}");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    private void added(String at, String user, String product, String price) {
        story.track(at, user, "Product Added", "'product_id':'%s','price':'%s'".formatted(product, price));
    }

    private void started(String at, String user) {
        story.track(at, user, "Checkout Started", "'n':1");
    }

    private void ordered(String at, String user) {
        story.track(at, user, "Order Completed", "'revenue':'10'");
    }

    private List<String> fired() throws IOException {
        return story.triggers().stream()
                .map(line -> "%s %s"
                        .formatted(
                                line.path("fired_at").asText(),
                                line.path("anchor_message_id").asText()))
                .sorted()
                .toList();
    }
}
