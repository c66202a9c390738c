package io.tributary.kibana.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class SearchQueryTest {
    private static final JsonNode DATA_VIEW = Asked.json(
            "{id: 'd', attributes: {title: 'cdp-x', timeFieldName: 'at', runtimeFieldMap: '{}', sourceFilters: '[]'}}");
    private static final Context CONTEXT = new Context(0, 1_000, List.of("b: 2"));

    private static ObjectNode search() {
        ObjectNode search = (ObjectNode)
                Asked.json(
                        """
                {attributes: {title: 'T', description: '', columns: ['a', 'n'], sort: [['at', 'desc']], grid: {},
                 hideChart: true, isTextBasedQuery: false, kibanaSavedObjectMeta: {}}}""");
        ((ObjectNode) search.at("/attributes/kibanaSavedObjectMeta"))
                .put(
                        "searchSourceJSON",
                        Asked.json("{query: {query: 'a: *', language: 'kuery'}, filter: [], indexRefName: 'i'}")
                                .toString());
        return search;
    }

    @Test
    void asksForTheNewestDocumentsThatPassAllFilters() throws Exception {
        SearchQuery query = new SearchQuery(search(), DATA_VIEW, CONTEXT);
        Asked asked = new Asked(
                "{hits: {total: {value: 1}, hits: [{fields: {a: ['x', 'y'], at: ['1970'], n: [1, 2.5, true]}}]}}");
        assertThat(query.columns()).containsExactly("at", "a", "n");
        assertThat(query.rows(asked))
                .containsExactly(List.of(List.of("1970"), List.of("x", "y"), List.of(1L, 2.5, true)));
        assertThat(asked.bodies)
                .containsExactly(
                        Asked.json(
                                """
                {size: 500, track_total_hits: true, query: {bool: {must: [], filter: [
                  {range: {at: {gte: '1970-01-01T00:00:00Z', lte: '1970-01-01T00:00:01Z', format: 'strict_date_optional_time'}}},
                  {bool: {should: [{exists: {field: 'a'}}], minimum_should_match: 1}},
                  {bool: {should: [{match: {b: '2'}}], minimum_should_match: 1}}
                ], should: [], must_not: []}},
                sort: [{at: {order: 'desc', unmapped_type: 'boolean'}}, {_doc: {order: 'desc', unmapped_type: 'boolean'}}],
                fields: [{field: 'at'}, {field: 'a'}, {field: 'n'}], _source: false}"""));
    }

    @Test
    void showsNothingWhereADocumentHasNoValue() throws Exception {
        SearchQuery query = new SearchQuery(search(), DATA_VIEW, CONTEXT);
        assertThat(query.rows(new Asked("{hits: {hits: [{}]}}")))
                .containsExactly(List.of(List.of(), List.of(), List.of()));
    }

    @Test
    void refusesWhatIsNotKnown() {
        ObjectNode rowHeight = search();
        ((ObjectNode) rowHeight.path("attributes")).put("sampleSize", 10);
        assertThatThrownBy(() -> new SearchQuery(rowHeight, DATA_VIEW, CONTEXT))
                .isInstanceOf(UnsupportedQueryException.class);
        ObjectNode otherLanguage = search();
        ((ObjectNode) otherLanguage.path("attributes")).put("isTextBasedQuery", true);
        assertThatThrownBy(() -> new SearchQuery(otherLanguage, DATA_VIEW, CONTEXT))
                .isInstanceOf(UnsupportedQueryException.class);
    }
}
