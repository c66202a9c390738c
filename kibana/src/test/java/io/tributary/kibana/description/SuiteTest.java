package io.tributary.kibana.description;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tributary.kibana.description.Dashboard.Panel;
import io.tributary.kibana.description.Dashboard.Place;
import io.tributary.kibana.description.Metric.Operation;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteTest {
    private static final Metric COUNT = new Metric(Operation.COUNT, "Customers", null, null, null, null, false);

    private final Suite suite = Suite.shipped();

    @Test
    void hasTheDashboardsWhoseDataExist() {
        assertThat(suite.dashboards())
                .extracting(Dashboard::title)
                .containsExactly("Segment explorer", "Customer 360", "Triggers", "Pipeline health");
    }

    @Test
    void saysWhichQuestionEachDashboardAnswers() {
        assertThat(suite.dashboards()).extracting(Dashboard::question).allMatch(question -> question.contains("?"));
    }

    @Test
    void tellsTheReaderWhereControlsDoNotReach() {
        assertThat(suite.dashboards())
                .flatExtracting(Dashboard::panels)
                .filteredOn(panel -> panel.chart() != null && panel.chart().ignoresFilters())
                .isNotEmpty()
                .extracting(Panel::question)
                .allMatch(question -> question.contains("whatever the controls"));
    }

    @Test
    void hasNoChartWithAFilterThatKibanaWouldIgnore() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Chart(Chart.Kind.METRIC, "profiles", "segments: vip", true, null, List.of(COUNT), null))
                .withMessageContaining("segments: vip");
    }

    @Test
    void hasNoPanelWithoutContent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Panel("a", "A", null, new Place(0, 0, 1, 1), null, null, null))
                .withMessageContaining("either a search or a chart");
    }

    @Test
    void hasNoMetricThatLacksItsFieldOrPercent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Metric(Operation.SUM, "Revenue", null, null, null, null, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Metric(Operation.PERCENTILE, "Most", "events.count", null, null, null, false));
    }
}
