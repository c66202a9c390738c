package io.tributary.kibana.drawing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The numbers of a chart by where they stand on its axis and whose they are.
 *
 * @param values by name of the series, by place
 */
record Series(List<Object> places, Map<String, Map<Object, Double>> values) {
    /**
     * Reads rows.
     *
     * @param x number of the column of the places
     * @param split number of the column of the names, or -1: then they are the titles of the metrics
     * @param metrics numbers of their columns
     */
    static Series of(List<Column> columns, List<List<Object>> rows, int x, int split, List<Integer> metrics) {
        Set<Object> places = new LinkedHashSet<>();
        Map<String, Map<Object, Double>> values = new LinkedHashMap<>();
        for (List<Object> row : rows) {
            places.add(row.get(x));
            for (int metric : metrics) {
                String name = split < 0
                        ? columns.get(metric).title()
                        : columns.get(split).write(row.get(split));
                values.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(row.get(x), (Double) row.get(metric));
            }
        }
        // Groups of numbers stand in their order, whatever is nested in what.
        Collection<Object> ordered =
                places.stream().allMatch(Number.class::isInstance) ? new TreeSet<>(places) : places;
        return new Series(new ArrayList<>(ordered), values);
    }

    List<String> names() {
        return new ArrayList<>(values.keySet());
    }

    /** Null if there is none. */
    Double value(String name, Object place) {
        return values.get(name).get(place);
    }

    double valueOrNought(String name, Object place) {
        Double value = value(name, place);
        return value == null ? 0 : value;
    }

    double total(Object place) {
        return names().stream().mapToDouble(name -> valueOrNought(name, place)).sum();
    }

    /** The greatest of all, added up where they are stacked. */
    double greatest(boolean stacked) {
        return places.stream()
                .mapToDouble(place -> stacked
                        ? total(place)
                        : names().stream()
                                .mapToDouble(name -> valueOrNought(name, place))
                                .max()
                                .orElse(0))
                .max()
                .orElse(0);
    }
}
