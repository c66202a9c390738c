package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * The trigger {@code abandoned_cart}: what of it can be said.
 *
 * @param within from the last cart event to the deadline; positive
 * @param expiresAfter from the deadline to the instant after which acting on the trigger makes no sense; not negative
 * @param json as it was written: its keys sorted, numbers in their shortest form
 */
public record AbandonedCartDefinition(Duration within, Duration expiresAfter, ObjectNode json) {
    public static final String NAME = "abandoned_cart";
}
