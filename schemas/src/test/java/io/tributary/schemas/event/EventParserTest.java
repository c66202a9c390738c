package io.tributary.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.identity.Identifier;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.identity.Namespace;
import io.tributary.schemas.time.Timestamps;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventParserTest {
    private static final String TIME = "'timestamp':'2026-01-05T09:30:00.000Z'";
    private static final long AT = Timestamps.parse("2026-01-05T09:30:00.000Z");

    /** JSON with apostrophes for quotes. */
    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static String track(String event, String properties) {
        return json("{'type':'track','event':'" + event + "','userId':'42'," + TIME + ",'properties':{" + properties
                + "}}");
    }

    private static String with(String fields) {
        return json("{'type':'track','event':'X'," + TIME + "," + fields + "}");
    }

    private static String without(String timestamps) {
        return json("{'type':'track','event':'X','userId':'42'" + timestamps + "}");
    }

    private static List<String> identifiers(String json) {
        return Events.accepted(json).identifiers().stream()
                .map(Identifier::qualified)
                .toList();
    }

    @Nested
    class Rejects {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                textBlock =
                        """
                        ``                                                    | empty_line
                        ` `                                                   | not_json
                        {                                                     | not_json
                        {'type':'track'} x                                    | not_json
                        {'type':'track'}{}                                    | not_json
                        {'type':'track',}                                     | not_json
                        {'type':NaN}                                          | not_json
                        /**/{}                                                | not_json
                        []                                                    | not_an_object
                        'track'                                               | not_an_object
                        1                                                     | not_an_object
                        null                                                  | not_an_object
                        {}                                                    | unknown_type
                        {'type':null,'userId':'42'}                           | unknown_type
                        {'type':'Track','userId':'42'}                        | unknown_type
                        {'type':['track'],'userId':'42'}                      | unknown_type
                        {'type':'batch','userId':'42'}                        | unknown_type
                        {'type':'track','userId':'42'}                        | missing_event_name
                        {'type':'track','userId':'42','event':''}             | missing_event_name
                        {'type':'track','userId':'42','event':' '}            | missing_event_name
                        {'type':'track','userId':'42','event':null}           | missing_event_name
                        {'type':'track','userId':'42','event':{}}             | bad_value
                        {'type':'track','event':'X'}                          | no_identifier
                        {'type':'track','event':'X','userId':null}            | no_identifier
                        {'type':'track','event':'X','userId':' Undefined '}   | no_identifier
                        {'type':'track','event':'X','userId':0}               | no_identifier
                        {'type':'track','event':'X','userId':{}}              | bad_value
                        {'type':'track','event':'X','userId':true}            | bad_value
                        {'type':'track','event':'X','anonymousId':[]}         | bad_value
                        {'type':'alias','userId':'42','previousId':{}}        | bad_value
                        {'type':'page','userId':'42'}                         | bad_timestamp
                        {'type':'page','userId':'42','timestamp':'today'}     | bad_timestamp
                        {'type':'page','userId':'42','timestamp':''}          | bad_timestamp
                        {'type':'page','userId':'42','timestamp':{}}          | bad_timestamp
                        {'type':'page','userId':'42','timestamp':1767605400}  | bad_timestamp
                        {'type':'page','userId':'42','timestamp':'1969-12-31T00:00:00Z'} | bad_timestamp
                        {'type':'tick'}                                       | bad_timestamp
                        {'type':'tick','timestamp':'soon'}                    | bad_timestamp
                        {'type':'tick','timestamp':[]}                        | bad_timestamp
                        """)
        void haveTheirReasonAndTheirBytes(String text, String reason) {
            String json = json(text == null ? "" : text);
            Reject reject = Events.refused(json);
            assertThat(reject.reason().id()).isEqualTo(reason);
            assertThat(reject.detail()).isNotBlank();
            assertThat(reject.origin()).isEqualTo(Events.ORIGIN);
            assertThat(reject.raw()).isEqualTo(json.getBytes(StandardCharsets.UTF_8));
        }

        @Test
        void aRecordWithoutValueIsRefusedLikeAnEmptyLine() {
            Reject reject = Events.reject(Events.parse((byte[]) null, AT));
            assertThat(reject.reason()).isEqualTo(RejectReason.EMPTY_LINE);
            assertThat(reject.raw()).isEmpty();
        }

        @Test
        void oneMebibyteIsTheLimit() {
            String event = with("'userId':'42','properties':{'v':'%s'}");
            int filler = (1 << 20) - event.length() + "%s".length();
            assertThat(Events.accepted(String.format(event, "x".repeat(filler))).json())
                    .hasSize(1 << 20);
            Reject reject = Events.refused(String.format(event, "x".repeat(filler + 1)));
            assertThat(reject.reason()).isEqualTo(RejectReason.TOO_LARGE);
            assertThat(reject.length()).isEqualTo((1 << 20) + 1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"'properties':{'v':%s}", "'context':{'traits':{'v':%s}}", "'other':[%s]"})
        void oneHundredLevelsAreTheLimit(String place) {
            String event = with("'userId':'42'," + place);
            assertThat(Events.parse(String.format(event, nested(96)))).isInstanceOf(Inbound.Accepted.class);
            assertThat(Events.refused(String.format(event, nested(100))).reason())
                    .isEqualTo(RejectReason.TOO_DEEP);
        }

        private String nested(int depth) {
            return "[".repeat(depth) + "]".repeat(depth);
        }

        @Test
        void theLimitOfDepthIsExact() {
            String event = with("'userId':'42','v':%s");
            assertThat(Events.parse(String.format(event, nested(99)))).isInstanceOf(Inbound.Accepted.class);
            assertThat(Events.refused(String.format(event, nested(100))).reason())
                    .isEqualTo(RejectReason.TOO_DEEP);
        }

        @Test
        void manyNamesAreNoReasonToRefuse() {
            StringBuilder properties = new StringBuilder("'p':0");
            for (int i = 0; i < 60_000; i++) {
                properties.append(",'").append(Integer.toString(i * 7_919, 36)).append("':1");
            }
            String event = track("X", properties.toString());
            EventParser parser = EventParser.withDefaults();
            for (int round = 0; round < 3; round++) {
                assertThat(parser.parse(event.getBytes(StandardCharsets.UTF_8), Events.ORIGIN))
                        .isInstanceOf(Inbound.Accepted.class);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
        void otherEncodingsAreNotJson(String charset) {
            byte[] raw = with("'userId':'42'").getBytes(Charset.forName(charset));
            assertThat(Events.reject(Events.parse(raw, 0)).reason()).isEqualTo(RejectReason.NOT_JSON);
        }

        @Test
        void malformedUtf8IsNotJsonAnywhere() {
            for (String event : List.of(
                    with("'userId':'42','v':'?'"),
                    with("'userId':'42','?':1"),
                    with("'userId':'?'"),
                    with("'userId':'42'") + "?")) {
                for (int[] bad :
                        new int[][] {{0xFF}, {0x80}, {0xC0, 0x80}, {0xED, 0xA0, 0x80}, {0xF4, 0x90, 0x80, 0x80}}) {
                    byte[] raw = replace(event, bad);
                    Reject reject = Events.reject(Events.parse(raw, 0));
                    assertThat(reject.reason()).isEqualTo(RejectReason.NOT_JSON);
                    assertThat(reject.raw()).isEqualTo(raw);
                }
            }
        }

        @Test
        void nulBytesAreNotJsonAnywhere() {
            String event = with("'userId':'42','v':'abcdefgh'");
            for (int i = 0; i <= event.length(); i++) {
                String broken = event.substring(0, i) + '\0' + event.substring(i);
                assertThat(Events.refused(broken).reason()).as(broken).isEqualTo(RejectReason.NOT_JSON);
            }
        }

        private byte[] replace(String event, int[] bytes) {
            byte[] before = event.substring(0, event.indexOf('?')).getBytes(StandardCharsets.UTF_8);
            byte[] after = event.substring(event.indexOf('?') + 1).getBytes(StandardCharsets.UTF_8);
            byte[] all = Arrays.copyOf(before, before.length + bytes.length + after.length);
            for (int i = 0; i < bytes.length; i++) {
                all[before.length + i] = (byte) bytes[i];
            }
            System.arraycopy(after, 0, all, before.length + bytes.length, after.length);
            return all;
        }

        @Test
        void textsThatAreTooLongAreBadValues() {
            String name = "x".repeat(1_024);
            assertThat(Events.accepted(track(name, "")).name()).isEqualTo(name);
            for (String event : List.of(
                    track(name + "x", ""),
                    with("'userId':'42','messageId':'" + "x".repeat(513) + "'"),
                    track("Order Completed", "'order_id':'" + name + "x'"),
                    track("Product Added", "'product_id':'" + name + "x'"))) {
                assertThat(Events.refused(event).reason()).isEqualTo(RejectReason.BAD_VALUE);
            }
        }
    }

    @Nested
    class Text {
        @Test
        void aByteOrderMarkIsDroppedOnce() {
            String event = with("'userId':'42'");
            CustomerEvent marked = Events.accepted("\uFEFF" + event);
            assertThat(new String(marked.json(), StandardCharsets.UTF_8)).isEqualTo(event);
            assertThat(marked.order().digest()).isEqualTo(Hashes.prefix(Hashes.sha256("\uFEFF" + event)));
            assertThat(Events.refused("\uFEFF\uFEFF" + event).reason()).isEqualTo(RejectReason.NOT_JSON);
            assertThat(Events.refused("\uFEFF").reason()).isEqualTo(RejectReason.NOT_JSON);
        }

        @Test
        void unpairedSurrogatesBecomeReplacementCharactersWhereverTheyAreRead() {
            CustomerEvent event = Events.accepted(json("{'type':'identify','userId':'u\\ud800'," + TIME
                    + ",'messageId':'\\udc00m','traits':{'\\ud83d':'a\\ud83d\\ude00\\ude00','list':['\\udfff'],"
                    + "'email':'ana\\ud800@x.com'}}"));
            assertThat(event.messageId()).isEqualTo("\uFFFDm");
            assertThat(event.identifiers())
                    .extracting(Identifier::qualified)
                    .containsExactly("user_id:u\uFFFD", "email:ana\uFFFD@x.com");
            assertThat(event.traits()).containsEntry("\uFFFD", "\"a😀\uFFFD\"").containsEntry("list", "[\"\uFFFD\"]");
            Events.assertSurvivesRoundTrip(event);
        }

        @Test
        void escapedNamesAreNames() {
            assertThat(identifiers(with("'\\u0075serId':'42'"))).containsExactly("user_id:42");
            CustomerEvent event = Events.accepted(
                    json("{'type':'identify','userId':'42'," + TIME + ",'traits':{'\\ud83d\\ude00':1}}"));
            assertThat(event.traits()).containsOnlyKeys("😀");
        }

        @Test
        void ofARepeatedFieldTheLastCounts() {
            assertThat(identifiers(with("'userId':'1','userId':'2'"))).containsExactly("user_id:2");
            assertThat(identifiers(with("'userId':{},'userId':'2'"))).containsExactly("user_id:2");
            assertThat(Events.refused(with("'userId':'1','userId':null")).reason())
                    .isEqualTo(RejectReason.NO_IDENTIFIER);
            assertThat(Events.refused(with("'userId':'1','userId':{}")).reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
        }

        @Test
        void ofARepeatedObjectNothingIsLeftOfTheEarlier() {
            String context = "'context':{'device':{'id':'d1'},'externalIds':[{'type':'crm_id','id':'c1'}],"
                    + "'traits':{'email':'ana@x.com','plan':'a'},'consent':{'categoryPreferences':{'ads':true}}}";
            for (String second : List.of("'context':{}", "'context':null", "'context':[1]")) {
                CustomerEvent event = Events.accepted(with("'userId':'42'," + context + "," + second));
                assertThat(event.identifiers())
                        .extracting(Identifier::qualified)
                        .containsExactly("user_id:42");
                assertThat(event.traits()).isEmpty();
                assertThat(event.consent()).isEmpty();
            }
            CustomerEvent order = Events.accepted(json("{'type':'track','event':'Order Completed','userId':'42'," + TIME
                    + ",'properties':{'order_id':'o1','revenue':5,'currency':'EUR'},'properties':{'total':3}}"));
            assertThat(order.purchase()).isEqualTo(new Purchase(null, BigDecimal.valueOf(3), "USD"));
        }

        @Test
        void whiteSpaceAroundAnEventIsJson() {
            assertThat(Events.parse(" \t\r\n" + with("'userId':'42'") + " \r\n"))
                    .isInstanceOf(Inbound.Accepted.class);
        }

        @Test
        void theEventIsKeptAsItCame() {
            String event = with("'userId':'42','properties':{'deep':[1.50,{'x':null}]},'unknown':[true]");
            assertThat(new String(Events.accepted(event).json(), StandardCharsets.UTF_8))
                    .isEqualTo(event);
        }
    }

    @Nested
    class Time {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                textBlock =
                        """
                        timestamp:10:00:00 originalTimestamp:09:00:00 sentAt:09:00:01 receivedAt:10:00:02 | | 10:00:00
                        originalTimestamp:09:00:00 sentAt:09:00:01 receivedAt:10:00:02 | | 10:00:01
                        originalTimestamp:11:00:00 sentAt:11:00:05 receivedAt:10:00:02 | | 09:59:57
                        originalTimestamp:09:00:00 receivedAt:10:00:02 | | 09:00:00
                        originalTimestamp:09:00:00 sentAt:09:00:01 | 10:00:02 | 09:00:00
                        originalTimestamp:09:00:00 | | 09:00:00
                        sentAt:09:00:01 receivedAt:10:00:02 | | 10:00:02
                        receivedAt:10:00:02 | 11:00:00 | 10:00:02
                        sentAt:09:00:01 | 11:00:00 | 11:00:00
                        """)
        void isTheFirstOfTheFallbacksThatIsThere(String fields, String recordTime, String expected) {
            StringBuilder json = new StringBuilder();
            for (String field : fields.split(" ")) {
                String[] parts = field.split(":", 2);
                json.append(",'" + parts[0] + "':'2026-01-05T" + parts[1] + "Z'");
            }
            Inbound inbound = Events.parse(without(json.toString()), recordTime == null ? 0 : at(recordTime));
            assertThat(Timestamps.format(Events.event(inbound).timestamp()))
                    .isEqualTo("2026-01-05T" + expected + ".000Z");
        }

        private long at(String time) {
            return Timestamps.parse("2026-01-05T" + time + "Z");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    ",'timestamp':'2026-01-05T09:30:00Z','receivedAt':'x'",
                    ",'originalTimestamp':'x','receivedAt':'2026-01-05T09:30:00Z'",
                    ",'originalTimestamp':'2026-01-05T09:30:00Z','sentAt':'x','receivedAt':'2026-01-05T09:30:00Z'",
                    ",'originalTimestamp':'1970-01-02T00:00:00Z','sentAt':'2026-01-05T09:30:00Z',"
                            + "'receivedAt':'1980-01-05T09:30:00Z'",
                    ",'receivedAt':'x'",
                })
        void thatDecidesAndCannotBeReadIsABadTimestamp(String fields) {
            Inbound inbound = Events.parse(without(fields), AT);
            assertThat(Events.reject(inbound).reason()).isEqualTo(RejectReason.BAD_TIMESTAMP);
        }

        @Test
        void thatDecidesNothingMayBeAnything() {
            assertThat(Events.accepted(with("'userId':'42','sentAt':'x','originalTimestamp':{}"))
                            .timestamp())
                    .isEqualTo(AT);
        }

        @ParameterizedTest
        @CsvSource({"300000, true", "300001, false"})
        void mayBeFiveMinutesAfterTheReception(long skew, boolean accepted) {
            String received = "'receivedAt':'" + Timestamps.format(AT - skew) + "'";
            // receivedAt counts even where Kafka's record time says otherwise.
            check(Events.parse(with("'userId':'42'," + received), AT + 3_600_000), accepted);
            check(Events.parse(with("'userId':'42'," + received), 0), accepted);
            check(Events.parse(with("'userId':'42'"), AT - skew), accepted);
        }

        private void check(Inbound inbound, boolean accepted) {
            if (accepted) {
                assertThat(Events.event(inbound).timestamp()).isEqualTo(AT);
            } else {
                assertThat(Events.reject(inbound).reason()).isEqualTo(RejectReason.IN_FUTURE);
            }
        }

        @Test
        void hasNoFutureInAFileWithoutReception() {
            assertThat(Events.accepted(without(",'timestamp':'9999-12-31T23:59:59.999Z'"))
                            .timestamp())
                    .isEqualTo(Timestamps.MAX);
        }

        @Test
        void movesTheClockNoFurtherThanTheReception() {
            String received = "'receivedAt':'" + Timestamps.format(AT - 1_000) + "'";
            assertThat(clock(Events.parse(with("'userId':'42'," + received), AT + 5)))
                    .isEqualTo(AT - 1_000);
            assertThat(clock(Events.parse(with("'userId':'42'"), AT - 7))).isEqualTo(AT - 7);
            assertThat(clock(Events.parse(with("'userId':'42'"), AT + 7))).isEqualTo(AT);
            assertThat(clock(Events.parse(with("'userId':'42'"), 0))).isEqualTo(AT);
        }

        private long clock(Inbound inbound) {
            return ((Inbound.Accepted) inbound).clock();
        }

        @Test
        void ofATickIsTheClock() {
            assertThat(Events.parse(json("{'type':'tick'," + TIME + "}")))
                    .isEqualTo(new Inbound.Tick(AT, Events.ORIGIN));
            assertThat(Events.parse(json("{" + TIME + ",'more':1,'type':'tick'}"), 5))
                    .isEqualTo(new Inbound.Tick(AT, Events.ORIGIN));
        }
    }

    @Nested
    class Message {
        @ParameterizedTest
        @ValueSource(strings = {"", ",'messageId':null", ",'messageId':''", ",'messageId':' '"})
        void withoutIdIsTheHashOfItsBytes(String field) {
            String event = with("'userId':'42'" + field);
            CustomerEvent accepted = Events.accepted(event);
            assertThat(accepted.messageId()).isEqualTo(Hashes.hex(Hashes.sha256(event)));
            assertThat(accepted.order().digest()).isEqualTo(Hashes.prefix(Hashes.sha256(event)));
        }

        @Test
        void idIsTextOrNumber() {
            assertThat(Events.accepted(with("'userId':'42','messageId':'m 1 '")).messageId())
                    .isEqualTo("m 1 ");
            assertThat(Events.accepted(with("'userId':'42','messageId':17")).messageId())
                    .isEqualTo("17");
            assertThat(Events.refused(with("'userId':'42','messageId':{}")).reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
        }
    }

    @Nested
    class Kind {
        @ParameterizedTest
        @CsvSource({
            "identify, , IDENTITY, identify",
            "alias, , IDENTITY, alias",
            "group, , IDENTITY, group",
            "page, , VIEW, page",
            "screen, Order Completed, VIEW, screen",
            "track, Product Viewed, VIEW, Product Viewed",
            "track, Cart Viewed, VIEW, Cart Viewed",
            "track, Viewed, OTHER, Viewed",
            "track, Product Added, CART_ADD, Product Added",
            "track, Wishlist Product Added to Cart, CART_ADD, Wishlist Product Added to Cart",
            "track, Product Removed, CART_REMOVE, Product Removed",
            "track, Cart Updated, CART_UPDATE, Cart Updated",
            "track, Order Completed, ORDER, Order Completed",
            "track, Order Refunded, REFUND, Order Refunded",
            "track, Order Cancelled, REFUND, Order Cancelled",
            "track, order completed, OTHER, order completed",
            "track, Checkout Started, OTHER, Checkout Started",
        })
        void followsTypeAndName(String type, String event, EventKind kind, String name) {
            CustomerEvent accepted = Events.accepted(json("{'type':'" + type + "','userId':'42'," + TIME
                    + (event == null ? "" : ",'event':'" + event + "'")
                    + ",'properties':{'product_id':'p1','products':[]}}"));
            assertThat(accepted.kind()).isEqualTo(kind);
            assertThat(accepted.name()).isEqualTo(name);
            assertThat(accepted.type().id()).isEqualTo(type);
        }

        @Test
        void ordersEventsOfTheSameInstant() {
            assertThat(EventKind.values())
                    .containsExactly(
                            EventKind.COMMAND,
                            EventKind.IDENTITY,
                            EventKind.VIEW,
                            EventKind.CART_ADD,
                            EventKind.CART_REMOVE,
                            EventKind.CART_UPDATE,
                            EventKind.ORDER,
                            EventKind.REFUND,
                            EventKind.OTHER,
                            EventKind.SEGMENT_CHANGE);
        }
    }

    @Nested
    class Cart {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                textBlock =
                        """
                        'product_id':'p1' | p1 | 1 |
                        'product_id':'p1','quantity':null,'price':null | p1 | 1 |
                        'product_id':'p1','quantity':3,'price':35.79 | p1 | 3 | 35.79
                        'product_id':'p1','quantity':'2','price':'35.790' | p1 | 2 | 35.79
                        'product_id':'p1','quantity':2.0,'price':0 | p1 | 2 | 0
                        'product_id':'p1','quantity':1e3,'price':1e2 | p1 | 1000 | 1E+2
                        'product_id':507,'sku':'s' | 507 | 1 |
                        'product_id':null,'sku':'s' | s | 1 |
                        'product_id':' ','sku':'s' | s | 1 |
                        """)
        void linesHaveProductQuantityAndPrice(String properties, String id, int quantity, BigDecimal price) {
            for (String event : List.of(EventKind.PRODUCT_ADDED, EventKind.PRODUCT_REMOVED)) {
                assertThat(Events.accepted(track(event, properties)).cartLines())
                        .containsExactly(new CartLine(id, quantity, price, "USD", null));
            }
            assertThat(Events.accepted(track(EventKind.CART_UPDATED, "'products':[{" + properties + "}]"))
                            .cartLines())
                    .containsExactly(new CartLine(id, quantity, price, "USD", null));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'name':'Uno'",
                    "'product_id':'','sku':null",
                    "'product_id':{},'sku':'s'",
                    "'product_id':'p1','quantity':0",
                    "'product_id':'p1','quantity':-1",
                    "'product_id':'p1','quantity':1.5",
                    "'product_id':'p1','quantity':''",
                    "'product_id':'p1','quantity':'two'",
                    "'product_id':'p1','quantity':true",
                    "'product_id':'p1','quantity':1000000001",
                    "'product_id':'p1','price':'$5'",
                    "'product_id':'p1','price':1e999999999",
                    "'product_id':'p1','price':'1e-999999999'",
                    "'product_id':'p1','price':1e-51",
                    "'product_id':'p1','price':{'amount':5}",
                    "'product_id':'p1','price':[]",
                    "'product_id':'p1','price':false",
                })
        void linesThatCannotBeReadAreBadValues(String properties) {
            for (String event : List.of(
                    EventKind.PRODUCT_ADDED, EventKind.WISHLIST_PRODUCT_ADDED_TO_CART, EventKind.PRODUCT_REMOVED)) {
                assertThat(Events.refused(track(event, properties)).reason()).isEqualTo(RejectReason.BAD_VALUE);
            }
            assertThat(Events.refused(track(EventKind.CART_UPDATED, "'products':[{" + properties + "}]"))
                            .reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
            // The same properties decide nothing elsewhere.
            assertThat(Events.accepted(track("Product Clicked", properties)).cartLines())
                    .isEmpty();
        }

        @Test
        void updateReplacesTheCartByItsProducts() {
            assertThat(Events.accepted(track(
                                    EventKind.CART_UPDATED,
                                    "'currency':'eur','products':[{'product_id':'p1','name':'Uno','price':3},"
                                            + "{'sku':'s2','quantity':2,'name':{}}]"))
                            .cartLines())
                    .containsExactly(
                            new CartLine("p1", 1, BigDecimal.valueOf(3), "EUR", "Uno"),
                            new CartLine("s2", 2, null, "EUR", null));
            assertThat(Events.accepted(track(EventKind.CART_UPDATED, "'products':[]"))
                            .cartLines())
                    .isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "'products':null",
                    "'products':{}",
                    "'products':'p1'",
                    "'products':['p1']",
                    "'products':[null]"
                })
        void updateWithoutReadableProductsIsABadValue(String properties) {
            assertThat(Events.refused(track(EventKind.CART_UPDATED, properties)).reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
        }

        @Test
        void updateNamesAtMostAThousandProducts() {
            String thousand = "{'sku':'s'},".repeat(999) + "{'sku':'s'}";

            assertThat(Events.accepted(track(EventKind.CART_UPDATED, "'products':[" + thousand + "]"))
                            .cartLines())
                    .hasSize(1_000);
            Reject reject = Events.refused(track(EventKind.CART_UPDATED, "'products':[" + thousand + ",{'sku':'s'}]"));
            assertThat(reject.reason()).isEqualTo(RejectReason.BAD_VALUE);
            assertThat(reject.detail()).isEqualTo("Cart Updated names 1001 products, the limit is 1000");
        }

        /** An order's products are added up, not kept. */
        @Test
        void ordersNameAnyNumberOfProducts() {
            String products = "{'price':1},".repeat(1_999) + "{'price':1}";

            assertThat(Events.accepted(track(EventKind.ORDER_COMPLETED, "'products':[" + products + "]"))
                            .purchase()
                            .amount())
                    .isEqualByComparingTo("2000");
        }

        @ParameterizedTest
        @CsvSource({"'',USD", "' ',USD", "null,USD", "'EUR',EUR", "' eur ',EUR", "'jpy',JPY"})
        void currencyIsTheEventsElseTheDefault(String currency, String expected) {
            String value = currency.equals("null") ? "null" : "\"" + currency + "\"";
            assertThat(Events.accepted(track("Product Added", "'product_id':'p1','currency':" + value))
                            .cartLines())
                    .extracting(CartLine::currency)
                    .containsExactly(expected);
        }

        @ParameterizedTest
        @ValueSource(strings = {"'EURO'", "'€'", "978", "{}", "true"})
        void currencyThatIsNoneIsABadValue(String currency) {
            for (String event : List.of("Product Added", "Order Completed")) {
                assertThat(Events.refused(track(event, "'product_id':'p1','currency':" + currency))
                                .reason())
                        .isEqualTo(RejectReason.BAD_VALUE);
            }
        }
    }

    @Nested
    class Orders {
        private static final String PRODUCTS =
                "'products':[{'price':19,'quantity':1},{'price':'3.25','quantity':2},{'price':0.1},{'quantity':9}]";

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                textBlock =
                        """
                        'revenue':22.50,'total':27.5,PRODUCTS | 22.5
                        'revenue':null,'total':'27.50',PRODUCTS | 27.5
                        'total':0,PRODUCTS | 0
                        PRODUCTS | 25.6
                        'products':[] |
                        'products':null |
                        'revenue':0.1234567890 | 0.123456789
                        'revenue':3.3000000000000003 | 3.3000000000000003
                        'products':[{'price':0.30000000000000004,'quantity':3}] | 0.90000000000000012
                        """)
        void amountIsRevenueElseTotalElseTheSum(String properties, BigDecimal amount) {
            String text = "'order_id':'o1'," + properties.replace("PRODUCTS", PRODUCTS);
            for (String event :
                    List.of(EventKind.ORDER_COMPLETED, EventKind.ORDER_REFUNDED, EventKind.ORDER_CANCELLED)) {
                assertThat(Events.accepted(track(event, text)).purchase()).isEqualTo(new Purchase("o1", amount, "USD"));
            }
        }

        @Test
        void refundsAndCancellationsArePositive() {
            for (String event : List.of(EventKind.ORDER_REFUNDED, EventKind.ORDER_CANCELLED)) {
                assertThat(Events.accepted(track(event, "'revenue':-5.5"))
                                .purchase()
                                .amount())
                        .isEqualTo(new BigDecimal("5.5"));
                assertThat(Events.accepted(track(event, "'products':[{'price':-2,'quantity':3}]"))
                                .purchase()
                                .amount())
                        .isEqualTo(new BigDecimal("6"));
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'revenue':5,'products':[{'price':'broken'}]",
                    "'revenue':5,'total':'broken'",
                    "'revenue':5,'products':[{'price':2,'quantity':-3}]",
                    "'revenue':5,'products':[{'price':2,'quantity':1.5}]"
                })
        void whatIsStatedAboutMoneyHasToBeReadableAlsoWhereAnotherFieldDecides(String properties) {
            for (String event :
                    List.of(EventKind.ORDER_COMPLETED, EventKind.ORDER_REFUNDED, EventKind.ORDER_CANCELLED)) {
                assertThat(Events.refused(track(event, properties)).reason()).isEqualTo(RejectReason.BAD_VALUE);
            }
        }

        @ParameterizedTest
        @CsvSource({"'order_id':'o1',o1", "'order_id':17,17", "'order_id':' ',", "'order_id':null,", "'x':1,"})
        void idIsTextOrAbsent(String property, String expected) {
            assertThat(Events.accepted(track("Order Completed", property.replace(";", ",")))
                            .purchase()
                            .orderId())
                    .isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'revenue':'12,50'",
                    "'revenue':''",
                    "'revenue':{'amount':5}",
                    "'revenue':true",
                    "'total':[]",
                    "'revenue':1e999999999",
                    "'order_id':{}",
                    "'products':{}",
                    "'products':[5]",
                    "'products':[{'price':{}}]",
                    "'products':[{'price':1,'quantity':'many'}]",
                })
        void thatCannotBeReadAreBadValues(String properties) {
            assertThat(Events.refused(track("Order Completed", properties)).reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
        }
    }

    @Nested
    class Identity {
        @Test
        void comesFromItsPlacesStrongestFirst() {
            String event = json(
                    "{'type':'identify','anonymousId':'a-1','userId':42," + TIME
                            + ",'traits':{'email':' Ana@X.com ','phone':'+48 512 345 678'},"
                            + "'context':{'device':{'id':'d-1'},'traits':{'email':'ana@y.com','phone':48512345678},"
                            + "'externalIds':[{'id':'L-9','type':'loyalty_card'},{'type':'crm_id','id':7,'collection':'users'},"
                            + "{'id':'x','type':'ga_client_id'},{'type':'crm_id'},'junk',{'id':'a-2','type':'anonymous_id'}]}}");
            assertThat(identifiers(event))
                    .hasSize(9)
                    .startsWith("user_id:42", "crm_id:7", "loyalty_card:L-9")
                    .contains("email:ana@x.com", "email:ana@y.com", "phone:+48512345678")
                    .contains("anonymous_id:a-1", "anonymous_id:a-2")
                    .endsWith("device_id:d-1");
            assertThat(Events.accepted(event).person().qualified()).isEqualTo("user_id:42");
            assertThat(Events.accepted(event).firstIdentityKey().namespace().id())
                    .isEqualTo("anonymous_id");
        }

        /** The specification's e-mail events have the intended recipient in {@code context.traits}. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Email Bounced",
                    "Email Delivered",
                    "Email Link Clicked",
                    "Email Marked as Spam",
                    "Email Opened",
                    "Unsubscribed",
                })
        void ofAMessageIsItsRecipient(String event) {
            assertThat(identifiers(json("{'type':'track','event':'" + event + "'," + TIME
                            + ",'context':{'traits':{'email':'PGibbons@example.com'}},"
                            + "'properties':{'email_id':'18vzF7u3z','campaign_id':'123'}}")))
                    .containsExactly("email:pgibbons@example.com");
        }

        @ParameterizedTest
        @ValueSource(strings = {"Product Shared", "Cart Shared"})
        void ofWhoSharesIsNotThatOfTheFriend(String event) {
            assertThat(identifiers(json("{'type':'track','event':'" + event + "','userId':'42'," + TIME
                            + ",'properties':{'share_via':'email','recipient':'friend@example.com'}}")))
                    .containsExactly("user_id:42");
        }

        @Test
        void ofAConfiguredNamespaceComesFromExternalIds() {
            IdentitySettings settings = IdentitySettings.parse(
                    "i.yaml",
                    """
                    version: 1
                    namespaces:
                    - {name: ssn, kind: person, normaliser: digits}
                    - {name: email, blocklist: [shop@x.com]}
                    - {name: cookie, kind: device}
                    """);
            String event = with("'userId':'42','context':{'traits':{'email':'Shop@x.com'},'externalIds':["
                    + "{'type':'ssn','id':'521-21-2123'},{'type':'cookie','id':'c-1'},{'type':'passport','id':'p'}]}");

            Inbound inbound = new EventParser(EventLimits.defaults(), new IdentifierRules(settings))
                    .parse(event.getBytes(StandardCharsets.UTF_8), Origin.line("events.jsonl", 1));

            assertThat(Events.event(inbound).identifiers())
                    .containsExactly(
                            new Identifier(Namespace.USER_ID, "42"),
                            new Identifier(settings.namespace("ssn"), "521212123"),
                            new Identifier(settings.namespace("cookie"), "c-1"));
            Events.assertSurvivesRoundTrip(Events.event(inbound));
            assertThat(identifiers(event)).containsExactly("user_id:42", "email:shop@x.com");
        }

        @Test
        void isListedOnce() {
            assertThat(identifiers(json("{'type':'identify','userId':'42'," + TIME
                            + ",'traits':{'email':'ANA@x.com'},'context':{'traits':{'email':'ana@x.com'}}}")))
                    .containsExactly("user_id:42", "email:ana@x.com");
        }

        @ParameterizedTest
        @CsvSource({"alias, 'anonymous_id:p-1'", "track, ''", "identify, ''"})
        void previousIdIsAnAnonymousIdOfAnAlias(String type, String expected) {
            List<String> identifiers = identifiers(
                    json("{'type':'" + type + "','event':'X','userId':'42','previousId':'p-1'," + TIME + "}"));
            assertThat(String.join(",", identifiers.subList(1, identifiers.size())))
                    .isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'type':'track','event':'X','properties':{'userId':'42','email':'ana@x.com'},TIME}",
                    "{'type':'group','groupId':'g','traits':{'email':'office@x.com'},TIME}",
                    "{'type':'page','traits':{'email':'ana@x.com'},TIME}",
                    "{'type':'track','event':'X','previousId':'p-1',TIME}",
                    "{'type':'track','event':'X','user_id':'42',TIME}",
                    "{'type':'identify','traits':{'email':'no e-mail','phone':'12'},TIME}",
                    "{'type':'identify','traits':{'email':['ana@x.com'],'phone':{}},TIME}",
                    "{'type':'track','event':'X','context':{'externalIds':[{'id':'x','type':'idfa'}]},TIME}",
                    "{'type':'track','event':'X','context':{'ip':'1.2.3.4','traits':['ana@x.com']},TIME}",
                })
        void isNotInvented(String event) {
            assertThat(Events.refused(json(event).replace("TIME", json(TIME))).reason())
                    .isEqualTo(RejectReason.NO_IDENTIFIER);
        }

        @Test
        void thatIsBlockedDoesNotRefuseTheOthers() {
            assertThat(identifiers(with("'userId':'null','anonymousId':'a-1'"))).containsExactly("anonymous_id:a-1");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"'context':{'device':{'id':{}}}", "'context':{'externalIds':[{'type':'crm_id','id':[]}]}"})
        void thatCannotBeReadIsABadValue(String fields) {
            assertThat(Events.refused(with("'userId':'42'," + fields)).reason()).isEqualTo(RejectReason.BAD_VALUE);
        }

        @Test
        void isBoundedPerEvent() {
            assertThat(identifiers(with("'userId':'42'," + crmIds(63)))).hasSize(64);
            assertThat(Events.refused(with("'userId':'42'," + crmIds(64))).reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
        }

        private String crmIds(int count) {
            StringBuilder ids = new StringBuilder("'context':{'externalIds':[");
            for (int i = 1; i <= count; i++) {
                ids.append(i == 1 ? "" : ",")
                        .append("{'type':'crm_id','id':")
                        .append(i)
                        .append('}');
            }
            return ids + "]}";
        }

        @ParameterizedTest
        @ValueSource(strings = {"'512 345 678'", "512345678", "48512345678"})
        void knowsPhonesOfTheConfiguredRegion(String phone) {
            String event = json("{'type':'identify'," + TIME + ",'traits':{'phone':" + phone + "}}");
            assertThat(Events.refused(event).reason()).isEqualTo(RejectReason.NO_IDENTIFIER);
            EventParser poland = new EventParser(EventLimits.defaults(), new IdentifierRules("PL"));
            assertThat(Events.event(poland.parse(event.getBytes(StandardCharsets.UTF_8), Events.ORIGIN))
                            .identifiers())
                    .extracting(Identifier::qualified)
                    .containsExactly("phone:+48512345678");
        }
    }

    @Nested
    class TraitsAndConsent {
        @Test
        void traitsAreJsonTextsOfIdentifyAndContext() {
            CustomerEvent event = Events.accepted(json("{'type':'identify','userId':'42'," + TIME
                    + ",'traits':{'plan':'a\\'b\\n','n':1.50,'big':1e400,'gone':null,'yes':true,"
                    + "'list':[1, {'k' : 'v'}]},'context':{'traits':{'plan':'old','country':'PL'}}}"));
            assertThat(event.traits())
                    .isEqualTo(Map.of(
                            "plan", json("'a") + "\\\"b\\n\"",
                            "n", "1.50",
                            "big", "1e400",
                            "gone", "null",
                            "yes", "true",
                            "list", json("[1,{'k':'v'}]"),
                            "country", json("'PL'")));
        }

        @Test
        void traitsOfAGroupAreNotTheCustomers() {
            assertThat(Events.accepted(json("{'type':'group','userId':'42'," + TIME + ",'traits':{'employees':5}}"))
                            .traits())
                    .isEmpty();
        }

        @Test
        void traitsThatAreTooLongAreLeftOutAndTheEventStaysWhole() {
            String longest = "x".repeat(32 * 1024 - 2);
            String event = json("{'type':'identify','userId':'42'," + TIME + ",'traits':{'a':'" + longest + "','b':'"
                    + longest + "x','c':1,'c':'" + longest + "x','" + "n".repeat(1_025) + "':1}}");
            assertThat(Events.accepted(event).traits()).containsOnlyKeys("a");
            assertThat(new String(Events.accepted(event).json(), StandardCharsets.UTF_8))
                    .isEqualTo(event);
        }

        @Test
        void consentIsTrueOrFalsePerPurpose() {
            assertThat(Events.accepted(with(consent("{'ads':true,'mail':false,'none':null,'ads':false}")))
                            .consent())
                    .isEqualTo(Map.of("ads", false, "mail", false));
            assertThat(Events.accepted(with(consent("null"))).consent()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"{'ads':'false'}", "{'ads':0}", "{'ads':{}}", "[]", "'none'"})
        void consentThatCannotBeReadIsNotSilence(String preferences) {
            assertThat(Events.refused(with(consent(preferences))).reason()).isEqualTo(RejectReason.BAD_VALUE);
        }

        @Test
        void consentIsBounded() {
            StringBuilder purposes = new StringBuilder("{'p0':true");
            for (int i = 1; i < 32; i++) {
                purposes.append(",'p" + i + "':true");
            }
            assertThat(Events.accepted(with(consent(purposes + "}"))).consent()).hasSize(32);
            assertThat(Events.refused(with(consent(purposes + ",'p32':false}"))).reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
            assertThat(Events.refused(with(consent("{'" + "p".repeat(257) + "':false}")))
                            .reason())
                    .isEqualTo(RejectReason.BAD_VALUE);
        }

        private String consent(String preferences) {
            return "'userId':'42','context':{'consent':{'categoryPreferences':" + preferences + "}}";
        }
    }

    @Test
    void lateIsTheInstantFromWhichItIsKnownAndNothingElse() {
        CustomerEvent event = Events.accepted(track("Order Completed", "'order_id':'o1','total':5"));
        assertThat(event.isLate()).isFalse();
        assertThat(event.knownAt(event.timestamp() - 1)).isEqualTo(event);
        CustomerEvent late = event.knownAt(event.timestamp() + 1);
        assertThat(late.isLate()).isTrue();
        assertThat(late.knownAt()).isEqualTo(event.timestamp() + 1);
        assertThat(late.timestamp()).isEqualTo(event.timestamp());
        Events.assertSurvivesRoundTrip(late);
    }
}
