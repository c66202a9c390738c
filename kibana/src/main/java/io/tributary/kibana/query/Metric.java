package io.tributary.kibana.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A column with a number of each group.
 *
 * @param field null to count documents
 * @param filter of the documents that count; null for all
 * @param percent of a percentile, else null
 * @param noughtIsNothing whether Lens shows nothing instead of 0
 */
record Metric(String id, Operation operation, String field, JsonNode filter, Double percent, boolean noughtIsNothing) {
    private static final String RECORDS = "___records___";

    enum Operation {
        COUNT("value_count"),
        UNIQUE_COUNT("cardinality"),
        SUM("sum"),
        AVERAGE("avg"),
        MIN("min"),
        MAX("max"),
        PERCENTILE("percentiles");

        private final String aggregation;

        Operation(String aggregation) {
            this.aggregation = aggregation;
        }

        /** Of the others it is nothing anyway where there is no value. */
        private boolean maybeNought() {
            return this == COUNT || this == UNIQUE_COUNT || this == SUM;
        }
    }

    static Metric of(String id, JsonNode column) {
        String type = Known.text(column, "operationType");
        JsonNode params = Known.part(column, "params");
        if (type.equals("percentile")) {
            Known.only(params, id, "percentile", "format");
        } else {
            Known.only(params, id, "emptyAsNull", "format");
        }
        Operation operation =
                switch (type) {
                    case "count" -> Operation.COUNT;
                    case "unique_count" -> Operation.UNIQUE_COUNT;
                    case "sum" -> Operation.SUM;
                    case "average" -> Operation.AVERAGE;
                    case "min" -> Operation.MIN;
                    case "max" -> Operation.MAX;
                    case "median", "percentile" -> Operation.PERCENTILE;
                    default -> throw new UnsupportedQueryException(id + ": " + type);
                };
        Double percent =
                switch (type) {
                    case "median" -> 50.0;
                    case "percentile" -> Known.part(params, "percentile").doubleValue();
                    default -> null;
                };
        String field = Known.text(column, "sourceField");
        boolean records = field.equals(RECORDS);
        Known.require(!records || operation == Operation.COUNT, id + ": documents have no value");
        return new Metric(
                id,
                operation,
                records ? null : field,
                column.has("filter") ? QueryDsl.query(column.get("filter")) : null,
                percent,
                operation.maybeNought() && params.path("emptyAsNull").asBoolean());
    }

    private String filterId() {
        return id + "-filter";
    }

    /** Adds its aggregation, unless it is the number that comes with each group. */
    void addTo(ObjectNode aggregations) {
        ObjectNode into = aggregations;
        if (filter != null) {
            ObjectNode filtered = aggregations.putObject(filterId());
            filtered.set("filter", filter);
            if (field == null) {
                return;
            }
            into = filtered.putObject("aggs");
        }
        if (field != null) {
            ObjectNode aggregation =
                    into.putObject(id).putObject(operation.aggregation).put("field", field);
            if (percent != null) {
                aggregation.putArray("percents").add(percent);
            }
        }
    }

    /** How an order names it. */
    String path() {
        if (field == null) {
            return filter == null ? "_count" : filterId();
        }
        Known.require(percent == null || percent == Math.rint(percent), id + ": an order by " + percent + " %");
        String value = percent == null ? id : id + "." + percent.intValue();
        return filter == null ? value : filterId() + ">" + value;
    }

    /**
     * Its value, or null.
     *
     * @param content of a group
     * @param documents in the group
     */
    Double value(JsonNode content, long documents) {
        JsonNode from = filter == null ? content : Known.part(content, filterId());
        Double value;
        if (field == null) {
            value = (double)
                    (filter == null ? documents : Known.part(from, "doc_count").longValue());
        } else {
            JsonNode answer = Known.part(from, id);
            value = number(
                    percent == null
                            ? Known.part(answer, "value")
                            : Known.part(answer, "values").elements().next());
        }
        return noughtIsNothing && value != null && value == 0 ? null : value;
    }

    private static Double number(JsonNode value) {
        return value.isNumber() ? value.doubleValue() : null;
    }
}
