package io.tributary.kibana.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.drawing.Svg.Anchor;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What is in one panel. */
final class PanelDrawing {
    private static final List<String> COLORS = List.of(
            "#16a085", "#5b7fd6", "#d36086", "#9170b8", "#ca8eae", "#d6bf57", "#b9a888", "#da8b45", "#aa6556",
            "#e7664c");
    private static final String DARK = "#343741";
    private static final String PALE = "#69707d";
    private static final String GRID = "#eef1f7";
    private static final double SIZE = 10;
    private static final double ROW = 16;
    private static final int MOST_IN_LEGEND = 12;

    /** Between the columns of a table. */
    private static final double GAP = 12;

    /** How much of a text fits where it is bold. */
    private static final double BOLD = 0.92;

    private final Svg svg;
    private final Area area;
    private final List<Column> columns;
    private final List<? extends List<?>> rows;

    PanelDrawing(Svg svg, Area area, List<Column> columns, List<? extends List<?>> rows) {
        this.svg = svg;
        this.area = area;
        this.columns = columns;
        this.rows = rows;
    }

    /** @param state of a chart of Lens */
    void draw(String type, JsonNode state, List<List<Object>> cells) {
        JsonNode visualization = state.path("visualization");
        if (cells.isEmpty()) {
            nothing();
            return;
        }
        switch (type) {
            case "lnsMetric" -> metric();
            case "lnsDatatable" -> table();
            case "lnsHeatmap" ->
                heatMap(Series.of(
                        columns,
                        cells,
                        number(visualization.path("xAccessor")),
                        number(visualization.path("yAccessor")),
                        List.of(number(visualization.path("valueAccessor")))));
            case "lnsXY" -> {
                JsonNode layer = visualization.path("layers").path(0);
                List<Integer> metrics = new ArrayList<>();
                layer.path("accessors").forEach(accessor -> metrics.add(number(accessor)));
                int x = number(layer.path("xAccessor"));
                int split = layer.has("splitAccessor") ? number(layer.path("splitAccessor")) : -1;
                Series series = Series.of(columns, cells, x, split, metrics);
                Column axis = columns.get(x);
                Column value = columns.get(metrics.get(0));
                switch (layer.path("seriesType").asText()) {
                    case "bar_horizontal" -> bars(series, axis, value, false);
                    case "bar_horizontal_stacked" -> bars(series, axis, value, true);
                    case "bar_stacked" -> upright(series, axis, value, Upright.COLUMNS);
                    case "line" -> upright(series, axis, value, Upright.LINES);
                    case "area_stacked" -> upright(series, axis, value, Upright.AREAS);
                    default -> throw new IllegalArgumentException("series " + layer.path("seriesType"));
                }
            }
            default -> throw new IllegalArgumentException("visualization " + type);
        }
    }

    private int number(JsonNode id) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).id().equals(id.asText())) {
                return i;
            }
        }
        throw new IllegalArgumentException("no column is called " + id);
    }

    private void nothing() {
        write(area.x() + area.width() / 2, area.y() + area.height() / 2, SIZE + 1, PALE, Anchor.MIDDLE, "No results");
    }

    private void write(double x, double y, double size, String color, Anchor anchor, String words) {
        svg.text(x, y, size, color, anchor, false, words);
    }

    private void metric() {
        Column column = columns.get(0);
        double middle = area.x() + area.width() / 2;
        svg.text(
                middle,
                area.y() + area.height() * 0.55,
                24,
                DARK,
                Anchor.MIDDLE,
                true,
                column.write(rows.get(0).get(0)));
        write(
                middle,
                area.y() + area.height() * 0.55 + 18,
                SIZE,
                PALE,
                Anchor.MIDDLE,
                Svg.fitting(column.title(), area.width() - 8, SIZE));
    }

    void table() {
        if (rows.isEmpty()) {
            nothing();
            return;
        }
        int room = (int) Math.max(1, (area.height() - ROW) / ROW);
        int shown = Math.min(rows.size(), room);
        if (shown < rows.size()) {
            shown = Math.max(1, shown - 1);
        }
        double[] widths = widths(shown);
        // Where there are few documents, all values of each have place.
        int most = room / shown;
        double[] bottoms = new double[shown];
        for (int row = 0; row < shown; row++) {
            int lines = 1;
            for (int column = 0; column < columns.size(); column++) {
                lines = Math.max(lines, cell(row, column, widths[column], most).size());
            }
            bottoms[row] = (row == 0 ? area.y() + ROW : bottoms[row - 1]) + lines * ROW;
        }
        double x = area.x();
        for (int column = 0; column < columns.size(); column++) {
            Column of = columns.get(column);
            int number = column;
            boolean right = of.date() || rows.stream().anyMatch(row -> row.get(number) instanceof Double);
            double at = right ? x + widths[column] - 8 : x + 4;
            Anchor anchor = right ? Anchor.END : Anchor.START;
            String title = Svg.fitting(of.title(), (widths[column] - GAP) * BOLD, SIZE);
            svg.text(at, area.y() + 11, SIZE, DARK, anchor, true, title);
            for (int row = 0; row < shown; row++) {
                double y = (row == 0 ? area.y() + ROW : bottoms[row - 1]) + 11;
                for (String line : cell(row, column, widths[column], most)) {
                    write(at, y, SIZE, DARK, anchor, line);
                    y += ROW;
                }
            }
            x += widths[column];
        }
        svg.line(area.x(), area.y() + ROW - 1, area.right(), area.y() + ROW - 1, GRID);
        for (int row = 0; row < shown - 1; row++) {
            svg.line(area.x(), bottoms[row] - 1, area.right(), bottoms[row] - 1, GRID);
        }
        if (shown < rows.size()) {
            more(rows.size() - shown, "rows");
        }
    }

    private List<String> cell(int row, int column, double width, int most) {
        Object value = rows.get(row).get(column);
        return Svg.lines(columns.get(column).write(value), width - GAP, SIZE, value instanceof List ? most : 1);
    }

    private void more(int number, String what) {
        write(area.x() + 4, area.bottom() - 2, SIZE - 1, PALE, Anchor.START, "and %d more %s".formatted(number, what));
    }

    /** As wide as what is in them, within reason, and together as wide as there is place. */
    private double[] widths(int shown) {
        double[] widths = new double[columns.size()];
        double all = 0;
        for (int column = 0; column < widths.length; column++) {
            double widest = Svg.width(columns.get(column).title(), SIZE) / BOLD;
            for (int row = 0; row < shown; row++) {
                widest = Math.max(
                        widest,
                        Svg.width(columns.get(column).write(rows.get(row).get(column)), SIZE));
            }
            widths[column] = Math.min(widest, 190) + 16;
            all += widths[column];
        }
        for (int column = 0; column < widths.length; column++) {
            widths[column] *= area.width() / all;
        }
        return widths;
    }

    private void legend(List<String> names, Area at) {
        double y = at.y() + 8;
        for (int i = 0; i < Math.min(names.size(), MOST_IN_LEGEND) && y < at.bottom(); i++) {
            svg.rectangle(at.x(), y - 7, 8, 8, color(i));
            write(at.x() + 12, y, SIZE - 1, DARK, Anchor.START, Svg.fitting(names.get(i), at.width() - 12, SIZE - 1));
            y += 13;
        }
    }

    private static String color(int number) {
        return COLORS.get(number % COLORS.size());
    }

    /** Beside a legend, if there is something to tell apart. */
    private Area plot(Series series) {
        if (series.names().size() < 2) {
            return area;
        }
        double width = Math.min(120, area.width() * 0.28);
        legend(series.names(), new Area(area.right() - width + 6, area.y(), width - 6, area.height()));
        return area.without(0, 0, width, 0);
    }

    private void bars(Series series, Column axis, Column value, boolean stacked) {
        Area plot = plot(series);
        double needed = stacked ? 14 : 6.0 * series.names().size() + 8;
        int shown = (int) Math.max(1, Math.min(series.places().size(), (plot.height() - 14) / needed));
        double height = Math.min((plot.height() - 14) / shown, 30);
        double labels = Math.min(
                plot.width() * 0.4,
                series.places().stream()
                                .mapToDouble(place -> Svg.width(axis.write(place), SIZE))
                                .max()
                                .orElse(0)
                        + 8);
        double numbers = 62;
        double greatest = Math.max(series.greatest(stacked), 1e-9);
        for (int i = 0; i < shown; i++) {
            Object place = series.places().get(i);
            double y = plot.y() + i * height;
            double middle = y + height / 2 + 3.5;
            write(
                    plot.x() + labels - 4,
                    middle,
                    SIZE,
                    DARK,
                    Anchor.END,
                    Svg.fitting(axis.write(place), labels - 4, SIZE));
            double x = plot.x() + labels;
            double room = plot.width() - labels - numbers;
            double thick = (height - 4) / (stacked ? 1 : series.names().size());
            for (int name = 0; name < series.names().size(); name++) {
                double number = series.valueOrNought(series.names().get(name), place);
                double width = Math.max(0, room * number / greatest);
                svg.rectangle(x, y + 2 + (stacked ? 0 : name * thick), width, thick, color(name));
                if (stacked) {
                    x += width;
                } else if (series.names().size() == 1) {
                    write(x + width + 4, middle, SIZE, PALE, Anchor.START, value.write(number));
                }
            }
            if (stacked) {
                write(x + 4, middle, SIZE, PALE, Anchor.START, value.write(series.total(place)));
            }
        }
        if (shown < series.places().size()) {
            more(series.places().size() - shown, "bars");
        }
    }

    private enum Upright {
        COLUMNS,
        LINES,
        AREAS
    }

    private void upright(Series series, Column axis, Column value, Upright kind) {
        Area plot = plot(series).without(58, 6, 10, 18);
        boolean stacked = kind != Upright.LINES;
        double top = Math.max(nice(series.greatest(stacked)), 1e-9);
        for (int i = 0; i <= 4; i++) {
            double y = plot.bottom() - plot.height() * i / 4;
            svg.line(plot.x(), y, plot.right(), y, GRID);
            write(plot.x() - 4, y + 3, SIZE - 1, PALE, Anchor.END, value.write(top * i / 4));
        }
        int places = series.places().size();
        double step = plot.width() / places;
        // As many marks as fit, at equal distances. Names stand at each place, as far as they fit.
        int every = (int) Math.max(1, Math.ceil(Math.max(markWidth(axis, series.places()), 34) / step));
        for (int i = 0; i < places; i += every) {
            write(
                    plot.x() + (i + 0.5) * step,
                    plot.bottom() + 12,
                    SIZE - 1,
                    PALE,
                    Anchor.MIDDLE,
                    mark(axis, series.places(), i, every * step));
        }
        double[] base = new double[places];
        for (int name = 0; name < series.names().size(); name++) {
            List<String> upper = new ArrayList<>();
            List<String> lower = new ArrayList<>();
            List<String> stretch = new ArrayList<>();
            for (int i = 0; i < places; i++) {
                Double found =
                        series.value(series.names().get(name), series.places().get(i));
                double number = found == null ? 0 : found;
                double x = plot.x() + (i + 0.5) * step;
                double bottom = plot.bottom() - plot.height() * base[i] / top;
                double height = plot.height() * number / top;
                if (kind == Upright.COLUMNS && number != 0) {
                    double gap = Math.min(3, step * 0.15);
                    svg.rectangle(plot.x() + i * step + gap / 2, bottom - height, step - gap, height, color(name));
                }
                if (kind == Upright.LINES && found != null) {
                    stretch.add(Svg.point(x, plot.bottom() - height));
                    if (places <= 60) {
                        svg.dot(x, plot.bottom() - height, color(name));
                    }
                } else if (kind == Upright.LINES) {
                    drawStretch(stretch, color(name));
                }
                upper.add(Svg.point(x, bottom - height));
                lower.add(0, Svg.point(x, bottom));
                if (stacked) {
                    base[i] += number;
                }
            }
            drawStretch(stretch, color(name));
            if (kind == Upright.AREAS) {
                upper.addAll(lower);
                svg.polygon(String.join(" ", upper), color(name));
            }
        }
        svg.line(plot.x(), plot.bottom(), plot.right(), plot.bottom(), "#c2c9d6");
    }

    private void drawStretch(List<String> points, String color) {
        if (points.size() > 1) {
            svg.polyline(String.join(" ", points), color);
        }
        points.clear();
    }

    private static double markWidth(Column axis, List<Object> places) {
        if (axis.date()) {
            return days(places) ? 44 : 74;
        }
        boolean numbers = places.stream().allMatch(Number.class::isInstance);
        return numbers
                ? places.stream()
                                .mapToDouble(place -> Svg.width(axis.write(place), SIZE))
                                .max()
                                .orElse(0)
                        + 4
                : 0;
    }

    private static boolean days(List<Object> places) {
        return places.stream().allMatch(place -> ((Long) place) % 86_400_000L == 0);
    }

    private static String mark(Column axis, List<Object> places, int i, double width) {
        if (!axis.date()) {
            return Svg.fitting(axis.write(places.get(i)), width - 4, SIZE - 1);
        }
        return DateTimeFormatter.ofPattern(days(places) ? "MMM d" : "MMM d HH:mm", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochMilli((Long) places.get(i)));
    }

    /** The next number above that is 1, 2, 4 or 8 times a power of ten: a quarter of it is easy to read. */
    private static double nice(double number) {
        if (number <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(number)));
        for (int factor : new int[] {1, 2, 4, 8}) {
            if (number <= power * factor) {
                return power * factor;
            }
        }
        return power * 10;
    }

    private void heatMap(Series series) {
        Set<String> names = new LinkedHashSet<>(series.names());
        double labels = Math.min(
                area.width() * 0.3,
                names.stream().mapToDouble(name -> Svg.width(name, SIZE)).max().orElse(0) + 8);
        Area plot = area.without(labels, 0, 4, 18);
        double width = plot.width() / series.places().size();
        double height = Math.min(plot.height() / names.size(), 28);
        double greatest = Math.max(series.greatest(false), 1e-9);
        Column axis = axis(series);
        int every = (int) Math.max(1, Math.ceil((axis.date() ? 44 : 40) / width));
        for (int i = 0; i < series.places().size(); i += every) {
            write(
                    plot.x() + (i + 0.5) * width,
                    plot.y() + height * names.size() + 12,
                    SIZE - 1,
                    PALE,
                    Anchor.MIDDLE,
                    mark(axis, series.places(), i, every * width));
        }
        int row = 0;
        for (String name : names) {
            double y = plot.y() + row++ * height;
            write(plot.x() - 4, y + height / 2 + 3.5, SIZE, DARK, Anchor.END, Svg.fitting(name, labels - 4, SIZE));
            for (int i = 0; i < series.places().size(); i++) {
                Double number = series.value(name, series.places().get(i));
                if (number == null) {
                    continue;
                }
                double share = number / greatest;
                svg.rectangle(plot.x() + i * width, y, width - 1, height - 1, shade(share));
                String words = Column.of("").write(number);
                if (width >= Svg.width(words, SIZE - 1) && height >= SIZE) {
                    write(
                            plot.x() + (i + 0.5) * width,
                            y + height / 2 + 3,
                            SIZE - 1,
                            share > 0.55 ? "#ffffff" : DARK,
                            Anchor.MIDDLE,
                            words);
                }
            }
        }
    }

    private Column axis(Series series) {
        boolean dates = new TreeSet<>(
                        series.places().stream().map(p -> p instanceof Long).toList())
                .first();
        return new Column("", "", dates, false, null);
    }

    /** From nearly white to dark green. */
    private static String shade(double share) {
        return "#%02x%02x%02x".formatted(mixed(236, 0, share), mixed(246, 116, share), mixed(243, 100, share));
    }

    private static int mixed(int pale, int dark, double share) {
        return (int) Math.round(pale + (dark - pale) * share);
    }
}
