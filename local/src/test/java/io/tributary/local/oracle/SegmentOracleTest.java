package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small stories about segments and computed traits. What is expected was derived by hand from the documents. */
class SegmentOracleTest {
    private static final List<String> PEOPLE =
            List.of("user_id:u1", "user_id:u2", "email:e@x.com", "anonymous_id:a1", "crm_id:c1", "crm_id:c2");

    // ------------------------------------------------------------------------------------------------ the passing time

    @ParameterizedTest
    @CsvSource({
        // A day is 24 hours; up to and including the instant …
        "days_since(orders.last_at) <= 30, entered 2026-01-01T10:00:00.000Z, exited 2026-01-31T10:00:00.001Z",
        "days_since(orders.last_at) < 30, entered 2026-01-01T10:00:00.000Z, exited 2026-01-31T10:00:00.000Z",
        "30 >= days_since(orders.last_at), entered 2026-01-01T10:00:00.000Z, exited 2026-01-31T10:00:00.001Z",
        "days_since(orders.last_at) > 30, entered 2026-01-31T10:00:00.001Z, ''",
        "days_since(orders.last_at) >= 30, entered 2026-01-31T10:00:00.000Z, ''",
        "!(days_since(orders.last_at) < 30), entered 2026-01-31T10:00:00.000Z, ''",
        "days_since(orders.last_at) < 0.5, entered 2026-01-01T10:00:00.000Z, exited 2026-01-01T22:00:00.000Z",
        "hours_since(orders.last_at) <= 2, entered 2026-01-01T10:00:00.000Z, exited 2026-01-01T12:00:00.001Z",
        // … and between two milliseconds: 0.36 ms
        "hours_since(orders.last_at) > 0.0000001, entered 2026-01-01T10:00:00.001Z, ''",
        "days_since(orders.last_at) < 0, '', ''",
        "days_since(orders.last_at) <= 0, entered 2026-01-01T10:00:00.000Z, exited 2026-01-01T10:00:00.001Z",
        "days_since(orders.last_at) > 1 && days_since(orders.last_at) <= 2,"
                + " entered 2026-01-02T10:00:00.001Z, exited 2026-01-03T10:00:00.001Z",
    })
    void timeAloneChangesASegmentAtTheExactInstant(String when, String first, String second) {
        OracleOutput output =
                run(segment("s", when), at("2026-03-01T00:00:00Z"), order("m1", "u1", "01-01T10:00:00", "20"));

        assertThat(changes(output))
                .containsExactly(Stream.of(first, second)
                        .filter(change -> !change.isEmpty())
                        .map(change -> {
                            String[] parts = change.split(" ");
                            return "%s u1 %s s".formatted(parts[1], parts[0]);
                        })
                        .toArray(String[]::new));
    }

    @Test
    void saysWhenTheContractsNewBuyerLeaves() {
        OracleOutput output = run(
                segment("new_buyer", "days_since(orders.first_at) <= 30"),
                order("m1", "u1", "01-02T10:20:00", "20"),
                page("m2", "u1", "01-05T09:30:00"));

        assertThat(profile(output, "u1").get("segments"))
                .isEqualTo(json("{'a':[{'segment':'new_buyer','since':'2026-01-02T10:20:00.000Z',"
                                + "'exits_at':'2026-02-01T10:20:00.001Z'}]}")
                        .get("a"));
    }

    @Test
    void timePassesUpToAndIncludingTheEnd() {
        String segment = segment("s", "days_since(orders.last_at) <= 1");
        String order = order("m1", "u1", "01-01T10:00:00", "20");

        assertThat(changes(run(segment, at("2026-01-02T10:00:00.000Z"), order)))
                .containsExactly("2026-01-01T10:00:00.000Z u1 entered s");
        assertThat(changes(run(segment, at("2026-01-02T10:00:00.001Z"), order)))
                .containsExactly("2026-01-01T10:00:00.000Z u1 entered s", "2026-01-02T10:00:00.001Z u1 exited s");
    }

    @Test
    void anEventComesBeforeTheTimeOfItsInstant() {
        OracleOutput output = run(
                segment("s", "days_since(orders.last_at) < 1"),
                at("2026-01-02T12:00:00Z"),
                order("m1", "u1", "01-01T10:00:00", "20"),
                order("m2", "u1", "01-02T10:00:00", "20"));

        assertThat(changes(output)).containsExactly("2026-01-01T10:00:00.000Z u1 entered s");
    }

    @Test
    void whatHappensAtAnInstantHappensTogether() {
        // The page is the first of the two.
        OracleOutput output = run(
                segment("s", "days_since(orders.last_at) < 1"),
                at("2026-01-02T12:00:00Z"),
                order("m1", "u1", "01-01T10:00:00", "20"),
                page("m2", "u1", "01-02T10:00:00"),
                order("m3", "u1", "01-02T10:00:00", "20"));

        assertThat(changes(output)).containsExactlyInAnyOrder("2026-01-01T10:00:00.000Z u1 entered s");
        assertThat(memberships(output, "u1")).containsExactly("s 2026-01-01T10:00:00.000Z 2026-01-03T10:00:00.000Z");
    }

    @Test
    void timePassesForOthersAtTheInstantOfSomebodysEvent() {
        OracleOutput output = run(
                segment("s", "days_since(orders.last_at) < 1"),
                at("2026-01-02T10:00:00Z"),
                order("m1", "u1", "01-01T10:00:00", "20"),
                page("m2", "u2", "01-02T10:00:00"));

        assertThat(changes(output))
                .containsExactly("2026-01-01T10:00:00.000Z u1 entered s", "2026-01-02T10:00:00.000Z u1 exited s");
    }

    @Test
    void aTextMayBeATime() {
        String segment = segment("s", "hours_since(traits.vip) >= 0 && hours_since(traits.vip) < 1");

        assertThat(changes(run(
                        segment,
                        at("2026-01-02T12:00:00Z"),
                        identify("m1", "u1", "01-01T10:00:00", "{'vip':'2026-01-01T13:00:00+01:00'}"),
                        identify("m2", "u2", "01-01T10:00:00", "{'vip':'soon'}"))))
                .containsExactly("2026-01-01T12:00:00.000Z u1 entered s", "2026-01-01T13:00:00.000Z u1 exited s");
    }

    @Test
    void saysOnlyTheFirstExitAndNoneIfThereIsNone() {
        OracleOutput output = run(
                """
                segments:
                - {name: ever, when: orders.count > 0}
                - {name: gap, when: hours_since(orders.last_at) < 1 || hours_since(orders.last_at) >= 5}
                - {name: soon, when: hours_since(orders.last_at) < 1 && days_since(orders.last_at) < 3}
                """,
                order("m1", "u1", "01-01T10:00:00", "20"));

        assertThat(memberships(output, "u1"))
                .containsExactly(
                        "ever 2026-01-01T10:00:00.000Z",
                        "gap 2026-01-01T10:00:00.000Z 2026-01-01T11:00:00.000Z",
                        "soon 2026-01-01T10:00:00.000Z 2026-01-01T11:00:00.000Z");
    }

    // --------------------------------------------------------------------------------------------------------- windows

    @ParameterizedTest
    @CsvSource({
        // buckets of a minute up to a day, of an hour up to 30 days, else of a day; until their end + window
        "1m, 2026-01-01T10:20:00.000Z, 2026-01-01T10:22:00.000Z",
        "1m, 2026-01-01T10:20:59.999Z, 2026-01-01T10:22:00.000Z",
        "1h, 2026-01-01T10:20:30.000Z, 2026-01-01T11:21:00.000Z",
        "1d, 2026-01-01T10:20:30.000Z, 2026-01-02T10:21:00.000Z",
        "24h, 2026-01-01T10:20:30.000Z, 2026-01-02T10:21:00.000Z",
        "25h, 2026-01-01T10:20:30.000Z, 2026-01-02T12:00:00.000Z",
        "1w, 2026-01-01T10:20:30.000Z, 2026-01-08T11:00:00.000Z",
        "30d, 2026-01-01T10:20:30.000Z, 2026-01-31T11:00:00.000Z",
        "31d, 2026-01-01T10:20:30.000Z, 2026-02-02T00:00:00.000Z",
        "90d, 2026-01-01T23:59:59.999Z, 2026-04-02T00:00:00.000Z",
        "1y, 2026-01-01T00:00:00.000Z, 2027-01-02T00:00:00.000Z",
    })
    void aBucketCountsBeforeItsEndAndTheWindow(String window, String at, String exit) {
        OracleOutput output = run(
                """
                traits:
                - {name: pages, aggregate: count, events: [page], window: %s}
                segments:
                - {name: s, when: computed.pages > 0}
                """
                        .formatted(window),
                at("2027-12-31T00:00:00Z"),
                line("m1", "u1", at, "'type':'page'"));

        assertThat(changes(output)).containsExactly(at + " u1 entered s", exit + " u1 exited s");
        assertThat(profile(output, "u1").has("computed")).isFalse();
    }

    @Test
    void firstAndLastLookAtTheBucketsThatCount() {
        OracleOutput output = run(
                """
                traits:
                - {name: first, aggregate: first, events: [Viewed], value: event.properties.v, window: 1h}
                - {name: last, aggregate: last, events: [Viewed], value: event.properties.v, window: 1h}
                segments:
                - {name: a_first, when: computed.first == 'a'}
                - {name: b_first, when: computed.first == 'b'}
                - {name: b_last, when: computed.last == 'b'}
                """,
                at("2026-01-02T00:00:00Z"),
                track("m1", "u1", "01-01T10:00:00", "Viewed", "{'v':'a'}"),
                track("m2", "u1", "01-01T10:30:00", "Viewed", "{'v':['no','single','value']}"),
                track("m3", "u1", "01-01T10:30:00", "Viewed", "{'v':'b'}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered a_first",
                        "2026-01-01T10:30:00.000Z u1 entered b_last",
                        "2026-01-01T11:01:00.000Z u1 entered b_first",
                        "2026-01-01T11:01:00.000Z u1 exited a_first",
                        "2026-01-01T11:31:00.000Z u1 exited b_first",
                        "2026-01-01T11:31:00.000Z u1 exited b_last");
    }

    // ------------------------------------------------------------------------------------------------------ conditions

    /** Of a customer who is 17, from Warsaw, and has bought shoes for 0.10 and 0.20 dollars. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                // what is missing
                "traits.age < 18;true",
                "traits.age != 18;true",
                "traits.size < 18;false",
                "traits.size != 18;false",
                "!(traits.size < 18);true",
                "!(traits.size != 18);true",
                "has(traits.size);false",
                "!has(traits.address.street);true",
                "has(traits.address.city);true",
                "traits.nobody.knows == 1;false",
                "traits.size == traits.size;false",
                // two-valued, not CEL's
                "traits.size < 18 || true;true",
                "traits.size < 18 && true;false",
                "!(traits.size < 18 && traits.age < 18);true",
                "traits.size < 18 ? false : true;true",
                "traits.age < 18 ? traits.size < 18 : true;false",
                // but inside of a comparison and a call, CEL's
                "(traits.size < 18 || true) == true;true",
                "!((traits.size < 18 && true) == false);true",
                "(has(traits.size) ? traits.size : 7) == 7;true",
                // of the wrong type
                "traits.age < '18';false",
                "traits.age == '17';false",
                "traits.age != '17';true",
                "traits.country;false",
                "!traits.country;true",
                "traits.age.startsWith('1');false",
                "traits.country.startsWith('P');true",
                "traits.country < 'PM';true",
                "size(traits.country) == 2;true",
                "traits.country in ['PL', 'DE'];true",
                "traits.age in [17.0];true",
                "traits.tags.exists(t, t == 'b');true",
                "traits.tags.exists(t, t > 3);false",
                "!traits.tags.exists(t, t > 3);true",
                "traits['country'] == 'PL';true",
                "traits.tags[1] == 'b';true",
                "traits.tags[7] == 'b';false",
                // numbers are exact
                "orders.revenue.USD == 0.3;true",
                "orders.revenue.USD >= 0.3;true",
                "orders.revenue.USD < 0.3;false",
                "orders.revenue['USD'] != 0.3;false",
                "0.3 == orders.revenue.USD;true",
                "traits.age == 17.0;true",
                "traits.age < 17.5;true",
                "traits.big == 9007199254740993;true",
                "traits.big > 9007199254740992.0;true",
                "orders.count == 2.0;true",
                // calculated in doubles
                "orders.revenue.USD * 2.0 == 0.6;true",
                "orders.revenue.USD + 1 > 1.2;false",
                "orders.count + 1 == 3;true",
                "orders.count / 0 == 1;false",
                "double(traits.age) / 2.0 == 8.5;true",
                // counts and lists are never missing, the rest is
                "orders.revenue.EUR < 1;false",
                "!(orders.revenue.EUR < 1);true",
                "size(cart.items) == 0;true",
                "has(cart.value.USD);false",
                "cart.updated_at > timestamp('2020-01-01T00:00:00Z');false",
                "events.count == 3;true",
                "events.by_name['Order Completed'] == 2;true",
                "events.by_name.page == 0;true",
                "events.by_name.page + 1 == 1;true",
                "size(identifiers.email) == 1;true",
                "identifiers.email.exists(e, e.endsWith('@x.com'));true",
                "size(identifiers.phone) == 0;true",
                "consent.marketing;true",
                "!consent.analytics;true",
                "consent.analytics == false;false",
                "orders.first_at == timestamp('2026-01-01T10:00:00Z');true",
                "orders.last_at > orders.first_at;true",
                "first_seen < last_seen;true",
                "days_since(traits.size) > 1;false",
                "!(days_since(traits.size) > 1);true",
                "days_since(traits.country) > 1;false",
                "rfm.recency > 0;false",
                "predictions.p_alive < 1.0;false",
                // computed traits
                "computed.shoes == 2;true",
                "computed.hats == 0;true",
                "computed.hat == 'x';false",
                "!(computed.hat == 'x');true",
                "size(computed.hat_list) == 0;true",
                "'shoes' in computed.list;true",
                "computed.average == 0.15;true",
                "computed.last == 0.2;true",
                // other segments
                "in_segment('everybody');true",
                "!in_segment('nobody');true",
                "in_segment('fans');true",
                "in_segment('nobody') == false;true",
                "true;true",
                "false;false",
            })
    void aConditionIsTrueOrFalse(String when, boolean expected) {
        OracleOutput output = run(
                """
                traits:
                - {name: shoes, aggregate: count, events: [Order Completed], where: event.properties.of == 'shoes'}
                - {name: hats, aggregate: count, events: [Order Completed], where: event.properties.of == 'hats'}
                - {name: hat, aggregate: most_frequent, events: [Order Completed], value: event.properties.hat}
                - {name: hat_list, aggregate: unique_list, events: [Order Completed], value: event.properties.hat}
                - {name: list, aggregate: unique_list, events: [Order Completed], value: event.properties.of}
                - {name: average, aggregate: average, events: [Order Completed], value: event.revenue}
                - {name: last, aggregate: last, events: [Order Completed], value: event.revenue}
                segments:
                - {name: asked, when: "%s"}
                - {name: everybody, when: true}
                - {name: nobody, when: false}
                - {name: fans, for_each: event.properties.of, trait: {aggregate: count, events: [Order Completed]}, when: value > 1}
                """
                        .formatted(when),
                line(
                        "m1",
                        "u1",
                        "2026-01-01T09:00:00Z",
                        "'type':'identify','traits':{'age':17,'country':'PL','tags':['a','b',null],"
                                + "'address':{'city':'Warsaw'},'big':9007199254740993,'email':'e@x.com'},"
                                + "'context':{'consent':{'categoryPreferences':{'marketing':true}}}"),
                track("m2", "u1", "01-01T10:00:00", "Order Completed", "{'revenue':0.1,'of':'shoes'}"),
                track("m3", "u1", "01-01T11:00:00", "Order Completed", "{'revenue':'0.20','of':'shoes'}"));

        assertThat(memberships(output, "u1").stream().anyMatch(m -> m.startsWith("asked ")))
                .isEqualTo(expected);
    }

    @Test
    void aSegmentFollowsAnotherAtTheSameInstant() {
        OracleOutput output = run(
                """
                segments:
                - {name: a, when: in_segment('b') && !in_segment('c')}
                - {name: b, when: orders.count > 0}
                - {name: c, when: hours_since(orders.last_at) >= 1}
                """,
                at("2026-01-02T00:00:00Z"),
                order("m1", "u1", "01-01T10:00:00", "20"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered a",
                        "2026-01-01T10:00:00.000Z u1 entered b",
                        "2026-01-01T11:00:00.000Z u1 entered c",
                        "2026-01-01T11:00:00.000Z u1 exited a");
    }

    // ------------------------------------------------------------------------------------------------- computed traits

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "aggregate: count|10",
                "aggregate: count, where: event.properties.n < 1|2",
                "aggregate: count, where: event.type == 'page'|",
                "aggregate: count, where: '!has(event.properties.n)'|5",
                "aggregate: sum, value: event.properties.n|19.3",
                "aggregate: sum, value: event.properties.none|",
                "aggregate: average, value: event.properties.n|3.216666667",
                "aggregate: average, value: event.properties.third|0.6666666667",
                "aggregate: average, value: event.properties.none|",
                "aggregate: min, value: event.properties.n|-1",
                "aggregate: max, value: event.properties.n|10",
                "aggregate: min, value: event.properties.zero|0",
                "aggregate: sum, value: event.properties.zero|",
                "aggregate: sum, value: event.properties.n * 2.0|0.2",
                "aggregate: sum, value: event.properties.large|1",
                "aggregate: first, value: event.properties.n|0.1",
                "aggregate: last, value: event.properties.n|'cheap'",
                "aggregate: first, value: event.properties.c|'b'",
                "aggregate: last, value: event.properties.c|true",
                "aggregate: most_frequent, value: event.properties.c|'a'",
                "aggregate: most_frequent, value: event.properties.none|",
                "aggregate: unique_count, value: event.properties.c|7",
                "aggregate: unique_count, max_values: 2, value: event.properties.c|2",
                "aggregate: unique_list, value: event.properties.c|['7','7.5','a','b','in','lists','true']",
                "aggregate: unique_list, max_values: 2, value: event.properties.c|['lists','true']",
                "aggregate: top_k, k: 2, value: event.properties.c|['a','b']",
                "aggregate: top_k, value: event.properties.c|['a','b','7','7.5','in','lists','true']",
                "aggregate: top_k, value: event.properties.none|",
                "aggregate: unique_count, value: event.properties.none|",
                "aggregate: last, value: event.name + '!'|'Seen!'",
                "aggregate: first, value: event.user_id|' u1 '",
                "aggregate: unique_count, value: event.message_id|10",
                "aggregate: first, value: event.timestamp|",
                "aggregate: first, value: event.revenue|",
                "aggregate: sum, value: 'event.products.map(p, p.price)'|3.75",
                "aggregate: unique_list, value: 'event.products.map(p, p.price)'|['1.25','2.5']",
                "aggregate: sum, value: size(event.products)|2",
            })
    void aTraitIsAFoldOfWhatEventsSay(String trait, String expected) {
        OracleOutput output = run(
                "traits:\n- {name: t, events: [Seen], %s}".formatted(trait),
                seen(1, "{'n':0.1,'c':'b','zero':0,'third':1}"),
                seen(2, "{'n':'2.20','c':'a','third':1,'large':1}"),
                seen(3, "{'n':[10,'3','x',null,[5]],'c':['a','b','a'],'large':1000000000000000000000000000000}"),
                seen(4, "{'n':-1,'c':7,'third':0}"),
                seen(5, "{'n':'cheap','c':null}"),
                seen(6, "{'c':7.0}"),
                seen(7, "{'c':{'an':'object'}}"),
                seen(8, "{'c':'b','products':[{'price':1.25},{'price':2.50}]}"),
                seen(9, "{'c':[7.5,['in','lists']]}"),
                seen(10, "{'c':true}"),
                track("m11", " u1 ", "01-01T10:11:00", "Not seen", "{'n':1000,'c':'z'}"));

        JsonNode actual = profile(output, "u1").at("/computed/t");
        assertThat(actual.isMissingNode() ? null : actual.toString())
                .isEqualTo(expected == null ? null : expected.replace('\'', '"'));
    }

    @Test
    void aTraitIsOfEventsAndOfCallsByTheirNames() {
        OracleOutput output = run(
                "traits:\n- {name: t, events: [Seen, page], aggregate: top_k, value: event.name}",
                seen(1, "{}"),
                page("m2", "u1", "01-01T11:00:00"),
                page("m3", "u1", "01-01T12:00:00"),
                identify("m4", "u1", "01-01T13:00:00", "{}"));

        assertThat(profile(output, "u1").at("/computed/t").toString()).isEqualTo("[\"page\",\"Seen\"]");
    }

    @Test
    void anOrderHasARevenueACurrencyAndAnId() {
        OracleOutput output = run(
                """
                traits:
                - {name: revenue, aggregate: sum, events: [Order Completed, Product Added], value: event.revenue}
                - {name: refunds, aggregate: sum, events: [Order Refunded], value: event.revenue}
                - {name: currencies, aggregate: unique_list, events: [Order Completed, page], value: event.currency}
                - {name: ids, aggregate: unique_list, events: [Order Completed], value: event.order_id}
                - {name: orders, aggregate: count, events: [Order Completed]}
                """,
                track("m1", "u1", "01-01T10:00:00", "Product Added", "{'product_id':'p','price':7}"),
                track(
                        "m2",
                        "u1",
                        "01-01T11:00:00",
                        "Order Completed",
                        "{'order_id':5,'currency':'eur','products':[{'price':'2.50','quantity':2}]}"),
                track("m3", "u1", "01-01T12:00:00", "Order Completed", "{'order_id':5,'total':3}"),
                track("m4", "u1", "01-01T13:00:00", "Order Refunded", "{'revenue':-4}"));

        assertThat(computed(output))
                .isEqualTo("{'currencies':['EUR','USD'],'ids':['5'],'orders':2,'refunds':4,'revenue':8}");
    }

    @Test
    void ofALongTextTheBeginningCounts() {
        OracleOutput output = run(
                """
                traits:
                - {name: list, aggregate: unique_list, events: [Seen], value: event.properties.c}
                - {name: last, aggregate: last, events: [Seen], value: event.properties.c}
                """,
                seen(1, "{'c':'%s'}".formatted("x".repeat(256) + "a")),
                seen(2, "{'c':'%s'}".formatted("x".repeat(256) + "b")));

        assertThat(profile(output, "u1").at("/computed/list").toString()).isEqualTo("[\"" + "x".repeat(256) + "\"]");
        assertThat(profile(output, "u1").at("/computed/last").asText()).isEqualTo("x".repeat(256));
    }

    @Test
    void keepsTheValuesThatWereThereLast() {
        // u and v in one bucket, so the one with the smaller hash; w is older, though it is there most often.
        String trait = "{name: t, aggregate: unique_list, events: [Seen], value: event.properties.c, window: 2d,"
                + " max_values: %d}";
        String[] lines = {
            track("m1", "u1", "01-01T08:00:00", "Seen", "{'c':'w'}"),
            track("m2", "u1", "01-01T08:10:00", "Seen", "{'c':['w','u']}"),
            track("m3", "u1", "01-01T10:30:00", "Seen", "{'c':'v'}"),
            track("m4", "u1", "01-01T10:00:00", "Seen", "{'c':'u'}")
        };

        assertThat(profile(run("traits:\n- " + trait.formatted(1), lines), "u1").at("/computed/t"))
                .isEqualTo(json("{'t':['" + smallestHash("u", "v") + "']}").get("t"));
        assertThat(profile(run("traits:\n- " + trait.formatted(2), lines), "u1").at("/computed/t"))
                .isEqualTo(json("{'t':['u','v']}").get("t"));
    }

    @ParameterizedTest
    @CsvSource({"'', 500", "', window: 2d', 100"})
    void ofTheMostFrequentThoseWithTheSmallestHashesAreKept(String window, int kept) {
        List<String> values = IntStream.rangeClosed(0, kept)
                .mapToObj(i -> "v" + i)
                .sorted(Comparator.comparing(SegmentOracleTest::hash))
                .toList();
        String dropped = values.get(kept);
        List<String> lines = new ArrayList<>();
        lines.add(seen(1, "{'c':['%s','%s']}".formatted(dropped, dropped)));
        lines.add(seen(2, "{'c':['%s']}".formatted(String.join("','", values))));
        String traits =
                """
                traits:
                - {name: one, aggregate: most_frequent, events: [Seen], value: event.properties.c%1$s}
                - {name: ten, aggregate: top_k, k: 100, events: [Seen], value: event.properties.c%1$s}
                """
                        .formatted(window);

        ObjectNode profile = profile(run(traits, lines.toArray(String[]::new)), "u1");

        List<String> rest = values.subList(0, kept).stream().sorted().toList();
        assertThat(profile.at("/computed/one").asText()).isEqualTo(rest.get(0));
        assertThat(texts(profile.at("/computed/ten"))).isEqualTo(rest.subList(0, 100));

        // In another bucket it is alone.
        lines.add(track("m9", "u1", "01-01T12:00:00", "Seen", "{'c':['%s','%s']}".formatted(dropped, dropped)));
        ObjectNode later = profile(run(traits, lines.toArray(String[]::new)), "u1");
        assertThat(later.at("/computed/one").asText()).isEqualTo(window.isEmpty() ? rest.get(0) : dropped);
    }

    // --------------------------------------------------------------------------------------------- parametric segments

    @Test
    void aParametricSegmentHasAMembershipPerValue() {
        OracleOutput output = run(
                parametric("event.properties.c", 20, "aggregate: count, window: 30d", "value >= 2"),
                at("2026-03-01T00:00:00Z"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':'shoes'}"),
                track("m2", "u1", "01-01T10:30:00", "Seen", "{'c':'shoes'}"),
                track("m3", "u1", "01-01T10:40:00", "Seen", "{'c':'hats'}"),
                track("m4", "u1", "01-02T10:00:00", "Seen", "{'c':['hats','bags','bags']}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:30:00.000Z u1 entered fan=shoes",
                        "2026-01-02T10:00:00.000Z u1 entered fan=hats",
                        "2026-01-31T11:00:00.000Z u1 exited fan=shoes",
                        "2026-01-31T11:00:00.000Z u1 exited fan=hats");
    }

    @Test
    void aMembershipPerValueEndsByItself() {
        OracleOutput output = run(
                parametric("event.properties.c", 20, "aggregate: count, window: 30d", "value >= 2"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':'shoes'}"),
                track("m2", "u1", "01-01T11:00:00", "Seen", "{'c':['shoes','hats']}"),
                track("m3", "u1", "01-01T12:00:00", "Seen", "{'c':['shoes','hats']}"));

        assertThat(profile(output, "u1").get("segments").toString())
                .isEqualTo("[{\"segment\":\"fan\",\"value\":\"hats\",\"since\":\"2026-01-01T12:00:00.000Z\","
                        + "\"exits_at\":\"2026-01-31T12:00:00.000Z\"},"
                        + "{\"segment\":\"fan\",\"value\":\"shoes\",\"since\":\"2026-01-01T11:00:00.000Z\","
                        + "\"exits_at\":\"2026-01-31T12:00:00.000Z\"}]");
        assertThat(output.summary().get("segments")).isEqualTo(json("{'fan':1}"));
    }

    @Test
    void ofTooManyValuesTheGreatestResultsAreInAndThenTheSmallerTexts() {
        OracleOutput output = run(
                parametric("event.properties.c", 2, "aggregate: sum, value: event.properties.n", "value >= 1"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':['c','b'],'n':2}"),
                track("m2", "u1", "01-01T11:00:00", "Seen", "{'c':['a','d'],'n':1}"),
                track("m3", "u1", "01-01T12:00:00", "Seen", "{'c':'d','n':'1.5'}"),
                track("m4", "u1", "01-01T13:00:00", "Seen", "{'c':'d','n':-2}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered fan=b",
                        "2026-01-01T10:00:00.000Z u1 entered fan=c",
                        "2026-01-01T12:00:00.000Z u1 entered fan=d",
                        "2026-01-01T12:00:00.000Z u1 exited fan=c",
                        "2026-01-01T13:00:00.000Z u1 entered fan=c",
                        "2026-01-01T13:00:00.000Z u1 exited fan=d");
    }

    @ParameterizedTest
    @CsvSource({
        // a has 0; b says nothing, so it is not looked at; c is not asked for
        "average, value == 0, fan=a",
        "average, !(value > 0), fan=a",
        "average, has(orders.first_at) && value < 1, ''",
        "sum, value == 0, fan=a",
        "min, value < 1, fan=a",
        "max, events.count == 3, fan=a",
    })
    void aResultMayBeZero(String aggregate, String when, String expected) {
        OracleOutput output = run(
                parametric(
                        "event.properties.c",
                        20,
                        "aggregate: %s, value: event.properties.n, where: event.properties.c != 'c', window: 1h"
                                .formatted(aggregate),
                        when),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':'a','n':0}"),
                track("m2", "u1", "01-01T10:00:00", "Seen", "{'c':'b'}"),
                track("m3", "u1", "01-01T10:00:00", "Seen", "{'c':'c','n':1}"));

        assertThat(memberships(output, "u1").stream()
                        .map(membership -> membership.split(" ")[0])
                        .toList())
                .isEqualTo(expected.isEmpty() ? List.of() : Arrays.asList(expected.split(", ")));
    }

    @ParameterizedTest
    @CsvSource({"aggregate: count, 500", "'aggregate: count, window: 1h', 100"})
    void ofTheValuesThoseWithTheSmallestHashesAreCounted(String trait, int counted) {
        List<String> values = IntStream.rangeClosed(0, counted)
                .mapToObj(i -> "v" + i)
                .sorted(Comparator.comparing(SegmentOracleTest::hash))
                .toList();
        String kept = values.get(counted - 1);
        String dropped = values.get(counted);

        OracleOutput output = run(
                parametric("event.properties.c", 20, trait, "value >= 2"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':['%s']}".formatted(String.join("','", values))),
                track("m2", "u1", "01-01T10:00:10", "Seen", "{'c':'%s'}".formatted(dropped)),
                track("m3", "u1", "01-01T10:00:20", "Seen", "{'c':'%s'}".formatted(kept)),
                // In another bucket there are few.
                track("m4", "u1", "01-01T10:01:00", "Seen", "{'c':'%s'}".formatted(dropped)),
                track("m5", "u1", "01-01T10:01:01", "Seen", "{'c':'%s'}".formatted(dropped)));

        List<String> expected = new ArrayList<>(List.of("2026-01-01T10:00:20.000Z u1 entered fan=" + kept));
        if (counted == 100) {
            expected.add("2026-01-01T10:01:01.000Z u1 entered fan=" + dropped);
        }
        assertThat(changes(output)).isEqualTo(expected);
    }

    // ----------------------------------------------------------------------------------------------------- who is who

    private static final String VIEWERS =
            """
            traits:
            - {name: seen, aggregate: unique_list, events: [Seen], value: event.properties.c}
            segments:
            - {name: viewer, when: size(computed.seen) >= 1}
            - {name: fan, when: size(computed.seen) >= 2}
            """;

    @Test
    void aMergerBringsItsEventsToTheWinnerAndEndsTheLoser() {
        OracleOutput output = run(
                VIEWERS,
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':'a'}"),
                anonymous("m2", "01-01T11:00:00", "Seen", "{'c':'b'}"),
                line("m3", "u1", "2026-01-01T12:00:00Z", "'type':'identify','anonymousId':'a1'"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered viewer",
                        "2026-01-01T11:00:00.000Z a1 entered viewer",
                        "2026-01-01T12:00:00.000Z a1 exited viewer",
                        "2026-01-01T12:00:00.000Z u1 entered fan");
        assertThat(memberships(output, "u1"))
                .containsExactly("fan 2026-01-01T12:00:00.000Z", "viewer 2026-01-01T10:00:00.000Z");
        assertThat(computed(output)).isEqualTo("{'seen':['a','b']}");
        assertThat(output.summary().get("segments")).isEqualTo(json("{'fan':1,'viewer':1}"));
    }

    @Test
    void aCustomerOfAnotherNameEntersAnew() {
        OracleOutput output = run(
                VIEWERS,
                anonymous("m1", "01-01T10:00:00", "Seen", "{'c':'a'}"),
                line("m2", "u1", "2026-01-01T12:00:00Z", "'type':'identify','anonymousId':'a1'"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z a1 entered viewer",
                        "2026-01-01T12:00:00.000Z a1 exited viewer",
                        "2026-01-01T12:00:00.000Z u1 entered viewer");
    }

    @Test
    void labelsComeBeforeTheEventsOfTheirInstant() {
        // The page comes last, and says whose the first event was all along.
        OracleOutput output = run(
                VIEWERS,
                track("m1", "u1", "01-01T09:00:00", "Seen", "{'c':'z'}"),
                anonymous("m2", "01-01T10:00:00", "Product Viewed", "{}"),
                line(
                        "m3",
                        "u1",
                        "2026-01-01T10:00:00Z",
                        "'type':'track','event':'Seen','properties':{'c':'a'}," + "'anonymousId':'a1'"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T09:00:00.000Z u1 entered viewer", "2026-01-01T10:00:00.000Z u1 entered fan");
    }

    @Test
    void anUnmergeTakesItsEventsAway() {
        OracleOutput output = run(
                VIEWERS,
                List.of(PrivacyCommand.unmerge("p1", at("2026-01-01T14:00:00Z"), "user_id:u1", "email:e@x.com")),
                at("2026-01-02T00:00:00Z"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':'a'}"),
                line(
                        "m2",
                        null,
                        "2026-01-01T11:00:00Z",
                        "'type':'track','event':'Seen','properties':{'c':'b'},"
                                + "'context':{'traits':{'email':'e@x.com'}}"),
                identify("m3", "u1", "01-01T12:00:00", "{'email':'e@x.com'}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered viewer",
                        "2026-01-01T11:00:00.000Z e@x.com entered viewer",
                        "2026-01-01T12:00:00.000Z e@x.com exited viewer",
                        "2026-01-01T12:00:00.000Z u1 entered fan",
                        "2026-01-01T14:00:00.000Z u1 exited fan",
                        "2026-01-01T14:00:00.000Z e@x.com entered viewer");
        assertThat(memberships(output, "e@x.com")).containsExactly("viewer 2026-01-01T14:00:00.000Z");
    }

    @Test
    void anErasureEndsEverything() {
        PrivacyCommand erase = PrivacyCommand.erase("p1", at("2026-01-01T12:00:00Z"), "user_id:u1");
        OracleOutput output = run(
                VIEWERS,
                List.of(erase),
                at("2026-01-02T00:00:00Z"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':['a','b']}"),
                track("m2", "u1", "01-01T13:00:00", "Seen", "{'c':'c'}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered fan",
                        "2026-01-01T10:00:00.000Z u1 entered viewer",
                        "2026-01-01T12:00:00.000Z u1 exited fan",
                        "2026-01-01T12:00:00.000Z u1 exited viewer",
                        "2026-01-01T13:00:00.000Z u1 entered viewer");
        assertThat(computed(output)).isEqualTo("{'seen':['c']}");
    }

    @Test
    void whoComesBackAtTheInstantOfAnErasureIsDecidedOnce() {
        PrivacyCommand erase = PrivacyCommand.erase("p1", at("2026-01-01T12:00:00Z"), "user_id:u1");
        OracleOutput output = run(
                VIEWERS,
                List.of(erase),
                at("2026-01-02T00:00:00Z"),
                track("m1", "u1", "01-01T10:00:00", "Seen", "{'c':['a','b']}"),
                track("m2", "u1", "01-01T12:00:00", "Seen", "{'c':'c'}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T10:00:00.000Z u1 entered fan",
                        "2026-01-01T10:00:00.000Z u1 entered viewer",
                        "2026-01-01T12:00:00.000Z u1 exited fan");
    }

    @Test
    void identifiersAreThoseOfTheInstant() {
        OracleOutput output = run(
                segment("two_devices", "size(identifiers.anonymous_id) == 2 && size(identifiers.email) == 0"),
                line("m1", "u1", "2026-01-01T10:00:00Z", "'type':'page','anonymousId':'a1'"),
                line("m2", "u1", "2026-01-01T11:00:00Z", "'type':'page','anonymousId':'a2'"),
                identify("m3", "u1", "01-01T12:00:00", "{'email':'e@x.com'}"));

        assertThat(changes(output))
                .containsExactlyInAnyOrder(
                        "2026-01-01T11:00:00.000Z u1 entered two_devices",
                        "2026-01-01T12:00:00.000Z u1 exited two_devices");
    }

    // ----------------------------------------------------------------------------------------------------- definitions

    @ParameterizedTest
    @ValueSource(
            strings = {
                "persons: []",
                "traits: [{name: T, aggregate: count, events: [page]}]",
                "traits: [{name: t, aggregate: count, events: []}]",
                "traits: [{name: t, aggregate: count, events: [page], value: event.name}]",
                "traits: [{name: t, aggregate: sum, events: [page]}]",
                "traits: [{name: t, aggregate: count, events: [page], of: x}]",
                "traits: [{name: t, aggregate: count, events: [page], window: 30s}]",
                "traits: [{name: t, aggregate: count, events: [page], window: 11y}]",
                "traits: [{name: t, aggregate: count, events: [page], k: 3}]",
                "traits: [{name: t, aggregate: top_k, events: [page], value: event.name, k: 101}]",
                "traits: [{name: t, aggregate: sum, events: [page], value: event.name, max_values: 3}]",
                "traits: [{name: t, aggregate: count, events: [page], where: days_since(event.timestamp) > 3}]",
                "traits: [{name: t, aggregate: count, events: [page]}, {name: t, aggregate: count, events: [page]}]",
                "segments: [{name: s, when: '1 +'}]",
                "segments: [{name: s, when: nobody.knows}]",
                "segments: [{name: s, when: in_segment('t')}]",
                "segments: [{name: s, when: in_segment('t')}, {name: t, when: '!in_segment(''s'')'}]",
                "segments: [{name: s, when: days_since(first_seen) == 3}]",
                "segments: [{name: s, when: days_since(first_seen) > days_since(last_seen)}]",
                "segments: [{name: s, when: days_since(first_seen) * 2.0 > 3.0}]",
                "segments: [{name: s, when: 'cart.items.exists(i, days_since(first_seen) > 3)'}]",
                "segments: [{name: s, when: value > 3, for_each: event.name}]",
                "segments: [{name: s, when: value > 3, max_values: 3}]",
                "segments: [{name: s, when: true, for_each: event.name, max_values: 101, trait: {aggregate: count, events: [page]}}]",
                "segments: [{name: s, when: true, for_each: event.name, trait: {aggregate: first, events: [page], value: event.name}}]",
            })
    void definitionsThatAreWrongAreRefused(String yaml) {
        assertThatThrownBy(() -> Definitions.read(yaml)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutDefinitionsThereIsNothing() {
        OracleOutput output = run("rfm: {boundaries: quantile, currency: USD}", page("m1", "u1", "01-01T10:00:00"));

        assertThat(output.segmentChanges()).isEmpty();
        assertThat(profile(output, "u1").has("segments")).isFalse();
        assertThat(profile(output, "u1").has("computed")).isFalse();
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    private static String segment(String name, String when) {
        return "segments:\n- {name: %s, when: \"%s\"}".formatted(name, when);
    }

    private static String parametric(String forEach, int maxValues, String trait, String when) {
        return "segments:\n- {name: fan, for_each: %s, max_values: %d, trait: {events: [Seen], %s}, when: \"%s\"}"
                .formatted(forEach, maxValues, trait, when);
    }

    private static String seen(int minute, String properties) {
        return track("m" + minute, " u1 ", "01-01T10:%02d:00".formatted(minute), "Seen", properties);
    }

    private static String page(String id, String user, String at) {
        return line(id, user, "2026-" + at + "Z", "'type':'page'");
    }

    private static String identify(String id, String user, String at, String traits) {
        return line(id, user, "2026-" + at + "Z", "'type':'identify','traits':" + traits);
    }

    private static String order(String id, String user, String at, String revenue) {
        return track(id, user, at, "Order Completed", "{'order_id':'%s','revenue':%s}".formatted(id, revenue));
    }

    private static String track(String id, String user, String at, String event, String properties) {
        return line(
                id,
                user,
                "2026-" + at + "Z",
                "'type':'track','event':'%s','properties':%s".formatted(event, properties));
    }

    private static String anonymous(String id, String at, String event, String properties) {
        return line(
                id,
                null,
                "2026-" + at + "Z",
                "'type':'track','event':'%s','properties':%s,'anonymousId':'a1'".formatted(event, properties));
    }

    private static String line(String id, String user, String at, String fields) {
        String who = user == null ? "" : "'userId':'%s',".formatted(user);
        return "{'messageId':'%s',%s'timestamp':'%s',%s}"
                .formatted(id, who, at, fields)
                .replace('\'', '"');
    }

    private static OracleOutput run(String definitions, String... lines) {
        return run(definitions, List.of(), Optional.empty(), lines);
    }

    private static OracleOutput run(String definitions, Instant until, String... lines) {
        return run(definitions, List.of(), until, lines);
    }

    private static OracleOutput run(String definitions, List<PrivacyCommand> commands, Instant until, String... lines) {
        return run(definitions, commands, Optional.of(until), lines);
    }

    private static Instant at(String instant) {
        return Instant.parse(instant);
    }

    private static OracleOutput run(
            String definitions, List<PrivacyCommand> commands, Optional<Instant> until, String... lines) {
        OracleOutput output = SegmentOracle.run(
                definitions,
                Stream.of(lines)
                        .map(line -> new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line("f.jsonl", 1)))
                        .toList(),
                commands,
                until);
        assertThat(output.rejects()).isEmpty();
        return output;
    }

    private static JsonNode json(String text) {
        return Json.quoted(text);
    }

    private static List<String> changes(OracleOutput output) {
        return output.segmentChanges().stream()
                .map(change -> {
                    assertThat(change.get("definition_version").asInt()).isEqualTo(1);
                    return "%s %s %s %s"
                            .formatted(
                                    change.get("at").asText(),
                                    name(change.get("customer_id").asText()),
                                    change.get("change").asText(),
                                    membership(change));
                })
                .toList();
    }

    private static String computed(OracleOutput output) {
        return profile(output, "u1").get("computed").toString().replace('"', '\'');
    }

    private static List<String> memberships(OracleOutput output, String person) {
        List<String> result = new ArrayList<>();
        profile(output, person)
                .path("segments")
                .forEach(line ->
                        result.add((membership(line) + " " + line.get("since").asText() + " "
                                        + line.path("exits_at").asText())
                                .strip()));
        return result;
    }

    private static String membership(JsonNode line) {
        return line.get("segment").asText()
                + (line.has("value") ? "=" + line.get("value").asText() : "");
    }

    private static ObjectNode profile(OracleOutput output, String person) {
        return output.profiles().stream()
                .filter(profile -> name(profile.get("customer_id").asText()).equals(person))
                .findFirst()
                .orElseThrow();
    }

    /** The value of the canonical identifier. */
    private static String name(String customer) {
        return PEOPLE.stream()
                .filter(identifier -> customer.equals("c_" + sha256(identifier).substring(0, 16)))
                .map(identifier -> identifier.substring(identifier.indexOf(':') + 1))
                .findFirst()
                .orElse(customer);
    }

    private static List<String> texts(JsonNode list) {
        List<String> result = new ArrayList<>();
        list.forEach(element -> result.add(element.asText()));
        return result;
    }

    private static String smallestHash(String... values) {
        return Stream.of(values)
                .min(Comparator.comparing(SegmentOracleTest::hash))
                .orElseThrow();
    }

    private static String hash(String value) {
        return sha256(value).substring(0, 16);
    }

    private static String sha256(String text) {
        return Oracle.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
