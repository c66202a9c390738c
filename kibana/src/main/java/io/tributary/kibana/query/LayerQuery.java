package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What Kibana asks for a layer of a chart of Lens, and the rows that it makes of the answers: groups nested in the order of
 * the columns, and metrics of the innermost.
 *
 * <p>As Kibana, it asks first for the least and the greatest value where a histogram has to find its width, and afterwards
 * for the documents with other values than the first, if they are wanted: an answer does not tell how many of those there
 * are, as a document may have several values.
 */
public final class LayerQuery {
    private final SearchedIndex index;
    private final List<JsonNode> filters = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();
    private final List<Buckets> buckets = new ArrayList<>();
    private final List<Metric> metrics = new ArrayList<>();

    /**
     * @param lens the saved object
     * @param layer id of the layer
     * @param dataView the saved object of the layer's data view
     * @throws UnsupportedQueryException if something of it is not known here
     */
    public LayerQuery(JsonNode lens, String layer, JsonNode dataView, Context context) {
        JsonNode state = lens.path("attributes").path("state");
        JsonNode json =
                Known.part(Known.part(Known.part(Known.part(state, "datasourceStates"), "formBased"), "layers"), layer);
        Known.only(json, layer, "columnOrder", "columns", "ignoreGlobalFilters", "sampling", "incompleteColumns");
        Known.require(json.path("sampling").asDouble(1) == 1, layer + ": sampling");
        Known.require(json.path("incompleteColumns").isEmpty(), layer + ": incompleteColumns");
        Known.require(state.path("filters").isEmpty(), layer + ": filters of the chart");
        Known.require(state.path("adHocDataViews").isEmpty(), layer + ": a data view of its own");
        index = SearchedIndex.of(dataView);
        filters.addAll(index.timeRange(context));
        // It ignores those of the chart, too.
        if (!json.path("ignoreGlobalFilters").asBoolean()) {
            filters.addAll(SearchedIndex.filters(Known.part(state, "query"), context));
        }
        JsonNode all = Known.part(json, "columns");
        for (JsonNode id : Known.part(json, "columnOrder")) {
            add(id.asText(), all, context);
        }
        Known.require(columns.size() == all.size(), layer + ": columns out of order");
    }

    private void add(String id, JsonNode all, Context context) {
        JsonNode column = Known.part(all, id);
        Known.only(
                column,
                id,
                "label",
                "customLabel",
                "dataType",
                "operationType",
                "isBucketed",
                "scale",
                "sourceField",
                "filter",
                "params");
        if (Known.flag(column, "isBucketed")) {
            Known.require(metrics.isEmpty(), id + ": groups after a metric");
            Known.require(!column.has("filter"), id + ": groups with a filter");
            buckets.add(Buckets.of(id, column, all, index, context));
        } else {
            metrics.add(Metric.of(id, column));
        }
        columns.add(id);
    }

    /** The ids of the columns of the rows. */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    /**
     * The rows, in the order in which Lens has them: keys of the groups (a text, milliseconds since 1970 as Long, a lower
     * bound as Double), then metrics (Double, null for none).
     */
    public List<List<Object>> rows(Search search) throws IOException, InterruptedException {
        List<Buckets> found = new ArrayList<>();
        for (Buckets column : buckets) {
            found.add(column instanceof Buckets.Histogram histogram ? withWidth(search, histogram) : column);
        }
        Reading reading = new Reading(search, found);
        reading.ask(filters, 0, List.of());
        return reading.rows;
    }

    private Buckets withWidth(Search search, Buckets.Histogram histogram) throws IOException, InterruptedException {
        ObjectNode body = SearchedIndex.body(0, filters);
        ObjectNode aggregations = body.putObject("aggs");
        aggregations.putObject("maxAgg").putObject("max").put("field", histogram.field());
        aggregations.putObject("minAgg").putObject("min").put("field", histogram.field());
        JsonNode answer = Known.part(index.search(search, body), "aggregations");
        return histogram.between(
                Known.part(answer, "minAgg").path("value").asDouble(),
                Known.part(answer, "maxAgg").path("value").asDouble());
    }

    /** From requests to rows. */
    private final class Reading {
        private final Search search;
        private final List<Buckets> buckets;
        private final List<List<Object>> rows = new ArrayList<>();

        Reading(Search search, List<Buckets> buckets) {
            this.search = search;
            this.buckets = buckets;
        }

        /** Asks for the groups from a depth on, and adds the rows of the answer. Returns how many documents there are. */
        private long ask(List<JsonNode> which, int depth, List<Object> keys) throws IOException, InterruptedException {
            ObjectNode body = SearchedIndex.body(0, which);
            ObjectNode aggregations = aggregations(depth);
            if (!aggregations.isEmpty()) {
                body.set("aggs", aggregations);
            }
            JsonNode answer = index.search(search, body);
            long documents =
                    Known.part(answer.path("hits").path("total"), "value").longValue();
            if (depth == 0 || documents > 0) {
                read(answer.path("aggregations"), documents, depth, keys, which);
            }
            return documents;
        }

        private ObjectNode aggregations(int depth) {
            ObjectNode aggregations = QueryDsl.object();
            if (depth == buckets.size()) {
                metrics.forEach(metric -> metric.addTo(aggregations));
                return aggregations;
            }
            Buckets column = buckets.get(depth);
            ObjectNode aggregation = column.aggregation();
            ObjectNode inner = aggregations(depth + 1);
            if (column instanceof Buckets.Terms terms && terms.order() != null) {
                terms.order().addTo(inner);
            }
            if (!inner.isEmpty()) {
                aggregation.set("aggs", inner);
            }
            aggregations.set(column.id(), aggregation);
            return aggregations;
        }

        private void read(JsonNode content, long documents, int depth, List<Object> keys, List<JsonNode> which)
                throws IOException, InterruptedException {
            if (depth == buckets.size()) {
                List<Object> row = new ArrayList<>(keys);
                metrics.forEach(metric -> row.add(metric.value(content, documents)));
                rows.add(row);
                return;
            }
            Buckets column = buckets.get(depth);
            JsonNode answer = Known.part(content, column.id());
            List<Buckets.Group> groups = column.groups(answer);
            for (Buckets.Group group : groups) {
                read(
                        group.content(),
                        Known.part(group.content(), "doc_count").longValue(),
                        depth + 1,
                        with(keys, group.key()),
                        with(which, group.filter()));
            }
            if (column instanceof Buckets.Terms terms && terms.leavesOut(answer)) {
                List<JsonNode> others = new ArrayList<>(which);
                others.addAll(terms.others(groups));
                ask(others, depth + 1, with(keys, Buckets.Terms.OTHER_LABEL));
            }
        }

        private static <T> List<T> with(List<T> list, T item) {
            List<T> longer = new ArrayList<>(list);
            longer.add(item);
            return longer;
        }
    }
}
