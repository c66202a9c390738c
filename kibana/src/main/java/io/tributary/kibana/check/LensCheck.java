package io.tributary.kibana.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.mapping.FieldType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** One chart of Lens: its columns, and what is drawn of them. */
final class LensCheck {
    private static final String RECORDS = "___records___";

    /** Fixed units, as the time range changes their number only. */
    private static final Pattern INTERVAL = Pattern.compile("[1-9][0-9]*(s|m|h|d)");

    private static final int MOST_TERMS = 1_000;

    private static final Set<FieldType> COUNTABLE =
            EnumSet.of(FieldType.KEYWORD, FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN, FieldType.IP);
    private static final Set<FieldType> GROUPABLE =
            EnumSet.of(FieldType.KEYWORD, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.IP);
    private static final Set<FieldType> NUMBERS = EnumSet.of(FieldType.NUMBER);
    private static final Set<FieldType> ORDERED = EnumSet.of(FieldType.NUMBER, FieldType.DATE);
    private static final Set<FieldType> DATES = EnumSet.of(FieldType.DATE);

    private static final Set<String> BUCKETS = Set.of("terms", "date_histogram", "range", "filters");

    /** Kinds of charts that show parts of a whole. */
    private static final Set<String> PARTS = Set.of("lnsPie", "lnsDonut", "lnsTreemap", "lnsWaffle", "lnsMosaic");

    private final JsonNode state;
    private final String type;
    private final Faults faults;
    private final BundleRules rules;

    /** How the chart uses a column. */
    private record Use(String layer, String column, boolean bucket) {}

    LensCheck(JsonNode attributes, BundleRules rules, Faults faults) {
        this.state = attributes.path("state");
        this.type = attributes.path("visualizationType").asText();
        this.rules = rules;
        this.faults = faults;
    }

    static JsonNode layers(JsonNode attributes) {
        return attributes
                .path("state")
                .path("datasourceStates")
                .path("formBased")
                .path("layers");
    }

    /** @param fields of the data view of each layer that has one */
    void check(Map<String, Fields> fields) {
        Shape shape = Shapes.VISUALIZATIONS.get(type);
        if (shape == null) {
            faults.add(FaultKind.UNSUPPORTED_VISUALIZATION, type);
        } else {
            shape.check(state.path("visualization"), "visualization", faults);
        }
        List<Use> uses = uses();
        JsonNode layers = state.path("datasourceStates").path("formBased").path("layers");
        if (layers.isEmpty()) {
            faults.add(FaultKind.MISSING_ATTRIBUTE, "a layer");
        }
        Set<String> drawn = new HashSet<>();
        layers.forEachEntry((id, layer) -> {
            List<Use> used = uses.stream().filter(use -> use.layer.equals(id)).toList();
            drawn.add(id);
            checkOrder(layer);
            if (layer.path("ignoreGlobalFilters").asBoolean()
                    && !state.path("query").path("query").asText().isBlank()) {
                faults.add(
                        FaultKind.IGNORED_FILTER,
                        state.path("query").path("query").asText());
            }
            if (shape != null) {
                checkUses(layer, used);
            }
            Fields of = fields.get(id);
            if (of != null) {
                of.checkQuery(state.path("query"), "filter", faults);
                layer.path("columns").forEachEntry((name, column) -> checkColumn(of, layer, name, column));
            }
            checkParts(layer);
        });
        uses.stream()
                .filter(use -> !drawn.contains(use.layer))
                .forEach(use -> faults.add(FaultKind.UNKNOWN_COLUMN, "no layer is called " + use.layer));
    }

    /** Which columns the chart draws. */
    private List<Use> uses() {
        JsonNode visualization = state.path("visualization");
        List<Use> uses = new ArrayList<>();
        String layer = visualization.path("layerId").asText();
        switch (type) {
            case "lnsMetric" -> add(uses, layer, visualization.path("metricAccessor"), false);
            case "lnsHeatmap" -> {
                add(uses, layer, visualization.path("xAccessor"), true);
                add(uses, layer, visualization.path("yAccessor"), true);
                add(uses, layer, visualization.path("valueAccessor"), false);
            }
            case "lnsDatatable" ->
                visualization
                        .path("columns")
                        .forEach(column -> add(
                                uses,
                                layer,
                                column.path("columnId"),
                                !column.path("isMetric").asBoolean()));
            case "lnsXY" ->
                visualization.path("layers").forEach(drawn -> {
                    String id = drawn.path("layerId").asText();
                    add(uses, id, drawn.path("xAccessor"), true);
                    add(uses, id, drawn.path("splitAccessor"), true);
                    drawn.path("accessors").forEach(metric -> add(uses, id, metric, false));
                });
            default -> {
                // A fault already.
            }
        }
        return uses;
    }

    private static void add(List<Use> uses, String layer, JsonNode column, boolean bucket) {
        if (!column.isMissingNode()) {
            uses.add(new Use(layer, column.asText(), bucket));
        }
    }

    private void checkUses(JsonNode layer, List<Use> used) {
        JsonNode columns = layer.path("columns");
        Set<String> drawn = new HashSet<>();
        for (Use use : used) {
            String name = use.column;
            drawn.add(name);
            JsonNode column = columns.path(name);
            if (column.isMissingNode()) {
                faults.add(FaultKind.UNKNOWN_COLUMN, "no column is called " + name);
            } else if (column.path("isBucketed").asBoolean() != use.bucket) {
                faults.add(
                        FaultKind.UNKNOWN_COLUMN,
                        name + " is drawn as a " + (use.bucket ? "bucket" : "metric") + ", which it is not");
            } else if (!use.bucket
                    && !type.equals("lnsDatatable")
                    && !column.path("dataType").asText().equals("number")) {
                faults.add(FaultKind.BAD_COLUMN, name + " is no number, and only tables show others");
            }
        }
        columns.fieldNames().forEachRemaining(name -> {
            if (!drawn.contains(name)) {
                faults.add(FaultKind.UNUSED_COLUMN, name);
            }
        });
    }

    private void checkOrder(JsonNode layer) {
        List<String> order = new ArrayList<>();
        layer.path("columnOrder").forEach(name -> order.add(name.asText()));
        Set<String> columns = new HashSet<>();
        layer.path("columns").fieldNames().forEachRemaining(columns::add);
        if (order.size() != columns.size() || !columns.containsAll(order)) {
            faults.add(FaultKind.BAD_COLUMN_ORDER, "the order is " + order + ", the columns are " + columns);
        }
        boolean metrics = false;
        boolean time = false;
        for (String name : order) {
            JsonNode column = layer.path("columns").path(name);
            String operation = column.path("operationType").asText();
            if (time && operation.equals("terms")) {
                faults.add(FaultKind.BAD_COLUMN_ORDER, name + " are the greatest of each interval, others in each");
            }
            time |= operation.equals("date_histogram");
            boolean bucketed = column.path("isBucketed").asBoolean();
            if (bucketed && metrics) {
                faults.add(FaultKind.BAD_COLUMN_ORDER, "the bucket " + name + " comes after a metric");
            }
            metrics |= !bucketed;
        }
    }

    private void checkColumn(Fields fields, JsonNode layer, String name, JsonNode column) {
        String operation = column.path("operationType").asText();
        Shape params = Shapes.PARAMS.get(operation);
        if (params == null) {
            faults.add(FaultKind.UNSUPPORTED_OPERATION, name + ": " + operation);
            return;
        }
        params.check(column.path("params"), name + ".params", faults);
        if (column.path("isBucketed").asBoolean() != BUCKETS.contains(operation)) {
            faults.add(FaultKind.BAD_COLUMN, name + ": whether it is bucketed does not fit " + operation);
        }
        if (column.has("filter")) {
            fields.checkQuery(column.path("filter"), name, faults);
            if (BUCKETS.contains(operation)) {
                faults.add(FaultKind.BAD_COLUMN, name + ": only metrics have a filter");
            }
        }
        switch (operation) {
            case "terms" -> checkTerms(fields, layer, name, column);
            case "date_histogram" -> checkTime(fields, name, column);
            case "range" -> checkRange(fields, name, column);
            case "filters" -> checkFilters(fields, name, column);
            default -> checkMetric(fields, name, column, operation);
        }
    }

    private Optional<FieldType> field(Fields fields, String name, JsonNode column, Set<FieldType> types) {
        if (!column.has("sourceField")) {
            faults.add(FaultKind.MISSING_ATTRIBUTE, name + ".sourceField");
            return Optional.empty();
        }
        return fields.require(column.path("sourceField").asText(), types, name, faults);
    }

    private void checkKind(String name, JsonNode column, String dataType, String scale) {
        if (!column.path("dataType").asText().equals(dataType)
                || !column.path("scale").asText().equals(scale)) {
            faults.add(
                    FaultKind.BAD_COLUMN,
                    "%s is %s and %s, but has to be %s and %s"
                            .formatted(
                                    name,
                                    column.path("dataType").asText(),
                                    column.path("scale").asText(),
                                    dataType,
                                    scale));
        }
    }

    private void checkTerms(Fields fields, JsonNode layer, String name, JsonNode column) {
        field(fields, name, column, GROUPABLE).ifPresent(type -> checkKind(name, column, type.lens(), "ordinal"));
        JsonNode params = column.path("params");
        int size = params.path("size").asInt();
        if (size < 1 || size > MOST_TERMS) {
            faults.add(FaultKind.BAD_COLUMN, name + ": size " + size);
        }
        JsonNode order = params.path("orderBy");
        if (order.path("type").asText().equals("column")) {
            JsonNode by = layer.path("columns").path(order.path("columnId").asText());
            JsonNode percentile = by.path("params").path("percentile");
            if (by.isMissingNode()
                    || by.path("isBucketed").asBoolean()
                    || (!percentile.isMissingNode() && !percentile.canConvertToExactIntegral())) {
                faults.add(
                        FaultKind.BAD_COLUMN, name + " is ordered by " + order.path("columnId") + ", which can't be");
            }
        }
    }

    private void checkTime(Fields fields, String name, JsonNode column) {
        field(fields, name, column, DATES).ifPresent(type -> checkKind(name, column, "date", "interval"));
        String interval = column.path("params").path("interval").asText();
        if (!INTERVAL.matcher(interval).matches()) {
            faults.add(FaultKind.BAD_COLUMN, name + ": the interval " + interval + " is none of fixed length");
        }
        String field = column.path("sourceField").asText();
        if (!field.equals(fields.timeField())) {
            faults.add(
                    FaultKind.TIME_AXIS_WITHOUT_TIME_FIELD,
                    "%s: the time field of %s is %s, not %s"
                            .formatted(name, fields.index(), fields.timeField(), field));
        }
    }

    private void checkRange(Fields fields, String name, JsonNode column) {
        boolean histogram = column.path("params").path("type").asText().equals("histogram");
        field(fields, name, column, NUMBERS)
                .ifPresent(type ->
                        checkKind(name, column, histogram ? "number" : "string", histogram ? "interval" : "ordinal"));
        for (JsonNode range : column.path("params").path("ranges")) {
            JsonNode from = range.path("from");
            JsonNode to = range.path("to");
            if ((from.isNull() && to.isNull())
                    || (from.isNumber() && to.isNumber() && from.doubleValue() >= to.doubleValue())) {
                faults.add(FaultKind.BAD_COLUMN, name + ": nothing is in the range " + range);
            }
        }
    }

    private void checkFilters(Fields fields, String name, JsonNode column) {
        checkKind(name, column, "string", "ordinal");
        for (JsonNode filter : column.path("params").path("filters")) {
            fields.checkQuery(filter.path("input"), name, faults);
        }
    }

    private void checkMetric(Fields fields, String name, JsonNode column, String operation) {
        Set<FieldType> types =
                switch (operation) {
                    case "count", "unique_count" -> COUNTABLE;
                    case "min", "max" -> ORDERED;
                    default -> NUMBERS;
                };
        boolean records =
                operation.equals("count") && column.path("sourceField").asText().equals(RECORDS);
        Optional<FieldType> type = records ? Optional.empty() : field(fields, name, column, types);
        boolean date = type.isPresent() && type.get() == FieldType.DATE && types == ORDERED;
        checkKind(name, column, date ? "date" : "number", "ratio");
        JsonNode percentile = column.path("params").path("percentile");
        if (percentile.isNumber() && (percentile.doubleValue() <= 0 || percentile.doubleValue() >= 100)) {
            faults.add(FaultKind.BAD_COLUMN, name + ": percentile " + percentile);
        }
    }

    /** A customer is in several segments: parts of a whole would count it several times. */
    private void checkParts(JsonNode layer) {
        Set<String> overlapping = new HashSet<>();
        layer.path("columns").forEachEntry((name, column) -> {
            boolean several = column.path("operationType").asText().equals("terms")
                    && rules.overlappingFields()
                            .contains(column.path("sourceField").asText());
            if (several) {
                overlapping.add(name);
                if (column.path("params").path("otherBucket").asBoolean()) {
                    faults.add(FaultKind.OVERLAPPING_PARTS, name + ": others than the first overlap with the first");
                }
            }
        });
        if (overlapping.isEmpty()) {
            return;
        }
        if (PARTS.contains(type)) {
            faults.add(FaultKind.OVERLAPPING_PARTS, type + " of " + overlapping);
        }
        for (JsonNode drawn : state.path("visualization").path("layers")) {
            String series = drawn.path("seriesType").asText();
            if (series.contains("percentage")
                    || (series.contains("stacked")
                            && overlapping.contains(drawn.path("splitAccessor").asText()))) {
                faults.add(FaultKind.OVERLAPPING_PARTS, series + " of " + overlapping);
            }
        }
    }
}
