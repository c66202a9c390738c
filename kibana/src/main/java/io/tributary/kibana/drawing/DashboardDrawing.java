package io.tributary.kibana.drawing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.kibana.drawing.Svg.Anchor;
import io.tributary.kibana.query.Context;
import io.tributary.kibana.query.LayerQuery;
import io.tributary.kibana.query.SavedObjects;
import io.tributary.kibana.query.Search;
import io.tributary.kibana.query.SearchQuery;
import java.io.IOException;
import java.util.List;

/**
 * A dashboard as a picture: its panels where they are on the grid, with the rows of their queries. It shows what the
 * dashboard tells, not what Kibana looks like, and says so.
 */
public final class DashboardDrawing {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LABEL =
            "Drawn by Tributary's own tests from the queries of these dashboards; not a picture of Kibana.";

    private static final double UNIT_X = 26;
    private static final double UNIT_Y = 19;
    private static final double MARGIN = 12;
    private static final double HEAD = 54;
    private static final double FOOT = 28;

    private final SavedObjects objects;
    private final Search search;

    /** @param search answers the queries */
    public DashboardDrawing(SavedObjects objects, Search search) {
        this.objects = objects;
        this.search = search;
    }

    /**
     * Draws.
     *
     * @param dashboard the saved object
     * @return SVG
     */
    public String draw(JsonNode dashboard, Context context) throws IOException, InterruptedException {
        JsonNode panels = SavedObjects.panels(dashboard);
        Svg svg = new Svg();
        double width = 48 * UNIT_X + 2 * MARGIN;
        String title = dashboard.at("/attributes/title").asText();
        svg.text(MARGIN + 4, 24, 17, "#1a1c21", Anchor.START, true, title);
        svg.text(
                MARGIN + 4,
                42,
                11,
                "#69707d",
                Anchor.START,
                false,
                Svg.fitting(dashboard.at("/attributes/description").asText(), width - 2 * MARGIN, 10.5));
        double bottom = HEAD;
        for (JsonNode panel : panels) {
            JsonNode grid = panel.path("gridData");
            Area place = new Area(
                    MARGIN + grid.path("x").asInt() * UNIT_X,
                    HEAD + grid.path("y").asInt() * UNIT_Y,
                    grid.path("w").asInt() * UNIT_X,
                    grid.path("h").asInt() * UNIT_Y);
            bottom = Math.max(bottom, place.bottom());
            draw(svg, place.without(3, 3, 3, 3), dashboard, panel, context);
        }
        svg.text(MARGIN + 4, bottom + 18, 11, "#69707d", Anchor.START, false, LABEL);
        return svg.picture(width, bottom + FOOT, title);
    }

    private void draw(Svg svg, Area frame, JsonNode dashboard, JsonNode panel, Context context)
            throws IOException, InterruptedException {
        svg.frame(frame.x(), frame.y(), frame.width(), frame.height());
        svg.text(
                frame.x() + 8,
                frame.y() + 15,
                11,
                "#1a1c21",
                Anchor.START,
                true,
                Svg.fitting(panel.path("title").asText(), frame.width() - 16, 11));
        Area content = frame.without(8, 24, 8, 6);
        JsonNode shown = objects.content(dashboard, panel);
        if (shown.path("type").asText().equals("search")) {
            SearchQuery query = new SearchQuery(shown, objects.dataView(shown), context);
            List<Column> columns = query.columns().stream().map(Column::of).toList();
            new PanelDrawing(svg, content, columns, query.rows(search)).table();
            return;
        }
        JsonNode state = shown.at("/attributes/state");
        JsonNode layers = state.at("/datasourceStates/formBased/layers");
        String layer = layers.fieldNames().next();
        JsonNode dataView = objects.dataView(shown, layer);
        JsonNode formats = formats(dataView);
        LayerQuery query = new LayerQuery(shown, layer, dataView, context);
        List<Column> columns = query.columns().stream()
                .map(id -> Column.of(id, layers.path(layer).path("columns").path(id), formats))
                .toList();
        List<List<Object>> rows = query.rows(search);
        new PanelDrawing(svg, content, columns, rows)
                .draw(shown.at("/attributes/visualizationType").asText(), state, rows);
    }

    private static JsonNode formats(JsonNode dataView) throws JsonProcessingException {
        return MAPPER.readTree(dataView.at("/attributes/fieldFormatMap").asText("{}"));
    }
}
