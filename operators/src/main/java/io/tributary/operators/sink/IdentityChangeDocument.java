package io.tributary.operators.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A record of {@code cdp.identity-changes.v1} as a document of {@code cdp-identity-changes}, which has of the identifiers
 * only their namespaces: many are personal data.
 */
final class IdentityChangeDocument {
    private IdentityChangeDocument() {}

    static DocumentWrite write(OutboundRecord record) {
        var published = FreeValues.read(record.value());
        var namespaces = FreeValues.JSON.createArrayNode();
        if (published.remove("identifiers") instanceof ObjectNode identifiers) {
            identifiers.properties().forEach(field -> namespaces.add(field.getKey()));
        }
        published.set("namespaces", namespaces);
        var builder = new DocumentBuilder(published)
                .texts("at", "change", "customer_id", "into", "because")
                .textLists("namespaces");
        return TimeSeries.IDENTITY_CHANGES.document(record.timestamp(), record.id(), builder.extra());
    }
}
