package io.tributary.kibana.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerQueryTest {
    private static final String COUNT =
            "{dataType: 'number', operationType: 'count', isBucketed: false, scale: 'ratio', label: 'Count',"
                    + " sourceField: '___records___', params: {emptyAsNull: false}}";

    private static final JsonNode TIMELESS =
            Asked.json("{id: 'd', attributes: {title: 'cdp-x', runtimeFieldMap: '{}', sourceFilters: '[]'}}");
    private static final JsonNode TIMED = Asked.json(
            "{id: 'd', attributes: {title: 'cdp-x', timeFieldName: 'at', runtimeFieldMap: '{}', sourceFilters: '[]'}}");

    /** The first two hours of 1970. */
    private static final Context CONTEXT = new Context(0, 7_200_000, List.of());

    private static String terms(String field, int size, String order, String more) {
        return """
                {label: 'T', dataType: 'string', operationType: 'terms', isBucketed: true, scale: 'ordinal',
                 sourceField: '%s', params: {size: %d, orderBy: %s, orderDirection: 'desc', otherBucket: false,
                 missingBucket: false %s}}"""
                .formatted(field, size, order, more);
    }

    private static String terms(String field, int size) {
        return terms(field, size, "{type: 'column', columnId: 'm0'}", "");
    }

    private static String metric(String operation, String field, String more) {
        return "{label: 'M', dataType: 'number', operationType: '%s', isBucketed: false, scale: 'ratio', sourceField: '%s' %s}"
                .formatted(operation, field, more);
    }

    private static String bucket(String operation, String field, String params) {
        return "{label: 'B', dataType: 'number', operationType: '%s', isBucketed: true, scale: 'interval', sourceField: '%s', params: %s}"
                .formatted(operation, field, params);
    }

    /** Columns are b0, b1 … and m0, m1 …, groups first. */
    private static ObjectNode lens(String query, String... columns) {
        List<String> order = new ArrayList<>();
        List<String> all = new ArrayList<>();
        int metrics = 0;
        for (String column : columns) {
            String id = column.contains("isBucketed: true") ? "b" + order.size() : "m" + metrics++;
            order.add("'" + id + "'");
            all.add(id + ": " + column);
        }
        return (ObjectNode) Asked.json(
                """
                {attributes: {state: {query: {query: '%s', language: 'kuery'}, filters: [], adHocDataViews: {},
                datasourceStates: {formBased: {layers: {l: {columnOrder: [%s], columns: {%s}, ignoreGlobalFilters: false,
                sampling: 1, incompleteColumns: {}}}}}}}}"""
                        .formatted(query, String.join(",", order), String.join(",", all)));
    }

    private static LayerQuery query(JsonNode lens, JsonNode dataView) {
        return new LayerQuery(lens, "l", dataView, CONTEXT);
    }

    private static String answer(long documents, String aggregations) {
        return "{hits: {total: {value: %d}}, aggregations: {%s}}".formatted(documents, aggregations);
    }

    private static JsonNode onlyBody(LayerQuery query, String answer, Object... cells) throws Exception {
        Asked asked = new Asked(answer);
        List<List<Object>> rows = query.rows(asked);
        assertThat(rows).containsExactly(Arrays.asList(cells));
        assertThat(asked.bodies).hasSize(1);
        return asked.bodies.get(0);
    }

    private static JsonNode aggregations(LayerQuery query, String answer, Object... cells) throws Exception {
        return onlyBody(query, answer, cells).path("aggs");
    }

    @Test
    void countsDocumentsOfTheTimeRangeThatPassTheFiltersOfChartAndDashboard() throws Exception {
        LayerQuery query =
                new LayerQuery(lens("kind: fired", COUNT), "l", TIMED, new Context(0, 1_000, List.of("trigger: t")));
        assertThat(onlyBody(query, answer(7, ""), 7.0))
                .isEqualTo(
                        Asked.json(
                                """
                {size: 0, track_total_hits: true, query: {bool: {must: [], filter: [
                  {range: {at: {gte: '1970-01-01T00:00:00Z', lte: '1970-01-01T00:00:01Z', format: 'strict_date_optional_time'}}},
                  {bool: {should: [{match: {kind: 'fired'}}], minimum_should_match: 1}},
                  {bool: {should: [{match: {trigger: 't'}}], minimum_should_match: 1}}
                ], should: [], must_not: []}}}"""));
    }

    @Test
    void leavesOutEveryFilterButTheTimeRangeIfTheLayerIgnoresThem() throws Exception {
        ObjectNode lens = lens("kind: fired", COUNT);
        ((ObjectNode) lens.at("/attributes/state/datasourceStates/formBased/layers/l"))
                .put("ignoreGlobalFilters", true);
        LayerQuery query = new LayerQuery(lens, "l", TIMED, new Context(0, 1_000, List.of("trigger: t")));
        JsonNode filters = onlyBody(query, answer(7, ""), 7.0).at("/query/bool/filter");
        assertThat(filters).hasSize(1);
        assertThat(filters.get(0).has("range")).isTrue();
    }

    @Test
    void hasNoTimeRangeWhereThereIsNoTimeField() throws Exception {
        assertThat(onlyBody(query(lens("", COUNT), TIMELESS), answer(7, ""), 7.0)
                        .at("/query/bool/filter"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            unique_count | {cardinality: {field: 'f'}}
            sum          | {sum: {field: 'f'}}
            average      | {avg: {field: 'f'}}
            min          | {min: {field: 'f'}}
            max          | {max: {field: 'f'}}
            count        | {value_count: {field: 'f'}}
            """)
    void asksForMetrics(String operation, String aggregation) throws Exception {
        LayerQuery query = query(lens("", metric(operation, "f", ", params: {emptyAsNull: false}")), TIMELESS);
        assertThat(aggregations(query, answer(2, "m0: {value: 1.5}"), 1.5))
                .isEqualTo(Asked.json("{m0: %s}".formatted(aggregation)));
    }

    @Test
    void asksForPercentiles() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        metric("median", "f", ", params: {emptyAsNull: true}"),
                        metric("percentile", "f", ", params: {percentile: 95}")),
                TIMELESS);
        assertThat(aggregations(query, answer(2, "m0: {values: {'50.0': 3}}, m1: {values: {'95.0': null}}"), 3.0, null))
                .isEqualTo(
                        Asked.json(
                                "{m0: {percentiles: {field: 'f', percents: [50.0]}}, m1: {percentiles: {field: 'f', percents: [95.0]}}}"));
    }

    @Test
    void countsWhatPassesTheFilterOfAMetric() throws Exception {
        String filter = ", filter: {query: 'a: *', language: 'kuery'}, params: {emptyAsNull: false}";
        LayerQuery query =
                query(lens("", metric("count", "___records___", filter), metric("sum", "f", filter)), TIMELESS);
        String exists = "{bool: {should: [{exists: {field: 'a'}}], minimum_should_match: 1}}";
        assertThat(aggregations(
                        query,
                        answer(9, "'m0-filter': {doc_count: 4}, 'm1-filter': {doc_count: 4, m1: {value: 12}}"),
                        4.0,
                        12.0))
                .isEqualTo(Asked.json(
                        "{'m0-filter': {filter: %s}, 'm1-filter': {filter: %s, aggs: {m1: {sum: {field: 'f'}}}}}"
                                .formatted(exists, exists)));
    }

    @Test
    void showsNothingInsteadOfNoughtWhereLensDoes() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        metric("sum", "f", ", params: {emptyAsNull: true}"),
                        metric("sum", "f", ", params: {emptyAsNull: false}"),
                        metric("min", "f", ", params: {emptyAsNull: true}")),
                TIMELESS);
        aggregations(query, answer(2, "m0: {value: 0}, m1: {value: 0}, m2: {value: 0}"), null, 0.0, 0.0);
    }

    @Test
    void groupsByTheValuesWithTheGreatestMetric() throws Exception {
        LayerQuery query =
                query(lens("", terms("f", 3), metric("sum", "g", ", params: {emptyAsNull: false}")), TIMELESS);
        assertThat(aggregations(
                        query,
                        answer(9, "b0: {sum_other_doc_count: 5, buckets: [{key: 'x', doc_count: 4, m0: {value: 2}}]}"),
                        "x",
                        2.0))
                .isEqualTo(Asked.json(
                        "{b0: {terms: {field: 'f', order: {m0: 'desc'}, size: 3}, aggs: {m0: {sum: {field: 'g'}}}}}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            count        | ___records___ |          | _count
            max          | g             |          | m0
            median       | g             |          | m0.50
            count        | ___records___ | filtered | m0-filter
            max          | g             | filtered | m0-filter>m0
            """)
    void ordersByAnyMetric(String operation, String field, String filtered, String path) throws Exception {
        String more = (filtered == null ? "" : ", filter: {query: 'a: 1', language: 'kuery'}")
                + ", params: {emptyAsNull: false}";
        LayerQuery query = query(lens("", terms("f", 3), metric(operation, field, more)), TIMELESS);
        Asked asked = new Asked(answer(0, "b0: {sum_other_doc_count: 0, buckets: []}"));
        assertThat(query.rows(asked)).isEmpty();
        assertThat(asked.bodies.get(0).at("/aggs/b0/terms/order").path(path).asText())
                .isEqualTo("desc");
    }

    @Test
    void ordersByNameToo() throws Exception {
        LayerQuery query = query(lens("", terms("f", 3, "{type: 'alphabetical'}", ""), COUNT), TIMELESS);
        assertThat(aggregations(
                        query,
                        answer(1, "b0: {sum_other_doc_count: 0, buckets: [{key: 'x', doc_count: 1}]}"),
                        "x",
                        1.0))
                .isEqualTo(Asked.json("{b0: {terms: {field: 'f', order: {_key: 'desc'}, size: 3}}}"));
    }

    @Test
    void nestsGroupsAndOrdersTheOuterOnesByAllThatIsInThem() throws Exception {
        LayerQuery query = query(
                lens("", terms("f", 3), terms("g", 2), metric("sum", "h", ", params: {emptyAsNull: false}")), TIMELESS);
        Asked asked = new Asked(
                answer(
                        9,
                        """
                b0: {sum_other_doc_count: 0, buckets: [
                  {key: 'x', doc_count: 4, m0: {value: 3}, b1: {sum_other_doc_count: 0, buckets: [
                    {key: 'u', doc_count: 3, m0: {value: 2}}, {key: 'v', doc_count: 1, m0: {value: 1}}]}},
                  {key: 'y', doc_count: 1, m0: {value: 1}, b1: {sum_other_doc_count: 0, buckets: [
                    {key: 'u', doc_count: 1, m0: {value: 1}}]}}]}"""));
        assertThat(query.rows(asked))
                .containsExactly(List.of("x", "u", 2.0), List.of("x", "v", 1.0), List.of("y", "u", 1.0));
        assertThat(asked.bodies.get(0).path("aggs"))
                .isEqualTo(
                        Asked.json(
                                """
                {b0: {terms: {field: 'f', order: {m0: 'desc'}, size: 3}, aggs: {
                  b1: {terms: {field: 'g', order: {m0: 'desc'}, size: 2}, aggs: {m0: {sum: {field: 'h'}}}},
                  m0: {sum: {field: 'h'}}}}}"""));
    }

    @Test
    void asksAgainForThoseWithOtherValues() throws Exception {
        ObjectNode lens = lens("", terms("f", 1), COUNT);
        params(lens, "b0").put("otherBucket", true);
        Asked asked = new Asked(
                answer(9, "b0: {sum_other_doc_count: 6, buckets: [{key: 'x', doc_count: 4}]}"), answer(3, ""));
        assertThat(query(lens, TIMELESS).rows(asked)).containsExactly(List.of("x", 4.0), List.of("Other", 3.0));
        assertThat(asked.bodies.get(1))
                .isEqualTo(
                        Asked.json(
                                """
                {size: 0, track_total_hits: true, query: {bool: {must: [], filter: [
                  {bool: {must_not: [{match_phrase: {f: 'x'}}]}}, {exists: {field: 'f'}}
                ], should: [], must_not: []}}}"""));
    }

    @Test
    void hasNoOthersIfThoseWithOtherValuesHaveOneOfTheFirstToo() throws Exception {
        ObjectNode lens = lens("", terms("f", 1), COUNT);
        params(lens, "b0").put("otherBucket", true);
        Asked asked = new Asked(
                answer(9, "b0: {sum_other_doc_count: 6, buckets: [{key: 'x', doc_count: 4}]}"), answer(0, ""));
        assertThat(query(lens, TIMELESS).rows(asked)).containsExactly(List.of("x", 4.0));
    }

    @Test
    void asksForOthersWithinEachGroupAndForTheGroupsWithinOthers() throws Exception {
        ObjectNode lens = lens("", terms("f", 1), terms("g", 1), COUNT);
        params(lens, "b0").put("otherBucket", true);
        params(lens, "b1").put("otherBucket", true);
        Asked asked = new Asked(
                answer(
                        9,
                        """
                        b0: {sum_other_doc_count: 5, buckets: [{key: 'x', doc_count: 4,
                          b1: {sum_other_doc_count: 1, buckets: [{key: 'u', doc_count: 3}]}}]}"""),
                answer(1, ""),
                answer(5, "b1: {sum_other_doc_count: 0, buckets: [{key: 'w', doc_count: 5}]}"));
        assertThat(query(lens, TIMELESS).rows(asked))
                .containsExactly(List.of("x", "u", 3.0), List.of("x", "Other", 1.0), List.of("Other", "w", 5.0));
        assertThat(asked.bodies.get(1).at("/query/bool/filter"))
                .isEqualTo(
                        Asked.json(
                                """
                [{match_phrase: {f: 'x'}}, {bool: {must_not: [{match_phrase: {g: 'u'}}]}}, {exists: {field: 'g'}}]"""));
    }

    @Test
    void groupsDocumentsWithoutAValueIfWanted() throws Exception {
        ObjectNode lens = lens("", terms("f", 2), COUNT);
        params(lens, "b0").put("missingBucket", true);
        assertThat(aggregations(
                                query(lens, TIMELESS),
                                answer(
                                        9,
                                        "b0: {sum_other_doc_count: 0, buckets: [{key: '__missing__', doc_count: 4}]}"),
                                "(missing value)",
                                4.0)
                        .at("/b0/terms/missing")
                        .asText())
                .isEqualTo("__missing__");
    }

    @Test
    void groupsByTimeWithEmptyIntervals() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        bucket("date_histogram", "at", "{interval: '1h', includeEmptyRows: true, dropPartials: false}"),
                        COUNT),
                TIMED);
        assertThat(aggregations(query, answer(2, "b0: {buckets: [{key: 3600000, doc_count: 2}]}"), 3_600_000L, 2.0))
                .isEqualTo(
                        Asked.json(
                                """
                        {b0: {date_histogram: {field: 'at', calendar_interval: '1h', time_zone: 'UTC', min_doc_count: 0,
                         extended_bounds: {min: 0, max: 7200000}}}}"""));
    }

    @Test
    void groupsByTimeWithoutEmptyIntervals() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        bucket(
                                "date_histogram",
                                "at",
                                "{interval: '30m', includeEmptyRows: false, dropPartials: false}"),
                        COUNT),
                TIMED);
        assertThat(aggregations(query, answer(2, "b0: {buckets: [{key: 3600000, doc_count: 2}]}"), 3_600_000L, 2.0))
                .isEqualTo(
                        Asked.json(
                                "{b0: {date_histogram: {field: 'at', fixed_interval: '30m', time_zone: 'UTC', min_doc_count: 1}}}"));
    }

    @Test
    void findsTheWidthOfAHistogramFirst() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        bucket(
                                "range",
                                "f",
                                "{type: 'histogram', ranges: [{from: 0, to: 1000, label: ''}], maxBars: 'auto', includeEmptyRows: true}"),
                        COUNT),
                TIMELESS);
        Asked asked = new Asked(
                answer(2, "minAgg: {value: 10}, maxAgg: {value: 1510}"),
                answer(2, "b0: {buckets: [{key: 10.0, doc_count: 1}, {key: 15.0, doc_count: 0}]}"));
        assertThat(query.rows(asked)).containsExactly(List.of(10.0, 1.0), List.of(15.0, 0.0));
        assertThat(asked.bodies.get(0).path("aggs"))
                .isEqualTo(Asked.json("{maxAgg: {max: {field: 'f'}}, minAgg: {min: {field: 'f'}}}"));
        assertThat(asked.bodies.get(1).path("aggs"))
                .isEqualTo(
                        Asked.json(
                                "{b0: {histogram: {field: 'f', interval: 5.0, min_doc_count: 0, extended_bounds: {min: 10.0, max: 1510.0}}}}"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "0, 499.5, 1", "0, 500, 2", "0, 1500, 5", "0, 4000, 10", "0, 3.5, 0.01", "5, 5, 1"})
    void takesWidthsThatMakeAtMostHalfOfTheBarsThatKibanaPermits(double least, double greatest, double width) {
        assertThat(new Buckets.Histogram("b", "f", true, null, 0, 0)
                        .between(least, greatest)
                        .width())
                .isEqualTo(width);
    }

    @Test
    void groupsByRangesInTheirOrder() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        bucket(
                                "range",
                                "f",
                                "{type: 'range', ranges: [{from: 5, to: null, label: 'many'}, {from: null, to: 5, label: 'few'}],"
                                        + " maxBars: 'auto', includeEmptyRows: true}"),
                        COUNT),
                TIMELESS);
        Asked asked = new Asked(answer(
                2, "b0: {buckets: [{key: '*-5.0', to: 5.0, doc_count: 2}, {key: '5.0-*', from: 5.0, doc_count: 0}]}"));
        assertThat(query.rows(asked)).containsExactly(List.of("many", 0.0), List.of("few", 2.0));
        assertThat(asked.bodies.get(0).path("aggs"))
                .isEqualTo(Asked.json("{b0: {range: {field: 'f', ranges: [{from: 5.0}, {to: 5.0}]}}}"));
    }

    @Test
    void groupsByFilters() throws Exception {
        LayerQuery query = query(
                lens(
                        "",
                        "{label: 'B', dataType: 'string', operationType: 'filters', isBucketed: true, scale: 'ordinal', params:"
                                + " {filters: [{label: 'B', input: {query: 'b: *', language: 'kuery'}},"
                                + " {label: 'A', input: {query: 'a: *', language: 'kuery'}}]}}",
                        COUNT),
                TIMELESS);
        Asked asked = new Asked(answer(2, "b0: {buckets: {A: {doc_count: 2}, B: {doc_count: 0}}}"));
        assertThat(query.rows(asked)).containsExactly(List.of("B", 0.0), List.of("A", 2.0));
        assertThat(asked.bodies.get(0).path("aggs"))
                .isEqualTo(
                        Asked.json(
                                """
                {b0: {filters: {filters: {
                  B: {bool: {should: [{exists: {field: 'b'}}], minimum_should_match: 1}},
                  A: {bool: {should: [{exists: {field: 'a'}}], minimum_should_match: 1}}}}}}"""));
    }

    @Test
    void refusesAnAnswerThatIsIncomplete() {
        LayerQuery query = query(lens("", COUNT), TIMELESS);
        assertThatThrownBy(() -> query.rows(new Asked("{_shards: {failed: 1}, hits: {total: {value: 1}}}")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> query.rows(new Asked("{error: {reason: 'no such index'}}")))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{b0: {operationType: 'ip_range'}}",
                "{b0: {filter: {query: 'a: 1', language: 'kuery'}}}",
                "{b0: {dataType: 'number'}}",
                "{b0: {params: {accuracyMode: true}}}",
                "{b0: {params: {secondaryFields: ['g']}}}",
                "{b0: {params: {include: ['x']}}}",
                "{b0: {params: {size: 0}}}",
                "{b0: {params: {orderDirection: 'up'}}}",
                "{b0: {params: {orderBy: {type: 'rare'}}}}",
                "{b0: {params: {orderBy: {type: 'column', columnId: 'm9'}}}}",
                "{b0: {params: {parentFormat: {id: 'multi_terms'}}}}",
                "{m0: {operationType: 'last_value'}}",
                "{m0: {operationType: 'sum'}}",
                "{m0: {timeScale: 'h'}}",
                "{m0: {timeShift: '1d'}}",
                "{m0: {reducedTimeRange: '1h'}}",
                "{m0: {params: {ranks: 1}}}",
                "{m0: {filter: {query: 'a:1', language: 'lucene'}}}",
                "{m0: {isBucketed: true}}",
                "{m1: {label: 'out of order'}}"
            })
    void refusesColumnsThatAreNotKnown(String change) {
        ObjectNode lens = lens("", terms("f", 3), COUNT);
        merge(
                (ObjectNode) lens.at("/attributes/state/datasourceStates/formBased/layers/l/columns"),
                Asked.json(change));
        assertThatThrownBy(() -> query(lens, TIMED)).isInstanceOf(UnsupportedQueryException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{filters: [{}]}",
                "{query: {query: 'a:1', language: 'lucene'}}",
                "{adHocDataViews: {x: {}}}",
                "{datasourceStates: {formBased: {layers: {l: {sampling: 0.1}}}}}",
                "{datasourceStates: {formBased: {layers: {l: {incompleteColumns: {x: {}}}}}}}",
                "{datasourceStates: {formBased: {layers: {l: {linkToLayers: []}}}}}"
            })
    void refusesChartsThatAreNotKnown(String change) {
        ObjectNode lens = lens("", terms("f", 3), COUNT);
        merge((ObjectNode) lens.at("/attributes/state"), Asked.json(change));
        assertThatThrownBy(() -> query(lens, TIMED)).isInstanceOf(UnsupportedQueryException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            at    | {interval: 'auto', includeEmptyRows: true, dropPartials: false}
            at    | {interval: '1M', includeEmptyRows: true, dropPartials: false}
            at    | {interval: '1h', includeEmptyRows: true, dropPartials: true}
            at    | {interval: '1h', includeEmptyRows: true, dropPartials: false, ignoreTimeRange: true}
            at    | {interval: '7s', includeEmptyRows: true, dropPartials: false}
            other | {interval: '1h', includeEmptyRows: true, dropPartials: false}
            """)
    void refusesTimesThatAreNotKnown(String field, String params) {
        ObjectNode lens = lens("", bucket("date_histogram", field, params), COUNT);
        assertThatThrownBy(() -> query(lens, TIMED)).isInstanceOf(UnsupportedQueryException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: 'histogram', ranges: [], maxBars: 7, includeEmptyRows: true}",
                "{type: 'quantiles', ranges: [], maxBars: 'auto', includeEmptyRows: true}",
                "{type: 'range', ranges: [{from: 1, to: 2, label: ''}], maxBars: 'auto', includeEmptyRows: true}",
                "{type: 'range', ranges: [{from: '1', to: 2, label: 'a'}], maxBars: 'auto', includeEmptyRows: true}",
                "{type: 'range', ranges: [{from: 1, to: 2, label: 'a'}], maxBars: 'auto', includeEmptyRows: false}"
            })
    void refusesRangesThatAreNotKnown(String params) {
        ObjectNode lens = lens("", bucket("range", "f", params), COUNT);
        assertThatThrownBy(() -> query(lens, TIMED)).isInstanceOf(UnsupportedQueryException.class);
    }

    private static ObjectNode params(ObjectNode lens, String column) {
        return (ObjectNode)
                lens.at("/attributes/state/datasourceStates/formBased/layers/l/columns/" + column + "/params");
    }

    private static void merge(ObjectNode into, JsonNode change) {
        change.forEachEntry((name, value) -> {
            if (value.isObject() && into.path(name).isObject() && !value.isEmpty()) {
                merge((ObjectNode) into.get(name), value);
            } else {
                into.set(name, value);
            }
        });
    }
}
