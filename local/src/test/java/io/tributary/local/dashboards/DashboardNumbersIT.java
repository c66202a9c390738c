package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.query.Context;
import io.tributary.kibana.query.LayerQuery;
import io.tributary.kibana.query.SavedObjects;
import io.tributary.kibana.query.SearchQuery;
import io.tributary.local.simulate.SimulationConfig;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the dashboards ask, answered by a real node that holds what the real job made of a simulated shop: each cell is that
 * of {@link LayerOracle} and {@link SearchOracle}, which know nothing of queries. Panels that show nothing are printed.
 */
class DashboardNumbersIT {
    private static final Path BUNDLE = Path.of(System.getProperty("tributary.root"), "docker/kibana/tributary.ndjson");

    private static SimulatedShop shop;
    private static SavedObjects objects;

    @BeforeAll
    static void fill(@TempDir Path folder) throws Exception {
        objects = new SavedObjects(Files.readString(BUNDLE));
        shop = SimulatedShop.run(SimulationConfig.of(200, 21, 42), folder);
    }

    @Test
    void everyCellOfEveryChartIsWhatTheDocumentsSay() throws Exception {
        List<String> empty = new ArrayList<>();
        for (JsonNode lens : objects.ofType("lens")) {
            for (String layer : layers(lens)) {
                if (isEmpty(lens, layer, rows(lens, layer, List.of()))) {
                    empty.add(lens.path("id").asText());
                }
            }
        }
        System.out.println("Charts of nothing but nought: " + empty);
        assertThat(empty).hasSizeLessThan(objects.ofType("lens").size() / 4);
    }

    @Test
    void soItIsForOneCustomer() throws Exception {
        JsonNode triggers = objects.get("index-pattern", "tributary-triggers");
        String customer = shop.documents(triggers.at("/attributes/title").asText())
                .get(0)
                .path("customer_id")
                .asText();
        for (JsonNode lens : objects.ofType("lens")) {
            for (String layer : layers(lens)) {
                assertThat(rows(lens, layer, List.of("customer_id: \"" + customer + "\"")))
                        .as(lens.path("id").asText())
                        .isNotNull();
            }
        }
        for (JsonNode search : objects.ofType("search")) {
            assertThat(documents(search, List.of("customer_id: \"" + customer + "\"")))
                    .as(search.path("id").asText())
                    .isNotNull();
        }
    }

    @Test
    void everyRowOfEveryTableIsThatOfItsDocument() throws Exception {
        for (JsonNode search : objects.ofType("search")) {
            assertThat(documents(search, List.of()))
                    .as(search.path("id").asText())
                    .isNotEmpty();
        }
    }

    private static List<String> layers(JsonNode lens) {
        List<String> layers = new ArrayList<>();
        lens.at("/attributes/state/datasourceStates/formBased/layers")
                .fieldNames()
                .forEachRemaining(layers::add);
        return layers;
    }

    /** Whether there is no metric but 0 or nothing. */
    private static boolean isEmpty(JsonNode lens, String layer, List<List<Object>> rows) {
        JsonNode state =
                lens.at("/attributes/state/datasourceStates/formBased/layers").path(layer);
        int first = 0;
        for (JsonNode column : state.path("columnOrder")) {
            if (state.path("columns").path(column.asText()).path("isBucketed").asBoolean()) {
                first++;
            }
        }
        int groups = first;
        return rows.stream()
                .flatMap(row -> row.subList(groups, row.size()).stream())
                .allMatch(metric -> metric == null || metric.equals(0.0));
    }

    /** The rows of a layer, which are those of an independent evaluation of all documents. */
    private static List<List<Object>> rows(JsonNode lens, String layer, List<String> filters)
            throws IOException, InterruptedException {
        JsonNode dataView = objects.dataView(lens, layer);
        List<List<Object>> rows =
                new LayerQuery(lens, layer, dataView, new Context(shop.from(), shop.to(), filters)).rows(shop::search);
        List<JsonNode> documents =
                shop.documents(dataView.at("/attributes/title").asText());
        assertThat(rows)
                .as(lens.path("id").asText())
                .usingRecursiveComparison()
                .withComparatorForType(DashboardNumbersIT::compare, Double.class)
                .isEqualTo(LayerOracle.rows(lens, layer, shop.from(), shop.to(), filters, documents));
        return rows;
    }

    /**
     * The rows of a table, which are those of an independent evaluation of all documents. Of documents of one instant any
     * order is right, and where the table ends among them, any of them.
     */
    private static List<List<List<Object>>> documents(JsonNode search, List<String> filters)
            throws IOException, InterruptedException {
        JsonNode dataView = objects.dataView(search);
        List<List<List<Object>>> rows =
                new SearchQuery(search, dataView, new Context(shop.from(), shop.to(), filters)).rows(shop::search);
        List<JsonNode> documents =
                shop.documents(dataView.at("/attributes/title").asText());
        int end = 0;
        for (List<List<List<Object>>> rank : SearchOracle.ranks(search, shop.from(), shop.to(), filters, documents)) {
            int begin = end;
            end = Math.min(begin + rank.size(), SearchOracle.MOST_ROWS);
            assertThat(rows).as(search.path("id").asText()).hasSizeGreaterThanOrEqualTo(end);
            List<List<List<Object>>> others = new ArrayList<>();
            rank.forEach(row -> others.add(withLongs(row, Timestamps::format)));
            for (List<List<Object>> row : rows.subList(begin, end)) {
                assertThat(others.remove(withLongs(row, number -> (double) number)))
                        .as("%s: %s is one of %s", search.path("id"), row, others)
                        .isTrue();
            }
        }
        assertThat(rows).as(search.path("id").asText()).hasSize(end);
        return rows;
    }

    /** What is a Long for Elasticsearch is an integer, for the oracle a date. */
    private static List<List<Object>> withLongs(List<List<Object>> row, LongFunction<Object> as) {
        return row.stream()
                .map(cell -> cell.stream()
                        .map(value -> value instanceof Long number ? as.apply(number) : value)
                        .toList())
                .toList();
    }

    /** Sums differ in the last digits by the order in which they are added up. */
    private static int compare(Double one, Double other) {
        return Math.abs(one - other) <= 1e-9 * Math.abs(other) ? 0 : one.compareTo(other);
    }
}
