package io.tributary.local.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Layers of Lens for tests, a column at a time; texts of JSON are in single quotes, so that they stay readable. */
final class Layers {
    private static final String COUNT = "'operationType':'count','sourceField':'___records___'";

    private final Map<String, String> columns = new LinkedHashMap<>();
    private final String dataView;
    private String query = "";
    private boolean ignoresGlobalFilters;
    private List<String> filters = List.of();
    private long from = millis("2026-03-01T00:00:00Z");
    private long to = millis("2026-03-31T23:59:59.999Z");
    private long now = millis("2026-04-01T00:00:00Z");

    private Layers(String dataView) {
        this.dataView = dataView;
    }

    static Layers of(String dataView) {
        return new Layers(dataView);
    }

    Layers column(String id, String json) {
        columns.put(id, json);
        return this;
    }

    Layers count() {
        return column("count", COUNT);
    }

    Layers metric(String operation, String field) {
        return column(operation, "'operationType':'" + operation + "','sourceField':'" + field + "'");
    }

    Layers terms(String field, int size, String orderedBy, String direction) {
        return terms(
                field,
                "'size':%d,'orderBy':{'type':'column','columnId':'%s'},'orderDirection':'%s'"
                        .formatted(size, orderedBy, direction));
    }

    Layers terms(String field, String params) {
        return column(field, "'operationType':'terms','sourceField':'%s','params':{%s}".formatted(field, params));
    }

    Layers dates(String interval, boolean includeEmptyRows) {
        return column(
                "at",
                "'operationType':'date_histogram','sourceField':'at','params':{'interval':'%s','includeEmptyRows':%s}"
                        .formatted(interval, includeEmptyRows));
    }

    Layers query(String kuery) {
        query = kuery;
        return this;
    }

    Layers filters(String... kueries) {
        filters = List.of(kueries);
        return this;
    }

    Layers ignoringGlobalFilters() {
        ignoresGlobalFilters = true;
        return this;
    }

    Layers between(String first, String last) {
        from = millis(first);
        to = millis(last);
        return this;
    }

    Layers now(String time) {
        now = millis(time);
        return this;
    }

    JsonNode lens() {
        String order = columns.keySet().stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
        String definitions = columns.entrySet().stream()
                .map(column -> "'" + column.getKey() + "':{" + column.getValue() + "}")
                .collect(Collectors.joining(","));
        return json(
                """
                {'type':'lens','attributes':{'state':{
                  'visualization':{},'query':{'query':'%s','language':'kuery'},'filters':[],
                  'datasourceStates':{'formBased':{'layers':{'layer':{
                    'columnOrder':[%s],'columns':{%s},'ignoreGlobalFilters':%s}}}}}},
                 'references':[{'type':'index-pattern','id':'%s','name':'indexpattern-datasource-layer-layer'}]}
                """
                        .formatted(query, order, definitions, ignoresGlobalFilters, dataView));
    }

    List<List<Object>> rows(String... documents) {
        return LayerOracle.rows(
                lens(),
                "layer",
                from,
                to,
                filters,
                Stream.of(documents).map(Layers::json).toList(),
                now);
    }

    /** A row, which may hold nulls. */
    static List<Object> row(Object... cells) {
        return new ArrayList<>(Arrays.asList(cells));
    }

    static JsonNode json(String quoted) {
        return SavedObjects.json(quoted.replace('\'', '"'));
    }

    static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }
}
