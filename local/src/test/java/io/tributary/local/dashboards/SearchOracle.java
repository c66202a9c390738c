package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The rows that a saved search shows, from the documents: a cell for each of its columns, with all values of the field
 * in the order of the document ("Retrieve selected fields", option {@code fields}, in the reference of Elasticsearch).
 * Discover puts the time field in front by itself.
 */
public final class SearchOracle {
    /** Kibana's {@code discover:sampleSize}, if nobody has changed it. */
    static final int MOST_ROWS = 500;

    private SearchOracle() {}

    /**
     * The rows of all documents that a saved search finds, in its order: those that are equal in it are in one list.
     * Elasticsearch's order of these, {@code _doc}, is unspecified. Shown are the first {@value #MOST_ROWS}.
     *
     * @param search the saved object
     * @param from first millisecond of the time range
     * @param to last millisecond of the time range
     * @param filters of the dashboard, in KQL
     * @param documents sources of all documents of the index
     */
    public static List<List<List<List<Object>>>> ranks(
            JsonNode search, long from, long to, List<String> filters, List<JsonNode> documents) {
        JsonNode attributes = search.path("attributes");
        SavedObjects.known(
                attributes,
                "title",
                "description",
                "columns",
                "sort",
                "grid",
                "hideChart",
                "isTextBasedQuery",
                "kibanaSavedObjectMeta");
        SavedObjects.refuseUnless(!attributes.path("isTextBasedQuery").asBoolean(), "isTextBasedQuery");
        JsonNode source =
                SavedObjects.unwrapped(attributes.path("kibanaSavedObjectMeta").path("searchSourceJSON"));
        SavedObjects.known(source, "query", "filter", "indexRefName");
        SavedObjects.refuseUnless(source.path("filter").isEmpty(), "filter");
        DataView view = DataView.of(search, source.path("indexRefName").textValue());
        List<JsonNode> selected = view.select(
                documents,
                from,
                to,
                Stream.concat(Stream.of(SavedObjects.kuery(source.path("query"))), filters.stream())
                        .toList(),
                Instant.now().toEpochMilli());
        List<Field> columns = new ArrayList<>(view.timeField().stream().toList());
        attributes.path("columns").forEach(name -> columns.add(view.fields().get(name.textValue())));
        TreeMap<JsonNode, List<List<List<Object>>>> ranks =
                new TreeMap<>(order(view.fields(), attributes.path("sort")));
        for (JsonNode document : selected) {
            ranks.computeIfAbsent(document, first -> new ArrayList<>())
                    .add(columns.stream().map(column -> column.values(document)).toList());
        }
        return List.copyOf(ranks.values());
    }

    /**
     * "Sort search results" in the reference of Elasticsearch: of several values the least ascending, the greatest
     * descending; documents without one are last.
     */
    private static Comparator<JsonNode> order(Fields fields, JsonNode sort) {
        SavedObjects.refuseUnless(sort.size() == 1, "sort " + sort);
        Field field = fields.get(sort.path(0).path(0).textValue());
        String direction = sort.path(0).path(1).asText();
        SavedObjects.refuseUnless(direction.equals("asc") || direction.equals("desc"), "sort " + sort);
        Comparator<Double> byNumber = direction.equals("asc") ? Comparator.naturalOrder() : Comparator.reverseOrder();
        return Comparator.comparing(
                document -> field.numbers(document).stream().min(byNumber).orElse(Double.NaN),
                Comparator.comparing((Double number) -> number.isNaN()).thenComparing(byNumber));
    }
}
