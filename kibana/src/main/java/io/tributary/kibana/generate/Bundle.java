package io.tributary.kibana.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.kibana.description.Dashboard;
import io.tributary.kibana.description.Dashboard.Control;
import io.tributary.kibana.description.Dashboard.DrillDown;
import io.tributary.kibana.description.Dashboard.Panel;
import io.tributary.kibana.description.DataView;
import io.tributary.kibana.description.SavedSearch;
import io.tributary.kibana.description.Suite;
import io.tributary.kibana.generate.SavedObject.ObjectType;
import io.tributary.kibana.generate.SavedObject.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The file that Kibana imports. Ids follow from those of the description, so that importing a later release replaces what
 * an earlier one has put there.
 */
public final class Bundle {
    private static final String PREFIX = "tributary-";

    /** Of titles, which Kibana lists among everybody's. */
    private static final String MARK = "[Tributary] ";

    private final Suite suite;
    private final List<SavedObject> dataViews = new ArrayList<>();
    private final List<SavedObject> searches = new ArrayList<>();
    private final List<SavedObject> charts = new ArrayList<>();
    private final List<SavedObject> dashboards = new ArrayList<>();

    private Bundle(Suite suite) {
        this.suite = suite;
        suite.dataViews().forEach(view -> dataViews.add(dataView(view)));
        suite.searches().forEach(search -> searches.add(search(search)));
        suite.dashboards().forEach(dashboard -> dashboards.add(dashboard(dashboard)));
    }

    /** One saved object a line. */
    public static String ndjson(Suite suite) {
        Bundle bundle = new Bundle(suite);
        List<SavedObject> all = new ArrayList<>(bundle.dataViews);
        all.addAll(bundle.searches);
        all.addAll(bundle.charts);
        all.addAll(bundle.dashboards);
        return all.stream().map(object -> object.line() + "\n").collect(Collectors.joining());
    }

    static Reference dataViewReference(String dataView, String name) {
        return new Reference(ObjectType.DATA_VIEW, PREFIX + dataView, name);
    }

    private static SavedObject dataView(DataView view) {
        ObjectNode formats = Json.object();
        view.formats().forEach((field, pattern) -> formats.putObject(field)
                .put("id", "number")
                .putObject("params")
                .put("pattern", pattern));
        ObjectNode attributes = Json.object().put("title", view.index()).put("name", view.name());
        if (view.timeField() != null) {
            attributes.put("timeFieldName", view.timeField());
        }
        attributes
                .put("fields", "[]")
                .put("fieldAttrs", "{}")
                .put("fieldFormatMap", Json.text(formats))
                .put("runtimeFieldMap", "{}")
                .put("sourceFilters", "[]")
                .put("typeMeta", "{}");
        return new SavedObject(ObjectType.DATA_VIEW, PREFIX + view.id(), attributes, List.of());
    }

    private static SavedObject search(SavedSearch search) {
        String reference = "kibanaSavedObjectMeta.searchSourceJSON.index";
        ObjectNode source = Json.object();
        source.set("query", Json.kql(search.filter()));
        source.putArray("filter");
        source.put("indexRefName", reference);
        ObjectNode attributes =
                Json.object().put("title", MARK + search.title()).put("description", search.description());
        attributes.set("columns", Json.texts(search.columns()));
        attributes.putArray("sort").add(Json.array().add(search.newestBy()).add("desc"));
        attributes.putObject("grid");
        attributes.put("hideChart", true).put("isTextBasedQuery", false);
        attributes.putObject("kibanaSavedObjectMeta").put("searchSourceJSON", Json.text(source));
        return new SavedObject(
                ObjectType.SEARCH,
                searchId(search.id()),
                attributes,
                List.of(dataViewReference(search.dataView(), reference)));
    }

    private static String searchId(String search) {
        return PREFIX + "search-" + search;
    }

    private static String dashboardId(String dashboard) {
        return PREFIX + dashboard;
    }

    private SavedObject dashboard(Dashboard dashboard) {
        List<Reference> references = new ArrayList<>();
        ArrayNode panels = Json.array();
        for (Panel panel : dashboard.panels()) {
            panels.add(panel(dashboard, panel, references));
        }
        ObjectNode source = Json.object();
        source.set("query", Json.kql(""));
        source.putArray("filter");
        ObjectNode attributes = Json.object()
                .put("title", MARK + dashboard.title())
                .put("description", dashboard.question())
                .put("timeRestore", true)
                .put("timeFrom", dashboard.from())
                .put("timeTo", "now");
        attributes.putObject("refreshInterval").put("pause", true).put("value", 60_000);
        if (!dashboard.controls().isEmpty()) {
            attributes.set("controlGroupInput", controls(dashboard, references));
        }
        attributes
                .put(
                        "optionsJSON",
                        Json.text(Json.object()
                                .put("useMargins", true)
                                .put("syncColors", false)
                                .put("syncCursor", true)
                                .put("syncTooltips", false)
                                .put("hidePanelTitles", false)))
                .put("panelsJSON", Json.text(panels))
                .putObject("kibanaSavedObjectMeta")
                .put("searchSourceJSON", Json.text(source));
        return new SavedObject(ObjectType.DASHBOARD, dashboardId(dashboard.id()), attributes, references);
    }

    private ObjectNode panel(Dashboard dashboard, Panel panel, List<Reference> references) {
        String index = panel.id();
        String reference = "panel_" + index;
        ObjectType type = panel.chart() == null ? ObjectType.SEARCH : ObjectType.LENS;
        String id = panel.chart() == null ? searchId(panel.search()) : chart(dashboard, panel);
        references.add(new Reference(type, id, index + ":" + reference));

        ObjectNode json = Json.object().put("type", type.id()).put("title", panel.title());
        json.putObject("gridData")
                .put("x", panel.at().x())
                .put("y", panel.at().y())
                .put("w", panel.at().w())
                .put("h", panel.at().h())
                .put("i", index);
        json.put("panelIndex", index);
        ObjectNode enhancements = json.putObject("embeddableConfig").putObject("enhancements");
        if (panel.drillDown() != null) {
            enhancements
                    .putObject("dynamicActions")
                    .putArray("events")
                    .add(drillDown(index, panel.drillDown(), references));
        }
        return json.put("panelRefName", reference);
    }

    private String chart(Dashboard dashboard, Panel panel) {
        String id = dashboardId(dashboard.id()) + "-" + panel.id();
        LensChart chart = new LensChart(suite, panel);
        ObjectNode attributes = Json.object()
                .put("title", MARK + dashboard.title() + ": " + panel.title())
                .put("description", panel.question())
                .put("visualizationType", chart.visualizationType());
        attributes.set("state", chart.state());
        charts.add(new SavedObject(ObjectType.LENS, id, attributes, List.of(chart.reference())));
        return id;
    }

    /**
     * Only the value that was clicked travels, not the filters of this dashboard: they may name fields that the other one's
     * indices do not have.
     */
    private static ObjectNode drillDown(String panel, DrillDown drillDown, List<Reference> references) {
        references.add(new Reference(
                ObjectType.DASHBOARD,
                dashboardId(drillDown.to()),
                panel + ":drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:" + drillDown.id() + ":dashboardId"));
        ObjectNode event = Json.object().put("eventId", drillDown.id());
        event.putArray("triggers").add("FILTER_TRIGGER");
        ObjectNode action = event.putObject("action")
                .put("factoryId", "DASHBOARD_TO_DASHBOARD_DRILLDOWN")
                .put("name", drillDown.title());
        action.putObject("config")
                .put("useCurrentFilters", false)
                .put("useCurrentDateRange", true)
                .put("openInNewTab", false);
        return event;
    }

    private static ObjectNode controls(Dashboard dashboard, List<Reference> references) {
        ObjectNode panels = Json.object();
        int order = 0;
        for (Control control : dashboard.controls()) {
            references.add(
                    dataViewReference(control.dataView(), "controlGroup_" + control.id() + ":optionsListDataView"));
            ObjectNode panel = panels.putObject(control.id())
                    .put("type", "optionsListControl")
                    .put("order", order++)
                    .put("width", "medium")
                    .put("grow", true);
            ObjectNode input = panel.putObject("explicitInput")
                    .put("id", control.id())
                    .put("title", control.title())
                    .put("fieldName", control.field())
                    .put("singleSelect", control.single());
            input.putArray("selectedOptions");
            input.put("searchTechnique", "prefix");
            input.putObject("sort").put("by", "_count").put("direction", "desc");
            input.putObject("enhancements");
        }
        return Json.object()
                .put("controlStyle", "oneLine")
                .put("chainingSystem", "HIERARCHICAL")
                .put("showApplySelections", false)
                .put(
                        "ignoreParentSettingsJSON",
                        Json.text(Json.object()
                                .put("ignoreFilters", false)
                                .put("ignoreQuery", false)
                                .put("ignoreTimerange", false)
                                .put("ignoreValidations", false)))
                .put("panelsJSON", Json.text(panels));
    }
}
