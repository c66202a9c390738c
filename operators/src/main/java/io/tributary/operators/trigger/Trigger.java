package io.tributary.operators.trigger;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tributary.operators.profile.ConsentTimelines.Word;
import io.tributary.operators.profile.ProfileJson;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.TriggerDefinition.Deadline;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A trigger that has fired.
 *
 * @param step what in the trigger has: its own, or a reminder
 * @param anchor the event with which it began
 * @param firedAt the deadline, or when the event that completed it was known; milliseconds since 1970
 * @param toldAt when it has waited for long enough; milliseconds since 1970, at least {@code firedAt}
 * @param key what its events have in common beside the customer; empty for nothing
 * @param payload what it tells, a JSON object
 * @param because why it fired
 * @param recipient the customer when it is told
 */
public record Trigger(
        CartTrigger trigger,
        String step,
        String customerId,
        EventOrder anchor,
        long firedAt,
        long toldAt,
        String key,
        String payload,
        List<Reason> because,
        Recipient recipient) {

    /** In which a customer's are told, and count. */
    public static final Comparator<Trigger> ORDER = Comparator.comparingLong(Trigger::toldAt)
            .thenComparing(fired -> -fired.trigger.definition().priority())
            .thenComparing(fired -> fired.trigger.name())
            .thenComparing(Trigger::step)
            .thenComparing(Trigger::anchor)
            .thenComparing(Trigger::key);

    /** Something that was the case. */
    public record Reason(String condition, String observed) {
        /** That an event was seen. */
        static Reason seen(String condition, EventOrder event) {
            return new Reason(condition, "%s at %s".formatted(event.messageId(), Timestamps.format(event.timestamp())));
        }

        void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeStringField("condition", condition);
            json.writeStringField("observed", observed);
            json.writeEndObject();
        }
    }

    public Trigger {
        because = List.copyOf(because);
    }

    /**
     * One of the cart.
     *
     * @param cart what was left behind
     * @param recipient the customer at the deadline
     */
    public static Trigger ofCart(
            CartTrigger trigger,
            Deadline deadline,
            String customerId,
            EventOrder anchor,
            CartVariables cart,
            Recipient recipient) {
        List<Reason> because = new ArrayList<>();
        because.add(new Reason(CartTrigger.noOrderWithin(deadline), "none"));
        if (deadline.when() != null) {
            because.add(new Reason(deadline.when().text(), "true"));
        }
        long firedAt = anchor.timestamp() + deadline.delay().toMillis();
        return new Trigger(
                trigger,
                deadline.step(),
                customerId,
                anchor,
                firedAt,
                firedAt,
                "",
                TriggerPayload.of(trigger.definition().payload(), cart).toString(),
                because,
                recipient);
    }

    /** The same, told at an instant, milliseconds since 1970. */
    Trigger postponedTo(long instant) {
        return new Trigger(trigger, step, customerId, anchor, firedAt, instant, key, payload, because, recipient);
    }

    /**
     * {@code t_} and 16 hexadecimal digits of SHA-256(trigger, anchor message id, correlation, step), joined by line
     * feeds. Neither the customer nor the version is in it, so neither a merge nor a redeploy fires twice.
     */
    public String id() {
        return id(trigger.name(), anchor, key, step);
    }

    static String id(String trigger, EventOrder anchor, String key, String step) {
        return "t_" + Hashes.shortHex(String.join("\n", trigger, anchor.messageId(), key, step));
    }

    /** Which match it is, whatever other event has the anchor's message id. */
    public long match() {
        return match(trigger, step, anchor, key);
    }

    /** Which match it is, alike for the trigger itself and its reminders. */
    long matchOfAllSteps() {
        return match(trigger, "", anchor, key);
    }

    static long match(CartTrigger trigger, String step, EventOrder anchor, String key) {
        String match = "%s\n%s\n%d\n%d\n%s\n%s"
                .formatted(trigger.name(), step, anchor.timestamp(), anchor.digest(), anchor.messageId(), key);
        return Long.parseUnsignedLong(Hashes.shortHex(match), 16);
    }

    /** The trigger's public JSON: one object in UTF-8, without a line end. */
    public byte[] json() {
        return ProfileJson.write(512, json -> {
            json.writeStartObject();
            writeFields(json);
            json.writeEndObject();
        });
    }

    void writeFields(JsonGenerator json) throws IOException {
        json.writeStringField("fired_at", Timestamps.format(firedAt));
        if (toldAt > firedAt) {
            json.writeStringField("postponed_to", Timestamps.format(toldAt));
        }
        json.writeStringField("trigger", trigger.name());
        json.writeStringField("trigger_id", id());
        json.writeStringField("customer_id", customerId);
        json.writeStringField("anchor_message_id", anchor.messageId());
        json.writeStringField("anchor_at", Timestamps.format(anchor.timestamp()));
        json.writeStringField("expires_at", Timestamps.format(Math.min(Timestamps.MAX, expiresAt())));
        json.writeNumberField("definition_version", trigger.version());
        if (reminder() != null) {
            json.writeStringField("reminder", reminder());
        }
        if (!key.isEmpty()) {
            json.writeStringField("correlation", key);
        }
        if (!trigger.definition().payload().isEmpty()) {
            json.writeFieldName("payload");
            json.writeRawValue(payload);
        }
        json.writeArrayFieldStart("because");
        for (Reason reason : because) {
            reason.write(json);
        }
        json.writeEndArray();
    }

    /** After which acting on it makes no sense, milliseconds since 1970. */
    long expiresAt() {
        return firedAt + trigger.definition().expiresAfter().toMillis();
    }

    /** When it was complete, milliseconds since 1970. */
    long completedAt() {
        return firedAt - trigger.definition().delay().toMillis();
    }

    /** Whether it was told later than what has completed it was known. */
    public boolean hasWaited() {
        return toldAt > firedAt || !trigger.definition().delay().isZero();
    }

    /** Whether the customer refuses its purpose when it is told. */
    public boolean isRefused() {
        return recipient.word() == Word.REFUSED;
    }

    /** Whether it fired because time has passed, not with an event. */
    public boolean isOfDeadline() {
        return !trigger.definition().deadlines().isEmpty();
    }

    /** Which reminder it is; null if it is the trigger itself. */
    public String reminder() {
        return step.equals(trigger.definition().step()) ? null : step;
    }
}
