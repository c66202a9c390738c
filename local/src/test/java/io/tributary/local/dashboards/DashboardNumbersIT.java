package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.local.simulate.SimulationConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the dashboards say of a simulated shop in which everything happens that they tell of. */
class DashboardNumbersIT {
    private static Shop shop;
    private static PanelComparison panels;

    @BeforeAll
    static void fill(@TempDir Path folder) throws Exception {
        shop = Shop.simulated(SimulationConfig.of(200, 21, 42), folder);
        panels = new PanelComparison(shop, "USD");
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

    /** Whether the comparison can fail at all: each kind of column, and each filter, asked a little otherwise. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = "->",
            textBlock =
                    """
            "sum":\\{                        -> "max":{
            "avg":\\{                        -> "max":{
            "min":\\{                        -> "max":{
            "max":\\{                        -> "min":{
            "cardinality":\\{                -> "value_count":{
            "percents":\\[50.0]              -> "percents":[55.0]
            "percents":\\[90.0]              -> "percents":[85.0]
            "size":15                        -> "size":14
            "_count":"desc"                  -> "_count":"asc"
            "metric-0":"desc"                -> "metric-0":"asc"
            "time_zone":"UTC"                -> "time_zone":"+01:00"
            "min_doc_count":0                -> "min_doc_count":1
            ,"extended_bounds":\\{[^}]*}     -> ''
            "interval":([0-9.]+)             -> "interval":1$1
            "orders.count","ranges"          -> "events.count","ranges"
            "segments":"lapsing"             -> "segments":"lapsed"
            "gt":                            -> "gte":
            "gte":"([^"]+)","lte"            -> "gt":"$1||+1d","lte"
            "lte":"([^"]+)"                  -> "lte":"$1||-1d"
            "kind":"fired"                   -> "kind":"retracted"
            "change":"entered"               -> "change":"exited"
            "change":"conflict"              -> "change":"component_full"
            "trigger":"abandoned_cart"       -> "trigger":"cart_reminders"
            "size":500                       -> "size":499
            "order":"desc"                   -> "order":"asc"
            "field":"because.observed"       -> "field":"because.condition"
            """)
    void anotherQueryWouldBeNoticed(String asked, String otherwise) throws Exception {
        AtomicInteger changed = new AtomicInteger();
        PanelComparison others = panels.asking((index, body) -> {
            String other = body.toString().replaceAll(asked, otherwise);
            changed.addAndGet(other.equals(body.toString()) ? 0 : 1);
            return shop.search(index, SavedObjects.json(other));
        });

        assertThatThrownBy(() -> others.compareAll(List.of())).isInstanceOf(AssertionError.class);
        assertThat(changed).hasPositiveValue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cdp-profiles",
                "cdp-triggers",
                "cdp-triggers-suppressed",
                "cdp-segment-changes",
                "cdp-identity-changes",
                "cdp-rejects"
            })
    void aDocumentLessWouldBeNoticed(String index) throws Exception {
        PanelComparison others = panels.overlooking(index);

        assertThatThrownBy(() -> others.compareAll(List.of())).isInstanceOf(AssertionError.class);
    }
}
