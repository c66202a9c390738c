package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small tables, computed by hand from the contract, for each rule of the oracle. */
class OracleTest {
    // Computed with: printf %s user_id:u1 | sha256sum
    private static final String U1 = "c_90c5bc873dedef80";

    // ---------------------------------------------------------------------------------------------- lines and reasons

    @Test
    void splitsLinesAtLfAndDropsOneCarriageReturn() {
        assertThat(Oracle.lines("f", utf8("a\r\n\nb\r\r\nc\r")))
                .extracting(line -> new String(line.raw(), StandardCharsets.UTF_8))
                .containsExactly("a", "", "b\r", "c\r");
        assertThat(Oracle.lines("f", utf8("a\n"))).hasSize(1);
        assertThat(Oracle.lines("f", utf8("\n"))).hasSize(1);
        assertThat(Oracle.lines("f", utf8(""))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|empty_line",
                "` `|not_json",
                "{\"type\"|not_json",
                "{} {}|not_json",
                "[]|not_an_object",
                "null|not_an_object",
                "{'type':'page','timestamp':'2026-01-01T00:00:00Z'}|no_identifier",
                "{'type':'page','userId':' NULL ','timestamp':'2026-01-01T00:00:00Z'}|no_identifier",
                "{'type':'page','anonymousId':'000-0','timestamp':'2026-01-01T00:00:00Z'}|no_identifier",
                "{'type':'page','userId':true,'timestamp':'2026-01-01T00:00:00Z'}|bad_value",
                "{'type':'page','userId':'u'}|bad_timestamp",
                "{'type':'page','userId':'u','timestamp':'2026-13-01T00:00:00Z'}|bad_timestamp",
                "{'type':'page','userId':'u','timestamp':'1969-12-31T23:59:59.999Z'}|bad_timestamp",
                "{'type':'page','userId':'u','timestamp':'2026-01-01T00:05:00.001Z','receivedAt':'2026-01-01T00:00:00Z'}|in_future",
                "{'type':'Page','userId':'u','timestamp':'2026-01-01T00:00:00Z'}|unknown_type",
                "{'userId':'u','timestamp':'2026-01-01T00:00:00Z'}|unknown_type",
                "{'type':'track','userId':'u','timestamp':'2026-01-01T00:00:00Z'}|missing_event_name",
                "{'type':'track','event':'Product Added','userId':'u','timestamp':'2026-01-01T00:00:00Z','properties':{'product_id':'p','quantity':0}}|bad_value",
                "{'type':'track','event':'Cart Updated','userId':'u','timestamp':'2026-01-01T00:00:00Z','properties':{'products':[{'product_id':'p','quantity':1.5}]}}|bad_value",
                "{'type':'track','event':'Order Completed','userId':'u','timestamp':'2026-01-01T00:00:00Z','properties':{'revenue':'x'}}|bad_value",
            })
    void refusesWithItsReason(String line, String reason) {
        OracleOutput output = oracle(line.replace('\'', '"'));

        assertThat(output.profiles()).isEmpty();
        assertThat(output.rejects())
                .singleElement()
                .extracting(reject -> reject.get("reason").asText())
                .isEqualTo(reason);
    }

    @Test
    void keepsTheBytesOfARefusedLine() {
        OracleOutput output = new Oracle()
                .run(List.of(new Oracle.Line(new byte[] {'"', (byte) 0xC3, '"'}, Origin.line("f.jsonl", 7))));

        assertThat(reread(output.rejects().get(0)))
                .isEqualTo(Json.quoted("{'file':'f.jsonl','line':7,'reason':'not_json','raw':'IsMi'}"));
    }

    // ----------------------------------------------------------------------------------------------------------- clock

    @ParameterizedTest
    @CsvSource({
        // sent an hour behind: 12:00:10 − (11:00:05 − 11:00:00)
        "'\"originalTimestamp\":\"2026-01-01T11:00:00Z\",\"sentAt\":\"2026-01-01T11:00:05Z\","
                + "\"receivedAt\":\"2026-01-01T12:00:10Z\"', 2026-01-01T12:00:05.000Z",
        "'\"timestamp\":\"2026-01-01T09:00:00Z\",\"originalTimestamp\":\"2026-01-01T11:00:00Z\","
                + "\"sentAt\":\"2026-01-01T11:00:05Z\",\"receivedAt\":\"2026-01-01T12:00:10Z\"',"
                + " 2026-01-01T09:00:00.000Z",
        "'\"originalTimestamp\":\"2026-01-01T11:00:00Z\",\"receivedAt\":\"2026-01-01T12:00:10Z\"',"
                + " 2026-01-01T11:00:00.000Z",
        "'\"sentAt\":\"2026-01-01T11:00:00Z\",\"receivedAt\":\"2026-01-01T12:00:10Z\"', 2026-01-01T12:00:10.000Z",
        "'\"timestamp\":\"2026-01-01T09:00:00.1239+02:00\"', 2026-01-01T07:00:00.123Z",
        "'\"timestamp\":\"2026-01-01T00:05:00Z\",\"receivedAt\":\"2026-01-01T00:00:00Z\"', 2026-01-01T00:05:00.000Z",
    })
    void derivesTheTimestamp(String fields, String expected) {
        ObjectNode profile = only(oracle("{\"type\":\"page\",\"userId\":\"u1\"," + fields + "}"));

        assertThat(profile.get("first_seen").asText()).isEqualTo(expected);
    }

    @Test
    void doesNotReadWhatLiesAfterUntil() {
        List<Oracle.Line> lines = lines(page("u1", "m1", "10:00:00"), page("u1", "m2", "10:00:01"), "x");

        OracleOutput output = new Oracle().run(lines, at("10:00:00"));

        assertThat(only(output).at("/events/count").asInt()).isEqualTo(1);
        assertThat(output.summary().get("events"))
                .isEqualTo(Json.quoted("{'read':2,'accepted':1,'duplicate':0,'late':0,'after_until':1,"
                        + "'rejected':{'not_json':1}}"));
    }

    @Test
    void countsTicksNowhere() {
        OracleOutput output = oracle("{\"type\":\"tick\",\"timestamp\":\"2030-01-01T00:00:00.000Z\"}");

        assertThat(output.summary().at("/events/read").asInt()).isZero();
        assertThat(output.rejects()).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------------ duplicates

    @Test
    void acceptsTheFirstOfADuplicateInTheOrderOfEvents() {
        ObjectNode profile = only(oracle(
                cart("u1", "m1", "10:00:01", "Product Added", "'product_id':'late'"),
                cart("u1", "m1", "10:00:00", "Cart Updated", "'products':[{'product_id':'other'}]"),
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'first'")));

        assertThat(profile.at("/events/count").asInt()).isEqualTo(1);
        assertThat(profile.at("/cart/items/0/product_id").asText()).isEqualTo("first");
    }

    @Test
    void forgetsAnIdAfter24Hours() {
        assertThat(counts(oracle(page("u1", "m1", "00:00:00"), pageAt("u1", "m1", "2026-01-02T00:00:00.000Z"))))
                .isEqualTo("1 accepted, 1 duplicate");
        assertThat(counts(oracle(page("u1", "m1", "00:00:00"), pageAt("u1", "m1", "2026-01-02T00:00:00.001Z"))))
                .isEqualTo("2 accepted, 0 duplicate");
    }

    @Test
    void remembersTheNewestThousandIdsOfAKey() {
        List<String> lines = new ArrayList<>(List.of(page("u1", "again", "00:00:00")));
        IntStream.range(1, 1_000).forEach(i -> lines.add(page("u1", "m" + i, "00:00:01")));
        lines.add(page("u1", "again", "00:00:02"));
        assertThat(counts(oracle(lines))).isEqualTo("1000 accepted, 1 duplicate");

        lines.add(1, page("u1", "m1000", "00:00:01"));
        assertThat(counts(oracle(lines))).isEqualTo("1002 accepted, 0 duplicate");
    }

    @Test
    void looksForDuplicatesAtTheDeviceBeforeThePerson() {
        String time = ",\"messageId\":\"m1\",\"type\":\"page\",\"timestamp\":\"2026-01-01T00:00:00Z\"}";

        assertThat(counts(oracle(
                        "{\"userId\":\"u1\",\"anonymousId\":\"a1\"" + time,
                        "{\"userId\":\"u2\",\"anonymousId\":\"a1\"" + time)))
                .isEqualTo("1 accepted, 1 duplicate");
        assertThat(counts(oracle("{\"userId\":\"u1\",\"anonymousId\":\"a1\"" + time, "{\"userId\":\"u1\"" + time)))
                .isEqualTo("2 accepted, 0 duplicate");
    }

    @Test
    void takesTheHashOfTheLineForAMissingMessageId() {
        String line = "{\"type\":\"page\",\"userId\":\"u1\",\"timestamp\":\"2026-01-01T00:00:00Z\"}";

        assertThat(counts(oracle(line, line, line + " "))).isEqualTo("2 accepted, 1 duplicate");
    }

    // ----------------------------------------------------------------------------------------------------- identifiers

    @Test
    void namesTheCustomerAfterTheStrongestIdentifier() {
        String rest = ",\"type\":\"page\",\"timestamp\":\"2026-01-01T00:00:00Z\"}";

        assertThat(only(oracle("{\"userId\":\" u1 \",\"anonymousId\":\"a1\"" + rest))
                        .get("customer_id")
                        .asText())
                .isEqualTo(U1);
        assertThat(oracle("{\"userId\":\"u1\"" + rest, "{\"anonymousId\":\"a1\"" + rest)
                        .profiles())
                .hasSize(2);
    }

    @Test
    void readsIdentifiersFromEveryPlaceAndNormalisesThem() {
        ObjectNode profile = only(
                oracle("{'type':'track','event':'E','userId':42,'anonymousId':'b','timestamp':'2026-01-01T00:00:00Z',"
                        + "'context':{'device':{'id':'D'},'traits':{'email':' Ana@X.com ','phone':'+48 601 123 456'},"
                        + "'externalIds':[{'id':'a','type':'anonymous_id'},{'id':'7','type':'crm_id'},"
                        + "{'id':'undefined','type':'loyalty_card'},{'id':'z','type':'zebra'}]}}"));

        assertThat(profile.get("identifiers"))
                .isEqualTo(Json.quoted("{'anonymous_id':['a','b'],'crm_id':['7'],'device_id':['D'],"
                        + "'email':['ana@x.com'],'phone':['+48601123456'],'user_id':['42']}"));
        assertThat(profile.at("/traits/email").asText()).isEqualTo(" Ana@X.com ");
    }

    @Test
    void readsContactsOfAnIdentifyAndOfTheContextAndThePreviousIdOfAnAlias() {
        ObjectNode profile = only(oracle(
                "{'type':'identify','userId':'u1','timestamp':'2026-01-01T00:00:00Z','traits':{'email':'a@x.com'},"
                        + "'context':{'traits':{'email':'b@x.com'}}}",
                "{'type':'alias','userId':'u1','previousId':'p','timestamp':'2026-01-01T00:00:00Z'}",
                "{'type':'page','userId':'u1','previousId':'q','timestamp':'2026-01-01T00:00:00Z',"
                        + "'traits':{'email':'neither@read.com'}}"));

        assertThat(profile.get("identifiers"))
                .isEqualTo(Json.quoted("{'anonymous_id':['p'],'email':['a@x.com','b@x.com'],'user_id':['u1']}"));
    }

    @Test
    void keepsInvalidEmailsAndPhonesAsTraitsOnly() {
        ObjectNode profile = only(oracle("{'type':'identify','userId':'u1','timestamp':'2026-01-01T00:00:00Z',"
                + "'traits':{'email':'ana at x.com','phone':'12'}}"));

        assertThat(profile.get("identifiers")).isEqualTo(Json.quoted("{'user_id':['u1']}"));
        assertThat(profile.get("traits")).isEqualTo(Json.quoted("{'email':'ana at x.com','phone':'12'}"));
    }

    // ----------------------------------------------------------------------------------------------- traits, consent

    @Test
    void keepsTheLatestTraitAndRemovesOnNull() {
        ObjectNode profile = only(oracle(
                identify("m3", "10:00:02", "'plan':null,'city':'Lodz'"),
                identify("m1", "10:00:00", "'plan':'gold','city':'Rome','size':1"),
                identify("m2", "10:00:01", "'plan':'basic'")));

        assertThat(profile.get("traits")).isEqualTo(Json.quoted("{'city':'Lodz','size':1}"));
    }

    @Test
    void leavesOutWhatIsEmpty() {
        assertThat(only(oracle(identify("m1", "10:00:00", "'plan':null"))).fieldNames())
                .toIterable()
                .containsExactly("customer_id", "identifiers", "first_seen", "last_seen", "events");
    }

    @Test
    void takesTheLatestConsentAndTheRestrictiveOneOfATie() {
        ObjectNode profile = only(oracle(
                consent("m9", "10:00:01", "'marketing':true,'ads':true,'analytics':false"),
                consent("m1", "10:00:01", "'marketing':false,'ads':true"),
                consent("m5", "10:00:00", "'ads':false,'analytics':true")));

        assertThat(profile.get("consent")).isEqualTo(Json.quoted("{'marketing':false,'ads':true,'analytics':false}"));
    }

    @Test
    void countsTrackByItsNameAndOthersByTheirType() {
        ObjectNode profile = only(oracle(
                page("u1", "m1", "10:00:00"),
                page("u1", "m2", "10:00:01"),
                identify("m3", "10:00:00", ""),
                cart("u1", "m4", "10:00:00", "Cart Viewed", "")));

        assertThat(profile.get("events"))
                .isEqualTo(Json.quoted("{'count':4,'by_name':{'page':2,'identify':1,'Cart Viewed':1}}"));
    }

    // --------------------------------------------------------------------------------------------------------- orders

    @Test
    void countsDistinctOrdersAndAddsTheirMoneyExactly() {
        ObjectNode profile = only(oracle(
                order("m4", "10:00:03", "'order_id':'o1','revenue':1000"), // repeated: changes nothing
                order("m1", "10:00:00", "'order_id':'o1','revenue':0.10,'total':5"),
                order("m2", "10:00:01", "'order_id':'o2','total':'0.2'"),
                order("m3", "10:00:02", "'products':[{'price':1.125,'quantity':2},{'price':1},{'quantity':9}]"),
                order("m5", "10:00:02", "'revenue':7,'currency':'JPY'"),
                cart("u1", "m6", "10:00:05", "Order Refunded", "'order_id':'o1','total':-3"),
                cart("u1", "m7", "10:00:06", "Order Cancelled", "'revenue':1,'total':2")));

        assertThat(profile.get("orders"))
                .isEqualTo(Json.quoted("{'count':4,'revenue':{'JPY':'7','USD':'3.55'},'refunds':{'USD':'4.00'},"
                        + "'first_at':'2026-01-01T10:00:00.000Z','last_at':'2026-01-01T10:00:02.000Z'}"));
    }

    @Test
    void showsMoreDecimalsOnlyIfExact() {
        assertThat(only(oracle(order("m1", "10:00:00", "'revenue':1.12500")))
                        .at("/orders/revenue/USD")
                        .asText())
                .isEqualTo("1.125");
        assertThat(only(oracle(order("m1", "10:00:00", "'revenue':1E+2")))
                        .at("/orders/revenue/USD")
                        .asText())
                .isEqualTo("100.00");
    }

    @Test
    void showsRefundsWithoutOrders() {
        assertThat(only(oracle(cart("u1", "m1", "10:00:00", "Order Refunded", "'total':3")))
                        .get("orders"))
                .isEqualTo(Json.quoted("{'count':0,'refunds':{'USD':'3.00'}}"));
    }

    // ----------------------------------------------------------------------------------------------------------- cart

    @Test
    void foldsCartEventsIntoTheCart() {
        ObjectNode profile = only(oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p2','price':3,'quantity':2"),
                cart("u1", "m2", "10:00:01", "Wishlist Product Added to Cart", "'sku':'p1'"),
                cart("u1", "m3", "10:00:02", "Product Added", "'product_id':'p2','price':2.5"),
                cart("u1", "m4", "10:00:03", "Product Removed", "'product_id':'p3','quantity':5"),
                cart("u1", "m5", "10:00:04", "Product Removed", "'product_id':'p2'"),
                cart("u1", "m6", "10:00:05", "Cart Viewed", "'products':[]")));

        assertThat(reread(profile.get("cart")))
                .isEqualTo(Json.quoted("{'items':[{'product_id':'p1','quantity':1},"
                        + "{'product_id':'p2','quantity':2,'price':'2.50'}],'value':{'USD':'5.00'},"
                        + "'updated_at':'2026-01-01T10:00:04.000Z'}"));
    }

    @Test
    void neverHasLessThanNoneOfAProduct() {
        ObjectNode profile = only(oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'"),
                cart("u1", "m2", "10:00:01", "Product Removed", "'product_id':'p1','quantity':5"),
                cart("u1", "m3", "10:00:02", "Product Added", "'product_id':'p1'")));

        assertThat(profile.at("/cart/items/0/quantity").asInt()).isEqualTo(1);
    }

    @Test
    void replacesTheCart() {
        ObjectNode profile = only(oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'"),
                cart("u1", "m2", "10:00:00", "Cart Updated", "'products':[{'product_id':'p2','quantity':3}]")));

        assertThat(profile.at("/cart/items")).hasSize(1);
        assertThat(profile.at("/cart/items/0").toString()).isEqualTo("{\"product_id\":\"p2\",\"quantity\":3}");
    }

    @Test
    void emptiesTheCartByAnOrderOfTheSameInstant() {
        assertThat(only(oracle(
                                order("m1", "10:00:00", "'revenue':1"),
                                cart("u1", "m2", "10:00:00", "Product Added", "'product_id':'p1'")))
                        .has("cart"))
                .isFalse();
    }

    @Test
    void leavesTheCartAloneOnARepeatedOrder() {
        OracleOutput output = oracle(
                order("m1", "10:00:00", "'order_id':'o1'"),
                cart("u1", "m2", "10:00:01", "Product Added", "'product_id':'p1'"),
                order("m3", "10:00:02", "'order_id':'o1'"),
                page("u1", "m4", "12:00:00"));

        assertThat(only(output).at("/cart/items")).hasSize(1);
        assertThat(output.triggers()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"2026-01-31T09:59:59.999Z, 2", "2026-01-31T10:00:00.000Z, 1"})
    void foldsTheLast30DaysWithoutTheirFirstInstant(String second, int items) {
        ObjectNode profile = only(oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'"),
                Json.quoted(cart("u1", "m2", "10:00:00", "Product Added", "'product_id':'p2'"))
                        .put("timestamp", second)
                        .toString()));

        assertThat(profile.at("/cart/items")).hasSize(items);
    }

    @ParameterizedTest
    @CsvSource({"199, 2", "200, 1"})
    void foldsTheNewest200CartEvents(int later, int items) {
        List<String> lines =
                new ArrayList<>(List.of(cart("u1", "first", "10:00:00", "Product Added", "'product_id':'p1'")));
        IntStream.range(0, later)
                .forEach(i -> lines.add(cart("u1", "m" + i, "10:00:01", "Product Added", "'product_id':'p2'")));

        assertThat(only(oracle(lines)).at("/cart/items")).hasSize(items);
    }

    // ------------------------------------------------------------------------------------------------ abandoned carts

    @Test
    void firesOnceAtTheDeadlineOfTheLastCartEvent() {
        OracleOutput output = oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1','price':35.79"),
                cart("u1", "m2", "10:30:00", "Product Added", "'product_id':'p2'"),
                page("u1", "m3", "11:30:00"));

        assertThat(output.triggers()).hasSize(1);
        assertThat(reread(output.triggers().get(0)))
                .isEqualTo(Json.quoted("{'fired_at':'2026-01-01T11:30:00.000Z','trigger':'abandoned_cart',"
                        + "'customer_id':'" + U1 + "','anchor_message_id':'m2',"
                        + "'anchor_at':'2026-01-01T10:30:00.000Z','expires_at':'2026-01-02T11:30:00.000Z',"
                        + "'definition_version':1,'payload':{'items':[{'product_id':'p1','quantity':1,"
                        + "'price':'35.79'},{'product_id':'p2','quantity':1}],'value':{'USD':'35.79'}},"
                        + "'because':[{'condition':'no Order Completed within 1h','observed':'none'}]}"));
        assertThat(output.summary().at("/triggers/abandoned_cart").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "Order Completed, 11:00:00.000, 0", // at the deadline: cancels
        "Order Completed, 11:00:00.001, 1",
        "Product Removed, 11:00:00.000, 0", // empties the cart
        "Product Added, 11:00:00.000, 0", // sets a new deadline, beyond the end
        "Product Viewed, 10:59:59.999, 0", // the log ends before the deadline
        "Product Viewed, 11:00:00.000, 1",
        "Order Refunded, 11:00:00.000, 1",
    })
    void decidesAtTheDeadline(String event, String time, int fired) {
        OracleOutput output = oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'"),
                cart("u1", "m2", time, event, "'product_id':'p1'"));

        assertThat(output.triggers()).hasSize(fired);
    }

    @Test
    void staysOpenAfterAFireAndFiresAgainAfterTheNextCartEvent() {
        OracleOutput output = oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'"),
                cart("u1", "m2", "12:00:00", "Product Added", "'product_id':'p1'"),
                page("u2", "m3", "13:00:00"));

        assertThat(output.triggers())
                .extracting(
                        trigger -> trigger.get("anchor_message_id").asText(),
                        trigger -> trigger.at("/payload/items/0/quantity").asInt())
                .containsExactly(tuple("m1", 1), tuple("m2", 2));
    }

    @Test
    void anchorsAtTheLastOfSimultaneousCartEventsInAnyArrivalOrder() {
        String added = cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'");
        String removed = cart("u1", "m0", "10:00:00", "Product Removed", "'product_id':'p1'");
        String updated = cart("u1", "m2", "10:00:00", "Cart Updated", "'products':[{'product_id':'p9'}]");
        String end = page("u2", "end", "11:00:00");

        assertThat(oracle(removed, added, end).triggers()).isEmpty();
        assertThat(oracle(updated, removed, added, end).triggers())
                .isEqualTo(oracle(added, removed, updated, end).triggers())
                .extracting(trigger -> trigger.get("anchor_message_id").asText())
                .containsExactly("m2");
    }

    @ParameterizedTest
    @CsvSource({"11:00:00.000, 0", "11:00:00.001, 1"})
    void doesNotFireAgainstTheConsentAtTheDeadline(String refusedAt, int fired) {
        OracleOutput output = oracle(
                cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1'"),
                consent("m2", refusedAt, "'marketing':false"),
                page("u1", "m3", "12:00:00"));

        assertThat(output.triggers()).hasSize(fired);
    }

    @Test
    void takesAnotherDelayAndCurrency() {
        OracleOutput output = new Oracle("EUR", Duration.ofMinutes(30), IdentityConfig.defaults())
                .run(
                        lines(cart("u1", "m1", "10:00:00", "Product Added", "'product_id':'p1','price':1")),
                        at("10:30:00"));

        JsonNode trigger = output.triggers().get(0);
        assertThat(trigger.get("fired_at").asText()).isEqualTo("2026-01-01T10:30:00.000Z");
        assertThat(trigger.at("/payload/value")).isEqualTo(Json.quoted("{'EUR':'1.00'}"));
        assertThat(trigger.at("/because/0/condition").asText()).isEqualTo("no Order Completed within 30m");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    private static String page(String user, String id, String time) {
        return pageAt(user, id, "2026-01-01T" + time + "Z");
    }

    private static String pageAt(String user, String id, String timestamp) {
        return "{'type':'page','userId':'%s','messageId':'%s','timestamp':'%s'}".formatted(user, id, timestamp);
    }

    private static String cart(String user, String id, String time, String event, String properties) {
        return ("{'type':'track','event':'%s','userId':'%s','messageId':'%s','timestamp':'2026-01-01T%sZ',"
                        + "'properties':{%s}}")
                .formatted(event, user, id, time, properties);
    }

    private static String order(String id, String time, String properties) {
        return cart("u1", id, time, "Order Completed", properties);
    }

    private static String identify(String id, String time, String traits) {
        return "{'type':'identify','userId':'u1','messageId':'%s','timestamp':'2026-01-01T%sZ','traits':{%s}}"
                .formatted(id, time, traits);
    }

    private static String consent(String id, String time, String preferences) {
        return ("{'type':'page','userId':'u1','messageId':'%s','timestamp':'2026-01-01T%sZ',"
                        + "'context':{'consent':{'categoryPreferences':{%s}}}}")
                .formatted(id, time, preferences);
    }

    private static Instant at(String time) {
        return Instant.parse("2026-01-01T" + time + "Z");
    }

    private static OracleOutput oracle(String... lines) {
        return new Oracle().run(lines(lines));
    }

    private static OracleOutput oracle(List<String> lines) {
        return oracle(lines.toArray(String[]::new));
    }

    private static List<Oracle.Line> lines(String... lines) {
        return IntStream.range(0, lines.length)
                .mapToObj(i -> new Oracle.Line(utf8(lines[i].replace('\'', '"')), Origin.line("f.jsonl", i + 1L)))
                .toList();
    }

    private static ObjectNode only(OracleOutput output) {
        assertThat(output.profiles()).hasSize(1);
        return output.profiles().get(0);
    }

    /** As a reader of the file sees it: an integer is an integer. */
    private static JsonNode reread(JsonNode written) {
        return Json.object(written.toString());
    }

    private static String counts(OracleOutput output) {
        JsonNode events = output.summary().get("events");
        return "%d accepted, %d duplicate"
                .formatted(
                        events.get("accepted").asInt(), events.get("duplicate").asInt());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
