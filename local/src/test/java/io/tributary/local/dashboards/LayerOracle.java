package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The rows that a layer of Lens shows, from the documents. Plain nested loops: the documents that the layer selects are
 * put into the buckets of the first column, those of each bucket into the buckets of the second, and so on; where no
 * column of buckets is left, the metrics make a row. As in Kibana's {@code tabify} a bucket within which there are no
 * buckets gives no row.
 *
 * <p>Rows hold, in {@code columnOrder}, the keys of buckets ({@link String} of keywords and labels, {@link Long}
 * milliseconds of dates, {@link Double} lower ends of a histogram) and the metrics ({@link Double}, null for none; dates
 * as milliseconds). Whatever this class does not know is refused.
 *
 * <p>Three metrics of Elasticsearch are not exact. Sums of doubles depend on the order, so comparisons allow a relative
 * error of 1e-9. {@code unique_count} is exact here; Elasticsearch counts with HyperLogLog++, "close to accurate" up to
 * a {@code precision_threshold} of 3,000 values. Percentiles interpolate between the sorted values here;
 * Elasticsearch's t-digest does the same below 2,000 values and approximates beyond.
 */
public final class LayerOracle {
    private record Bucket(Object key, List<JsonNode> documents) {}

    private static final String RECORDS = "___records___";
    private static final Set<String> BUCKETS = Set.of("terms", "date_histogram", "range", "filters");
    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    private static final String MISSING = "__missing__";

    private final DataView view;
    private final JsonNode columns;
    private final List<JsonNode> buckets = new ArrayList<>();
    private final List<JsonNode> metrics = new ArrayList<>();
    private final long from;
    private final long to;
    private final long now;
    private final List<JsonNode> selected;

    private LayerOracle(
            JsonNode lens,
            String layerId,
            long from,
            long to,
            List<String> filters,
            List<JsonNode> documents,
            long now) {
        this.view = DataView.of(lens, "indexpattern-datasource-layer-" + layerId);
        this.from = from;
        this.to = to;
        this.now = now;
        JsonNode state = SavedObjects.unwrapped(lens.path("attributes").path("state"));
        refuseWhatChangesTheRows(state);
        JsonNode layer =
                state.path("datasourceStates").path("formBased").path("layers").path(layerId);
        SavedObjects.known(layer, "columnOrder", "columns", "ignoreGlobalFilters", "sampling", "incompleteColumns");
        SavedObjects.refuseUnless(
                layer.path("sampling").asDouble(1) == 1
                        && layer.path("incompleteColumns").isEmpty(),
                "layer " + layer);
        this.columns = layer.path("columns");
        sortColumns(layer.path("columnOrder"));
        this.selected = view.select(
                documents,
                from,
                to,
                // Kibana's esaggs hands over neither query nor filters then, so the chart's own query is gone, too.
                layer.path("ignoreGlobalFilters").asBoolean()
                        ? List.of()
                        : Stream.concat(Stream.of(SavedObjects.kuery(state.path("query"))), filters.stream())
                                .toList(),
                now);
    }

    /**
     * The rows of a layer, in the order in which Lens shows them.
     *
     * @param lens the saved object
     * @param from first millisecond of the time range
     * @param to last millisecond of the time range
     * @param filters of the dashboard, in KQL
     * @param documents sources of all documents of the index
     */
    public static List<List<Object>> rows(
            JsonNode lens, String layer, long from, long to, List<String> filters, List<JsonNode> documents) {
        return rows(lens, layer, from, to, filters, documents, Instant.now().toEpochMilli());
    }

    /** The same at another {@code now} than Elasticsearch's clock's, which counts in {@code last_seen >= now-1h}. */
    public static List<List<Object>> rows(
            JsonNode lens, String layer, long from, long to, List<String> filters, List<JsonNode> documents, long now) {
        LayerOracle oracle = new LayerOracle(lens, layer, from, to, filters, documents, now);
        List<List<Object>> rows = new ArrayList<>();
        oracle.collect(List.of(), oracle.selected, rows);
        return rows;
    }

    private static void refuseWhatChangesTheRows(JsonNode state) {
        SavedObjects.known(
                state, "visualization", "query", "filters", "datasourceStates", "internalReferences", "adHocDataViews");
        SavedObjects.known(state.path("datasourceStates"), "formBased");
        for (String empty : List.of("filters", "internalReferences", "adHocDataViews")) {
            SavedObjects.refuseUnless(state.path(empty).isEmpty(), empty);
        }
        JsonNode visualization = state.path("visualization");
        for (String changing : List.of("sorting", "collapseFn")) {
            SavedObjects.refuseUnless(visualization.findValue(changing) == null, changing);
        }
        SavedObjects.refuseUnless(
                visualization.findValues("isTransposed").stream().noneMatch(JsonNode::asBoolean), "isTransposed");
    }

    private void sortColumns(JsonNode columnOrder) {
        SavedObjects.refuseUnless(columnOrder.size() == columns.size(), "columns that are not in columnOrder");
        columnOrder.forEach(id -> {
            JsonNode column = columns.path(id.textValue());
            SavedObjects.known(
                    column,
                    "label",
                    "customLabel",
                    "dataType",
                    "operationType",
                    "isBucketed",
                    "scale",
                    "sourceField",
                    "filter",
                    "params");
            if (BUCKETS.contains(operation(column))) {
                SavedObjects.refuseUnless(metrics.isEmpty() && !column.has("filter"), "buckets " + column);
                buckets.add(column);
            } else {
                metrics.add(column);
            }
        });
    }

    private void collect(List<Object> keys, List<JsonNode> documents, List<List<Object>> rows) {
        List<Object> row = new ArrayList<>(keys);
        if (keys.size() == buckets.size()) {
            metrics.forEach(metric -> row.add(metric(metric, documents)));
            rows.add(row);
            return;
        }
        for (Bucket bucket : buckets(keys.size(), documents)) {
            row.add(bucket.key);
            collect(row, bucket.documents, rows);
            row.remove(keys.size());
        }
    }

    private List<Bucket> buckets(int depth, List<JsonNode> documents) {
        JsonNode column = buckets.get(depth);
        JsonNode params = column.path("params");
        return switch (operation(column)) {
            case "terms" -> terms(field(column), params, depth, documents);
            case "date_histogram" -> dateHistogram(field(column), params, documents);
            case "filters" -> filters(params, documents);
            default ->
                params.path("type").asText().equals("range")
                        ? ranges(field(column), params, documents)
                        : histogram(field(column), params, documents);
        };
    }

    /**
     * "Terms aggregation" in the reference of Elasticsearch: a document is in the bucket of each of its values; equals
     * are sorted by key, ascending, which is by bytes of UTF-8. With one shard the first buckets are exact.
     */
    private List<Bucket> terms(Field field, JsonNode params, int depth, List<JsonNode> documents) {
        SavedObjects.known(
                params,
                "size",
                "orderBy",
                "orderDirection",
                "otherBucket",
                "missingBucket",
                "parentFormat",
                "include",
                "exclude",
                "includeIsRegex",
                "excludeIsRegex",
                "format");
        SavedObjects.refuseUnless(
                field.isKeyword()
                        && params.path("include").isEmpty()
                        && params.path("exclude").isEmpty(),
                "terms of " + field + ": " + params);
        boolean other = params.path("otherBucket").asBoolean();
        boolean missing = other && params.path("missingBucket").asBoolean();
        Map<String, List<JsonNode>> byTerm = new TreeMap<>(BY_BYTES);
        for (JsonNode document : documents) {
            Set<Object> terms = new HashSet<>(field.values(document));
            if (missing && terms.isEmpty()) {
                terms.add(MISSING);
            }
            terms.forEach(term -> byTerm.computeIfAbsent((String) term, t -> new ArrayList<>())
                    .add(document));
        }
        List<Bucket> sorted = byTerm.entrySet().stream()
                .map(entry -> new Bucket(entry.getKey(), entry.getValue()))
                .sorted(termOrder(params))
                .toList();
        List<Bucket> first =
                sorted.stream().limit(params.path("size").intValue()).toList();
        SavedObjects.refuseUnless(!other || depth == 0, "otherBucket within another bucket");
        return other ? withOther(field, first, sorted.size() > first.size(), missing, documents) : first;
    }

    private Comparator<Bucket> termOrder(JsonNode params) {
        JsonNode orderBy = params.path("orderBy");
        boolean ascending = params.path("orderDirection").asText().equals("asc");
        if (orderBy.path("type").asText().equals("alphabetical")) {
            Comparator<Bucket> byKey = Comparator.comparing(bucket -> (String) bucket.key, BY_BYTES);
            return ascending ? byKey : byKey.reversed();
        }
        SavedObjects.refuseUnless(orderBy.path("type").asText().equals("column"), "order by " + orderBy);
        JsonNode metric = columns.path(orderBy.path("columnId").asText());
        Comparator<Double> byValue = ascending ? Comparator.naturalOrder() : Comparator.reverseOrder();
        Comparator<Double> nanLast =
                Comparator.comparing((Double value) -> value.isNaN()).thenComparing(byValue);
        return Comparator.comparing(bucket -> sortValue(metric, bucket.documents), nanLast);
    }

    /** By what Elasticsearch sorts where there is no value: by the value with which its metric begins. */
    private double sortValue(JsonNode metric, List<JsonNode> documents) {
        Double value = metric(metric, documents);
        return switch (operation(metric)) {
            case "count", "unique_count", "sum" -> value;
            case "max" -> Objects.requireNonNullElse(value, Double.NEGATIVE_INFINITY);
            case "min" -> Objects.requireNonNullElse(value, Double.POSITIVE_INFINITY);
            case "average" -> Objects.requireNonNullElse(value, Double.NaN);
            default -> throw new UnsupportedOperationException("order by " + metric);
        };
    }

    /**
     * Kibana's own ({@code buildOtherBucketAgg}): the documents with none of the first terms, if there are terms beyond
     * them. Documents without a value are there only if they would have had a bucket that is not among the first.
     */
    private static List<Bucket> withOther(
            Field field, List<Bucket> first, boolean beyond, boolean missing, List<JsonNode> documents) {
        Set<Object> terms = new HashSet<>();
        List<Bucket> result = new ArrayList<>();
        for (Bucket bucket : first) {
            terms.add(bucket.key);
            result.add(bucket.key.equals(MISSING) ? new Bucket("(missing value)", bucket.documents) : bucket);
        }
        boolean withoutValue = missing && !terms.contains(MISSING);
        List<JsonNode> others = documents.stream()
                .filter(document -> {
                    List<Object> values = field.values(document);
                    return values.isEmpty() ? withoutValue : values.stream().noneMatch(terms::contains);
                })
                .toList();
        if (beyond && !others.isEmpty()) {
            result.add(new Bucket("Other", others));
        }
        return result;
    }

    /**
     * "Date histogram aggregation" in the reference of Elasticsearch, in UTC. "Include empty rows" of Lens is
     * {@code min_doc_count: 0} with {@code extended_bounds} of the time range.
     */
    private List<Bucket> dateHistogram(Field field, JsonNode params, List<JsonNode> documents) {
        SavedObjects.known(params, "interval", "includeEmptyRows", "dropPartials");
        SavedObjects.refuseUnless(
                !params.path("dropPartials").asBoolean()
                        && view.timeField().filter(field::equals).isPresent(),
                "date_histogram of " + field + ": " + params);
        Interval interval = Interval.of(params.path("interval").textValue());
        SavedObjects.refuseUnless(!interval.isWidened(from, to), "a range for which Kibana widens " + interval);
        TreeMap<Long, List<JsonNode>> byStart = new TreeMap<>();
        for (JsonNode document : documents) {
            Set<Long> starts = new LinkedHashSet<>();
            field.values(document).forEach(at -> starts.add(interval.start((long) at)));
            starts.forEach(start ->
                    byStart.computeIfAbsent(start, s -> new ArrayList<>()).add(document));
        }
        if (params.path("includeEmptyRows").asBoolean()) {
            byStart.computeIfAbsent(interval.start(from), start -> new ArrayList<>());
            byStart.computeIfAbsent(interval.start(to), start -> new ArrayList<>());
            for (long start = byStart.firstKey(); start < byStart.lastKey(); start = interval.next(start)) {
                byStart.computeIfAbsent(start, s -> new ArrayList<>());
            }
        }
        return byStart.entrySet().stream()
                .map(entry -> new Bucket(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** "Filters aggregation" in the reference of Elasticsearch: all filters, also those that nothing fits. */
    private List<Bucket> filters(JsonNode params, List<JsonNode> documents) {
        SavedObjects.known(params, "filters");
        List<Bucket> result = new ArrayList<>();
        for (JsonNode filter : params.path("filters")) {
            SavedObjects.known(filter, "label", "input");
            String query = SavedObjects.kuery(filter.path("input"));
            String label = filter.path("label").asText();
            result.add(new Bucket(label.isEmpty() ? query : label, matching(query, documents)));
        }
        return result;
    }

    /**
     * "Range aggregation" in the reference of Elasticsearch: {@code from} belongs to the range, {@code to} does not; all
     * ranges are there, also empty ones. Kibana shows them in the order of the column, under their labels.
     */
    private static List<Bucket> ranges(Field field, JsonNode params, List<JsonNode> documents) {
        SavedObjects.known(params, "type", "ranges", "maxBars", "includeEmptyRows", "parentFormat", "format");
        List<Bucket> result = new ArrayList<>();
        for (JsonNode range : params.path("ranges")) {
            SavedObjects.known(range, "from", "to", "label");
            double lowest = range.path("from").asDouble(Double.NEGATIVE_INFINITY);
            double beyond = range.path("to").asDouble(Double.POSITIVE_INFINITY);
            String label = range.path("label").asText();
            SavedObjects.refuseUnless(!label.isEmpty() && lowest < beyond, "range " + range);
            result.add(new Bucket(
                    label,
                    documents.stream()
                            .filter(document -> field.numbers(document).stream()
                                    .anyMatch(number -> number >= lowest && number < beyond))
                            .toList()));
        }
        return result;
    }

    /**
     * "Histogram aggregation" in the reference of Elasticsearch, with the interval that Kibana chooses for the least and
     * the greatest value of the whole selection. With empty rows these two, or 0 if there is no value, are Kibana's
     * {@code extended_bounds}, too.
     */
    private List<Bucket> histogram(Field field, JsonNode params, List<JsonNode> documents) {
        SavedObjects.known(params, "type", "ranges", "maxBars", "includeEmptyRows", "format");
        SavedObjects.refuseUnless(
                params.path("type").asText().equals("histogram")
                        && params.path("maxBars").asText().equals("auto"),
                "range " + params);
        DoubleSummaryStatistics bounds = selected.stream()
                .flatMap(document -> field.numbers(document).stream())
                .mapToDouble(Double::doubleValue)
                .summaryStatistics();
        double least = bounds.getCount() == 0 ? 0 : bounds.getMin();
        double greatest = bounds.getCount() == 0 ? 0 : bounds.getMax();
        double interval = Interval.ofHistogram(least, greatest, field.isInteger());
        TreeMap<Long, List<JsonNode>> byNumber = new TreeMap<>();
        for (JsonNode document : documents) {
            Set<Long> numbers = new LinkedHashSet<>();
            field.numbers(document).forEach(value -> numbers.add((long) Math.floor(value / interval)));
            numbers.forEach(number ->
                    byNumber.computeIfAbsent(number, n -> new ArrayList<>()).add(document));
        }
        if (params.path("includeEmptyRows").asBoolean()) {
            for (long n = (long) Math.floor(least / interval); n <= (long) Math.floor(greatest / interval); n++) {
                byNumber.computeIfAbsent(n, number -> new ArrayList<>());
            }
        }
        return byNumber.entrySet().stream()
                .map(entry -> new Bucket(entry.getKey() * interval, entry.getValue()))
                .toList();
    }

    /** Each as "Metrics aggregations" in the reference of Elasticsearch says; a column's filter narrows it alone. */
    private Double metric(JsonNode column, List<JsonNode> documents) {
        String operation = operation(column);
        JsonNode params = column.path("params");
        SavedObjects.known(params, "emptyAsNull", "percentile", "format");
        List<JsonNode> counted =
                column.has("filter") ? matching(SavedObjects.kuery(column.path("filter")), documents) : documents;
        if (operation.equals("count")) {
            SavedObjects.refuseUnless(column.path("sourceField").asText().equals(RECORDS), "count of a field");
            return zeroIfEmpty(params, counted.size());
        }
        Field field = field(column);
        if (operation.equals("unique_count")) {
            return zeroIfEmpty(
                    params,
                    counted.stream()
                            .flatMap(document -> field.values(document).stream())
                            .distinct()
                            .count());
        }
        double[] values = counted.stream()
                .flatMap(document -> field.numbers(document).stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        if (operation.equals("sum")) {
            return zeroIfEmpty(params, sum);
        }
        Arrays.sort(values);
        Double result =
                switch (operation) {
                    case "average" -> sum / values.length;
                    case "min" -> values.length == 0 ? null : values[0];
                    case "max" -> values.length == 0 ? null : values[values.length - 1];
                    case "median" -> percentile(50, values);
                    case "percentile" -> percentile(params.path("percentile").asDouble(), values);
                    default -> throw new UnsupportedOperationException("operation " + operation);
                };
        return values.length == 0 ? null : result;
    }

    private static Double zeroIfEmpty(JsonNode params, double value) {
        SavedObjects.refuseUnless(!params.path("emptyAsNull").asBoolean(), "emptyAsNull of a count or a sum");
        return value;
    }

    /** As Elasticsearch's t-digest while it holds all values: linear between the two nearest of n, 0 % to n - 1. */
    private static Double percentile(double percent, double[] sorted) {
        if (sorted.length == 0) {
            return null;
        }
        double index = percent / 100 * (sorted.length - 1);
        int below = (int) Math.floor(index);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (index - below) * (sorted[above] - sorted[below]);
    }

    private List<JsonNode> matching(String kuery, List<JsonNode> documents) {
        return documents.stream().filter(Kql.read(kuery, view.fields(), now)).toList();
    }

    private Field field(JsonNode column) {
        return view.fields().get(column.path("sourceField").textValue());
    }

    private static String operation(JsonNode column) {
        return column.path("operationType").asText();
    }
}
