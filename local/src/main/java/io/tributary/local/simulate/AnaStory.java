package io.tributary.local.simulate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Ana's phone, of which only her e-mail is known, leaves a cart worth $84; she logs in on her laptop, so that two
 * customers become one, is reminded once and buys. Ben, the control, pays in time, so nothing may fire for him.
 */
public final class AnaStory {
    public static final String ANA = "ana-42";
    public static final String ANAS_EMAIL = "ana@example.com";
    public static final String BEN = "ben-7";
    public static final String ANAS_PHONE = "a-ana-phone";
    public static final String ANAS_LAPTOP = "a-ana-laptop";
    public static final String BENS_LAPTOP = "a-ben-laptop";

    /** What an abandoned cart waits for by default. */
    private static final Duration ABANDONED_AFTER = Duration.ofHours(1);

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration NETWORK = Duration.ofMillis(120);

    private static final Item BOOTS = new Item("prod-2001", "Alder Boot", "shoes", "35.00", 1);
    private static final Item LAMP = new Item("prod-2002", "Juno Lamp", "home", "29.00", 1);
    private static final Item ATLAS = new Item("prod-2003", "Fjell Atlas", "books", "20.00", 1);
    private static final Item KETTLE = new Item("prod-2004", "Corvo Kettle", "kitchen", "40.00", 1);
    private static final String ANAS_TOTAL = "84.00";
    private static final String BENS_TOTAL = "40.00";

    private final Instant start;
    private final List<StoryStep> steps = new ArrayList<>();

    private AnaStory(Instant start) {
        this.start = start;
    }

    /** The steps in time order; the first is at {@code start}, the last 85 minutes later. */
    public static List<StoryStep> lines(Instant start) {
        AnaStory story = new AnaStory(start);
        story.ana();
        story.ben();
        story.steps.sort(Comparator.comparing(StoryStep::at));
        return List.copyOf(story.steps);
    }

    private void ana() {
        identify(at(0), "Ana signs up for the newsletter on her phone", ANAS_PHONE, null, ANAS_EMAIL, "Ana");
        add(at(240), "Ana's phone adds boots, $35", ANAS_PHONE, null, BOOTS);
        add(at(480), "Ana's phone adds a lamp, $29", ANAS_PHONE, null, LAMP);
        add(at(720), "Ana's phone adds an atlas, $20: 3 items, $84, and she leaves", ANAS_PHONE, null, ATLAS);
        look(at(1_500), "A laptop looks around", ANAS_LAPTOP);
        identify(at(1_800), "Ana logs in on that laptop: 2 customers become 1", ANAS_LAPTOP, ANA, ANAS_EMAIL, "Ana");
        Instant deadline = at(720).plus(ABANDONED_AFTER);
        expect(deadline, "An hour after the last item abandoned_cart fires, once: 3 items, $84");
        mailOpened(deadline.plus(Duration.ofMinutes(5)), "Ana opens the reminder");
        order(
                at(5_100),
                "Ana buys on the laptop: $84 recovered",
                ANAS_LAPTOP,
                ANA,
                "o-ana",
                ANAS_TOTAL,
                List.of(BOOTS, LAMP, ATLAS));
    }

    private void ben() {
        identify(at(900), "Ben logs in", BENS_LAPTOP, BEN, "ben@example.com", "Ben");
        add(at(1_080), "Ben adds a kettle, $40", BENS_LAPTOP, BEN, KETTLE);
        order(
                at(2_700),
                "Ben pays within the hour: nothing fires",
                BENS_LAPTOP,
                BEN,
                "o-ben",
                BENS_TOTAL,
                List.of(KETTLE));
    }

    private Instant at(long seconds) {
        return start.plusSeconds(seconds);
    }

    private void add(Instant at, String text, String anonymousId, String userId, Item item) {
        ObjectNode event = track(at, "Product Added", anonymousId, userId);
        item.writeTo(event.putObject("properties").put("currency", "USD"));
        step(at, text, event);
    }

    private void look(Instant at, String text, String anonymousId) {
        ObjectNode event = event(at, "page", anonymousId, null).put("name", "Home");
        step(at, text, event);
    }

    private void identify(Instant at, String text, String anonymousId, String userId, String email, String name) {
        ObjectNode event = event(at, "identify", anonymousId, userId);
        event.putObject("traits").put("email", email).put("firstName", name).put("country", "US");
        step(at, text, event);
    }

    private void mailOpened(Instant at, String text) {
        ObjectNode event = track(at, "Email Opened", null, ANA);
        event.putObject("properties").put("campaign_name", "abandoned cart");
        step(at, text, event);
    }

    private void order(
            Instant at, String text, String anonymousId, String userId, String id, String total, List<Item> items) {
        ObjectNode event = track(at, "Order Completed", anonymousId, userId);
        ObjectNode properties = event.putObject("properties");
        properties
                .put("order_id", id + "-" + start.toEpochMilli())
                .put("currency", "USD")
                .put("revenue", new BigDecimal(total));
        items.forEach(item -> item.writeTo(properties.withArray("products").addObject()));
        step(at, text, event);
    }

    private void expect(Instant at, String text) {
        steps.add(new StoryStep(at, text, Optional.empty()));
    }

    private ObjectNode track(Instant at, String name, String anonymousId, String userId) {
        return event(at, "track", anonymousId, userId).put("event", name);
    }

    /** Ids tell the story's start, so that a story told twice into one stack is not taken for a retry. */
    private ObjectNode event(Instant at, String type, String anonymousId, String userId) {
        ObjectNode event = MAPPER.createObjectNode();
        event.put("messageId", "story-" + start.toEpochMilli() + "-" + (steps.size() + 1));
        event.put("type", type);
        if (anonymousId != null) {
            event.put("anonymousId", anonymousId);
        }
        if (userId != null) {
            event.put("userId", userId);
        }
        IsoTime times = new IsoTime();
        event.put("timestamp", times.format(at.toEpochMilli()));
        event.put("sentAt", times.format(at.toEpochMilli()));
        event.put("receivedAt", times.format(at.plus(NETWORK).toEpochMilli()));
        return event;
    }

    private void step(Instant at, String text, ObjectNode event) {
        steps.add(new StoryStep(at, text, Optional.of(event.toString())));
    }

    private record Item(String id, String name, String category, String price, int quantity) {
        void writeTo(ObjectNode target) {
            target.put("product_id", id).put("name", name).put("category", category);
            target.put("price", new BigDecimal(price)).put("quantity", quantity);
        }
    }
}
