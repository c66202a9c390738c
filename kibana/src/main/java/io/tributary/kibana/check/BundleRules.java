package io.tributary.kibana.check;

import java.util.Set;

/**
 * What has to hold of these dashboards beyond what Kibana demands.
 *
 * @param dashboards ids that have to be there
 * @param absentDashboards ids that must not be there
 * @param timelessIndices of which no data view may have a time field
 * @param personalIndices that no dashboard may need
 * @param overlappingFields of which a document has several values, so that their buckets overlap
 * @param emptyFields fields, or objects with fields, that nothing writes yet
 */
public record BundleRules(
        Set<String> dashboards,
        Set<String> absentDashboards,
        Set<String> timelessIndices,
        Set<String> personalIndices,
        Set<String> overlappingFields,
        Set<String> emptyFields) {
    /** Of the bundle that Tributary ships. */
    public static final BundleRules SHIPPED = new BundleRules(
            Set.of(
                    "tributary-segment-explorer",
                    "tributary-customer-360",
                    "tributary-triggers",
                    "tributary-pipeline-health"),
            Set.of("tributary-rfm-and-lifetime-value"),
            Set.of("cdp-profiles"),
            Set.of("cdp-personal"),
            Set.of(
                    "segments",
                    "memberships.segment",
                    "memberships.value",
                    "channels",
                    "consent_granted",
                    "consent_refused",
                    "events.names",
                    "cart.items.product_id",
                    "cart.items.name",
                    "cart.items.brand",
                    "cart.items.category",
                    "namespaces"),
            Set.of("rfm", "predictions"));

    boolean isEmpty(String field) {
        return emptyFields.stream().anyMatch(empty -> field.equals(empty) || field.startsWith(empty + "."));
    }
}
