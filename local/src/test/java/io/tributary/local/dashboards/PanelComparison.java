package io.tributary.local.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.kibana.query.Context;
import io.tributary.kibana.query.LayerQuery;
import io.tributary.kibana.query.SavedObjects;
import io.tributary.kibana.query.Search;
import io.tributary.kibana.query.SearchQuery;
import io.tributary.schemas.time.Timestamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;

/**
 * What the node answers to the charts and tables of the dashboards, which must be what {@link LayerOracle} and {@link
 * SearchOracle} say of the documents; these know nothing of queries.
 */
final class PanelComparison {
    private static final Path BUNDLE = Path.of(System.getProperty("tributary.root"), "docker/kibana/tributary.ndjson");

    private final SavedObjects objects;
    private final Shop shop;
    private final Search search;
    private final Map<String, List<JsonNode>> documents;

    /** @param currency of the shop, which the description of the charts has in place of USD */
    PanelComparison(Shop shop, String currency) throws IOException {
        this.objects = new SavedObjects(Files.readString(BUNDLE).replace(".USD", "." + currency));
        this.shop = shop;
        this.search = shop::search;
        this.documents = new HashMap<>();
    }

    private PanelComparison(PanelComparison other, Search search, Map<String, List<JsonNode>> documents) {
        this.objects = other.objects;
        this.shop = other.shop;
        this.search = search;
        this.documents = documents;
    }

    /** The same if the node were asked something else, or answered a part of what it is asked. */
    PanelComparison asking(Search other) {
        return new PanelComparison(this, other, documents);
    }

    /** The same if the last document were not there, which the node has. */
    PanelComparison overlooking(String index) throws IOException, InterruptedException {
        List<JsonNode> all = documents(index);
        return new PanelComparison(this, search, new HashMap<>(Map.of(index, all.subList(0, all.size() - 1))));
    }

    /** Compares all charts and tables. Returns those that show nothing, or nothing but nought. */
    List<String> compareAll(List<String> filters) throws IOException, InterruptedException {
        List<String> empty = new ArrayList<>();
        for (JsonNode lens : objects.ofType("lens")) {
            for (String layer : layers(lens)) {
                if (isEmpty(lens, layer, chart(lens, layer, filters))) {
                    empty.add(lens.path("id").asText());
                }
            }
        }
        for (JsonNode table : objects.ofType("search")) {
            if (table(table, filters).isEmpty()) {
                empty.add(table.path("id").asText());
            }
        }
        return empty;
    }

    /** The same for one customer, who was told of something. */
    void compareForOneCustomer() throws IOException, InterruptedException {
        String customer = documents("cdp-triggers").get(0).path("customer_id").asText();
        compareAll(List.of("customer_id: \"" + customer + "\""));
    }

    /** The number that a chart of one number shows. */
    double number(String lens) throws IOException, InterruptedException {
        return (double) rows(lens).get(0).get(0);
    }

    /** The rows of a chart with one layer. */
    List<List<Object>> rows(String id) throws IOException, InterruptedException {
        JsonNode lens = objects.get("lens", id);
        List<String> layers = layers(lens);
        assertThat(layers).hasSize(1);
        return chart(lens, layers.get(0), List.of());
    }

    private static List<String> layers(JsonNode lens) {
        List<String> layers = new ArrayList<>();
        lens.at("/attributes/state/datasourceStates/formBased/layers")
                .fieldNames()
                .forEachRemaining(layers::add);
        return layers;
    }

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

    private List<List<Object>> chart(JsonNode lens, String layer, List<String> filters)
            throws IOException, InterruptedException {
        JsonNode dataView = objects.dataView(lens, layer);
        List<List<Object>> rows = new LayerQuery(lens, layer, dataView, context(filters)).rows(search);
        assertThat(rows)
                .as(lens.path("id").asText())
                .usingRecursiveComparison()
                .withComparatorForType(PanelComparison::compare, Double.class)
                .isEqualTo(LayerOracle.rows(lens, layer, shop.from(), shop.to(), filters, documents(dataView)));
        return rows;
    }

    /** Of documents of one instant any order is right, and where the table ends among them, any of them. */
    private List<List<List<Object>>> table(JsonNode table, List<String> filters)
            throws IOException, InterruptedException {
        JsonNode dataView = objects.dataView(table);
        List<List<List<Object>>> rows = new SearchQuery(table, dataView, context(filters)).rows(search);
        int end = 0;
        for (List<List<List<Object>>> rank :
                SearchOracle.ranks(table, shop.from(), shop.to(), filters, documents(dataView))) {
            int begin = end;
            end = Math.min(begin + rank.size(), SearchOracle.MOST_ROWS);
            assertThat(rows).as(table.path("id").asText()).hasSizeGreaterThanOrEqualTo(end);
            List<List<List<Object>>> others = new ArrayList<>();
            rank.forEach(row -> others.add(withLongs(row, Timestamps::format)));
            for (List<List<Object>> row : rows.subList(begin, end)) {
                assertThat(others.remove(withLongs(row, number -> (double) number)))
                        .as("%s: %s is one of %s", table.path("id"), row, others)
                        .isTrue();
            }
        }
        assertThat(rows).as(table.path("id").asText()).hasSize(end);
        return rows;
    }

    private Context context(List<String> filters) {
        return new Context(shop.from(), shop.to(), filters);
    }

    private List<JsonNode> documents(JsonNode dataView) throws IOException, InterruptedException {
        return documents(dataView.at("/attributes/title").asText());
    }

    private List<JsonNode> documents(String index) throws IOException, InterruptedException {
        List<JsonNode> known = documents.get(index);
        if (known == null) {
            known = shop.documents(index);
            documents.put(index, known);
        }
        return known;
    }

    /** What is a Long for Elasticsearch is an integer, for the oracle a date. */
    private static List<List<Object>> withLongs(List<List<Object>> row, LongFunction<Object> as) {
        return row.stream()
                .map(cell -> cell.stream()
                        .map(value -> value instanceof Long number ? as.apply(number) : value)
                        .toList())
                .toList();
    }

    /** Sums differ in the last digits by the order in which they are added up; nothing is not 0. */
    private static int compare(Double one, Double other) {
        if (one == null || other == null) {
            return Objects.equals(one, other) ? 0 : 1;
        }
        return Math.abs(one - other) <= 1e-9 * Math.abs(other) ? 0 : one.compareTo(other);
    }
}
