package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What Discover asks for a saved search, and the rows that it makes of the answer: a document each. */
public final class SearchQuery {
    /** As many as Kibana shows if nobody changes its settings. */
    private static final int SAMPLE = 500;

    private final SearchedIndex index;
    private final List<JsonNode> filters = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();
    private final List<ObjectNode> order = new ArrayList<>();

    /**
     * @param search the saved object
     * @param dataView the saved object of its data view
     * @throws UnsupportedQueryException if something of it is not known here
     */
    public SearchQuery(JsonNode search, JsonNode dataView, Context context) {
        JsonNode attributes = search.path("attributes");
        Known.only(
                attributes,
                "a saved search",
                "title",
                "description",
                "columns",
                "sort",
                "grid",
                "hideChart",
                "isTextBasedQuery",
                "kibanaSavedObjectMeta");
        Known.require(!Known.flag(attributes, "isTextBasedQuery"), "a query in another language");
        JsonNode source = SavedObjects.searchSource(search);
        Known.only(source, "searchSourceJSON", "query", "filter", "indexRefName");
        Known.require(source.path("filter").isEmpty(), "filters of a saved search");
        index = SearchedIndex.of(dataView);
        filters.addAll(index.timeRange(context));
        filters.addAll(SearchedIndex.filters(Known.part(source, "query"), context));
        // Discover shows the time in the first column.
        if (index.timeField() != null) {
            columns.add(index.timeField());
        }
        Known.part(attributes, "columns").forEach(column -> columns.add(column.asText()));
        for (JsonNode by : Known.part(attributes, "sort")) {
            Known.require(by.size() == 2, "the order " + by);
            ObjectNode sort = QueryDsl.object();
            sort.putObject(by.get(0).asText()).put("order", by.get(1).asText()).put("unmapped_type", "boolean");
            order.add(sort);
        }
        ObjectNode ties = QueryDsl.object();
        ties.putObject("_doc").put("order", "desc").put("unmapped_type", "boolean");
        order.add(ties);
    }

    /** The fields that the columns of the rows show. */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    ObjectNode body() {
        ObjectNode body = SearchedIndex.body(SAMPLE, filters);
        ArrayNode sort = body.putArray("sort");
        sort.addAll(order);
        ArrayNode fields = body.putArray("fields");
        columns.forEach(column -> fields.addObject().put("field", column));
        return body.put("_source", false);
    }

    /** The rows; a cell has all values that the document has of the field. */
    public List<List<List<Object>>> rows(Search search) throws IOException, InterruptedException {
        List<List<List<Object>>> rows = new ArrayList<>();
        for (JsonNode hit : Known.part(Known.part(index.search(search, body()), "hits"), "hits")) {
            List<List<Object>> row = new ArrayList<>();
            for (String column : columns) {
                List<Object> cell = new ArrayList<>();
                hit.path("fields").path(column).forEach(value -> cell.add(value(value)));
                row.add(cell);
            }
            rows.add(row);
        }
        return rows;
    }

    private static Object value(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.longValue();
        }
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        Known.require(value.isTextual(), "the value " + value);
        return value.textValue();
    }
}
