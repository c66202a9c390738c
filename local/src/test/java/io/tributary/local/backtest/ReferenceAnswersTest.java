package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.input.EventFiles;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.testing.ReferenceData;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Real files through the shipped mappings, against reference answers that were computed elsewhere. */
class ReferenceAnswersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MAPPINGS = Path.of(System.getProperty("tributary.root"), "mappings");

    @Test
    void clickStreamOfAMultiCategoryShop() throws Exception {
        Path data = ReferenceData.require("clickstream_multicategory");
        BacktestResult result = backtest("rees46.yaml", data.resolve("events.csv"));
        JsonNode reference = reference(data.resolve("reference.json"));
        JsonNode distinct = reference.get("after_exact_dedup");

        assertThat(result.counts().accepted()).isEqualTo(distinct.get("events").asLong());
        assertThat(result.counts().duplicate())
                .isEqualTo(reference.get("exact_duplicate_rows").asLong());
        assertThat(result.counts().customers())
                .isEqualTo(reference.get("profiles (distinct user_id)").asLong());
        List<JsonNode> profiles = profiles(result);
        assertThat(byName(profiles))
                .isEqualTo(Map.of(
                        "Product Viewed", distinct.at("/events_by_type/view").asLong(),
                        "Product Added", distinct.at("/events_by_type/cart").asLong(),
                        "Order Completed",
                                distinct.at("/events_by_type/purchase").asLong()));
        assertThat(sum(profiles, "/orders/revenue/USD"))
                .isEqualTo(new BigDecimal(reference.get("revenue").asText()));
        // The reference counts 200 orders by session; here rows of one instant are an order, as its alternative says.
        assertThat(orders(profiles))
                .isEqualTo(reference
                        .get("orders_alt (distinct (user_id, event_time))")
                        .asLong());
        assertThat(result.triggers()).hasSize(1);
        assertThat(JSON.readTree(result.triggers().get(0))
                        .at("/payload/value/USD")
                        .asText())
                .isEqualTo("29.51");
        assertThat(result.rejects()).hasSize(1);
        assertThat(result.rejects().get(0).reason()).isEqualTo(RejectReason.BAD_ROW);
        assertThat(result.rejects().get(0).origin().position()).isEqualTo(17_436);
        assertThat(new String(result.rejects().get(0).raw(), StandardCharsets.UTF_8))
                .isEqualTo(reference.at("/rows_rejected/0/3").asText());
    }

    @Test
    void abandonedCartsOfClickStreamsAreThoseOfTheReference() throws Exception {
        Path data = ReferenceData.require("clickstream_otto");
        BacktestResult result = backtest("otto.yaml", data.resolve("train.jsonl"));
        List<String> expected = Files.readAllLines(data.resolve("reference_abandoned_A_by_user.csv")).stream()
                .skip(1)
                .map(line -> line.split(","))
                .filter(cells -> cells[7].equals("1"))
                .map(cells -> "s-" + cells[0] + "@" + cells[3])
                .sorted()
                .toList();
        Map<String, String> userIds = new HashMap<>();
        for (JsonNode profile : profiles(result)) {
            userIds.put(
                    profile.get("customer_id").asText(),
                    profile.at("/identifiers/user_id/0").asText());
        }
        List<String> fired = new ArrayList<>();
        for (byte[] trigger : result.triggers()) {
            JsonNode json = JSON.readTree(trigger);
            fired.add(userIds.get(json.get("customer_id").asText()) + "@"
                    + Instant.parse(json.get("fired_at").asText()).toEpochMilli());
        }
        assertThat(fired.stream().sorted().toList()).hasSize(17).isEqualTo(expected);
        assertThat(result.counts().customers()).isEqualTo(20);
        assertThat(result.counts().accepted())
                .as("800 views, 52 carts and the 10 order lines of 5 orders")
                .isEqualTo(800 + 52 + 5);
    }

    @Test
    void ordersAndRefundsOfARetailer() throws Exception {
        Path data = ReferenceData.require("retail_uci");
        BacktestResult result = backtest("uci_retail.yaml", data.resolve("customers_mod10_eq3.csv"));
        JsonNode reference = reference(data.resolve("reference_mod10_eq3.json"));
        List<JsonNode> profiles = profiles(result);
        assertThat(sum(profiles, "/orders/revenue/GBP"))
                .isEqualTo(new BigDecimal(reference.get("gross_revenue").asText()));
        assertThat(sum(profiles, "/orders/refunds/GBP"))
                .isEqualTo(new BigDecimal(reference.get("refunds").asText()).negate());
        assertThat(orders(profiles))
                .isEqualTo(reference.get("orders (distinct sale InvoiceNo)").asLong());
        assertThat(profiles.stream().filter(p -> p.at("/orders/count").asLong() > 0))
                .hasSize(reference.get("buyers").asInt());
        assertThat(result.counts().customers())
                .isEqualTo(reference.get("customers (any line)").asLong());
        assertThat(result.rejects()).isEmpty();
    }

    @Test
    void ordersOfAMusicShop() throws Exception {
        Path data = ReferenceData.require("cdnow");
        BacktestResult result = backtest("cdnow.yaml", data.resolve("CDNOW_sample.txt"));
        JsonNode facts = reference(data.resolve("reference_sample.json")).get("facts");
        List<JsonNode> profiles = profiles(result);
        assertThat(orders(profiles))
                .isEqualTo(facts.get("distinct_customer_days").asLong())
                .isEqualTo(6_696);
        assertThat(sum(profiles, "/orders/revenue/USD"))
                .isEqualTo(new BigDecimal(facts.get("revenue_total").asText()));
        assertThat(result.counts().customers()).isEqualTo(facts.get("customers").asLong());
    }

    private static BacktestResult backtest(String mapping, Path file) throws Exception {
        Backtest backtest = new Backtest(AbandonedCartAlone.definitions());
        EventFiles.of(List.of(file), List.of(MAPPINGS.resolve(mapping)))
                .read(EventParser.withDefaults(), (inbound, json) -> backtest.add(inbound));
        return backtest.run(OptionalLong.empty(), 2);
    }

    private static JsonNode reference(Path file) throws Exception {
        return JSON.readTree(Files.readAllBytes(file));
    }

    private static List<JsonNode> profiles(BacktestResult result) throws Exception {
        List<JsonNode> profiles = new ArrayList<>();
        for (byte[] profile : result.profiles()) {
            profiles.add(JSON.readTree(profile));
        }
        return profiles;
    }

    private static Map<String, Long> byName(List<JsonNode> profiles) {
        return profiles.stream()
                .flatMap(profile -> profile.at("/events/by_name").properties().stream())
                .collect(Collectors.groupingBy(Map.Entry::getKey, Collectors.summingLong(entry -> entry.getValue()
                        .asLong())));
    }

    private static long orders(List<JsonNode> profiles) {
        return profiles.stream()
                .mapToLong(profile -> profile.at("/orders/count").asLong())
                .sum();
    }

    private static BigDecimal sum(List<JsonNode> profiles, String pointer) {
        return profiles.stream()
                .map(profile -> profile.at(pointer))
                .filter(JsonNode::isTextual)
                .map(amount -> new BigDecimal(amount.asText()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
