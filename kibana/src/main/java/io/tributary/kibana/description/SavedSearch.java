package io.tributary.kibana.description;

import java.util.List;

/**
 * A table of documents.
 *
 * @param filter in KQL; empty for all
 * @param newestBy the date by which the newest come first
 */
public record SavedSearch(
        String id,
        String title,
        String description,
        String dataView,
        String filter,
        List<String> columns,
        String newestBy) {
    public SavedSearch {
        filter = filter == null ? "" : filter;
        columns = List.copyOf(columns);
    }
}
