package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A column that groups. */
sealed interface Buckets {
    /** Kibana takes longer intervals where there would be more. */
    int MOST_BARS = 1_000;

    /**
     * One of its groups.
     *
     * @param key as Lens shows it
     * @param filter whose documents are in it
     * @param content of the answer
     */
    record Group(Object key, JsonNode filter, JsonNode content) {}

    String id();

    /** The aggregation. */
    ObjectNode aggregation();

    /** @param answer to the aggregation */
    List<Group> groups(JsonNode answer);

    /** Reads a column. */
    static Buckets of(String id, JsonNode column, JsonNode columns, SearchedIndex index, Context context) {
        JsonNode params = Known.part(column, "params");
        return switch (column.path("operationType").asText()) {
            case "terms" -> Terms.of(id, column, params, columns);
            case "date_histogram" -> Time.of(id, column, params, index, context);
            case "range" ->
                Known.text(params, "type").equals("histogram")
                        ? Histogram.of(id, column, params)
                        : Ranges.of(id, column, params);
            case "filters" -> Filters.of(id, params);
            default -> throw new UnsupportedQueryException(id + ": " + column.path("operationType"));
        };
    }

    /**
     * The values of a field.
     *
     * @param order empty for alphabetical order
     * @param other whether documents with none of these values are a group of their own
     * @param missing whether documents without a value are one
     */
    record Terms(String id, String field, int size, Metric order, boolean ascending, boolean other, boolean missing)
            implements Buckets {
        private static final String MISSING = "__missing__";

        /** How Lens shows documents without a value, and those with others. */
        static final String MISSING_LABEL = "(missing value)";

        static final String OTHER_LABEL = "Other";

        static Terms of(String id, JsonNode column, JsonNode params, JsonNode columns) {
            Known.only(
                    params,
                    id,
                    "size",
                    "orderBy",
                    "orderDirection",
                    "otherBucket",
                    "missingBucket",
                    "parentFormat",
                    "include",
                    "exclude",
                    "includeIsRegex",
                    "excludeIsRegex");
            Known.require(column.path("dataType").asText().equals("string"), id + ": values that are no text");
            Known.require(
                    params.path("include").isEmpty() && params.path("exclude").isEmpty(),
                    id + ": values chosen by name");
            Known.require(
                    params.path("parentFormat").path("id").asText("terms").equals("terms"), id + ": parentFormat");
            JsonNode size = Known.part(params, "size");
            Known.require(size.isInt() && size.intValue() > 0, id + ": size " + size);
            String direction = Known.text(params, "orderDirection");
            Known.require(direction.equals("asc") || direction.equals("desc"), id + ": orderDirection " + direction);
            return new Terms(
                    id,
                    Known.text(column, "sourceField"),
                    size.intValue(),
                    order(id, Known.part(params, "orderBy"), columns),
                    direction.equals("asc"),
                    Known.flag(params, "otherBucket"),
                    Known.flag(params, "missingBucket"));
        }

        private static Metric order(String id, JsonNode orderBy, JsonNode columns) {
            switch (Known.text(orderBy, "type")) {
                case "alphabetical" -> {
                    Known.only(orderBy, id + ".orderBy", "type", "fallback");
                    return null;
                }
                case "column" -> {
                    Known.only(orderBy, id + ".orderBy", "type", "columnId");
                    String metric = Known.text(orderBy, "columnId");
                    return Metric.of(metric, Known.part(columns, metric));
                }
                default -> throw new UnsupportedQueryException(id + ": orderBy " + orderBy);
            }
        }

        @Override
        public ObjectNode aggregation() {
            ObjectNode aggregation = QueryDsl.object();
            ObjectNode terms = aggregation.putObject("terms").put("field", field);
            terms.putObject("order").put(order == null ? "_key" : order.path(), ascending ? "asc" : "desc");
            terms.put("size", size);
            if (missing) {
                terms.put("missing", MISSING);
            }
            return aggregation;
        }

        @Override
        public List<Group> groups(JsonNode answer) {
            List<Group> groups = new ArrayList<>();
            for (JsonNode bucket : Known.part(answer, "buckets")) {
                String key = Known.text(bucket, "key");
                groups.add(
                        key.equals(MISSING) && missing
                                ? new Group(MISSING_LABEL, QueryDsl.not(QueryDsl.exists(field)), bucket)
                                : new Group(key, QueryDsl.term(field, key), bucket));
            }
            return groups;
        }

        /** Whether there are values beyond those of the groups. */
        boolean leavesOut(JsonNode answer) {
            return other && Known.part(answer, "sum_other_doc_count").longValue() > 0;
        }

        /** Whose documents are in none of the groups, and have a value unless those without one are a group. */
        List<JsonNode> others(List<Group> groups) {
            List<JsonNode> filters = new ArrayList<>();
            groups.forEach(group -> filters.add(QueryDsl.not(group.filter())));
            if (!missing) {
                filters.add(QueryDsl.exists(field));
            }
            return filters;
        }
    }

    /**
     * Intervals of time. Those of one unit are of the calendar to Kibana, which makes no difference where each day has 24
     * hours.
     */
    record Time(String id, String field, String interval, boolean emptyRows, Context context) implements Buckets {
        private static final Pattern INTERVAL = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

        static Time of(String id, JsonNode column, JsonNode params, SearchedIndex index, Context context) {
            Known.only(params, id, "interval", "includeEmptyRows", "dropPartials");
            Known.require(!Known.flag(params, "dropPartials"), id + ": dropPartials");
            String field = Known.text(column, "sourceField");
            Known.require(field.equals(index.timeField()), id + ": " + field + " is not the time field");
            Time time = new Time(
                    id, field, Known.text(params, "interval"), Known.flag(params, "includeEmptyRows"), context);
            Known.require(
                    (context.to() - context.from()) / time.millis() < MOST_BARS,
                    id + ": more than " + MOST_BARS + " times " + time.interval + ", of which Kibana makes fewer");
            return time;
        }

        private Matcher parsed() {
            Matcher matcher = INTERVAL.matcher(interval);
            Known.require(matcher.matches(), id + ": the interval " + interval);
            return matcher;
        }

        private long millis() {
            Matcher parsed = parsed();
            return Long.parseLong(parsed.group(1))
                    * switch (parsed.group(2)) {
                        case "s" -> 1_000L;
                        case "m" -> 60_000L;
                        case "h" -> 3_600_000L;
                        default -> 86_400_000L;
                    };
        }

        @Override
        public ObjectNode aggregation() {
            Matcher parsed = parsed();
            boolean calendar = parsed.group(1).equals("1") && !parsed.group(2).equals("s");
            ObjectNode aggregation = QueryDsl.object();
            ObjectNode histogram = aggregation
                    .putObject("date_histogram")
                    .put("field", field)
                    .put(calendar ? "calendar_interval" : "fixed_interval", interval)
                    .put("time_zone", "UTC")
                    .put("min_doc_count", emptyRows ? 0 : 1);
            if (emptyRows) {
                histogram
                        .putObject("extended_bounds")
                        .put("min", context.from())
                        .put("max", context.to());
            }
            return aggregation;
        }

        @Override
        public List<Group> groups(JsonNode answer) {
            List<Group> groups = new ArrayList<>();
            for (JsonNode bucket : Known.part(answer, "buckets")) {
                long key = Known.part(bucket, "key").longValue();
                groups.add(new Group(key, QueryDsl.between(field, key, key + millis()), bucket));
            }
            return groups;
        }
    }

    /**
     * Intervals of equal width.
     *
     * @param width null until it is known from the least and the greatest value
     * @param least 0 if there is no value, as Kibana has it; with empty rows the intervals reach from here
     * @param greatest likewise
     */
    record Histogram(String id, String field, boolean emptyRows, Double width, double least, double greatest)
            implements Buckets {
        /** What Lens asks for if nobody moves the slider: half of what Kibana's settings permit. */
        private static final double BARS = (MOST_BARS - 1) / 2.0;

        static Histogram of(String id, JsonNode column, JsonNode params) {
            Known.only(params, id, "type", "ranges", "maxBars", "includeEmptyRows");
            Known.require(params.path("maxBars").asText().equals("auto"), id + ": maxBars " + params.path("maxBars"));
            return new Histogram(
                    id, Known.text(column, "sourceField"), Known.flag(params, "includeEmptyRows"), null, 0, 0);
        }

        /**
         * With the width that Kibana takes of a field of fractions: the least of 1, 2 and 5 times a power of ten that
         * makes no more bars than wanted. Whole numbers would get 1 where that suffices.
         */
        Histogram between(double least, double greatest) {
            double wanted = (greatest - least) / BARS;
            double width = 1;
            if (wanted > 0) {
                double power = Math.pow(10, Math.floor(Math.log10(wanted)));
                width = power;
                for (int factor : new int[] {2, 5, 10}) {
                    if (width < wanted) {
                        width = power * factor;
                    }
                }
            }
            return new Histogram(id, field, emptyRows, width, least, greatest);
        }

        @Override
        public ObjectNode aggregation() {
            ObjectNode aggregation = QueryDsl.object();
            ObjectNode histogram = aggregation
                    .putObject("histogram")
                    .put("field", field)
                    .put("interval", width)
                    .put("min_doc_count", emptyRows ? 0 : 1);
            if (emptyRows) {
                histogram.putObject("extended_bounds").put("min", least).put("max", greatest);
            }
            return aggregation;
        }

        @Override
        public List<Group> groups(JsonNode answer) {
            List<Group> groups = new ArrayList<>();
            for (JsonNode bucket : Known.part(answer, "buckets")) {
                double key = Known.part(bucket, "key").doubleValue();
                groups.add(new Group(key, QueryDsl.between(field, key, key + width), bucket));
            }
            return groups;
        }
    }

    /** Intervals by hand, in their order. */
    record Ranges(String id, String field, List<Range> ranges) implements Buckets {
        /** From included, to excluded; either may be null. */
        record Range(String label, Double from, Double to) {}

        static Ranges of(String id, JsonNode column, JsonNode params) {
            Known.only(params, id, "type", "ranges", "maxBars", "includeEmptyRows", "parentFormat");
            Known.require(params.path("type").asText().equals("range"), id + ": type " + params.path("type"));
            Known.require(Known.flag(params, "includeEmptyRows"), id + ": ranges always have empty rows");
            List<Range> ranges = new ArrayList<>();
            Set<String> labels = new HashSet<>();
            for (JsonNode range : Known.part(params, "ranges")) {
                Known.only(range, id + ".ranges", "from", "to", "label");
                String label = Known.text(range, "label");
                Known.require(!label.isBlank() && labels.add(label), id + ": labels have to differ: " + label);
                ranges.add(new Range(label, bound(range, "from"), bound(range, "to")));
            }
            return new Ranges(id, Known.text(column, "sourceField"), List.copyOf(ranges));
        }

        private static Double bound(JsonNode range, String name) {
            JsonNode bound = range.path(name);
            Known.require(bound.isNull() || bound.isNumber(), "the bound " + bound);
            return bound.isNull() ? null : bound.doubleValue();
        }

        @Override
        public ObjectNode aggregation() {
            ObjectNode aggregation = QueryDsl.object();
            ArrayNode all = aggregation.putObject("range").put("field", field).putArray("ranges");
            for (Range range : ranges) {
                ObjectNode bounds = all.addObject();
                if (range.from != null) {
                    bounds.put("from", range.from);
                }
                if (range.to != null) {
                    bounds.put("to", range.to);
                }
            }
            return aggregation;
        }

        /** Elasticsearch sorts them by their bounds. */
        @Override
        public List<Group> groups(JsonNode answer) {
            List<Group> groups = new ArrayList<>();
            for (Range range : ranges) {
                for (JsonNode bucket : Known.part(answer, "buckets")) {
                    if (equal(range.from, bucket.path("from")) && equal(range.to, bucket.path("to"))) {
                        groups.add(new Group(range.label, QueryDsl.between(field, range.from, range.to), bucket));
                        break;
                    }
                }
            }
            Known.require(groups.size() == ranges.size(), id + ": not all ranges are in the answer " + answer);
            return groups;
        }

        private static boolean equal(Double bound, JsonNode answered) {
            return bound == null ? answered.isMissingNode() : bound == answered.asDouble(Double.NaN);
        }
    }

    /** A group for each of some filters. */
    record Filters(String id, List<Filter> filters) implements Buckets {
        record Filter(String label, JsonNode query) {}

        static Filters of(String id, JsonNode params) {
            Known.only(params, id, "filters");
            List<Filter> filters = new ArrayList<>();
            Set<String> labels = new HashSet<>();
            for (JsonNode filter : Known.part(params, "filters")) {
                Known.only(filter, id + ".filters", "label", "input");
                String label = Known.text(filter, "label");
                Known.require(!label.isBlank() && labels.add(label), id + ": labels have to differ: " + label);
                filters.add(new Filter(label, QueryDsl.query(Known.part(filter, "input"))));
            }
            return new Filters(id, List.copyOf(filters));
        }

        @Override
        public ObjectNode aggregation() {
            ObjectNode aggregation = QueryDsl.object();
            ObjectNode all = aggregation.putObject("filters").putObject("filters");
            filters.forEach(filter -> all.set(filter.label, filter.query));
            return aggregation;
        }

        @Override
        public List<Group> groups(JsonNode answer) {
            JsonNode buckets = Known.part(answer, "buckets");
            return filters.stream()
                    .map(filter -> new Group(filter.label, filter.query, Known.part(buckets, filter.label)))
                    .toList();
        }
    }
}
