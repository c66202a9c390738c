package io.tributary.operators.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes an event as a client would and reads it with the real parser, so that tests fold what production folds. */
public final class TestEvent {
    /** 2026-01-01T00:00:00Z, milliseconds since 1970: the instant 0 of the tests. */
    public static final long START = 1_767_225_600_000L;

    private final Map<String, Object> json = new LinkedHashMap<>();
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final Map<String, Object> traits = new LinkedHashMap<>();
    private final Map<String, Object> consent = new LinkedHashMap<>();
    private final List<Map<String, Object>> products = new ArrayList<>();
    private final List<Map<String, Object>> externalIds = new ArrayList<>();
    private final long at;

    private TestEvent(String type, String messageId, long at) {
        this.at = at;
        json.put("type", type);
        json.put("messageId", messageId);
        json.put("timestamp", Timestamps.format(at));
    }

    /** An instant that long after {@link #START}, milliseconds since 1970. */
    public static long after(Duration duration) {
        return START + duration.toMillis();
    }

    /** An instant that many minutes after {@link #START}, milliseconds since 1970. */
    public static long minute(double minutes) {
        return START + Math.round(minutes * 60_000);
    }

    /** A track call of user 42 unless {@link #user} or {@link #device} says otherwise. */
    public static TestEvent track(String messageId, String name, long at) {
        TestEvent event = new TestEvent("track", messageId, at);
        event.json.put("event", name);
        return event.user("42");
    }

    public static TestEvent identify(String messageId, long at) {
        return new TestEvent("identify", messageId, at).user("42");
    }

    /** One piece of a product goes into the cart. */
    public static TestEvent added(String messageId, String productId, long at) {
        return track(messageId, "Product Added", at)
                .with("product_id", productId)
                .with("price", "10.00")
                .with("currency", "USD");
    }

    /** One piece of a product leaves the cart. */
    public static TestEvent removed(String messageId, String productId, long at) {
        return track(messageId, "Product Removed", at).with("product_id", productId);
    }

    /** The cart is replaced by one piece of each of the products. */
    public static TestEvent cart(String messageId, long at, String... productIds) {
        TestEvent event = track(messageId, "Cart Updated", at);
        event.properties.put("products", event.products);
        for (String productId : productIds) {
            event.products.add(Map.of("product_id", productId, "price", "5.00"));
        }
        return event;
    }

    /** An order over 25.50 USD. */
    public static TestEvent ordered(String messageId, String orderId, long at) {
        TestEvent event =
                track(messageId, "Order Completed", at).with("revenue", "25.50").with("currency", "USD");
        return orderId == null ? event : event.with("order_id", orderId);
    }

    public TestEvent user(String userId) {
        json.put("userId", userId);
        return this;
    }

    /** Only a device: no user. */
    public TestEvent device(String anonymousId) {
        json.remove("userId");
        json.put("anonymousId", anonymousId);
        return this;
    }

    public TestEvent alsoDevice(String anonymousId) {
        json.put("anonymousId", anonymousId);
        return this;
    }

    /** Only those identifiers, each as {@code namespace:value}: no user. */
    public TestEvent by(String... qualified) {
        json.remove("userId");
        for (String identifier : qualified) {
            also(identifier);
        }
        return this;
    }

    /** One identifier more, as {@code namespace:value}. */
    public TestEvent also(String qualified) {
        int colon = qualified.indexOf(':');
        externalIds.add(Map.of("type", qualified.substring(0, colon), "id", qualified.substring(colon + 1)));
        return this;
    }

    /** A property. */
    public TestEvent with(String name, Object value) {
        properties.put(name, value);
        return this;
    }

    /** A trait; null removes it. */
    public TestEvent trait(String name, Object value) {
        traits.put(name, value);
        return this;
    }

    public TestEvent consent(String purpose, boolean granted) {
        consent.put(purpose, granted);
        return this;
    }

    public byte[] bytes() {
        Map<String, Object> whole = new LinkedHashMap<>(json);
        if (!properties.isEmpty()) {
            whole.put("properties", properties);
        }
        if (!traits.isEmpty()) {
            whole.put("traits", traits);
        }
        Map<String, Object> context = new LinkedHashMap<>();
        if (!consent.isEmpty()) {
            context.put("consent", Map.of("categoryPreferences", consent));
        }
        if (!externalIds.isEmpty()) {
            context.put("externalIds", externalIds);
        }
        if (!context.isEmpty()) {
            whole.put("context", context);
        }
        try {
            return new ObjectMapper().writeValueAsString(whole).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the source makes of it, read from a partition. */
    public Inbound in(int partition, long offset) {
        return EventParser.withDefaults().parse(bytes(), Origin.record("cdp.events.v1", partition, offset), at);
    }

    public CustomerEvent event() {
        Inbound inbound = in(0, 0);
        if (inbound instanceof Inbound.Accepted accepted) {
            return accepted.event();
        }
        throw new IllegalStateException("refused: " + inbound);
    }
}
