package io.tributary.operators.trigger;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.profile.Cart;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.time.Duration;

/**
 * A trigger that has fired.
 *
 * @param deadline of the trigger's, the one at which it fired
 * @param anchor the event that set the deadline
 * @param cart what was left behind
 */
public record Trigger(CartTrigger trigger, Deadline deadline, String customerId, EventOrder anchor, Cart cart) {
    /** The deadline, milliseconds since 1970. */
    public long firedAt() {
        return anchor.timestamp() + deadline.delay().toMillis();
    }

    /**
     * {@code t_} and 16 hexadecimal digits of SHA-256(trigger, anchor message id, correlation, step), joined by line
     * feeds. Neither the customer nor the version is in it, so neither a merge nor a redeploy fires twice.
     */
    public String id() {
        String correlation = "";
        return "t_"
                + Hashes.shortHex(String.join("\n", trigger.name(), anchor.messageId(), correlation, deadline.step()));
    }

    /** The trigger's public JSON: one object in UTF-8, without a line end. */
    public byte[] json() {
        return ProfileJson.write(512, this::writeTo);
    }

    private void writeTo(JsonGenerator json) throws IOException {
        Duration expiresAfter = trigger.definition().expiresAfter();
        json.writeStartObject();
        json.writeStringField("fired_at", Timestamps.format(firedAt()));
        json.writeStringField("trigger", trigger.name());
        json.writeStringField("trigger_id", id());
        json.writeStringField("customer_id", customerId);
        json.writeStringField("anchor_message_id", anchor.messageId());
        json.writeStringField("anchor_at", Timestamps.format(anchor.timestamp()));
        json.writeStringField(
                "expires_at", Timestamps.format(Math.min(Timestamps.MAX, firedAt() + expiresAfter.toMillis())));
        json.writeNumberField("definition_version", trigger.version());
        if (reminder() != null) {
            json.writeStringField("reminder", reminder());
        }
        if (!trigger.definition().payload().isEmpty()) {
            json.writeFieldName("payload");
            trigger.payload(cart).writeTo(json);
        }
        json.writeArrayFieldStart("because");
        writeReason(json, "no Order Completed within " + CartTrigger.text(deadline.delay()), "none");
        if (deadline.when() != null) {
            writeReason(json, deadline.when().text(), "true");
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeReason(JsonGenerator json, String condition, String observed) throws IOException {
        json.writeStartObject();
        json.writeStringField("condition", condition);
        json.writeStringField("observed", observed);
        json.writeEndObject();
    }

    /** Which reminder it is; null if it is the trigger itself. */
    public String reminder() {
        return trigger.reminder(deadline);
    }
}
