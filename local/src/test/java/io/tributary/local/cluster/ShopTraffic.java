package io.tributary.local.cluster;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a few hundred customers do in three batches of half an hour, two hours apart, and what must come of it.
 *
 * <p>Every customer views products in every batch; half of them once put something into the cart, and half of these
 * buy it ten minutes later. So deadlines of abandoned carts pass while the following batch is read.
 */
final class ShopTraffic {
    static final int BATCHES = 3;
    /** Behind every deadline. */
    static final Instant END = Instant.parse("2026-01-05T20:00:00Z");

    static final int REPETITIONS = 25;
    /** Why each of the {@link #broken()} records is refused. */
    static final List<String> BROKEN = List.of("bad_value", "not_json", "not_json", "unknown_type");

    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final List<List<Event>> batches = new ArrayList<>();
    private final Map<String, Expected> expected = new TreeMap<>();
    private final TreeSet<String> abandoned = new TreeSet<>();

    /** An event as it is sent. */
    record Event(String userId, String messageId, Instant at, byte[] json) {}

    /** What a customer's profile must say in the end. */
    static final class Expected {
        final Map<String, Integer> byName = new HashMap<>();
        int events;
        int orders;
        BigDecimal revenue = BigDecimal.ZERO;
    }

    ShopTraffic(int customers) {
        for (int batch = 0; batch < BATCHES; batch++) {
            batches.add(batch(customers, batch));
        }
    }

    /** A batch in the order of time, each event once. */
    List<Event> batch(int index) {
        return batches.get(index);
    }

    /** A batch, and then some events of the one before once more, as clients do that have lost an answer. */
    List<Event> batchWithRepetitions(int index) {
        var events = new ArrayList<>(batches.get(index));
        events.addAll(batches.get(index - 1).subList(0, REPETITIONS));
        return events;
    }

    /** Records that nobody can read as events, while the second batch goes on. */
    List<Event> broken() {
        var at = START.plus(Duration.ofHours(2));
        var noEvents = List.of(
                "{\"type\":\"track\",",
                "no event at all",
                "{\"type\":\"tock\",\"userId\":\"shopper-1\",\"timestamp\":\"%s\"}".formatted(at),
                ("{\"type\":\"track\",\"userId\":\"shopper-1\",\"timestamp\":\"%s\",\"event\":\"Product Added\","
                                + "\"properties\":{\"product_id\":\"p-1\",\"quantity\":\"many\"}}")
                        .formatted(at));
        return noEvents.stream()
                .map(json -> new Event("shopper-1", "", at, json.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /** Message ids of all events of the first batches. */
    List<String> messageIds(int numberOfBatches) {
        return batches.subList(0, numberOfBatches).stream()
                .flatMap(List::stream)
                .map(Event::messageId)
                .sorted()
                .toList();
    }

    /** By customer id. */
    Map<String, Expected> expected() {
        return Collections.unmodifiableMap(expected);
    }

    /** Message ids of the cart events whose deadline passes without an order. */
    List<String> abandoned() {
        return List.copyOf(abandoned);
    }

    private List<Event> batch(int customers, int batch) {
        var events = new ArrayList<Event>();
        for (int customer = 0; customer < customers; customer++) {
            var at = START.plus(Duration.ofHours(2L * batch)).plusSeconds(customer);
            int views = 1 + (customer + batch) % 3;
            for (int view = 0; view < views; view++) {
                events.add(event(customer, batch, "view-" + view, "Product Viewed", at.plusSeconds(view), null));
            }
            if (customer % 2 == 0 && (customer + batch) % BATCHES == 0) {
                var added = event(customer, batch, "add", "Product Added", at.plusSeconds(60), "12.50");
                events.add(added);
                if (customer % 4 == 0) {
                    events.add(event(customer, batch, "order", "Order Completed", at.plusSeconds(660), "12.50"));
                } else {
                    abandoned.add(added.messageId());
                }
            }
        }
        events.sort(Comparator.comparing(Event::at).thenComparing(Event::messageId));
        return events;
    }

    private Event event(int customer, int batch, String step, String name, Instant at, String price) {
        var userId = "shopper-" + customer;
        var messageId = "m-%d-%d-%s".formatted(batch, customer, step);
        var event = JSON.createObjectNode()
                .put("type", "track")
                .put("messageId", messageId)
                .put("timestamp", at.toString())
                .put("userId", userId)
                .put("event", name);
        var properties = event.putObject("properties").put("product_id", "p-" + customer % 7);
        if (price != null) {
            properties.put("price", new BigDecimal(price)).put("quantity", 1).put("currency", "USD");
        }
        var profile = expected.computeIfAbsent(customerId(userId), id -> new Expected());
        profile.events++;
        profile.byName.merge(name, 1, Integer::sum);
        if (name.equals("Order Completed")) {
            var revenue = new BigDecimal(price);
            properties.put("order_id", "o-" + customer).put("revenue", revenue);
            profile.orders++;
            profile.revenue = profile.revenue.add(revenue);
        }
        return new Event(userId, messageId, at, event.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String customerId(String userId) {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256").digest(("user_id:" + userId).getBytes(StandardCharsets.UTF_8));
            return "c_" + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
