package io.tributary.kibana.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.kibana.mapping.IndexMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The verifier is worth as much as the faults that it finds: each of these is planted in the bundle that is shipped. */
class PlantedFaultsTest {
    private static final Path BUNDLE = Path.of(System.getProperty("tributary.root"), "docker/kibana/tributary.ndjson");

    private static final String SIZE = "segment-explorer-size";
    private static final String COMPARISON = "segment-explorer-comparison";
    private static final String GROWTH = "segment-explorer-growth";
    private static final String BEST = "segment-explorer-best-customers";

    private static Map<String, IndexMapping> mappings;

    @BeforeAll
    static void readMappings() throws Exception {
        mappings = Indices.mappings();
    }

    @ParameterizedTest
    @MethodSource("structure")
    @MethodSource("references")
    @MethodSource("fields")
    @MethodSource("charts")
    @MethodSource("meaning")
    void isFound(FaultKind expected, String object, Consumer<Bundle> plant) throws Exception {
        var bundle = new Bundle(Files.readAllBytes(BUNDLE));
        plant.accept(bundle);
        assertThat(new BundleVerifier(mappings, BundleRules.SHIPPED).verify(bundle.ndjson()))
                .anySatisfy(fault -> {
                    assertThat(fault.kind()).isEqualTo(expected);
                    assertThat(fault.object()).isEqualTo(object);
                });
    }

    @Test
    void areOfEveryKind() {
        assertThat(Stream.of(structure(), references(), fields(), charts(), meaning())
                        .flatMap(faults -> faults)
                        .map(fault -> fault.get()[0]))
                .contains((Object[]) FaultKind.values());
    }

    private static Arguments fault(String name, FaultKind expected, String object, Consumer<Bundle> plant) {
        return argumentSet(name, expected, object, plant);
    }

    private static Arguments lens(String name, FaultKind expected, String id, Consumer<Bundle> plant) {
        return fault(name, expected, "lens tributary-" + id, plant);
    }

    private static Arguments dashboard(String name, FaultKind expected, String id, Consumer<Bundle> plant) {
        return fault(name, expected, "dashboard tributary-" + id, plant);
    }

    private static Arguments search(String name, FaultKind expected, String id, Consumer<Bundle> plant) {
        return fault(name, expected, "search tributary-search-" + id, plant);
    }

    private static Arguments view(String name, FaultKind expected, String id, Consumer<Bundle> plant) {
        return fault(name, expected, "index-pattern tributary-" + id, plant);
    }

    static Stream<Arguments> structure() {
        return Stream.of(
                fault("a line is a list", FaultKind.NOT_JSON, "", bundle -> bundle.broken = "[]"),
                fault("a line is cut", FaultKind.NOT_JSON, "", bundle -> bundle.broken = "{\"type\":\"lens\""),
                fault(
                        "an object of a type that nobody expects",
                        FaultKind.UNKNOWN_TYPE,
                        "visualization tributary-segment-explorer-size",
                        bundle -> bundle.get("lens", SIZE).put("type", "visualization")),
                fault(
                        "two objects with one id",
                        FaultKind.DUPLICATE_ID,
                        "",
                        bundle -> bundle.objects.add(bundle.get("lens", SIZE).deepCopy())),
                lens("a lens newer than Kibana", FaultKind.BAD_VERSION, SIZE, bundle -> bundle.get("lens", SIZE)
                        .put("typeMigrationVersion", "8.10.0")),
                dashboard("a dashboard newer than Kibana", FaultKind.BAD_VERSION, "triggers", bundle -> bundle.get(
                                "dashboard", "triggers")
                        .put("typeMigrationVersion", "10.3.0")),
                lens("no version of its type", FaultKind.MISSING_ATTRIBUTE, SIZE, bundle -> bundle.get("lens", SIZE)
                        .remove("typeMigrationVersion")),
                lens("another core version", FaultKind.WRONG_VALUE, SIZE, bundle -> bundle.get("lens", SIZE)
                        .put("coreMigrationVersion", "8.19.0")),
                lens("an object that Kibana would manage", FaultKind.WRONG_VALUE, SIZE, bundle -> bundle.get(
                                "lens", SIZE)
                        .put("managed", true)),
                search(
                        "an attribute that a search does not have",
                        FaultKind.UNKNOWN_ATTRIBUTE,
                        "triggers",
                        bundle -> bundle.attributes("search", "search-triggers").put("hits", "none")),
                search("a search without columns", FaultKind.MISSING_ATTRIBUTE, "triggers", bundle -> bundle.attributes(
                                "search", "search-triggers")
                        .remove("columns")),
                search(
                        "columns of a search as text",
                        FaultKind.WRONG_JSON_TYPE,
                        "triggers",
                        bundle -> bundle.attributes("search", "search-triggers").put("columns", "trigger")),
                dashboard("panels that are no text", FaultKind.NOT_ENCODED, "triggers", bundle -> bundle.attributes(
                                "dashboard", "triggers")
                        .putArray("panelsJSON")),
                dashboard("panels that are no JSON", FaultKind.NOT_ENCODED, "triggers", bundle -> bundle.attributes(
                                "dashboard", "triggers")
                        .put("panelsJSON", "[{")),
                dashboard("options that are no text", FaultKind.NOT_ENCODED, "triggers", bundle -> bundle.attributes(
                                "dashboard", "triggers")
                        .putObject("optionsJSON")),
                dashboard(
                        "a panel too far to the right",
                        FaultKind.OUTSIDE_GRID,
                        "triggers",
                        bundle -> bundle.changePanel(
                                "triggers", "recovered", panel -> grid(panel).put("x", 41))),
                dashboard(
                        "a panel of no height",
                        FaultKind.OUTSIDE_GRID,
                        "triggers",
                        bundle -> bundle.changePanel(
                                "triggers", "recovered", panel -> grid(panel).put("h", 0))),
                dashboard(
                        "a panel upon another",
                        FaultKind.OVERLAP,
                        "triggers",
                        bundle -> bundle.changePanel(
                                "triggers", "recovered", panel -> grid(panel).put("x", 39))),
                dashboard(
                        "another id in the grid",
                        FaultKind.INCONSISTENT_ID,
                        "triggers",
                        bundle -> bundle.changePanel(
                                "triggers", "recovered", panel -> grid(panel).put("i", "recovery"))),
                dashboard(
                        "two panels with one id",
                        FaultKind.DUPLICATE_ID,
                        "triggers",
                        bundle -> bundle.changePanel(
                                "triggers", "recovered", panel -> panel.put("panelIndex", "abandoned"))),
                dashboard(
                        "a control with another id inside",
                        FaultKind.INCONSISTENT_ID,
                        "segment-explorer",
                        bundle -> bundle.changeControl("segment-explorer", "country", control -> input(control)
                                .put("id", "land"))),
                dashboard(
                        "a time range that is not restored",
                        FaultKind.MISSING_ATTRIBUTE,
                        "triggers",
                        bundle -> bundle.attributes("dashboard", "triggers").remove("timeFrom")));
    }

    private static ObjectNode grid(ObjectNode panel) {
        return (ObjectNode) panel.path("gridData");
    }

    private static ObjectNode input(ObjectNode control) {
        return (ObjectNode) control.path("explicitInput");
    }

    static Stream<Arguments> references() {
        return Stream.of(
                lens("a chart without its data view", FaultKind.MISSING_REFERENCE, SIZE, bundle -> bundle.references(
                                "lens", SIZE)
                        .removeAll()),
                search(
                        "a search without its data view",
                        FaultKind.MISSING_REFERENCE,
                        "triggers",
                        bundle -> bundle.references("search", "search-triggers").removeAll()),
                dashboard(
                        "a panel without its chart",
                        FaultKind.MISSING_REFERENCE,
                        "triggers",
                        bundle -> bundle.removeReference("dashboard", "triggers", "recovered:panel")),
                dashboard(
                        "a control without its data view",
                        FaultKind.MISSING_REFERENCE,
                        "segment-explorer",
                        bundle -> bundle.removeReference("dashboard", "segment-explorer", "controlGroup_country")),
                dashboard(
                        "a drill-down without its dashboard",
                        FaultKind.MISSING_REFERENCE,
                        "segment-explorer",
                        bundle -> bundle.removeReference("dashboard", "segment-explorer", ":drilldown:")),
                dashboard(
                        "a reference for another panel",
                        FaultKind.UNUSED_REFERENCE,
                        "triggers",
                        bundle -> bundle.reference("dashboard", "triggers", "recovered:panel")
                                .put("name", "recovery:panel_recovery")),
                lens("a reference twice", FaultKind.UNUSED_REFERENCE, SIZE, bundle -> bundle.references("lens", SIZE)
                        .add(bundle.references("lens", SIZE).get(0).deepCopy())),
                dashboard(
                        "a panel that leads to a search of a lens",
                        FaultKind.WRONG_REFERENCE,
                        "triggers",
                        bundle -> bundle.reference("dashboard", "triggers", "recovered:panel")
                                .put("type", "search")),
                lens(
                        "a data view that is not in the bundle",
                        FaultKind.DANGLING_REFERENCE,
                        SIZE,
                        bundle -> bundle.reference("lens", SIZE, "layer").put("id", "tributary-customers")),
                dashboard(
                        "a drill-down to a dashboard that is not there",
                        FaultKind.DANGLING_REFERENCE,
                        "triggers",
                        bundle -> bundle.reference("dashboard", "triggers", ":drilldown:")
                                .put("id", "tributary-customer")),
                lens(
                        "a chart that no dashboard shows",
                        FaultKind.UNREACHED_OBJECT,
                        "lost",
                        bundle -> bundle.objects.add(
                                bundle.get("lens", SIZE).deepCopy().put("id", "tributary-lost"))),
                search(
                        "a search that no dashboard shows",
                        FaultKind.UNREACHED_OBJECT,
                        "lost",
                        bundle -> bundle.objects.add(bundle.get("search", "search-triggers")
                                .deepCopy()
                                .put("id", "tributary-search-lost"))));
    }

    static Stream<Arguments> fields() {
        return Stream.of(
                view("an index that is not there", FaultKind.UNKNOWN_INDEX, "rejects", bundle -> bundle.attributes(
                                "index-pattern", "rejects")
                        .put("title", "cdp-reject")),
                view("a time field that is not there", FaultKind.UNKNOWN_FIELD, "rejects", bundle -> bundle.attributes(
                                "index-pattern", "rejects")
                        .put("timeFieldName", "@timestamp")),
                view("a time field that is no date", FaultKind.UNSUITABLE_FIELD, "rejects", bundle -> bundle.attributes(
                                "index-pattern", "rejects")
                        .put("timeFieldName", "reason")),
                view(
                        "a format of a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        "triggers",
                        bundle -> Bundle.change(
                                bundle.attributes("index-pattern", "triggers"),
                                "fieldFormatMap",
                                formats -> ((ObjectNode) formats).set("amount.USD", formats.path("value.USD")))),
                view(
                        "a field that is computed by a script",
                        FaultKind.UNKNOWN_ATTRIBUTE,
                        "triggers",
                        bundle -> bundle.attributes("index-pattern", "triggers")
                                .put("runtimeFieldMap", "{\"hour\":{\"type\":\"long\"}}")),
                lens("terms of a field that is not there", FaultKind.UNKNOWN_FIELD, SIZE, bundle -> bundle.column(
                                SIZE, "bucket-0")
                        .put("sourceField", "segment")),
                lens("terms of a flattened field", FaultKind.UNSUITABLE_FIELD, SIZE, bundle -> bundle.column(
                                SIZE, "bucket-0")
                        .put("sourceField", "traits.country")),
                lens("terms of an object", FaultKind.UNSUITABLE_FIELD, SIZE, bundle -> bundle.column(SIZE, "bucket-0")
                        .put("sourceField", "memberships")),
                lens("terms of a date", FaultKind.UNSUITABLE_FIELD, SIZE, bundle -> bundle.column(SIZE, "bucket-0")
                        .put("sourceField", "last_seen")),
                lens("a sum of words", FaultKind.UNSUITABLE_FIELD, "segment-explorer-revenue", bundle -> bundle.column(
                                "segment-explorer-revenue", "metric-0")
                        .put("sourceField", "customer_id")),
                lens("an average of dates", FaultKind.UNSUITABLE_FIELD, COMPARISON, bundle -> bundle.column(
                                COMPARISON, "metric-3")
                        .put("sourceField", "last_seen")),
                lens(
                        "a sum of a currency without a field",
                        FaultKind.UNKNOWN_FIELD,
                        "triggers-abandoned",
                        bundle ->
                                bundle.column("triggers-abandoned", "metric-0").put("sourceField", "value.USD.cents")),
                lens("time of a field that is no date", FaultKind.UNSUITABLE_FIELD, GROWTH, bundle -> bundle.column(
                                GROWTH, "bucket-0")
                        .put("sourceField", "change")),
                lens(
                        "intervals of words",
                        FaultKind.UNSUITABLE_FIELD,
                        "segment-explorer-orders",
                        bundle -> bundle.column("segment-explorer-orders", "bucket-0")
                                .put("sourceField", "customer_id")),
                lens("a field that nothing writes yet", FaultKind.FIELD_WITHOUT_VALUES, SIZE, bundle -> bundle.column(
                                SIZE, "bucket-0")
                        .put("sourceField", "rfm.group")),
                lens(
                        "a filter of a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        "triggers-fired",
                        bundle -> query(bundle, "triggers-fired", "type: fired")),
                lens(
                        "a filter that compares words",
                        FaultKind.UNSUITABLE_FIELD,
                        "triggers-fired",
                        bundle -> query(bundle, "triggers-fired", "kind >= fired")),
                lens("a filter that Kibana ignores", FaultKind.IGNORED_FILTER, "triggers-fired", bundle -> bundle.layer(
                                "triggers-fired")
                        .put("ignoreGlobalFilters", true)),
                lens(
                        "a filter that nobody can read",
                        FaultKind.BAD_QUERY,
                        "triggers-fired",
                        bundle -> query(bundle, "triggers-fired", "kind: fired and")),
                lens(
                        "a metric's filter of a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        COMPARISON,
                        bundle -> ((ObjectNode)
                                        bundle.column(COMPARISON, "metric-6").path("filter"))
                                .put("query", "channel: email")),
                lens(
                        "a bucket's filter of a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        "triggers-churn-risk",
                        bundle -> ((ObjectNode) bundle.params("triggers-churn-risk", "bucket-0")
                                        .at("/filters/0/input"))
                                .put("query", "segment: lapsing")),
                dashboard(
                        "a control of a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        "segment-explorer",
                        bundle -> bundle.changeControl("segment-explorer", "country", control -> input(control)
                                .put("fieldName", "traits_num.country.code"))),
                dashboard(
                        "a control of a flattened field",
                        FaultKind.UNSUITABLE_FIELD,
                        "segment-explorer",
                        bundle -> bundle.changeControl("segment-explorer", "country", control -> input(control)
                                .put("fieldName", "traits.country"))),
                search("a column that is not there", FaultKind.UNKNOWN_FIELD, "triggers", bundle -> ((ArrayNode)
                                bundle.attributes("search", "search-triggers").path("columns"))
                        .add("value.amount.USD")),
                search("a column that is an object", FaultKind.UNSUITABLE_FIELD, "triggers", bundle -> ((ArrayNode)
                                bundle.attributes("search", "search-triggers").path("columns"))
                        .add("because")),
                search(
                        "sorted by a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        "triggers",
                        bundle -> ((ArrayNode) bundle.attributes("search", "search-triggers")
                                        .at("/sort/0"))
                                .set(0, "timestamp")),
                search(
                        "a search's filter of a field that is not there",
                        FaultKind.UNKNOWN_FIELD,
                        "carts",
                        bundle -> Bundle.change(
                                (ObjectNode) bundle.attributes("search", "search-carts")
                                        .path("kibanaSavedObjectMeta"),
                                "searchSourceJSON",
                                source -> ((ObjectNode) source.path("query")).put("query", "cart.products: *"))));
    }

    private static void query(Bundle bundle, String lens, String query) {
        ((ObjectNode) bundle.attributes("lens", lens).at("/state/query")).put("query", query);
    }

    static Stream<Arguments> charts() {
        return Stream.of(
                lens(
                        "a chart that no Kibana has",
                        FaultKind.UNSUPPORTED_VISUALIZATION,
                        SIZE,
                        bundle -> bundle.attributes("lens", SIZE).put("visualizationType", "lnsBars")),
                lens("a last value", FaultKind.UNSUPPORTED_OPERATION, COMPARISON, bundle -> bundle.column(
                                COMPARISON, "metric-8")
                        .put("operationType", "last_value")),
                lens("a formula", FaultKind.UNSUPPORTED_OPERATION, COMPARISON, bundle -> bundle.column(
                                COMPARISON, "metric-0")
                        .put("operationType", "formula")),
                lens("differences", FaultKind.UNSUPPORTED_OPERATION, GROWTH, bundle -> bundle.column(GROWTH, "metric-0")
                        .put("operationType", "differences")),
                lens("terms of two fields", FaultKind.UNKNOWN_ATTRIBUTE, SIZE, bundle -> bundle.params(SIZE, "bucket-0")
                        .putArray("secondaryFields")
                        .add("channels")),
                lens("rare terms", FaultKind.WRONG_VALUE, SIZE, bundle -> ((ObjectNode)
                                bundle.params(SIZE, "bucket-0").path("orderBy"))
                        .put("type", "rare")),
                lens("terms ordered by a column that is not there", FaultKind.BAD_COLUMN, SIZE, bundle -> ((ObjectNode)
                                bundle.params(SIZE, "bucket-0").path("orderBy"))
                        .put("columnId", "metric-1")),
                lens("no terms at all", FaultKind.BAD_COLUMN, SIZE, bundle -> bundle.params(SIZE, "bucket-0")
                        .put("size", 0)),
                lens("an interval that Kibana chooses", FaultKind.BAD_COLUMN, GROWTH, bundle -> bundle.params(
                                GROWTH, "bucket-0")
                        .put("interval", "auto")),
                lens("a month as interval", FaultKind.BAD_COLUMN, GROWTH, bundle -> bundle.params(GROWTH, "bucket-0")
                        .put("interval", "1M")),
                lens("a range of nothing", FaultKind.BAD_COLUMN, "segment-explorer-orders", bundle -> ((ObjectNode)
                                bundle.params("segment-explorer-orders", "bucket-0")
                                        .at("/ranges/1"))
                        .put("to", 1)),
                lens(
                        "the hundredth percentile",
                        FaultKind.BAD_COLUMN,
                        "pipeline-health-events-per-customer",
                        bundle -> bundle.params("pipeline-health-events-per-customer", "metric-2")
                                .put("percentile", 100)),
                lens("words taken for numbers", FaultKind.BAD_COLUMN, SIZE, bundle -> bundle.column(SIZE, "bucket-0")
                        .put("dataType", "number")),
                lens("a date taken for a number", FaultKind.BAD_COLUMN, COMPARISON, bundle -> bundle.column(
                                COMPARISON, "metric-8")
                        .put("dataType", "number")),
                lens("a bucket that is said to be none", FaultKind.BAD_COLUMN, SIZE, bundle -> bundle.column(
                                SIZE, "bucket-0")
                        .put("isBucketed", false)),
                lens(
                        "a date as the only number of a chart",
                        FaultKind.BAD_COLUMN,
                        "segment-explorer-revenue",
                        bundle -> bundle.column("segment-explorer-revenue", "metric-0")
                                .put("operationType", "max")
                                .put("sourceField", "last_seen")
                                .put("dataType", "date")),
                lens("a metric before its bucket", FaultKind.BAD_COLUMN_ORDER, SIZE, bundle -> bundle.layer(SIZE)
                        .putArray("columnOrder")
                        .add("metric-0")
                        .add("bucket-0")),
                lens("terms within each interval of time", FaultKind.BAD_COLUMN_ORDER, GROWTH, bundle -> bundle.layer(
                                GROWTH)
                        .putArray("columnOrder")
                        .add("bucket-0")
                        .add("bucket-1")
                        .add("metric-0")),
                lens("an order without a column", FaultKind.BAD_COLUMN_ORDER, SIZE, bundle -> bundle.layer(SIZE)
                        .putArray("columnOrder")
                        .add("metric-0")),
                lens("an axis of a column that is not there", FaultKind.UNKNOWN_COLUMN, SIZE, bundle -> xyLayer(
                                bundle, SIZE)
                        .put("xAccessor", "bucket-1")),
                lens("an axis that is a metric", FaultKind.UNKNOWN_COLUMN, SIZE, bundle -> xyLayer(bundle, SIZE)
                        .put("xAccessor", "metric-0")),
                lens("a layer that is not there", FaultKind.UNKNOWN_COLUMN, SIZE, bundle -> xyLayer(bundle, SIZE)
                        .put("layerId", "layer-2")),
                lens("a column that is not drawn", FaultKind.UNUSED_COLUMN, GROWTH, bundle -> xyLayer(bundle, GROWTH)
                        .remove("splitAccessor")),
                lens("a filter in another language", FaultKind.WRONG_VALUE, "triggers-fired", bundle -> ((ObjectNode)
                                bundle.attributes("lens", "triggers-fired").at("/state/query"))
                        .put("language", "lucene")));
    }

    private static ObjectNode xyLayer(Bundle bundle, String lens) {
        return (ObjectNode) bundle.visualization(lens).at("/layers/0");
    }

    static Stream<Arguments> meaning() {
        return Stream.of(
                lens("a pie of memberships", FaultKind.OVERLAPPING_PARTS, SIZE, bundle -> bundle.attributes(
                                "lens", SIZE)
                        .put("visualizationType", "lnsPie")),
                lens("percentages of memberships", FaultKind.OVERLAPPING_PARTS, SIZE, bundle -> xyLayer(bundle, SIZE)
                        .put("seriesType", "bar_horizontal_percentage_stacked")),
                lens(
                        "channels upon each other",
                        FaultKind.OVERLAPPING_PARTS,
                        "segment-explorer-channels",
                        bundle -> xyLayer(bundle, "segment-explorer-channels")
                                .put("seriesType", "bar_horizontal_stacked")),
                lens("other segments in one bucket", FaultKind.OVERLAPPING_PARTS, SIZE, bundle -> bundle.params(
                                SIZE, "bucket-0")
                        .put("otherBucket", true)),
                view(
                        "a time field of the profiles",
                        FaultKind.TIME_FIELD_ON_PROFILES,
                        "profiles",
                        bundle -> bundle.attributes("index-pattern", "profiles").put("timeFieldName", "last_seen")),
                lens(
                        "a time axis without a time field",
                        FaultKind.TIME_AXIS_WITHOUT_TIME_FIELD,
                        GROWTH,
                        bundle -> bundle.attributes("index-pattern", "segment-changes")
                                .remove("timeFieldName")),
                lens(
                        "a time axis of another date",
                        FaultKind.TIME_AXIS_WITHOUT_TIME_FIELD,
                        "triggers-per-hour",
                        bundle -> bundle.column("triggers-per-hour", "bucket-0").put("sourceField", "fired_at")),
                dashboard(
                        "a control that empties a chart",
                        FaultKind.EMPTIED_BY_FILTER,
                        "segment-explorer",
                        bundle -> bundle.layer(GROWTH).put("ignoreGlobalFilters", false)),
                dashboard(
                        "a control that empties a search",
                        FaultKind.EMPTIED_BY_FILTER,
                        "customer-360",
                        bundle -> bundle.changeControl("customer-360", "customer", control -> input(control)
                                .put("fieldName", "channels"))),
                dashboard(
                        "a drill-down that empties charts",
                        FaultKind.EMPTIED_BY_FILTER,
                        "segment-explorer",
                        bundle -> bundle.column(BEST, "bucket-0").put("sourceField", "segments")),
                dashboard(
                        "a drill-down that takes all filters along",
                        FaultKind.EMPTIED_BY_FILTER,
                        "segment-explorer",
                        bundle -> bundle.changePanel("segment-explorer", "best-customers", panel -> ((ObjectNode)
                                        DashboardCheck.events(panel).at("/0/action/config"))
                                .put("useCurrentFilters", true))),
                view(
                        "a dashboard that needs personal data",
                        FaultKind.PERSONAL_DATA,
                        "personal",
                        bundle -> bundle.reference("search", "search-identifiers", "index")
                                .put("id", "tributary-personal")),
                fault(
                        "a dashboard that is missing",
                        FaultKind.MISSING_DASHBOARD,
                        "",
                        bundle -> bundle.objects.remove(bundle.get("dashboard", "pipeline-health"))),
                fault(
                        "a dashboard that is too early",
                        FaultKind.UNEXPECTED_DASHBOARD,
                        "",
                        bundle -> bundle.objects.add(bundle.get("dashboard", "triggers")
                                .deepCopy()
                                .put("id", "tributary-rfm-and-lifetime-value"))));
    }
}
