package io.tributary.kibana.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.check.SavedObjects.Item;
import io.tributary.kibana.check.SavedObjects.ObjectKey;
import io.tributary.kibana.mapping.FieldType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** One dashboard: where its panels are, and what filters do to them. */
final class DashboardCheck {
    private static final int COLUMNS = 48;
    private static final Set<FieldType> LISTABLE =
            EnumSet.of(FieldType.KEYWORD, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.IP);

    private final SavedObjects objects;
    private final Function<ObjectKey, Optional<Fields>> fields;
    private final Item dashboard;
    private final Faults faults;

    private record Rectangle(String panel, int x, int y, int w, int h) {
        static Rectangle of(JsonNode panel) {
            JsonNode grid = panel.path("gridData");
            return new Rectangle(
                    panel.path("panelIndex").asText(),
                    grid.path("x").asInt(),
                    grid.path("y").asInt(),
                    grid.path("w").asInt(),
                    grid.path("h").asInt());
        }

        boolean overlaps(Rectangle other) {
            return x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h;
        }
    }

    /** @param fields of a data view, if its index is known */
    DashboardCheck(SavedObjects objects, Function<ObjectKey, Optional<Fields>> fields, Item dashboard, Faults faults) {
        this.objects = objects;
        this.fields = fields;
        this.dashboard = dashboard;
        this.faults = faults;
    }

    static JsonNode panels(Item dashboard) {
        return Shape.decode(dashboard.attributes().path("panelsJSON"));
    }

    static JsonNode controls(Item dashboard) {
        return Shape.decode(dashboard.attributes().path("controlGroupInput").path("panelsJSON"));
    }

    static String name(Item dashboard, JsonNode panel) {
        return dashboard.key().id() + "/" + panel.path("panelIndex").asText();
    }

    static String panelReference(JsonNode panel) {
        return panel.path("panelIndex").asText() + ":"
                + panel.path("panelRefName").asText();
    }

    static String controlReference(String control) {
        return "controlGroup_" + control + ":optionsListDataView";
    }

    static String drillDownReference(JsonNode panel, JsonNode event) {
        return "%s:drilldown:%s:%s:dashboardId"
                .formatted(
                        panel.path("panelIndex").asText(),
                        event.path("action").path("factoryId").asText(),
                        event.path("eventId").asText());
    }

    static JsonNode events(JsonNode panel) {
        return panel.path("embeddableConfig")
                .path("enhancements")
                .path("dynamicActions")
                .path("events");
    }

    void check() {
        checkGrid();
        checkControls();
        checkDrillDowns();
    }

    private void checkGrid() {
        List<Rectangle> placed = new ArrayList<>();
        Set<String> indices = new HashSet<>();
        for (JsonNode panel : panels(dashboard)) {
            Faults of = faults.ofPanel(name(dashboard, panel));
            String index = panel.path("panelIndex").asText();
            if (!indices.add(index)) {
                of.add(FaultKind.DUPLICATE_ID, "another panel is called " + index);
            }
            if (!panel.path("gridData").path("i").asText().equals(index)) {
                of.add(FaultKind.INCONSISTENT_ID, "gridData.i is not the panelIndex " + index);
            }
            if (!panel.path("panelRefName").asText().equals("panel_" + index)) {
                of.add(FaultKind.INCONSISTENT_ID, "panelRefName is not panel_" + index);
            }
            Rectangle here = Rectangle.of(panel);
            if (here.x < 0 || here.y < 0 || here.w < 1 || here.h < 1 || here.x + here.w > COLUMNS) {
                of.add(FaultKind.OUTSIDE_GRID, here.toString());
            }
            placed.stream()
                    .filter(here::overlaps)
                    .forEach(other -> of.add(FaultKind.OVERLAP, "it covers " + other.panel));
            placed.add(here);
        }
    }

    private void checkControls() {
        controlFields().forEach((control, field) -> emptied(dashboard, field).forEach(panel -> faults.ofPanel(panel)
                .add(FaultKind.EMPTIED_BY_FILTER, "the control " + control + " is of " + field)));
        controls(dashboard).forEachEntry((id, control) -> {
            JsonNode input = control.path("explicitInput");
            if (!input.path("id").asText().equals(id)) {
                faults.add(FaultKind.INCONSISTENT_ID, "the control " + id + " calls itself " + input.path("id"));
            }
            dashboard
                    .reference(controlReference(id))
                    .flatMap(fields)
                    .ifPresent(
                            of -> of.require(input.path("fieldName").asText(), LISTABLE, "the control " + id, faults));
        });
    }

    /** By id of the control. */
    private Map<String, String> controlFields() {
        Map<String, String> all = new LinkedHashMap<>();
        controls(dashboard)
                .forEachEntry((id, control) -> all.put(
                        id, control.path("explicitInput").path("fieldName").asText()));
        return all;
    }

    private void checkDrillDowns() {
        for (JsonNode panel : panels(dashboard)) {
            Faults of = faults.ofPanel(name(dashboard, panel));
            for (JsonNode event : events(panel)) {
                Set<String> carried = new HashSet<>(bucketFields(panel, of));
                if (event.path("action")
                        .path("config")
                        .path("useCurrentFilters")
                        .asBoolean()) {
                    carried.addAll(controlFields().values());
                }
                dashboard
                        .reference(drillDownReference(panel, event))
                        .flatMap(objects::get)
                        .ifPresent(target -> carried.forEach(field -> emptied(target, field)
                                .forEach(emptied -> of.add(
                                        FaultKind.EMPTIED_BY_FILTER,
                                        "the drill-down filters %s by %s".formatted(emptied, field)))));
            }
        }
    }

    /** By which fields a click on the panel filters. */
    private Set<String> bucketFields(JsonNode panel, Faults of) {
        Set<String> all = new HashSet<>();
        dashboard.reference(panelReference(panel)).flatMap(objects::get).ifPresent(chart -> {
            for (JsonNode layer : LensCheck.layers(chart.attributes())) {
                for (JsonNode column : layer.path("columns")) {
                    if (column.path("isBucketed").asBoolean()) {
                        if (column.has("sourceField")) {
                            all.add(column.path("sourceField").asText());
                        }
                        for (JsonNode filter : column.path("params").path("filters")) {
                            all.addAll(Fields.ofQuery(filter.path("input"), "drill-down", of));
                        }
                    }
                }
            }
        });
        return all;
    }

    /** The panels of a dashboard that a filter by a field empties, because their index does not have it. */
    private List<String> emptied(Item of, String field) {
        List<String> emptied = new ArrayList<>();
        for (JsonNode panel : panels(of)) {
            boolean all = of.reference(panelReference(panel))
                    .flatMap(objects::get)
                    .map(content -> filtered(content).stream()
                            .map(fields)
                            .allMatch(view -> view.isEmpty() || view.get().has(field)))
                    .orElse(true);
            if (!all) {
                emptied.add(name(of, panel));
            }
        }
        return emptied;
    }

    /** The data views of a chart or a search that filters reach. */
    private static List<ObjectKey> filtered(Item content) {
        Map<String, ObjectKey> byLayer = new HashMap<>();
        if (content.key().type().equals("search")) {
            content.reference(BundleVerifier.SEARCH_REFERENCE).ifPresent(view -> byLayer.put("", view));
        }
        LensCheck.layers(content.attributes()).forEachEntry((id, layer) -> {
            if (!layer.path("ignoreGlobalFilters").asBoolean()) {
                content.reference(BundleVerifier.LAYER_REFERENCE + id).ifPresent(view -> byLayer.put(id, view));
            }
        });
        return List.copyOf(byLayer.values());
    }
}
