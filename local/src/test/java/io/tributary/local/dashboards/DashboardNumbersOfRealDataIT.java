package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.schemas.testing.ReferenceData;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the dashboards say of real shops: each cell is what the documents say, and the totals are those of the reference
 * answers, which were calculated from the files alone, and of a backtest.
 */
class DashboardNumbersOfRealDataIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MAPPINGS = Path.of(System.getProperty("tributary.root"), "mappings");

    /** Of longer ranges the queries are not known: Kibana may make bars of more than an hour. */
    private static final Duration LONGEST = Duration.ofDays(40);

    private static final double HALF_A_CENT = 0.005;

    @TempDir
    private Path folder;

    @Test
    void ofTheClickStreamOfAMultiCategoryShop() throws Exception {
        Path events = ReferenceData.require("clickstream_multicategory/events.csv");
        JsonNode cartsLeft =
                reference("clickstream_multicategory/reference.json").at("/abandoned/A_burst_by_user");
        Shop shop = Shop.of(someVisitors(events), MAPPINGS.resolve("rees46.yaml"));
        PanelComparison panels = new PanelComparison(shop, "USD");

        panels.compareAll(List.of());
        panels.compareForOneCustomer();

        assertTotals(panels, shop, "USD");
        assertThat(panels.rows("tributary-triggers-comparison"))
                .filteredOn(row -> row.get(0).equals("abandoned_cart"))
                .extracting(row -> row.get(1))
                .containsExactly(cartsLeft.path("flush_at_end").doubleValue());
        assertThat(panels.number("tributary-triggers-abandoned"))
                .isCloseTo(cartsLeft.path("value_flush").asDouble(), within(HALF_A_CENT));
    }

    @Test
    void ofTheOrdersOfARetailer() throws Exception {
        Path events = ReferenceData.require("retail_uci/customers_mod10_eq3.csv");
        JsonNode reference = reference("retail_uci/reference_mod10_eq3.json");
        Shop shop = Shop.of(events, MAPPINGS.resolve("uci_retail.yaml"));
        PanelComparison panels = new PanelComparison(shop.since(shop.to() - LONGEST.toMillis()), "GBP");

        panels.compareAll(List.of());
        panels.compareForOneCustomer();

        assertTotals(panels, shop, "GBP");
        assertThat(panels.number("tributary-segment-explorer-customers"))
                .isEqualTo(reference.path("customers (any line)").doubleValue());
        assertThat(panels.number("tributary-segment-explorer-buyers"))
                .isEqualTo(reference.path("buyers").doubleValue());
        assertThat(panels.number("tributary-customer-360-orders"))
                .isEqualTo(reference.path("orders (distinct sale InvoiceNo)").doubleValue());
        assertThat(panels.number("tributary-customer-360-revenue"))
                .isCloseTo(reference.path("gross_revenue").asDouble(), within(HALF_A_CENT));
        assertThat(panels.number("tributary-customer-360-refunds"))
                .isCloseTo(-reference.path("refunds").asDouble(), within(HALF_A_CENT));
    }

    private static void assertTotals(PanelComparison panels, Shop shop, String currency) throws Exception {
        BigDecimal revenue = BigDecimal.ZERO;
        long orders = 0;
        for (byte[] line : shop.expected().profiles()) {
            JsonNode profile = JSON.readTree(line);
            revenue = revenue.add(
                    new BigDecimal(profile.at("/orders/revenue").path(currency).asText("0")));
            orders += profile.at("/orders/count").asLong();
        }
        var counts = shop.expected().counts();
        assertThat(panels.number("tributary-segment-explorer-customers")).isEqualTo(counts.customers());
        assertThat(panels.number("tributary-customer-360-events")).isEqualTo(counts.accepted());
        assertThat(panels.number("tributary-customer-360-orders")).isEqualTo(orders);
        assertThat(panels.number("tributary-customer-360-revenue"))
                .isCloseTo(revenue.doubleValue(), within(HALF_A_CENT));
        Map<Object, Object> segments = new HashMap<>();
        counts.segments().forEach((segment, customers) -> {
            if (customers > 0) {
                segments.put(segment, (double) customers);
            }
        });
        assertThat(panels.rows("tributary-segment-explorer-size").stream()
                        .collect(Collectors.toMap(row -> row.get(0), row -> row.get(1))))
                .isEqualTo(segments);
    }

    /**
     * All who put something into a cart or ordered, with all that they did, and three in ten of the others: of up to 2,000
     * customers Elasticsearch's percentiles are exact, and of up to 3,000 its distinct counts.
     */
    private Path someVisitors(Path events) throws IOException {
        List<String> lines = Files.readAllLines(events);
        Set<String> buyers = new HashSet<>();
        for (String line : lines) {
            if (!line.contains(",view,")) {
                buyers.add(visitor(line));
            }
        }
        return Files.write(
                folder.resolve("events.csv"),
                lines.stream()
                        .filter(line ->
                                buyers.contains(visitor(line)) || visitor(line).matches(".*[123]"))
                        .toList());
    }

    /** The header's is a word that no row has. */
    private static String visitor(String line) {
        String[] columns = line.split(",", -1);
        return columns.length > 7 ? columns[7] : "";
    }

    private static JsonNode reference(String file) throws IOException {
        return JSON.readTree(ReferenceData.require(file).toFile());
    }
}
