package io.tributary.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Ana's and Ben's story, told from the suite's outputs: a line comes when its facts have been observed, in their words and
 * figures, and after the lines before it. Facts that differ from the script are never told, so an untold line says what
 * did not happen.
 */
final class Story {
    /**
     * A line of the story.
     *
     * @param at shop time
     * @param important whether it is a turning point
     */
    record Line(Instant at, String text, boolean important) {}

    /** @param expected what must be observed, for whoever asks what is missing */
    private record Scene(String expected, boolean important, Function<Observations, Optional<Telling>> look) {}

    private record Telling(Instant at, String text) {}

    private static final String ADDED = "Product Added";
    private static final String ORDERED = "Order Completed";

    private final Deque<Scene> untold;

    /** @param deadline when abandoned_cart must fire for Ana */
    Story(Instant deadline) {
        untold = new ArrayDeque<>(
                List.of(
                        scene(
                                "Ana's first visit",
                                look -> look.ana(ana -> ana.event("identify", 0)
                                        .map(event -> telling(event, "Ana signs up for the newsletter on her phone")))),
                        cartScene("Ana's first item", 0, "35.00", "Ana's phone adds a pair of boots"),
                        cartScene("Ana's second item", 1, "64.00", "Ana's phone adds a lamp"),
                        cartScene("Ana's third item", 2, "84.00", "Ana's phone adds an atlas, and she leaves"),
                        scene(
                                "Ben's cart",
                                look -> look.ben(ben -> ben.event(ADDED, 0)
                                        .filter(event -> cartIs(event.path("cart"), 1, "40.00"))
                                        .map(event -> telling(event, "Ben adds a kettle: 1 item, $40.00")))),
                        new Scene(
                                "the merger of Ana's customers",
                                true,
                                look -> look.ana(ana -> ana.event("identify", 1)
                                        .filter(event -> ana.mergers() == 2)
                                        .map(event ->
                                                telling(event, "Ana logs in on a laptop: 2 customers become 1")))),
                        scene(
                                "Ben's order",
                                look -> look.ben(ben -> ben.event(ORDERED, 0)
                                        .filter(event -> hasOrdered(ben, event, "40.00"))
                                        .map(event -> telling(
                                                event, "Ben pays within the hour: $40.00, his cart is empty")))),
                        new Scene(
                                "abandoned_cart for Ana at " + deadline,
                                true,
                                look -> look.ana(
                                        ana -> ana.triggers().stream()
                                                .findFirst()
                                                .filter(trigger -> Instant.parse(trigger.path("fired_at")
                                                                .asText())
                                                        .equals(deadline))
                                                .filter(trigger -> cartIs(trigger.path("payload"), 3, "84.00"))
                                                .map(
                                                        trigger -> new Telling(
                                                                deadline,
                                                                "abandoned_cart fires for Ana, exactly 1 h after her last item: 3 items, $84.00")))),
                        scene(
                                "Ana's reading the reminder",
                                look -> look.ana(ana -> ana.event("Email Opened", 0)
                                        .map(event -> telling(event, "Ana opens the reminder")))),
                        new Scene(
                                "Ana's order",
                                true,
                                look -> look.ana(
                                        ana -> ana.event(ORDERED, 0)
                                                .filter(event -> hasOrdered(ana, event, "84.00"))
                                                .filter(event -> ana.profile()
                                                                .at("/identifiers/anonymous_id")
                                                                .size()
                                                        == 2)
                                                .map(
                                                        event -> telling(
                                                                event,
                                                                "Ana buys on her laptop: $84.00 recovered. Cart empty, one profile, 2 devices"))))));
    }

    private static Scene scene(String expected, Function<Observations, Optional<Telling>> look) {
        return new Scene(expected, false, look);
    }

    private static Scene cartScene(String expected, int index, String value, String text) {
        int items = index + 1;
        return scene(
                expected,
                look -> look.ana(ana -> ana.event(ADDED, index)
                        .filter(event -> cartIs(event.path("cart"), items, value))
                        .map(event -> telling(
                                event, "%s: %d item%s, $%s".formatted(text, items, items == 1 ? "" : "s", value)))));
    }

    private static boolean hasOrdered(Customer customer, JsonNode event, String revenue) {
        var profile = customer.profile();
        return !event.has("cart")
                && !profile.has("cart")
                && profile.at("/orders/count").asInt() == 1
                && profile.at("/orders/revenue/USD").asText().equals(revenue);
    }

    private static boolean cartIs(JsonNode cart, int items, String value) {
        return cart.path("items").size() == items
                && cart.at("/value/USD").asText().equals(value);
    }

    private static Telling telling(JsonNode customerEvent, String text) {
        return new Telling(
                Instant.parse(customerEvent.path("event").path("timestamp").asText()), text);
    }

    /** The lines that can be told by now and have not been told before. */
    List<Line> tell(Observations observations) {
        var lines = new ArrayList<Line>();
        while (!untold.isEmpty()) {
            var scene = untold.peek();
            var telling = scene.look().apply(observations);
            if (telling.isEmpty()) {
                break;
            }
            untold.remove();
            lines.add(new Line(telling.get().at(), telling.get().text(), scene.important()));
        }
        return lines;
    }

    /** What has to be observed before the story goes on; empty at its end. */
    Optional<String> missing() {
        return Optional.ofNullable(untold.peek()).map(Scene::expected);
    }
}
