package io.tributary.kibana.description;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A number of each bucket.
 *
 * @param field null to count documents
 * @param filter in KQL, of the documents that count for this metric; empty for all
 * @param percent of a percentile
 * @param decimals null for the format of the field
 * @param date whether the field, and so the metric, is a date
 */
public record Metric(
        @JsonProperty("metric") Operation operation,
        String title,
        String field,
        String filter,
        Integer percent,
        Integer decimals,
        boolean date) {
    public Metric {
        filter = filter == null ? "" : filter;
        if ((field == null) != (operation == Operation.COUNT)) {
            throw new IllegalArgumentException(title + ": all metrics but a count are of a field");
        }
        if ((percent == null) == (operation == Operation.PERCENTILE)) {
            throw new IllegalArgumentException(title + ": a percentile, and nothing else, has percent");
        }
    }

    /** No last value: Kibana asks Elasticsearch for top_metrics, which is not in every build. */
    public enum Operation {
        COUNT,
        UNIQUE_COUNT,
        SUM,
        AVERAGE,
        MIN,
        MAX,
        MEDIAN,
        PERCENTILE
    }
}
