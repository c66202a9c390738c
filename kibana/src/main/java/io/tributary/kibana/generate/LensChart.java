package io.tributary.kibana.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.kibana.description.Bucket;
import io.tributary.kibana.description.Chart;
import io.tributary.kibana.description.Dashboard.Panel;
import io.tributary.kibana.description.Metric;
import io.tributary.kibana.description.Metric.Operation;
import io.tributary.kibana.description.Suite;
import io.tributary.kibana.generate.SavedObject.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart as the state of Lens: one layer, whose columns are the buckets and then the metrics, and how it is drawn. */
final class LensChart {
    private static final String LAYER = "layer";
    private static final String RECORDS = "___records___";

    private final Chart chart;
    private final boolean drillsDown;
    private final List<String> buckets = new ArrayList<>();
    private final List<String> metrics = new ArrayList<>();

    LensChart(Suite suite, Panel panel) {
        chart = panel.chart();
        drillsDown = panel.drillDown() != null;
        suite.dataView(chart.dataView());
        for (int i = 0; i < chart.buckets().size(); i++) {
            buckets.add("bucket-" + i);
        }
        for (int i = 0; i < chart.metrics().size(); i++) {
            metrics.add("metric-" + i);
        }
    }

    String visualizationType() {
        return switch (chart.kind()) {
            case METRIC -> "lnsMetric";
            case BARS, STACKED_BARS, COLUMNS, LINE, AREA -> "lnsXY";
            case TABLE -> "lnsDatatable";
            case HEAT_MAP -> "lnsHeatmap";
        };
    }

    Reference reference() {
        return Bundle.dataViewReference(chart.dataView(), "indexpattern-datasource-layer-" + LAYER);
    }

    ObjectNode state() {
        ObjectNode state = Json.object();
        state.set("visualization", visualization());
        state.set("query", Json.kql(chart.filter()));
        state.putArray("filters");
        state.putObject("datasourceStates")
                .putObject("formBased")
                .putObject("layers")
                .set(LAYER, layer());
        state.putArray("internalReferences");
        state.putObject("adHocDataViews");
        return state;
    }

    private ObjectNode layer() {
        ObjectNode layer = Json.object();
        ArrayNode order = layer.putArray("columnOrder");
        ObjectNode columns = layer.putObject("columns");
        for (int i : chart.nesting()) {
            order.add(buckets.get(i));
            columns.set(buckets.get(i), column(chart.buckets().get(i)));
        }
        for (int i = 0; i < metrics.size(); i++) {
            order.add(metrics.get(i));
            columns.set(metrics.get(i), column(chart.metrics().get(i)));
        }
        layer.put("ignoreGlobalFilters", chart.ignoresFilters());
        layer.put("sampling", 1);
        layer.putObject("incompleteColumns");
        return layer;
    }

    private static ObjectNode column(
            String title, String dataType, String operation, boolean bucketed, String scale, String field) {
        ObjectNode column = Json.object()
                .put("label", title)
                .put("customLabel", true)
                .put("dataType", dataType)
                .put("operationType", operation)
                .put("isBucketed", bucketed)
                .put("scale", scale);
        if (field != null) {
            column.put("sourceField", field);
        }
        return column;
    }

    private ObjectNode column(Bucket bucket) {
        if (bucket instanceof Bucket.Terms terms) {
            ObjectNode column = column(terms.title(), "string", "terms", true, "ordinal", terms.field());
            ObjectNode params = column.putObject("params").put("size", terms.size());
            params.putObject("orderBy").put("type", "column").put("columnId", orderOf(terms));
            params.put("orderDirection", "desc").put("otherBucket", false).put("missingBucket", false);
            params.putObject("parentFormat").put("id", "terms");
            params.putArray("include");
            params.putArray("exclude");
            params.put("includeIsRegex", false).put("excludeIsRegex", false);
            return column;
        }
        if (bucket instanceof Bucket.DateHistogram time) {
            ObjectNode column = column(time.title(), "date", "date_histogram", true, "interval", time.field());
            column.putObject("params")
                    .put("interval", time.interval())
                    .put("includeEmptyRows", chart.kind() != Chart.Kind.TABLE)
                    .put("dropPartials", false);
            return column;
        }
        if (bucket instanceof Bucket.Histogram histogram) {
            ObjectNode column = column(histogram.title(), "number", "range", true, "interval", histogram.field());
            ObjectNode params = column.putObject("params").put("type", "histogram");
            params.putArray("ranges").addObject().put("from", 0).put("to", 1000).put("label", "");
            params.put("maxBars", "auto").put("includeEmptyRows", true);
            return column;
        }
        if (bucket instanceof Bucket.Ranges ranges) {
            ObjectNode column = column(ranges.title(), "string", "range", true, "ordinal", ranges.field());
            ObjectNode params = column.putObject("params").put("type", "range");
            ArrayNode all = params.putArray("ranges");
            // An open end is infinite to Kibana, which JSON writes as null.
            ranges.ranges().forEach(range -> all.addObject()
                    .put("from", range.from())
                    .put("to", range.to())
                    .put("label", range.title()));
            params.put("maxBars", "auto").put("includeEmptyRows", true);
            params.putObject("parentFormat")
                    .put("id", "range")
                    .putObject("params")
                    .put("template", "arrow_right")
                    .put("replaceInfinity", true);
            return column;
        }
        Bucket.Filters filters = (Bucket.Filters) bucket;
        ObjectNode column = column(filters.title(), "string", "filters", true, "ordinal", null);
        ArrayNode all = column.putObject("params").putArray("filters");
        filters.filters()
                .forEach(
                        filter -> all.addObject().put("label", filter.title()).set("input", Json.kql(filter.filter())));
        return column;
    }

    private String orderOf(Bucket.Terms terms) {
        if (terms.orderBy() == null) {
            return metrics.get(0);
        }
        for (int i = 0; i < metrics.size(); i++) {
            if (chart.metrics().get(i).title().equals(terms.orderBy())) {
                return metrics.get(i);
            }
        }
        throw new IllegalArgumentException(terms.title() + ": no metric is called " + terms.orderBy());
    }

    private static ObjectNode column(Metric metric) {
        Operation operation = metric.operation();
        ObjectNode column = column(
                metric.title(),
                metric.date() ? "date" : "number",
                operation.name().toLowerCase(Locale.ROOT),
                false,
                "ratio",
                operation == Operation.COUNT ? RECORDS : metric.field());
        if (!metric.filter().isEmpty()) {
            column.set("filter", Json.kql(metric.filter()));
        }
        ObjectNode params = column.putObject("params");
        if (operation == Operation.PERCENTILE) {
            params.put("percentile", metric.percent());
        } else {
            // What does not occur is nought where it is counted, and nothing where there is no value to speak of.
            params.put(
                    "emptyAsNull",
                    switch (operation) {
                        case COUNT, UNIQUE_COUNT, SUM -> false;
                        default -> true;
                    });
        }
        if (metric.decimals() != null) {
            params.putObject("format").put("id", "number").putObject("params").put("decimals", metric.decimals());
        }
        return column;
    }

    private ObjectNode visualization() {
        return switch (chart.kind()) {
            case METRIC ->
                Json.object().put("layerId", LAYER).put("layerType", "data").put("metricAccessor", metrics.get(0));
            case BARS -> xy("bar_horizontal");
            case STACKED_BARS -> xy("bar_horizontal_stacked");
            case COLUMNS -> xy("bar_stacked");
            case LINE -> xy("line");
            case AREA -> xy("area_stacked");
            case TABLE -> table();
            case HEAT_MAP -> heatMap();
        };
    }

    private ObjectNode xy(String series) {
        boolean bars = series.startsWith("bar_horizontal");
        ObjectNode xy = Json.object().put("preferredSeriesType", series);
        xy.putObject("legend").put("isVisible", true).put("position", "right").put("showSingleSeries", false);
        xy.put("valueLabels", bars && buckets.size() == 1 ? "show" : "hide")
                .put("fittingFunction", "None")
                .put("xTitle", chart.buckets().get(0).title())
                .put("yTitle", metrics.size() == 1 ? chart.metrics().get(0).title() : "");
        for (String setting : List.of(
                "axisTitlesVisibilitySettings", "tickLabelsVisibilitySettings", "gridlinesVisibilitySettings")) {
            xy.putObject(setting).put("x", true).put("yLeft", true).put("yRight", true);
        }
        ObjectNode layer = xy.putArray("layers")
                .addObject()
                .put("layerId", LAYER)
                .put("layerType", "data")
                .put("seriesType", series)
                .put("xAccessor", buckets.get(0));
        if (buckets.size() > 1) {
            layer.put("splitAccessor", buckets.get(1));
        }
        layer.set("accessors", Json.texts(metrics));
        return xy;
    }

    private ObjectNode table() {
        ObjectNode table = Json.object().put("layerId", LAYER).put("layerType", "data");
        ArrayNode columns = table.putArray("columns");
        for (String bucket : buckets) {
            ObjectNode column = columns.addObject()
                    .put("columnId", bucket)
                    .put("isTransposed", false)
                    .put("isMetric", false);
            // Makes the values links, so that nobody has to look for the way to the other dashboard.
            if (drillsDown) {
                column.put("oneClickFilter", true);
            }
        }
        for (String metric : metrics) {
            columns.addObject()
                    .put("columnId", metric)
                    .put("isTransposed", false)
                    .put("isMetric", true);
        }
        table.putObject("paging").put("size", chart.rows()).put("enabled", !buckets.isEmpty());
        return table;
    }

    private ObjectNode heatMap() {
        ObjectNode map = Json.object()
                .put("shape", "heatmap")
                .put("layerId", LAYER)
                .put("layerType", "data")
                .put("xAccessor", buckets.get(0))
                .put("yAccessor", buckets.get(1))
                .put("valueAccessor", metrics.get(0));
        map.putObject("legend").put("isVisible", true).put("position", "right").put("type", "heatmap_legend");
        map.putObject("gridConfig")
                .put("type", "heatmap_grid")
                .put("isCellLabelVisible", true)
                .put("isYAxisLabelVisible", true)
                .put("isXAxisLabelVisible", true)
                .put("isYAxisTitleVisible", true)
                .put("isXAxisTitleVisible", true)
                .put("xTitle", chart.buckets().get(0).title())
                .put("yTitle", chart.buckets().get(1).title());
        return map;
    }
}
