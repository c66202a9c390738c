package io.tributary.local.latency;

import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.time.Timestamps;
import java.nio.charset.StandardCharsets;

/**
 * Somebody on a new device who logs in: the device's customer is merged into the person's.
 *
 * @param device its {@code anonymous_id}
 * @param person the {@code user_id}
 */
record Merger(Identifier device, Identifier person) {
    /** @param number another one for each merger */
    static Merger of(int number) {
        return new Merger(
                new Identifier(Namespace.ANONYMOUS_ID, "device-" + number),
                new Identifier(Namespace.USER_ID, "person-" + number));
    }

    /** The customer id that ends. */
    String loser() {
        return device.customerId();
    }

    /** The customer id that goes on. */
    String winner() {
        return person.customerId();
    }

    /** The message id of the event that causes it. */
    String cause() {
        return "login-" + person.value();
    }

    /** What the device does before anybody has logged in on it. */
    byte[] visit(long millis) {
        return "{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"visit-%s\",\"anonymousId\":\"%s\",\"timestamp\":\"%s\"}"
                .formatted(device.value(), device.value(), Timestamps.format(millis))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The event that causes it. */
    byte[] login(long millis) {
        return "{\"type\":\"identify\",\"messageId\":\"%s\",\"anonymousId\":\"%s\",\"userId\":\"%s\",\"timestamp\":\"%s\"}"
                .formatted(cause(), device.value(), person.value(), Timestamps.format(millis))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The key of its events in Kafka. */
    byte[] key() {
        return device.qualified().getBytes(StandardCharsets.UTF_8);
    }
}
