package io.tributary.local.dashboards;

import static io.tributary.local.dashboards.Layers.json;
import static io.tributary.local.dashboards.Layers.millis;
import static io.tributary.local.dashboards.Layers.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerOracleTest {
    private static final String PROFILES = "tributary-profiles";
    private static final String CHANGES = "tributary-segment-changes";

    @Nested
    class Metrics {
        private static final String[] ORDERS = {
            "{'customer_id':'a','orders':{'count':1,'revenue':{'USD':0.1}},'last_seen':'1970-01-01T00:00:02Z'}",
            "{'customer_id':'b','orders':{'count':4,'revenue':{'USD':[0.2,10]}},'last_seen':'1970-01-01T00:00:01Z'}",
            "{'customer_id':'b','orders':{'count':1}}",
            "{}"
        };

        @Test
        void ofNumbersTakeAllValuesAndLeaveOutDocumentsWithoutOne() {
            Layers layer = Layers.of(PROFILES)
                    .count()
                    .metric("sum", "orders.revenue.USD")
                    .metric("average", "orders.revenue.USD")
                    .metric("min", "orders.revenue.USD")
                    .metric("max", "orders.revenue.USD")
                    .metric("median", "orders.revenue.USD")
                    .metric("unique_count", "customer_id");

            assertThat(layer.rows(ORDERS))
                    .containsExactly(row(4.0, 0.1 + 0.2 + 10, (0.1 + 0.2 + 10) / 3, 0.1, 10.0, 0.2, 2.0));
        }

        @Test
        void ofNothingAreZeroOrNull() {
            Layers layer = Layers.of(PROFILES)
                    .count()
                    .metric("sum", "orders.revenue.USD")
                    .metric("average", "orders.revenue.USD")
                    .metric("min", "orders.revenue.USD")
                    .metric("max", "last_seen")
                    .metric("median", "orders.revenue.USD")
                    .column("p", "'operationType':'percentile','sourceField':'orders.count','params':{'percentile':90}")
                    .metric("unique_count", "customer_id");

            assertThat(layer.rows()).containsExactly(row(0.0, 0.0, null, null, null, null, null, 0.0));
        }

        @Test
        void ofDatesAreMilliseconds() {
            assertThat(Layers.of(PROFILES)
                            .metric("min", "last_seen")
                            .metric("max", "last_seen")
                            .rows(ORDERS))
                    .containsExactly(row(1000.0, 2000.0));
        }

        @Test
        void percentilesLieBetweenTheNearestValues() {
            Layers layer = Layers.of(PROFILES)
                    .metric("median", "events.count")
                    .column("p", "'operationType':'percentile','sourceField':'events.count','params':{'percentile':95}")
                    .column("q", "'operationType':'percentile','sourceField':'events.count','params':{'percentile':0}");

            // 10, 20, 30, 40: the median is half way from the second to the third, 95 % is at 0.95 · 3 = 2.85.
            assertThat(layer.rows(
                            "{'events':{'count':40}}",
                            "{'events':{'count':10}}",
                            "{'events':{'count':30}}",
                            "{'events':{'count':20}}"))
                    .containsExactly(row(25.0, 38.5, 10.0));
        }

        @Test
        void aFilterOfAColumnNarrowsItAlone() {
            Layers layer = Layers.of(PROFILES)
                    .column(
                            "filtered",
                            """
                            'operationType':'sum','sourceField':'orders.count','params':{'emptyAsNull':false},
                            'filter':{'query':'customer_id: b','language':'kuery'}
                            """)
                    .metric("sum", "orders.count");

            assertThat(layer.rows(ORDERS)).containsExactly(row(5.0, 6.0));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'operationType':'last_value','sourceField':'orders.count'",
                    "'operationType':'count','sourceField':'orders.count'",
                    "'operationType':'sum','sourceField':'customer_id'",
                    "'operationType':'sum','sourceField':'nowhere'",
                    "'operationType':'sum','sourceField':'orders.count','timeShift':'1w'",
                    "'operationType':'sum','sourceField':'orders.count','params':{'emptyAsNull':true}",
                    "'operationType':'sum','sourceField':'orders.count','params':{'other':1}",
                })
        void thatAreNotKnownAreRefused(String column) {
            Layers layer = Layers.of(PROFILES).column("metric", column);

            assertThatThrownBy(() -> layer.rows(ORDERS)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Nested
    class Terms {
        private static final String[] SEGMENTS = {
            "{'customer_id':'1','segments':['vip','new','vip'],'orders':{'count':1}}",
            "{'customer_id':'2','segments':['vip'],'orders':{'count':9}}",
            "{'customer_id':'3','segments':['new']}",
            "{'customer_id':'4','segments':['lapsed'],'orders':{'count':5}}",
            "{'customer_id':'5','segments':[]}"
        };

        @Test
        void aDocumentIsOnceInTheBucketOfEachOfItsValuesAndEqualsAreSortedByKey() {
            assertThat(Layers.of(PROFILES)
                            .terms("segments", 50, "count", "desc")
                            .count()
                            .metric("sum", "orders.count")
                            .rows(SEGMENTS))
                    .containsExactly(row("new", 2.0, 1.0), row("vip", 2.0, 10.0), row("lapsed", 1.0, 5.0));
        }

        @Test
        void theyAreOrderedByAnotherMetricAndCutOff() {
            assertThat(Layers.of(PROFILES)
                            .terms("segments", 2, "sum", "desc")
                            .count()
                            .metric("sum", "orders.count")
                            .rows(SEGMENTS))
                    .containsExactly(row("vip", 2.0, 10.0), row("lapsed", 1.0, 5.0));
            assertThat(Layers.of(PROFILES)
                            .terms("segments", 2, "sum", "asc")
                            .metric("sum", "orders.count")
                            .rows(SEGMENTS))
                    .containsExactly(row("new", 1.0), row("lapsed", 5.0));
        }

        @Test
        void withoutAValueOfTheOrderingMetricTheyAreWhereElasticsearchBeginsToCompare() {
            String[] documents = {
                "{'customer_id':'b'}", "{'customer_id':'c','orders':{'count':2}}", "{'customer_id':'a'}"
            };

            assertThat(Layers.of(PROFILES)
                            .terms("customer_id", 9, "max", "desc")
                            .metric("max", "orders.count")
                            .rows(documents))
                    .containsExactly(row("c", 2.0), row("a", null), row("b", null));
            assertThat(Layers.of(PROFILES)
                            .terms("customer_id", 9, "min", "desc")
                            .metric("min", "orders.count")
                            .rows(documents))
                    .containsExactly(row("a", null), row("b", null), row("c", 2.0));
            assertThat(Layers.of(PROFILES)
                            .terms("customer_id", 9, "average", "asc")
                            .metric("average", "orders.count")
                            .rows(documents))
                    .containsExactly(row("c", 2.0), row("a", null), row("b", null));
        }

        @Test
        void theAlphabetIsThatOfBytes() {
            String[] documents = {
                "{'customer_id':'b'}",
                "{'customer_id':'a'}",
                "{'customer_id':'\\ud83d\\ude00'}",
                "{'customer_id':'\\uff5e'}",
                "{'customer_id':'B'}"
            };

            assertThat(Layers.of(PROFILES)
                            .terms("customer_id", "'size':9,'orderBy':{'type':'alphabetical'},'orderDirection':'asc'")
                            .count()
                            .rows(documents))
                    .extracting(row -> row.get(0))
                    .containsExactly("B", "a", "b", "\uff5e", "\ud83d\ude00");
            assertThat(Layers.of(PROFILES)
                            .terms("customer_id", "'size':2,'orderBy':{'type':'alphabetical'},'orderDirection':'desc'")
                            .count()
                            .rows(documents))
                    .extracting(row -> row.get(0))
                    .containsExactly("\ud83d\ude00", "\uff5e");
        }

        @Test
        void otherHoldsTheDocumentsWithNoneOfTheFirst() {
            String params = "'size':%d,'orderBy':{'type':'column','columnId':'count'},'orderDirection':'desc',"
                    + "'otherBucket':true,'missingBucket':%s";

            assertThat(Layers.of(PROFILES)
                            .terms("segments", params.formatted(1, false))
                            .count()
                            .rows(SEGMENTS))
                    .containsExactly(row("new", 2.0), row("Other", 2.0));
            assertThat(Layers.of(PROFILES)
                            .terms("segments", params.formatted(3, false))
                            .count()
                            .rows(SEGMENTS))
                    .containsExactly(row("new", 2.0), row("vip", 2.0), row("lapsed", 1.0));
            assertThat(Layers.of(PROFILES)
                            .terms("segments", params.formatted(3, true))
                            .count()
                            .rows(SEGMENTS))
                    .containsExactly(row("new", 2.0), row("vip", 2.0), row("(missing value)", 1.0), row("Other", 1.0));
            assertThat(Layers.of(PROFILES)
                            .terms("segments", params.formatted(1, true))
                            .count()
                            .rows(SEGMENTS))
                    .containsExactly(row("new", 2.0), row("Other", 3.0));
        }

        @Test
        void withinTermsTheyAreThoseOfTheDocumentsOfTheBucket() {
            assertThat(Layers.of(PROFILES)
                            .terms("segments", 2, "count", "desc")
                            .terms("channels", 1, "count", "desc")
                            .count()
                            .rows(
                                    "{'segments':['a','b'],'channels':['email','push']}",
                                    "{'segments':['a'],'channels':['push']}",
                                    "{'segments':['a','b']}",
                                    "{'segments':['c','a'],'channels':['sms']}"))
                    .containsExactly(row("a", "push", 2.0), row("b", "email", 1.0));
        }

        @Test
        void aBucketWithoutBucketsWithinItGivesNoRow() {
            assertThat(Layers.of(PROFILES)
                            .terms("segments", 2, "count", "desc")
                            .terms("channels", 2, "count", "desc")
                            .count()
                            .rows("{'segments':['a']}"))
                    .isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'size':1,'orderBy':{'type':'rare'}",
                    "'size':1,'orderBy':{'type':'alphabetical'},'include':['a']",
                    "'size':1,'orderBy':{'type':'alphabetical'},'accuracyMode':true",
                    "'size':1,'orderBy':{'type':'column','columnId':'median'}",
                })
        void thatAreNotKnownAreRefused(String params) {
            Layers layer = Layers.of(PROFILES).terms("segments", params).metric("median", "orders.count");

            assertThatThrownBy(() -> layer.rows(SEGMENTS)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Nested
    class DateHistograms {
        private static final String[] FOUR = {
            "{'at':'2026-03-02T00:00:00Z','change':'entered'}",
            "{'at':'2026-03-02T23:59:59.999Z','change':'entered'}",
            "{'at':'2026-03-04T12:00:00Z','change':'exited'}",
            "{'at':'2026-03-05T00:00:00Z','change':'exited'}"
        };

        @Test
        void emptyRowsReachFromTheBeginToTheEndOfTheTimeRange() {
            assertThat(Layers.of(CHANGES)
                            .dates("1d", true)
                            .count()
                            .between("2026-03-01T06:00:00Z", "2026-03-06T00:00:00Z")
                            .rows(FOUR))
                    .containsExactly(
                            row(millis("2026-03-01T00:00:00Z"), 0.0),
                            row(millis("2026-03-02T00:00:00Z"), 2.0),
                            row(millis("2026-03-03T00:00:00Z"), 0.0),
                            row(millis("2026-03-04T00:00:00Z"), 1.0),
                            row(millis("2026-03-05T00:00:00Z"), 1.0),
                            row(millis("2026-03-06T00:00:00Z"), 0.0));
        }

        @Test
        void emptyRowsAreThereWithoutAnyDocument() {
            assertThat(Layers.of(CHANGES)
                            .dates("1h", true)
                            .count()
                            .metric("max", "at")
                            .between("2026-03-01T06:10:00Z", "2026-03-01T07:10:00Z")
                            .rows())
                    .containsExactly(
                            row(millis("2026-03-01T06:00:00Z"), 0.0, null),
                            row(millis("2026-03-01T07:00:00Z"), 0.0, null));
        }

        @Test
        void withoutEmptyRowsOnlyBucketsWithDocumentsAreThere() {
            assertThat(Layers.of(CHANGES).dates("1d", false).count().rows(FOUR))
                    .containsExactly(
                            row(millis("2026-03-02T00:00:00Z"), 2.0),
                            row(millis("2026-03-04T00:00:00Z"), 1.0),
                            row(millis("2026-03-05T00:00:00Z"), 1.0));
        }

        @Test
        void bothEndsOfTheTimeRangeBelongToIt() {
            assertThat(Layers.of(CHANGES)
                            .count()
                            .between("2026-03-02T23:59:59.999Z", "2026-03-05T00:00:00Z")
                            .rows(FOUR))
                    .containsExactly(row(3.0));
            assertThat(Layers.of(CHANGES)
                            .count()
                            .between("2026-03-03T00:00:00Z", "2026-03-04T23:59:59.999Z")
                            .rows(FOUR))
                    .containsExactly(row(1.0));
        }

        @Test
        void withinTermsEachTermHasAllBuckets() {
            assertThat(Layers.of(CHANGES)
                            .terms("change", 2, "count", "desc")
                            .dates("1d", true)
                            .count()
                            .between("2026-03-04T00:00:00Z", "2026-03-05T23:59:59.999Z")
                            .rows(FOUR[0], FOUR[2], "{'at':'2026-03-05T01:00:00Z','change':'entered'}"))
                    .containsExactly(
                            row("entered", millis("2026-03-04T00:00:00Z"), 0.0),
                            row("entered", millis("2026-03-05T00:00:00Z"), 1.0),
                            row("exited", millis("2026-03-04T00:00:00Z"), 1.0),
                            row("exited", millis("2026-03-05T00:00:00Z"), 0.0));
        }

        @Test
        void fixedIntervalsCountFromTheEpochAndCalendarIntervalsFromTheCalendar() {
            long time = millis("2026-05-20T13:47:31.5Z");

            assertThat(Stream.of("1s", "30s", "10m", "3h", "2d", "1w", "1M", "1q", "1y")
                            .map(text -> Interval.of(text).start(time)))
                    .containsExactly(
                            millis("2026-05-20T13:47:31Z"),
                            millis("2026-05-20T13:47:30Z"),
                            millis("2026-05-20T13:40:00Z"),
                            millis("2026-05-20T12:00:00Z"),
                            millis("2026-05-19T00:00:00Z"),
                            millis("2026-05-18T00:00:00Z"),
                            millis("2026-05-01T00:00:00Z"),
                            millis("2026-04-01T00:00:00Z"),
                            millis("2026-01-01T00:00:00Z"));
            assertThat(Interval.of("1M").next(millis("2026-02-01T00:00:00Z")))
                    .isEqualTo(millis("2026-03-01T00:00:00Z"));
            assertThat(Interval.of("1w").start(millis("1969-12-31T00:00:00Z")))
                    .isEqualTo(millis("1969-12-29T00:00:00Z"));
        }

        @Test
        void aRangeForWhichKibanaWidensTheIntervalIsRefused() {
            Layers layer = Layers.of(CHANGES).dates("1h", true).count();

            assertThat(layer.between("2026-01-01T00:00:00Z", "2026-05-05T23:59:59.999Z")
                            .rows())
                    .hasSize(125 * 24);
            layer.between("2026-01-01T00:00:00Z", "2026-05-06T00:00:00Z");
            assertThatThrownBy(() -> layer.rows()).isInstanceOf(UnsupportedOperationException.class);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'sourceField':'at','params':{'interval':'auto'}",
                    "'sourceField':'at','params':{'interval':'2w'}",
                    "'sourceField':'at','params':{'interval':'1d','dropPartials':true}",
                    "'sourceField':'at','params':{'interval':'1d','ignoreTimeRange':true}",
                })
        void thatAreNotKnownAreRefused(String column) {
            Layers layer = Layers.of(CHANGES)
                    .column("at", "'operationType':'date_histogram'," + column)
                    .count();

            assertThatThrownBy(() -> layer.rows(FOUR)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Nested
    class Ranges {
        private static final String RANGES =
                """
                'operationType':'range','sourceField':'orders.count','params':{'type':'range','maxBars':'auto',
                'ranges':[{'from':null,'to':1,'label':'none'},{'from':5,'to':null,'label':'many'},
                {'from':1,'to':5,'label':'some'}]}
                """;

        @Test
        void holdTheirBeginButNotTheirEndAndAreThereWithoutDocuments() {
            assertThat(Layers.of(PROFILES)
                            .column("range", RANGES)
                            .count()
                            .rows(
                                    "{'orders':{'count':1}}",
                                    "{'orders':{'count':4}}",
                                    "{'orders':{'count':5}}",
                                    "{'orders':{'count':[2,3,7]}}",
                                    "{}"))
                    .containsExactly(row("none", 0.0), row("many", 2.0), row("some", 3.0));
        }

        @Test
        void withoutALabelAreRefused() {
            Layers layer = Layers.of(PROFILES)
                    .column("range", RANGES.replace("some", ""))
                    .count();

            assertThatThrownBy(() -> layer.rows("{}")).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Nested
    class Histograms {
        private static final String HISTOGRAM =
                """
                'operationType':'range','sourceField':'%s','params':{'type':'histogram','maxBars':'auto',
                'ranges':[],'includeEmptyRows':%s}
                """;

        @Test
        void ofIntegersAreOneWideWhileTheBarsAreFew() {
            String[] documents = {"{'orders':{'count':2}}", "{'orders':{'count':[4,2]}}", "{}"};

            assertThat(Layers.of(PROFILES)
                            .column("bars", HISTOGRAM.formatted("orders.count", true))
                            .count()
                            .rows(documents))
                    .containsExactly(row(2.0, 2.0), row(3.0, 0.0), row(4.0, 1.0));
            assertThat(Layers.of(PROFILES)
                            .column("bars", HISTOGRAM.formatted("orders.count", false))
                            .count()
                            .rows(documents))
                    .containsExactly(row(2.0, 2.0), row(4.0, 1.0));
        }

        @Test
        void ofDoublesTakeTheIntervalThatKibanaChooses() {
            // From 0 to 900 there are at most 499.5 bars, so 1.8 wide or more: 2.
            List<List<Object>> rows = Layers.of(PROFILES)
                    .column("bars", HISTOGRAM.formatted("orders.revenue.USD", true))
                    .count()
                    .rows(
                            "{'orders':{'revenue':{'USD':0}}}",
                            "{'orders':{'revenue':{'USD':3.99}}}",
                            "{'orders':{'revenue':{'USD':900}}}");

            assertThat(rows).hasSize(451);
            assertThat(rows.subList(0, 3)).containsExactly(row(0.0, 1.0), row(2.0, 1.0), row(4.0, 0.0));
            assertThat(rows.get(450)).isEqualTo(row(900.0, 1.0));
        }

        @Test
        void theIntervalIsOneTwoOrFiveTimesAPowerOfTen() {
            assertThat(Stream.of(0.0, 499.5, 499.6, 999.0, 999.1, 2497.5, 2497.6, 4995.0, 4.995)
                            .map(range -> Interval.ofHistogram(0, range, false)))
                    .containsExactly(1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 10.0, 10.0, 0.01);
            assertThat(Interval.ofHistogram(0, 499, true)).isEqualTo(1);
            assertThat(Interval.ofHistogram(0, 3, false)).isEqualTo(0.01);
        }

        @Test
        void ofNothingHasTheBarOfZeroThatKibanasBoundsAskFor() {
            assertThat(Layers.of(PROFILES)
                            .column("bars", HISTOGRAM.formatted("orders.revenue.USD", true))
                            .count()
                            .rows("{}"))
                    .containsExactly(row(0.0, 0.0));
            assertThat(Layers.of(PROFILES)
                            .column("bars", HISTOGRAM.formatted("orders.revenue.USD", false))
                            .count()
                            .rows("{}"))
                    .isEmpty();
        }
    }

    @Nested
    class Filters {
        @Test
        void areAllThereInTheirOrderAndMayOverlap() {
            Layers layer = Layers.of(PROFILES)
                    .column(
                            "filters",
                            """
                            'operationType':'filters','params':{'filters':[
                            {'label':'Nobody','input':{'query':'segments: nobody','language':'kuery'}},
                            {'label':'','input':{'query':'segments: *','language':'kuery'}},
                            {'label':'Recent','input':{'query':'last_seen >= now-1h','language':'kuery'}}]}
                            """)
                    .count()
                    .metric("max", "orders.count")
                    .now("2026-04-01T13:00:00Z");

            assertThat(layer.rows(
                            "{'segments':['a'],'last_seen':'2026-04-01T12:00:00Z','orders':{'count':2}}",
                            "{'last_seen':'2026-04-01T11:59:59.999Z'}"))
                    .containsExactly(row("Nobody", 0.0, null), row("segments: *", 1.0, 2.0), row("Recent", 1.0, 2.0));
        }

        @Test
        void thatNothingFitsHaveEmptyBucketsOfDatesWithinThem() {
            Layers layer = Layers.of(CHANGES)
                    .column(
                            "filters",
                            """
                            'operationType':'filters','params':{'filters':[
                            {'label':'Lapsed','input':{'query':'segment: lapsed','language':'kuery'}}]}
                            """)
                    .dates("1d", true)
                    .metric("unique_count", "customer_id")
                    .between("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z");

            assertThat(layer.rows())
                    .containsExactly(
                            row("Lapsed", millis("2026-03-01T00:00:00Z"), 0.0),
                            row("Lapsed", millis("2026-03-02T00:00:00Z"), 0.0));
        }
    }

    @Nested
    class Selection {
        private static final String[] CUSTOMERS = {
            "{'customer_id':'1','segments':['vip'],'channels':['email']}",
            "{'customer_id':'2','segments':['vip']}",
            "{'customer_id':'3','channels':['email']}"
        };

        @Test
        void isNarrowedByTheQueryOfTheChartAndTheFiltersOfTheDashboard() {
            assertThat(Layers.of(PROFILES)
                            .count()
                            .query("segments: *")
                            .filters("channels: email", "not customer_id: 9")
                            .rows(CUSTOMERS))
                    .containsExactly(row(1.0));
        }

        @Test
        void isWideIfTheLayerIgnoresGlobalFiltersWhichTakesItsQueryToo() {
            assertThat(Layers.of(PROFILES)
                            .count()
                            .query("segments: *")
                            .filters("channels: email")
                            .ignoringGlobalFilters()
                            .rows(CUSTOMERS))
                    .containsExactly(row(3.0));
        }

        @Test
        void keepsToTheTimeRangeEvenIfTheLayerIgnoresGlobalFilters() {
            assertThat(Layers.of(CHANGES)
                            .count()
                            .ignoringGlobalFilters()
                            .rows("{'at':'2026-03-01T00:00:00Z'}", "{'at':'2026-02-28T00:00:00Z'}", "{}"))
                    .containsExactly(row(1.0));
        }

        @Test
        void doesNotDependOnTheTimeRangeWithoutATimeField() {
            assertThat(Layers.of(PROFILES)
                            .count()
                            .between("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
                            .rows(CUSTOMERS))
                    .containsExactly(row(3.0));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/attributes/state|'filters':[{'meta':{}}]",
                    "/attributes/state|'adHocDataViews':{'a':{}}",
                    "/attributes/state|'query':{'query':'','language':'lucene'}",
                    "/attributes/state|'annotations':[]",
                    "/attributes/state/visualization|'sorting':{'columnId':'count','direction':'asc'}",
                    "/attributes/state/visualization|'columns':[{'isTransposed':true}]",
                    "/attributes/state/visualization|'columns':[{'collapseFn':'sum'}]",
                    "/attributes/state/datasourceStates|'textBased':{}",
                    "/attributes/state/datasourceStates/formBased/layers/layer|'sampling':0.1",
                    "/attributes/state/datasourceStates/formBased/layers/layer|'columnOrder':[]",
                    "/attributes/state/datasourceStates/formBased/layers/layer|'linkToLayers':[]",
                })
        void whatIsNotKnownIsRefused(String change) {
            JsonNode lens = Layers.of(PROFILES).count().lens();
            int separator = change.indexOf('|');
            ((ObjectNode) lens.at(change.substring(0, separator)))
                    .setAll((ObjectNode) json("{" + change.substring(separator + 1) + "}"));

            assertThatThrownBy(() -> LayerOracle.rows(lens, "layer", 0, 1, List.of(), List.of()))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Nested
    class Committed {
        static Stream<JsonNode> charts() {
            return SavedObjects.committed().stream()
                    .filter(object -> object.path("type").asText().equals("lens"));
        }

        @ParameterizedTest
        @MethodSource("charts")
        void chartsAreAllKnown(JsonNode lens) {
            JsonNode layers = lens.at("/attributes/state/datasourceStates/formBased/layers");
            List<JsonNode> documents = IntStream.range(0, 20)
                    .mapToObj(n -> json(
                            """
                            {'customer_id':'c_%1$d','at':'2026-03-01T%1$02d:00:00Z','last_seen':'2026-03-01T%1$02d:00:00Z',
                             'segments':['s','s%1$d'],'segment':'s','change':'entered','kind':'fired',
                             'trigger':'abandoned_cart','reason':'r','topic':'x','value':{'USD':%1$d},'orders':{'count':%1$d,'revenue':{'USD':5}},
                             'channels':['email'],'events':{'count':3,'names':['order']},'traits_kw':{'country':'NL'}}
                            """
                                    .formatted(n)))
                    .toList();

            layers.fieldNames().forEachRemaining(layer -> assertThat(LayerOracle.rows(
                            lens,
                            layer,
                            millis("2026-03-01T00:00:00Z"),
                            millis("2026-03-02T00:00:00Z"),
                            List.of(),
                            documents))
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row)
                            .hasSize(layers.path(layer).path("columns").size())));
        }

        @Test
        void customersByNumberOfOrdersAreInTheRangesOfTheChart() {
            assertThat(LayerOracle.rows(
                            SavedObjects.committed("lens", "tributary-segment-explorer-orders"),
                            "layer",
                            0,
                            0,
                            List.of("segments: vip"),
                            List.of(
                                    json("{'segments':['vip'],'orders':{'count':0}}"),
                                    json("{'segments':['vip'],'orders':{'count':4}}"),
                                    json("{'segments':['vip'],'orders':{'count':10}}"),
                                    json("{'segments':['vip']}"),
                                    json("{'segments':['new'],'orders':{'count':1}}"))))
                    .containsExactly(
                            row("none", 1.0),
                            row("1", 0.0),
                            row("2 to 4", 1.0),
                            row("5 to 9", 0.0),
                            row("10 and more", 1.0));
        }
    }
}
