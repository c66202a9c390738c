package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A record of {@code cdp.triggers.v1}, a trigger that fired or its retraction, as a document of {@code cdp-triggers}. */
public final class TriggerDocument {
    /** A trigger's record never changes, so neither does its version. */
    private static final long VERSION = 1;

    private TriggerDocument() {}

    /** Deletes whatever was fired for a customer, and its retractions. */
    public static DocumentWrite deleteAllOf(String customerId) {
        return DocumentWrite.deleteAllOf(ElasticsearchSetup.TRIGGERS, customerId, VERSION + 1);
    }

    /**
     * @param trigger the JSON object, with {@code trigger_id}, or {@code retracts} if it is a retraction
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
        var builder = new DocumentBuilder(published)
                .texts("trigger_id", "trigger", "customer_id", "retracts")
                .texts("fired_at", "postponed_to", "anchor_at", "anchor_message_id", "expires_at", "at")
                .integers("definition_version");
        if (published.path("payload").path("value") instanceof ObjectNode value) {
            // In the payload, too, but there it can't be summed up.
            var sums = FreeValues.JSON.createObjectNode();
            sums.set("value", value);
            var amounts = new DocumentBuilder(sums).money("value").document();
            builder.document().setAll(amounts);
        }
        builder.free("payload");
        // What was observed may be of any kind.
        builder.asText("because", "observed").objects("because", because -> because.texts("condition", "observed"));
        var document = builder.extra().document().put("kind", fired ? "fired" : "retracted");
        return DocumentWrite.of(
                ElasticsearchSetup.TRIGGERS, fired ? id : id + ":retracted", VERSION, FreeValues.bytes(document));
    }
}
