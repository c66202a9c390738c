package io.tributary.kibana.query;

import java.util.List;

/**
 * What a dashboard adds to its panels.
 *
 * @param from beginning of the time range, included
 * @param to end of the time range, included
 * @param filters in KQL, such as those of its controls
 */
public record Context(long from, long to, List<String> filters) {
    public Context {
        filters = List.copyOf(filters);
        if (from > to) {
            throw new IllegalArgumentException("the time range ends before it begins");
        }
    }
}
