package io.tributary.operators.trigger;

import io.tributary.operators.profile.ProfileJson;

/**
 * A trigger that has fired and is not told.
 *
 * @param at when that is decided, milliseconds since 1970
 */
public record SuppressedTrigger(Trigger trigger, Suppression why, long at) {
    /** One that is held back when it should be told. */
    public SuppressedTrigger(Trigger trigger, Suppression why) {
        this(trigger, why, trigger.toldAt());
    }

    /** Its public JSON, that of the trigger with the reason: one object in UTF-8, without a line end. */
    public byte[] json() {
        return ProfileJson.write(512, json -> {
            json.writeStartObject();
            trigger.writeFields(json);
            json.writeStringField("reason", why.reason().id());
            json.writeStringField("detail", why.detail());
            json.writeEndObject();
        });
    }
}
