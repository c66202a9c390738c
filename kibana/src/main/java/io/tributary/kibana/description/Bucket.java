package io.tributary.kibana.description;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a chart groups by. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "bucket")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Bucket.Terms.class, name = "terms"),
    @JsonSubTypes.Type(value = Bucket.DateHistogram.class, name = "date_histogram"),
    @JsonSubTypes.Type(value = Bucket.Histogram.class, name = "histogram"),
    @JsonSubTypes.Type(value = Bucket.Ranges.class, name = "range"),
    @JsonSubTypes.Type(value = Bucket.Filters.class, name = "filters")
})
public sealed interface Bucket {
    /** Of its axis or column. */
    String title();

    /**
     * The values of a field with the greatest metric. There is no bucket for the others: most fields here have several
     * values per document, so the others would count documents that are shown already.
     *
     * @param orderBy title of the metric; null for the first
     */
    record Terms(String title, String field, int size, String orderBy) implements Bucket {}

    /** @param interval fixed, such as {@code 1h} */
    record DateHistogram(String title, String field, String interval) implements Bucket {}

    /** Intervals of equal width, whose number Kibana chooses. */
    record Histogram(String title, String field) implements Bucket {}

    /** Intervals by hand. */
    record Ranges(String title, String field, List<Range> ranges) implements Bucket {
        public Ranges {
            ranges = List.copyOf(ranges);
        }
    }

    /**
     * @param from included; null if there is no beginning
     * @param to excluded; null if there is no end
     */
    record Range(String title, Double from, Double to) {}

    /** A bucket for each of some filters, which may overlap. */
    record Filters(String title, List<Filter> filters) implements Bucket {
        public Filters {
            filters = List.copyOf(filters);
        }
    }

    /** @param filter in KQL */
    record Filter(String title, String filter) {}
}
