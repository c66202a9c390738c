package io.tributary.kibana.description;

import java.util.List;

/**
 * A page of panels.
 *
 * @param question what it answers, for its description
 * @param from beginning of the time range with which it opens, as date math; the end is now
 */
public record Dashboard(
        String id, String title, String question, String from, List<Control> controls, List<Panel> panels) {
    public Dashboard {
        controls = controls == null ? List.of() : List.copyOf(controls);
        panels = List.copyOf(panels);
    }

    /**
     * A list of values to choose from, which filters all panels that do not ignore filters.
     *
     * @param single whether one value may be chosen only
     */
    public record Control(String id, String title, String dataView, String field, boolean single) {}

    /** Where a panel is on the grid of 48 columns. */
    public record Place(int x, int y, int w, int h) {}

    /**
     * A way from a value in a panel to another dashboard, which then shows that value only.
     *
     * @param to id of the other dashboard
     */
    public record DrillDown(String id, String title, String to) {}

    /**
     * A chart or a saved search.
     *
     * @param search id of the saved search, or null
     * @param chart the chart, or null
     * @param drillDown or null
     */
    public record Panel(
            String id, String title, String question, Place at, String search, Chart chart, DrillDown drillDown) {
        public Panel {
            question = question == null ? "" : question;
            if ((search == null) == (chart == null)) {
                throw new IllegalArgumentException("the panel " + id + " has to have either a search or a chart");
            }
        }
    }
}
