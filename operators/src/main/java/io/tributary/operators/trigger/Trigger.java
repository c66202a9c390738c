package io.tributary.operators.trigger;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.profile.Cart;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;

/**
 * A trigger that has fired.
 *
 * @param anchor the event that set the deadline
 * @param cart what was left behind
 */
public record Trigger(AbandonedCart definition, String customerId, EventOrder anchor, Cart cart) {
    /** The deadline, milliseconds since 1970. */
    public long firedAt() {
        return anchor.timestamp() + definition.delay().toMillis();
    }

    /**
     * {@code t_} and 16 hexadecimal digits of SHA-256(trigger, anchor message id, correlation, step), joined by line
     * feeds. Neither the customer nor the version is in it, so neither a merge nor a redeploy fires twice.
     */
    public String id() {
        String correlation = "";
        return "t_"
                + Hashes.shortHex(
                        String.join("\n", AbandonedCart.NAME, anchor.messageId(), correlation, AbandonedCart.CART));
    }

    /** The trigger's public JSON: one object in UTF-8, without a line end. */
    public byte[] json() {
        return ProfileJson.write(512, this::writeTo);
    }

    private void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("fired_at", Timestamps.format(firedAt()));
        json.writeStringField("trigger", AbandonedCart.NAME);
        json.writeStringField("trigger_id", id());
        json.writeStringField("customer_id", customerId);
        json.writeStringField("anchor_message_id", anchor.messageId());
        json.writeStringField("anchor_at", Timestamps.format(anchor.timestamp()));
        json.writeStringField(
                "expires_at",
                Timestamps.format(Math.min(
                        Timestamps.MAX, firedAt() + definition.expiresAfter().toMillis())));
        json.writeNumberField("definition_version", definition.version());
        json.writeFieldName("payload");
        ProfileJson.writeCart(json, cart, false);
        json.writeArrayFieldStart("because");
        json.writeStartObject();
        json.writeStringField("condition", "no Order Completed within " + definition.delayText());
        json.writeStringField("observed", "none");
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }
}
