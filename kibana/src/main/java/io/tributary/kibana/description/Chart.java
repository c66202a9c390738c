package io.tributary.kibana.description;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One aggregation and how it is drawn.
 *
 * @param filter in KQL; empty for all, and for charts that ignore filters: Kibana would ignore this one, too. Their
 *     metrics have filters.
 * @param ignoresFilters whether the dashboard's query, filters and controls leave it alone, because they name fields
 *     that its index does not have: such a filter would not narrow it but empty it. The time range counts all the same.
 * @param buckets the first is the axis or the rows, the second splits. The first is the outermost, unless it is of time:
 *     {@link #nesting()}
 * @param rows of a page of a table
 */
public record Chart(
        Kind kind,
        String dataView,
        String filter,
        boolean ignoresFilters,
        List<Bucket> buckets,
        List<Metric> metrics,
        Integer rows) {
    public Chart {
        filter = filter == null ? "" : filter;
        buckets = buckets == null ? List.of() : List.copyOf(buckets);
        metrics = List.copyOf(metrics);
        rows = rows == null ? 20 : rows;
        if (ignoresFilters && !filter.isEmpty()) {
            throw new IllegalArgumentException("Kibana would ignore the filter " + filter);
        }
    }

    /**
     * The numbers of the buckets from the outermost to the innermost. Time is the innermost, so that the greatest values
     * are those of the whole time range, not others in each interval.
     */
    public List<Integer> nesting() {
        return IntStream.range(0, buckets.size())
                .boxed()
                .sorted(Comparator.comparing(i -> buckets.get(i) instanceof Bucket.DateHistogram))
                .toList();
    }

    /** How it is drawn. */
    public enum Kind {
        /** One number. */
        METRIC,
        /** Horizontal bars, one beside the other. */
        BARS,
        /** Horizontal bars, whose parts add up. */
        STACKED_BARS,
        /** Upright bars, whose parts add up. */
        COLUMNS,
        LINE,
        /** Areas that add up. */
        AREA,
        TABLE,
        HEAT_MAP
    }
}
