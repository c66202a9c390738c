package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.time.Timestamps;

/**
 * A record of {@code cdp.triggers.v1}, a trigger that fired or its retraction, as a document of {@code cdp-triggers}; one of
 * {@code cdp.triggers-suppressed.v1} as a document of {@code cdp-triggers-suppressed}.
 */
public final class TriggerDocument {
    private TriggerDocument() {}

    /**
     * @param trigger the JSON object, with {@code trigger_id} and {@code fired_at}, or {@code retracts} and {@code at} if it
     *     is a retraction
     * @throws IllegalArgumentException if it has neither, a bug of the caller
     * @throws java.io.UncheckedIOException if it is not JSON, likewise
     */
    public static DocumentWrite write(byte[] trigger) {
        var published = FreeValues.read(trigger);
        boolean fired = !published.has("retracts");
        var id = published.path(fired ? "trigger_id" : "retracts").asText();
        if (id.isEmpty()) {
            throw new IllegalArgumentException("Neither trigger_id nor retracts");
        }
        if (fired) {
            published.set("at", published.path("fired_at"));
        }
        var at = at(published);
        var builder = builder(published).texts("retracts");
        builder.extra().document().put("kind", fired ? "fired" : "retracted");
        return TimeSeries.TRIGGERS.document(at, fired ? id : id + ":retracted", builder);
    }

    /** @param trigger the JSON object, with {@code trigger_id} and {@code fired_at} */
    static DocumentWrite suppressed(byte[] trigger) {
        var published = FreeValues.read(trigger);
        published.set("at", published.path("fired_at"));
        var at = at(published);
        var builder = builder(published).texts("reason", "detail").extra();
        return TimeSeries.TRIGGERS_SUPPRESSED.document(
                at, published.path("trigger_id").asText(), builder);
    }

    private static long at(ObjectNode published) {
        long at = Timestamps.parse(published.path("at").asText());
        if (at == Timestamps.INVALID) {
            throw new IllegalArgumentException("No instant");
        }
        return at;
    }

    private static DocumentBuilder builder(ObjectNode published) {
        var builder = new DocumentBuilder(published)
                .texts("trigger_id", "trigger", "customer_id")
                .texts("at", "fired_at", "postponed_to", "anchor_at", "anchor_message_id", "expires_at")
                .integers("definition_version");
        if (published.path("payload").path("value") instanceof ObjectNode value) {
            // In the payload, too, but there it can't be summed up.
            var sums = FreeValues.JSON.createObjectNode();
            sums.set("value", value);
            var amounts = new DocumentBuilder(sums).money("value").document();
            builder.document().setAll(amounts);
        }
        return builder.free("payload").because();
    }
}
