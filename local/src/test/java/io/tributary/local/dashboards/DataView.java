package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A data view of the committed file: an index, and the field on which the time picker acts.
 *
 * @param timeField none: the time picker does nothing
 */
record DataView(Fields fields, Optional<Field> timeField) {
    /** The one to which a saved object refers by this name. */
    static DataView of(JsonNode savedObject, String referenceName) {
        JsonNode reference = savedObject
                .path("references")
                .valueStream()
                .filter(candidate -> candidate.path("name").asText().equals(referenceName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no reference " + referenceName));
        JsonNode attributes = SavedObjects.committed(
                        reference.path("type").asText(), reference.path("id").asText())
                .path("attributes");
        SavedObjects.refuseUnless(
                attributes.path("runtimeFieldMap").asText("{}").equals("{}"), "runtime fields");
        Fields fields = Fields.ofIndex(attributes.path("title").textValue());
        return new DataView(
                fields,
                Optional.ofNullable(attributes.path("timeFieldName").textValue())
                        .map(fields::get));
    }

    /**
     * The documents within the time range that fit all queries. Kibana filters by {@code gte} and {@code lte} of the
     * range, so both ends belong to it.
     */
    List<JsonNode> select(List<JsonNode> documents, long from, long to, List<String> queries, long now) {
        Predicate<JsonNode> matches = document -> timeField
                .map(field -> field.values(document).stream().anyMatch(at -> (long) at >= from && (long) at <= to))
                .orElse(true);
        for (String query : queries) {
            matches = matches.and(Kql.read(query, fields, now));
        }
        return documents.stream().filter(matches).toList();
    }
}
