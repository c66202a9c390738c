package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.testing.ReferenceData;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The oracle agrees with answers that others computed for real data, where the definitions are the contract's. */
class OracleReferenceTest {
    @Test
    void agreesOnTheClickStreamOfAShop() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String row : Files.readAllLines(ReferenceData.require("clickstream_multicategory/events.csv"))) {
            String[] column = row.split(",", -1);
            if (column.length == 9 && !column[0].equals("event_time")) {
                lines.add(shopEvent(column).toString());
            }
        }

        OracleOutput output = new Oracle().run(lines(lines));

        assertThat(output.summary().get("events").toString())
                .isEqualTo("{\"read\":17434,\"accepted\":17429,\"duplicate\":5,\"late\":0,\"after_until\":0,"
                        + "\"rejected\":{}}");
        assertThat(output.profiles()).hasSize(4_504);
        assertThat(total(output, "/events/by_name/Product Viewed")).isEqualTo("17051");
        assertThat(total(output, "/events/by_name/Product Added")).isEqualTo("164");
        assertThat(total(output, "/orders/count")).isEqualTo("214");
        assertThat(total(output, "/orders/revenue/USD")).isEqualTo("59442.63");
        assertThat(output.triggers()).hasSize(1);
    }

    @Test
    void agreesOnTheSessionsOfAnotherShop() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String row : Files.readAllLines(ReferenceData.require("clickstream_otto/train.jsonl"))) {
            Map<Long, ObjectNode> orders = new LinkedHashMap<>();
            ObjectNode session = Json.object(row);
            String user = "session-" + session.get("session").asText();
            for (JsonNode event : session.get("events")) {
                long at = event.get("ts").asLong();
                ObjectNode product =
                        Json.object().put("product_id", event.get("aid").asText());
                switch (event.get("type").asText()) {
                    case "clicks" ->
                        lines.add(track("Product Viewed", user, at, product).toString());
                    case "carts" ->
                        lines.add(track("Product Added", user, at, product).toString());
                    default ->
                        orders.computeIfAbsent(at, t -> {
                                    ObjectNode order = track("Order Completed", user, t, Json.object());
                                    order.withObject("/properties").putArray("products");
                                    return order;
                                })
                                .withArray("/properties/products")
                                .add(product);
                }
            }
            orders.values().forEach(order -> lines.add(order.toString()));
        }

        OracleOutput output = new Oracle().run(lines(lines));

        assertThat(output.profiles()).hasSize(20);
        assertThat(total(output, "/events/by_name/Product Viewed")).isEqualTo("800");
        assertThat(total(output, "/events/by_name/Product Added")).isEqualTo("52");
        assertThat(total(output, "/orders/count")).isEqualTo("5");
        assertThat(output.triggers()).hasSize(17);
    }

    private static ObjectNode shopEvent(String[] column) {
        long at =
                Instant.parse(column[0].replace(" UTC", "Z").replace(' ', 'T')).toEpochMilli();
        ObjectNode product = Json.object()
                .put("product_id", column[2])
                .put("price", column[6])
                .put("row", String.join(",", column)); // equal rows are equal lines, so duplicates
        if (!column[1].equals("purchase")) {
            return track(column[1].equals("view") ? "Product Viewed" : "Product Added", column[7], at, product);
        }
        ObjectNode order = track("Order Completed", column[7], at, Json.object());
        order.withObject("/properties").putArray("products").add(product);
        return order;
    }

    private static ObjectNode track(String event, String user, long at, ObjectNode properties) {
        return Json.object()
                .put("type", "track")
                .put("event", event)
                .put("userId", user)
                .put("timestamp", Instant.ofEpochMilli(at).toString())
                .set("properties", properties);
    }

    private static String total(OracleOutput output, String path) {
        return output.profiles().stream()
                .map(profile -> profile.at(path))
                .filter(value -> !value.isMissingNode())
                .map(value -> new BigDecimal(value.asText()))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .toPlainString();
    }

    private static List<Oracle.Line> lines(List<String> lines) {
        return lines.stream()
                .map(line -> new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line("f.jsonl", 1)))
                .toList();
    }
}
