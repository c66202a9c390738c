package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the data of a chart or table are.
 *
 * @param name or alias
 * @param timeField which the time range narrows; null if there is none
 */
record SearchedIndex(String name, String timeField) {
    /** @param dataView the saved object */
    static SearchedIndex of(JsonNode dataView) {
        JsonNode attributes = dataView.path("attributes");
        Known.require(
                attributes.path("runtimeFieldMap").asText().equals("{}")
                        && attributes.path("sourceFilters").asText().equals("[]"),
                "fields that " + dataView.path("id") + " computes or hides");
        return new SearchedIndex(
                Known.text(attributes, "title"),
                attributes.path("timeFieldName").asText(null));
    }

    /** The filter of the time range, where there is a time field. */
    List<JsonNode> timeRange(Context context) {
        return timeField == null ? List.of() : List.of(QueryDsl.timeRange(timeField, context));
    }

    /** What the filters of a dashboard and of what is in its panel leave. */
    static List<JsonNode> filters(JsonNode query, Context context) {
        List<JsonNode> filters = new ArrayList<>();
        if (!query.path("query").asText().isBlank()) {
            filters.add(QueryDsl.query(query));
        }
        context.filters().forEach(filter -> filters.add(QueryDsl.kql(filter)));
        return filters;
    }

    /** The body of a search for documents that pass all filters. */
    static ObjectNode body(int size, List<JsonNode> filters) {
        ObjectNode body = QueryDsl.object().put("size", size).put("track_total_hits", true);
        ObjectNode bool = body.putObject("query").putObject("bool");
        bool.putArray("must");
        ArrayNode clauses = bool.putArray("filter");
        clauses.addAll(filters);
        bool.putArray("should");
        bool.putArray("must_not");
        return body;
    }

    JsonNode search(Search search, JsonNode body) throws IOException, InterruptedException {
        JsonNode answer = search.search(name, body);
        // A shard that failed is left out of an answer that looks as good as any.
        if (answer.has("error")
                || answer.path("timed_out").asBoolean()
                || answer.path("_shards").path("failed").asInt() > 0) {
            throw new IOException("Elasticsearch can't answer " + body + ": " + answer);
        }
        return answer;
    }
}
