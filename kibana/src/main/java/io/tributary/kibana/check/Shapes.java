package io.tributary.kibana.check;

import static io.tributary.kibana.check.Shape.ANY;
import static io.tributary.kibana.check.Shape.BOOLEAN;
import static io.tributary.kibana.check.Shape.BOUND;
import static io.tributary.kibana.check.Shape.NO_ITEMS;
import static io.tributary.kibana.check.Shape.NUMBER;
import static io.tributary.kibana.check.Shape.TEXT;
import static io.tributary.kibana.check.Shape.WHOLE;
import static io.tributary.kibana.check.Shape.encoded;
import static io.tributary.kibana.check.Shape.list;
import static io.tributary.kibana.check.Shape.map;
import static io.tributary.kibana.check.Shape.object;
import static io.tributary.kibana.check.Shape.oneOf;

import java.util.Map;

/** The forms of Kibana 8.19's objects, as far as the dashboards use them. */
final class Shapes {
    private static final Shape QUERY = object().with("query", TEXT).with("language", oneOf("kuery"));
    private static final Shape EMPTY = object();

    static final Shape OBJECT = object().with("type", TEXT)
            .with("id", TEXT)
            .with("attributes", ANY)
            .with(
                    "references",
                    list(object().with("type", TEXT).with("id", TEXT).with("name", TEXT)))
            .with("managed", BOOLEAN)
            .with("coreMigrationVersion", oneOf("8.8.0"))
            .with("typeMigrationVersion", TEXT);

    private static final Shape FORMAT = object().with("id", oneOf("number"))
            .with("params", object().maybe("decimals", WHOLE).maybe("pattern", TEXT));

    private static final Shape DATA_VIEW = object().with("title", TEXT)
            .with("name", TEXT)
            .maybe("timeFieldName", TEXT)
            .with("fields", encoded(NO_ITEMS))
            .with("fieldAttrs", encoded(EMPTY))
            .with("fieldFormatMap", encoded(map(FORMAT)))
            .with("runtimeFieldMap", encoded(EMPTY))
            .with("sourceFilters", encoded(NO_ITEMS))
            .with("typeMeta", encoded(EMPTY));

    private static final Shape SEARCH = object().with("title", TEXT)
            .with("description", TEXT)
            .with("columns", list(TEXT))
            .with("sort", list(list(TEXT)))
            .with("grid", EMPTY)
            .with("hideChart", BOOLEAN)
            .with("isTextBasedQuery", BOOLEAN)
            .with(
                    "kibanaSavedObjectMeta",
                    object().with(
                                    "searchSourceJSON",
                                    encoded(object().with("query", QUERY)
                                            .with("filter", NO_ITEMS)
                                            .with("indexRefName", TEXT))));

    private static final Shape COLUMN = object().with("label", TEXT)
            .with("customLabel", BOOLEAN)
            .with("dataType", oneOf("string", "number", "date", "boolean", "ip"))
            .with("operationType", TEXT)
            .with("isBucketed", BOOLEAN)
            .with("scale", oneOf("ordinal", "interval", "ratio"))
            .maybe("sourceField", TEXT)
            .maybe("filter", QUERY)
            .with("params", ANY);

    private static final Shape LENS = object().with("title", TEXT)
            .with("description", TEXT)
            .with("visualizationType", TEXT)
            .with(
                    "state",
                    object().with("visualization", ANY)
                            .with("query", QUERY)
                            .with("filters", NO_ITEMS)
                            .with(
                                    "datasourceStates",
                                    object().with(
                                                    "formBased",
                                                    object().with(
                                                                    "layers",
                                                                    map(object().with("columnOrder", list(TEXT))
                                                                            .with("columns", map(COLUMN))
                                                                            .maybe("ignoreGlobalFilters", BOOLEAN)
                                                                            .maybe("sampling", NUMBER)
                                                                            .with("incompleteColumns", EMPTY)))))
                            .with("internalReferences", NO_ITEMS)
                            .with("adHocDataViews", EMPTY));

    private static final Shape NUMERIC_PARAMS =
            object().maybe("emptyAsNull", BOOLEAN).maybe("format", FORMAT);

    /** Parameters of a column by its operation. What is not here is not supported. */
    static final Map<String, Shape> PARAMS = Map.ofEntries(
            Map.entry(
                    "terms",
                    object().with("size", WHOLE)
                            .with(
                                    "orderBy",
                                    object().with("type", oneOf("column", "alphabetical"))
                                            .maybe("columnId", TEXT)
                                            .maybe("fallback", BOOLEAN))
                            .with("orderDirection", oneOf("asc", "desc"))
                            .with("otherBucket", BOOLEAN)
                            .with("missingBucket", BOOLEAN)
                            .with("parentFormat", object().with("id", oneOf("terms")))
                            .with("include", NO_ITEMS)
                            .with("exclude", NO_ITEMS)
                            .with("includeIsRegex", BOOLEAN)
                            .with("excludeIsRegex", BOOLEAN)),
            Map.entry(
                    "date_histogram",
                    object().with("interval", TEXT)
                            .with("includeEmptyRows", BOOLEAN)
                            .with("dropPartials", BOOLEAN)),
            Map.entry(
                    "range",
                    object().with("type", oneOf("histogram", "range"))
                            .with(
                                    "ranges",
                                    list(object().with("from", BOUND)
                                            .with("to", BOUND)
                                            .with("label", TEXT)))
                            .with("maxBars", oneOf("auto"))
                            .with("includeEmptyRows", BOOLEAN)
                            .maybe(
                                    "parentFormat",
                                    object().with("id", oneOf("range"))
                                            .with(
                                                    "params",
                                                    object().with("template", oneOf("arrow_right"))
                                                            .with("replaceInfinity", BOOLEAN)))),
            Map.entry(
                    "filters",
                    object().with("filters", list(object().with("label", TEXT).with("input", QUERY)))),
            Map.entry("count", NUMERIC_PARAMS),
            Map.entry("unique_count", NUMERIC_PARAMS),
            Map.entry("sum", NUMERIC_PARAMS),
            Map.entry("average", NUMERIC_PARAMS),
            Map.entry("min", NUMERIC_PARAMS),
            Map.entry("max", NUMERIC_PARAMS),
            Map.entry("median", NUMERIC_PARAMS),
            Map.entry("percentile", object().with("percentile", NUMBER).maybe("format", FORMAT)));

    private static final Shape SERIES =
            oneOf("bar_horizontal", "bar_horizontal_stacked", "bar_stacked", "line", "area_stacked");
    private static final Shape POSITION = oneOf("right", "bottom", "left", "top");
    private static final Shape AXES =
            object().with("x", BOOLEAN).with("yLeft", BOOLEAN).with("yRight", BOOLEAN);

    /** The state of a visualization by its type. What is not here is not supported. */
    static final Map<String, Shape> VISUALIZATIONS = Map.of(
            "lnsMetric",
            object().with("layerId", TEXT).with("layerType", oneOf("data")).with("metricAccessor", TEXT),
            "lnsDatatable",
            object().with("layerId", TEXT)
                    .with("layerType", oneOf("data"))
                    .with(
                            "columns",
                            list(object().with("columnId", TEXT)
                                    .with("isTransposed", BOOLEAN)
                                    .with("isMetric", BOOLEAN)
                                    .maybe("oneClickFilter", BOOLEAN)))
                    .with("paging", object().with("size", WHOLE).with("enabled", BOOLEAN)),
            "lnsHeatmap",
            object().with("shape", oneOf("heatmap"))
                    .with("layerId", TEXT)
                    .with("layerType", oneOf("data"))
                    .with("xAccessor", TEXT)
                    .with("yAccessor", TEXT)
                    .with("valueAccessor", TEXT)
                    .with(
                            "legend",
                            object().with("isVisible", BOOLEAN)
                                    .with("position", POSITION)
                                    .with("type", oneOf("heatmap_legend")))
                    .with(
                            "gridConfig",
                            object().with("type", oneOf("heatmap_grid"))
                                    .with("isCellLabelVisible", BOOLEAN)
                                    .with("isYAxisLabelVisible", BOOLEAN)
                                    .with("isXAxisLabelVisible", BOOLEAN)
                                    .with("isYAxisTitleVisible", BOOLEAN)
                                    .with("isXAxisTitleVisible", BOOLEAN)
                                    .with("xTitle", TEXT)
                                    .with("yTitle", TEXT)),
            "lnsXY",
            object().with("preferredSeriesType", SERIES)
                    .with(
                            "legend",
                            object().with("isVisible", BOOLEAN)
                                    .with("position", POSITION)
                                    .with("showSingleSeries", BOOLEAN))
                    .with("valueLabels", oneOf("show", "hide"))
                    .with("fittingFunction", oneOf("None"))
                    .with("xTitle", TEXT)
                    .with("yTitle", TEXT)
                    .with("axisTitlesVisibilitySettings", AXES)
                    .with("tickLabelsVisibilitySettings", AXES)
                    .with("gridlinesVisibilitySettings", AXES)
                    .with(
                            "layers",
                            list(object().with("layerId", TEXT)
                                    .with("layerType", oneOf("data"))
                                    .with("seriesType", SERIES)
                                    .with("xAccessor", TEXT)
                                    .maybe("splitAccessor", TEXT)
                                    .with("accessors", list(TEXT)))));

    private static final Shape EVENT = object().with("eventId", TEXT)
            .with("triggers", list(oneOf("FILTER_TRIGGER")))
            .with(
                    "action",
                    object().with("factoryId", oneOf("DASHBOARD_TO_DASHBOARD_DRILLDOWN"))
                            .with("name", TEXT)
                            .with(
                                    "config",
                                    object().with("useCurrentFilters", BOOLEAN)
                                            .with("useCurrentDateRange", BOOLEAN)
                                            .with("openInNewTab", BOOLEAN)));

    private static final Shape PANEL = object().with("type", oneOf("lens", "search"))
            .with("title", TEXT)
            .with(
                    "gridData",
                    object().with("x", WHOLE)
                            .with("y", WHOLE)
                            .with("w", WHOLE)
                            .with("h", WHOLE)
                            .with("i", TEXT))
            .with("panelIndex", TEXT)
            .with("panelRefName", TEXT)
            .with(
                    "embeddableConfig",
                    object().with(
                                    "enhancements",
                                    object().maybe("dynamicActions", object().with("events", list(EVENT)))));

    private static final Shape CONTROL = object().with("type", oneOf("optionsListControl"))
            .with("order", WHOLE)
            .with("width", oneOf("small", "medium", "large"))
            .with("grow", BOOLEAN)
            .with(
                    "explicitInput",
                    object().with("id", TEXT)
                            .with("title", TEXT)
                            .with("fieldName", TEXT)
                            .with("singleSelect", BOOLEAN)
                            .with("selectedOptions", NO_ITEMS)
                            .with("searchTechnique", oneOf("prefix", "wildcard", "exact"))
                            .with(
                                    "sort",
                                    object().with("by", oneOf("_count", "_key"))
                                            .with("direction", oneOf("asc", "desc")))
                            .with("enhancements", EMPTY));

    private static final Shape DASHBOARD = object().with("title", TEXT)
            .with("description", TEXT)
            .with("timeRestore", BOOLEAN)
            .with("timeFrom", TEXT)
            .with("timeTo", TEXT)
            .with("refreshInterval", object().with("pause", BOOLEAN).with("value", WHOLE))
            .maybe(
                    "controlGroupInput",
                    object().with("controlStyle", oneOf("oneLine", "twoLine"))
                            .with("chainingSystem", oneOf("HIERARCHICAL", "NONE"))
                            .with("showApplySelections", BOOLEAN)
                            .with(
                                    "ignoreParentSettingsJSON",
                                    encoded(object().with("ignoreFilters", BOOLEAN)
                                            .with("ignoreQuery", BOOLEAN)
                                            .with("ignoreTimerange", BOOLEAN)
                                            .with("ignoreValidations", BOOLEAN)))
                            .with("panelsJSON", encoded(map(CONTROL))))
            .with(
                    "optionsJSON",
                    encoded(object().with("useMargins", BOOLEAN)
                            .with("syncColors", BOOLEAN)
                            .with("syncCursor", BOOLEAN)
                            .with("syncTooltips", BOOLEAN)
                            .with("hidePanelTitles", BOOLEAN)))
            .with("panelsJSON", encoded(list(PANEL)))
            .with(
                    "kibanaSavedObjectMeta",
                    object().with(
                                    "searchSourceJSON",
                                    encoded(object().with("query", QUERY).with("filter", NO_ITEMS))));

    /** Attributes by the type of an object. */
    static final Map<String, Shape> ATTRIBUTES =
            Map.of("index-pattern", DATA_VIEW, "search", SEARCH, "lens", LENS, "dashboard", DASHBOARD);

    private Shapes() {}
}
