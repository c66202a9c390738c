package io.tributary.schemas.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Accepted events of one customer that fill every list and every text to its limit, in the order of their time: what a
 * sender can do at most to the size of a profile, a cart and whatever is made of them.
 *
 * <p>Texts are of random characters, which nothing compresses, or of control characters, which take six bytes each.
 */
public final class LargestEvents {
    private static final int TEXT = 1_024;
    private static final int NAME = 256;
    private static final int TRAIT = 32 * 1_024;
    private static final String DIGITS = "9".repeat(30) + "." + "9".repeat(50);

    private final ObjectMapper json = new ObjectMapper();
    private final Random random = new Random(42);
    private final List<byte[]> events = new ArrayList<>();
    private final String userId;
    private long now = Timestamps.parse("2026-01-05T09:30:00.000Z");

    private LargestEvents(String userId) {
        this.userId = userId;
    }

    public static List<byte[]> of(String userId) {
        LargestEvents largest = new LargestEvents(userId);
        largest.names();
        largest.orders();
        largest.consent();
        largest.identifiers();
        // Behind what is written with them each time.
        largest.traits();
        largest.carts();
        largest.page();
        return largest.events;
    }

    /** 64 of 1,024 characters on an event, more than 1,000 in all. */
    private void identifiers() {
        for (int event = 0; event < 17; event++) {
            ObjectNode page = event("page");
            ArrayNode externalIds = page.putObject("context").putArray("externalIds");
            for (int i = 0; i < 63; i++) {
                externalIds.addObject().put("type", "device_id").put("id", "c" + controls(TEXT - 2) + "c");
            }
            add(page);
        }
    }

    private void names() {
        for (int i = 0; i < 210; i++) {
            add(track(controls(NAME)));
        }
    }

    /** 31 on an event, more than 300 in all. */
    private void traits() {
        for (int event = 0; event < 11; event++) {
            ObjectNode identify = event("identify");
            ObjectNode traits = identify.putObject("traits");
            for (int i = 0; i < 31; i++) {
                traits.put("t" + event + "-" + i, letters(TRAIT - 2));
            }
            add(identify);
        }
    }

    private void consent() {
        ObjectNode identify = event("identify");
        ObjectNode preferences =
                identify.putObject("context").putObject("consent").putObject("categoryPreferences");
        for (int i = 0; i < 32; i++) {
            preferences.put(controls(NAME), true);
        }
        add(identify);
    }

    /** In every currency. */
    private void orders() {
        for (String name : List.of("Order Completed", "Order Refunded")) {
            Stream<String> currencies = Currency.getAvailableCurrencies().stream()
                    .map(Currency::getCurrencyCode)
                    .sorted();
            currencies.forEach(currency -> {
                ObjectNode order = track(name);
                order.putObject("properties")
                        .put("order_id", letters(TEXT))
                        .put("revenue", DIGITS)
                        .put("currency", currency);
                add(order);
            });
        }
    }

    /** A cart of 1,000 products that fills an event, and as many more as the cart's bound in bytes has room for. */
    private void carts() {
        ObjectNode update = track("Cart Updated");
        ArrayNode products = update.putObject("properties").putArray("products");
        for (int i = 0; i < 1_000; i++) {
            products.addObject()
                    .put("sku", letters(800))
                    .put("name", controls(15))
                    .put("price", "1e29")
                    .put("quantity", 1_000_000_000);
        }
        add(update);
        for (int i = 0; i < 21; i++) {
            ObjectNode added = track("Product Added");
            added.putObject("properties")
                    .put("product_id", controls(TEXT))
                    .put("name", controls(TEXT))
                    .put("price", DIGITS)
                    .put("quantity", 1_000_000_000);
            add(added);
        }
    }

    /** An event of a mebibyte, behind which the cart is full. */
    private void page() {
        ObjectNode page = event("page");
        page.putObject("properties").put("html", letters((1 << 20) - 1_000));
        add(page);
    }

    private ObjectNode track(String name) {
        return event("track").put("event", name);
    }

    private ObjectNode event(String type) {
        now += 1_000;
        return json.createObjectNode()
                .put("type", type)
                .put("messageId", letters(512))
                .put("userId", userId)
                .put("timestamp", Timestamps.format(now));
    }

    private void add(ObjectNode event) {
        try {
            byte[] bytes = json.writeValueAsBytes(event);
            if (bytes.length > 1 << 20) {
                throw new IllegalStateException("an event of " + bytes.length + " bytes");
            }
            events.add(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String letters(int length) {
        return text(length, '0', 'z');
    }

    private String controls(int length) {
        return text(length, '\u0001', '\u0007');
    }

    private String text(int length, char from, char to) {
        StringBuilder text = new StringBuilder(length);
        random.ints(length, from, to + 1).forEach(c -> text.append(c == '\\' ? '_' : (char) c));
        return text.toString();
    }
}
