package io.tributary.local.dashboards;

import static io.tributary.local.dashboards.Layers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SearchOracleTest {
    @Test
    void theNewestIsFirstAndAllValuesAreThere() {
        assertThat(
                        ranks(
                                "tributary-search-memberships",
                                List.of(),
                                "{'customer_id':'old','segments':['a'],'last_seen':'2026-03-01T00:00:00Z'}",
                                "{'customer_id':'without','segments':['a']}",
                                "{'customer_id':'nowhere','last_seen':'2026-03-02T00:00:00Z'}",
                                """
                        {'customer_id':'new','segments':['b','a'],'last_seen':'2026-03-02T00:00:00Z','memberships':[
                        {'segment':'b','since':'1970-01-01T00:00:02Z'},{'segment':'a','since':'1970-01-01T00:00:01Z'}]}
                        """))
                .containsExactly(
                        List.of(List.of(
                                List.of("new"),
                                List.of("b", "a"),
                                List.of(),
                                List.of(2000L, 1000L),
                                List.of(),
                                List.of())),
                        List.of(List.of(List.of("old"), List.of(), List.of(), List.of(), List.of(), List.of())),
                        List.of(List.of(List.of("without"), List.of(), List.of(), List.of(), List.of(), List.of())));
    }

    @Test
    void documentsOfOneInstantAreOfOneRank() {
        assertThat(ranks(
                        "tributary-search-memberships",
                        List.of(),
                        "{'customer_id':'c','segments':['a'],'last_seen':'2026-03-01T00:00:00Z'}",
                        "{'customer_id':'b','segments':['a'],'last_seen':'2026-03-02T00:00:00Z'}",
                        "{'customer_id':'a','segments':['a'],'last_seen':'2026-03-01T00:00:00.000Z'}"))
                .extracting(rank -> rank.stream().map(row -> row.get(0).get(0)).toList())
                .containsExactly(List.of("b"), List.of("c", "a"));
    }

    @Test
    void theTimeRangeAndTheFiltersOfTheDashboardNarrowIt() {
        assertThat(ranks(
                        "tributary-search-rejects",
                        List.of("reason: bad_json"),
                        "{'at':'1970-01-01T00:00:00Z','reason':'bad_json','topic':'events','partition':1,'offset':2}",
                        "{'at':'1970-01-01T00:00:00Z','reason':'too_large'}",
                        "{'at':'1969-12-31T23:59:59.999Z','reason':'bad_json'}"))
                .containsExactly(List.of(List.of(
                        List.of(0L),
                        List.of("bad_json"),
                        List.of("events"),
                        List.of(),
                        List.of(1.0),
                        List.of(2.0),
                        List.of())));
    }

    @ParameterizedTest
    @MethodSource("searches")
    void committedSearchesAreAllKnown(JsonNode search) {
        JsonNode document = json("{'at':'1970-01-01','segments':['a'],'cart':{'items':[{'product_id':'p'}]}}");

        assertThat(SearchOracle.ranks(search, 0, 0, List.of(), List.of(document)))
                .hasSize(1);
    }

    @Test
    void whatIsNotKnownIsRefused() {
        JsonNode search = SavedObjects.committed("search", "tributary-search-rejects");
        ((ObjectNode) search.path("attributes")).put("breakdownField", "reason");

        assertThatThrownBy(() -> SearchOracle.ranks(search, 0, 0, List.of(), List.of()))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    static Stream<JsonNode> searches() {
        return SavedObjects.committed().stream()
                .filter(object -> object.path("type").asText().equals("search"));
    }

    private static List<List<List<List<Object>>>> ranks(String search, List<String> filters, String... documents) {
        return SearchOracle.ranks(
                SavedObjects.committed("search", search),
                0,
                Layers.millis("2026-04-01T00:00:00Z"),
                filters,
                Stream.of(documents).map(Layers::json).toList());
    }
}
