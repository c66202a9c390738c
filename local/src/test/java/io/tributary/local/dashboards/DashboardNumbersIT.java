package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.simulate.SimulationConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the dashboards say of a simulated shop in which everything happens that they tell of. */
class DashboardNumbersIT {
    private static PanelComparison panels;

    @BeforeAll
    static void fill(@TempDir Path folder) throws Exception {
        panels = new PanelComparison(Shop.simulated(SimulationConfig.of(200, 21, 42), folder), "USD");
    }

    @Test
    void everyCellIsWhatTheDocumentsSayAndNoPanelIsEmpty() throws Exception {
        assertThat(panels.compareAll(List.of())).isEmpty();
    }

    @Test
    void soItIsForOneCustomer() throws Exception {
        panels.compareForOneCustomer();
    }

    @Test
    void whatIsRareIsThere() throws Exception {
        assertThat(panels.number("tributary-triggers-retracted")).isEqualTo(2);
        assertThat(panels.rows("tributary-triggers-comparison"))
                .as("the reminders of the cart that was bought in the shop")
                .filteredOn(row -> (double) row.get(4) > 0)
                .extracting(row -> row.get(0))
                .containsExactlyInAnyOrder("abandoned_cart", "cart_reminders");
        assertThat(panels.number("tributary-pipeline-health-quarantines")).isEqualTo(1);
        assertThat(panels.rows("tributary-triggers-churn-risk"))
                .containsExactly(
                        List.of("Lapsing", 1.0),
                        List.of("Lapsed VIP", 1.0),
                        List.of("Lapsed", 2.0),
                        List.of("Lapsed but looks again", 1.0),
                        List.of("Won back", 1.0));
    }

    /** Orders in yen are no dollars. */
    @Test
    void whatIsRecoveredIsPartOfTheRevenue() throws Exception {
        assertThat(panels.number("tributary-triggers-recovered"))
                .isPositive()
                .isLessThan(panels.number("tributary-segment-explorer-revenue"));
    }
}
