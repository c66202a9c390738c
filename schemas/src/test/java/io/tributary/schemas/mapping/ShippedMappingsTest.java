package io.tributary.schemas.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.testing.ReferenceData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The mappings that the project ships, on the real files and against the answers computed independently of it. */
class ShippedMappingsTest {
    private static JsonNode reference(String file) throws IOException {
        return JsonText.MAPPER.readTree(Files.readString(ReferenceData.require(file)));
    }

    private static long distinctUsers(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.path("userId").asText())
                .distinct()
                .count();
    }

    @Test
    void mapsTheClickStreamToEveryEventOfTheReference() throws IOException {
        var reference = reference("clickstream_multicategory/reference.json");
        var mapped =
                Mapped.of(Mapped.shipped("rees46.yaml"), ReferenceData.require("clickstream_multicategory/events.csv"));

        assertThat(mapped.summary().lines()).isEqualTo(17_436);
        assertThat(mapped.summary().rows())
                .isEqualTo(reference.get("rows_valid").asLong());
        assertThat(mapped.events("Product Viewed"))
                .hasSize(reference.at("/events_by_type/view").asInt());
        assertThat(mapped.events("Product Added"))
                .hasSize(reference.at("/events_by_type/cart").asInt());
        var orders = mapped.events("Order Completed");
        assertThat(orders).hasSize(214);
        assertThat(Mapped.revenue(orders))
                .isEqualByComparingTo(reference.get("revenue").asText());
        assertThat(distinctUsers(orders)).isEqualTo(reference.get("buyers").asLong());
        assertThat(distinctUsers(mapped.events())).isEqualTo(4_504);
        assertThat(mapped.summary().read()).isEqualTo(17_055 + 165 + 214 + 1);
    }

    @Test
    void givesExactDuplicateRowsOfTheClickStreamOneMessageId() throws IOException {
        var reference = reference("clickstream_multicategory/reference.json");
        var mapped =
                Mapped.of(Mapped.shipped("rees46.yaml"), ReferenceData.require("clickstream_multicategory/events.csv"));

        var ids = new HashSet<String>();
        mapped.events().forEach(event -> ids.add(event.get("messageId").asText()));
        assertThat(mapped.lines().size() - ids.size())
                .isEqualTo(reference.get("exact_duplicate_rows").asInt());
    }

    @Test
    void refusesTheCutOffLastLineOfTheClickStream() {
        var mapped =
                Mapped.of(Mapped.shipped("rees46.yaml"), ReferenceData.require("clickstream_multicategory/events.csv"));

        assertThat(mapped.rejects()).singleElement().satisfies(reject -> {
            assertThat(reject.reason()).isEqualTo(RejectReason.BAD_ROW);
            assertThat(reject.detail()).isEqualTo("8 columns instead of 9");
            assertThat(reject.origin().source()).isEqualTo("events.csv");
            assertThat(reject.origin().position()).isEqualTo(17_436);
            assertThat(new String(reject.raw(), StandardCharsets.UTF_8)).endsWith(",25.71,52040330");
        });
    }

    @Test
    void explodesTheVisitorsOfOtto() throws IOException {
        var reference = reference("clickstream_otto/reference.json");
        var mapped = Mapped.of(Mapped.shipped("otto.yaml"), ReferenceData.require("clickstream_otto/train.jsonl"));

        assertThat(mapped.summary().rows()).isEqualTo(862);
        assertThat(mapped.events("Product Viewed")).hasSize(800);
        assertThat(mapped.events("Product Added")).hasSize(52);
        var orders = mapped.events("Order Completed");
        assertThat(orders).hasSize(reference.get("orders").asInt());
        assertThat(orders.stream()
                        .mapToInt(order -> order.at("/properties/products").size())
                        .sum())
                .isEqualTo(reference.get("purchase_rows").asInt());
        assertThat(distinctUsers(orders)).isEqualTo(reference.get("buyers").asLong());
        assertThat(distinctUsers(mapped.events())).isEqualTo(20);
        assertThat(mapped.events())
                .anyMatch(event -> event.get("userId").asText().equals("s-0"));
        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events().get(0).get("timestamp").asText()).isEqualTo("2022-07-31T22:00:00.025Z");
    }

    @Test
    void groupsTheInvoicesOfUciRetail() throws IOException {
        var reference = reference("retail_uci/reference_mod10_eq3.json");
        var mapped = Mapped.of(
                Mapped.shipped("uci_retail.yaml"), ReferenceData.require("retail_uci/customers_mod10_eq3.csv"));

        var orders = mapped.events("Order Completed");
        var refunds = mapped.events("Order Refunded");
        assertThat(orders)
                .hasSize(reference.get("orders (distinct sale InvoiceNo)").asInt());
        assertThat(refunds).hasSize(reference.get("refund_invoices").asInt());
        assertThat(Mapped.revenue(orders))
                .isEqualByComparingTo(reference.get("gross_revenue").asText());
        assertThat(Mapped.revenue(refunds).negate())
                .isEqualByComparingTo(reference.get("refunds").asText());
        assertThat(distinctUsers(orders)).isEqualTo(reference.get("buyers").asLong());
        assertThat(distinctUsers(mapped.events())).isEqualTo(440);
        assertThat(mapped.summary().rows()).isEqualTo(reference.get("lines").asLong());
        assertThat(mapped.rejects()).isEmpty();
    }

    @Test
    void mapsInvoicesWithoutCustomerWithoutIdentifier() throws IOException {
        var reference = reference("retail_uci/reference_day_2010-12-01.json");
        var mapped =
                Mapped.of(Mapped.shipped("uci_retail.yaml"), ReferenceData.require("retail_uci/day_2010-12-01.csv"));

        var orders = mapped.events("Order Completed");
        assertThat(orders).hasSize(reference.get("orders").asInt());
        assertThat(Mapped.revenue(orders))
                .isEqualByComparingTo(reference.get("gross_revenue").asText());
        assertThat(orders.stream().filter(order -> !order.has("userId")))
                .hasSize(reference.get("orders_without_customer").asInt());
        assertThat(mapped.events())
                .anyMatch(event -> event.path("userId").asText().equals("17850"));
    }

    @Test
    void groupsThePurchasesOfCdnowByCustomerAndDay() throws IOException {
        var reference = reference("cdnow/reference_sample.json").get("facts");
        var mapped = Mapped.of(Mapped.shipped("cdnow.yaml"), ReferenceData.require("cdnow/CDNOW_sample.txt"));

        var orders = mapped.events("Order Completed");
        assertThat(orders).hasSize(reference.get("distinct_customer_days").asInt());
        assertThat(Mapped.revenue(orders))
                .isEqualByComparingTo(reference.get("revenue_total").asText());
        assertThat(distinctUsers(orders)).isEqualTo(reference.get("customers").asLong());
        assertThat(orders)
                .allSatisfy(order -> assertThat(order.get("userId").asInt()).isBetween(1, 2_357));
        assertThat(mapped.summary().rows()).isEqualTo(reference.get("lines").asLong());
        assertThat(mapped.rejects()).isEmpty();
    }

    @Test
    void mapsContactsOfACrmToIdentifyCalls() {
        var mapped = Mapped.of(
                Mapped.shipped("crm_contacts.yaml"), Mapped.ROOT.resolve("mappings/samples/crm_contacts.csv"));

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events())
                .hasSize(7)
                .allMatch(event -> event.get("type").asText().equals("identify"));
        assertThat(mapped.sortedJson())
                .contains("{\"type\":\"identify\",\"messageId\":\""
                        + mapped.events().get(1).get("messageId").asText()
                        + "\",\"timestamp\":\"2026-01-02T10:40:12.000Z\",\"context\":{\"consent\":{\"categoryPreferences\":"
                        + "{\"marketing\":false}},\"externalIds\":["
                        + "{\"id\":\"C-1002\",\"type\":\"crm_id\",\"collection\":\"users\",\"encoding\":\"none\"},"
                        + "{\"id\":\"Jonas.Berg@example.com\",\"type\":\"email\",\"collection\":\"users\",\"encoding\":\"none\"},"
                        + "{\"id\":\"+46 70 000 00 02\",\"type\":\"phone\",\"collection\":\"users\",\"encoding\":\"none\"}]},"
                        + "\"traits\":{\"name\":\"Berg, Jonas\",\"email\":\"Jonas.Berg@example.com\","
                        + "\"phone\":\"+46 70 000 00 02\",\"country\":\"SE\"}}");
        assertThat(mapped.events().get(3).at("/traits/country").asText())
                .as("Norway is no boolean")
                .isEqualTo("NO");
    }

    @Test
    void mapsReceiptsOfTillsToOrdersAndRefunds() {
        var mapped = Mapped.of(
                Mapped.shipped("pos_receipts.yaml"), Mapped.ROOT.resolve("mappings/samples/pos_receipts.csv"));

        assertThat(mapped.rejects()).isEmpty();
        assertThat(mapped.events("Order Completed")).hasSize(5);
        assertThat(Mapped.revenue(mapped.events("Order Completed"))).isEqualByComparingTo("638.72");
        assertThat(Mapped.revenue(mapped.events("Order Refunded"))).isEqualByComparingTo("79.90");
        assertThat(mapped.events("Order Completed").get(0).get("timestamp").asText())
                .isEqualTo("2026-01-05T08:03:00.000Z");
    }
}
