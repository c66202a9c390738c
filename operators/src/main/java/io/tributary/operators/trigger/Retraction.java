package io.tributary.operators.trigger;

import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.time.Timestamps;

/**
 * Takes back a trigger that was told: an event that came late says that it should not have fired.
 *
 * @param trigger what was told
 * @param at from when on the late event is known, milliseconds since 1970
 * @param because what was not as it was said to be
 */
public record Retraction(Retractable trigger, String customerId, long at, Trigger.Reason because) {
    /** Its public JSON: one object in UTF-8, without a line end. */
    public byte[] json() {
        return ProfileJson.write(256, json -> {
            json.writeStartObject();
            json.writeStringField("retracts", triggerId());
            json.writeStringField("at", Timestamps.format(at));
            json.writeStringField("trigger", trigger.trigger());
            json.writeStringField("customer_id", customerId);
            json.writeArrayFieldStart("because");
            because.write(json);
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** Of what it takes back. */
    public String triggerId() {
        return trigger.id();
    }
}
