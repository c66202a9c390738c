package io.tributary.kibana.description;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.kibana.generate.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of the dashboards names what there is. */
class KibanaPageTest {
    private static final Path PAGE = Path.of(System.getProperty("tributary.root"), "docs/kibana.md");

    private final Suite suite = Suite.shipped();

    @Test
    void namesEveryPanelUnderItsDashboardAndNoOthers() throws IOException {
        var page = Files.readString(PAGE);
        for (var dashboard : suite.dashboards()) {
            var start = page.indexOf("\n### " + dashboard.title() + "\n");
            assertThat(start).as(dashboard.title()).isPositive();
            var rows = page.substring(start, end(page, start + 1))
                    .lines()
                    .filter(line -> line.startsWith("| ") && !line.startsWith("| panels |"))
                    .map(line -> line.split(" \\| ")[0].substring(2))
                    .toList();
            var named = new ArrayList<String>();
            var titles = dashboard.panels().stream().map(Dashboard.Panel::title).toList();
            rows.forEach(row -> named.addAll(titlesIn(row, titles)));
            assertThat(named).as(dashboard.title()).containsExactlyInAnyOrderElementsOf(titles);
        }
    }

    private static int end(String page, int from) {
        return page.indexOf("\n##", from);
    }

    /** Titles may have commas, so the longest that fits is taken. */
    private static List<String> titlesIn(String row, List<String> titles) {
        var found = new ArrayList<String>();
        var rest = row;
        while (!rest.isEmpty()) {
            var here = rest;
            var title = titles.stream()
                    .filter(candidate -> here.equals(candidate) || here.startsWith(candidate + ", "))
                    .reduce((one, other) -> one.length() > other.length() ? one : other)
                    .orElseThrow(() -> new AssertionError("no panel is called as here: " + here));
            found.add(title);
            rest = rest.equals(title) ? "" : rest.substring(title.length() + 2);
        }
        return found;
    }

    @Test
    void namesEveryDataViewItsIndexAndTimeField() throws IOException {
        assertThat(PAGE)
                .content()
                .contains(suite.dataViews().stream()
                        .map(view -> "| %s | `%s` | %s"
                                .formatted(
                                        view.name(),
                                        view.index(),
                                        view.timeField() == null ? "none" : "`" + view.timeField() + "`"))
                        .toList());
    }

    @Test
    void saysHowManyObjectsThereAre() throws IOException {
        var objects = Bundle.ndjson(suite).lines().count();
        assertThat(PAGE).content().contains("`imported " + objects + " objects`");
    }
}
