package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventOrder;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.EventType;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What expressions say of events. */
class EventExpressionTest {
    private static final String ORDER =
            """
            {"type":"track","event":"Order Completed","messageId":"m1","timestamp":"2026-01-02T10:00:00.123Z",
             "userId":42,"anonymousId":"a-1","context":{"campaign":{"name":"spring"},"tags":[]},
             "properties":{"order_id":"o1","revenue":"35.79","currency":"EUR","coupon":null,"n":17,"d":0.1,"whole":2.0,
              "big":12345678901234567890123,"huge":1e999,"beyond":1e40,"text":"1e2","flag":true,"price":"35.790","sku":"0042",
              "categories":["b","a",7,["c",true,null,{"x":1}]],"object":{"x":1},"empty":"",
              "products":[{"product_id":"p1","price":"10.10","quantity":2,"tags":["x","y"]},{"product_id":"p2","price":20}]}}""";

    private static CustomerEvent event(String json) {
        Inbound inbound = EventParser.withDefaults()
                .parse(json.replace("\n", "").getBytes(StandardCharsets.UTF_8), Origin.line("e.jsonl", 1));
        return ((Inbound.Accepted) inbound).event();
    }

    private static EventView order() {
        return new EventView(event(ORDER));
    }

    private static FoldDefinition fold(String keys) {
        return Definitions.of("d.yaml", "traits:\n- {name: a, events: [Order Completed, page], " + keys + "}")
                .traits()
                .get("a")
                .fold();
    }

    private static EventExpression value(String aggregate, String value) {
        return fold("aggregate: %s, value: \"%s\"".formatted(aggregate, value)).value();
    }

    private static boolean holds(String where, EventView view) {
        return fold("aggregate: count, where: \"" + where + "\"").where().holds(view);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event.name == 'Order Completed'",
                "event.type == 'track'",
                "event.message_id == 'm1'",
                "event.timestamp == timestamp('2026-01-02T10:00:00.123Z')",
                "event.timestamp.getFullYear() == 2026",
                "event.user_id == '42'",
                "event.anonymous_id == 'a-1'",
                "event.revenue == 35.79 && event.currency == 'EUR' && event.order_id == 'o1'",
                "event.revenue >= 20",
                "event.context.campaign.name == 'spring'",
                "event.properties.n == 17 && event.properties.n == 17.0 && event.properties.whole == 2",
                "event.properties.d < 1 && event.properties.huge > 5",
                "event.properties.coupon == null",
                "has(event.properties.coupon) && !has(event.properties.none) && has(event.revenue)",
                "event.products.size() == 2 && event.products.exists(p, p.price == '10.10')",
                "event.products.all(p, has(p.product_id))",
                "event.products[1].price == 20",
                "'a' in event.properties.categories",
                "event.properties.flag",
                "event.traits == {}"
            })
    void whatHoldsOfAnOrder(String where) {
        assertThat(holds(where, order())).as(where).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event.properties.none == 3",
                "event.properties.none != 3",
                "event.properties.n > 'a'",
                "event.properties.n.startsWith('a')",
                "event.properties.object",
                "event.properties.text",
                "event.properties.coupon > 3",
                "event.products[2].price == 20",
                "event.products[0].quantity / 0 == 1",
                "int(event.properties.sku + 'x') == 3",
                "timestamp(event.properties.sku) > event.timestamp",
                "event.traits.email == 'x'"
            })
    void whatIsMissingOrOfAnotherKindOrFailsDoesNotHold(String where) {
        assertThat(holds(where, order())).as(where).isFalse();
    }

    @Test
    void anEventWithoutMoneyAndPropertiesHasNone() {
        EventView page = new EventView(event(
                "{\"type\":\"page\",\"timestamp\":\"2026-01-02T10:00:00Z\",\"anonymousId\":\"a\",\"properties\":[1],"
                        + "\"traits\":7,\"context\":null}"));

        assertThat(holds("event.name == 'page' && event.type == 'page'", page)).isTrue();
        assertThat(holds("has(event.revenue) || has(event.currency) || has(event.order_id)", page))
                .isFalse();
        assertThat(holds("has(event.user_id)", page)).isFalse();
        assertThat(holds(
                        "event.products == [] && event.properties == {} && event.traits == {} && event.context == {}",
                        page))
                .isTrue();
        assertThat(value("sum", "event.revenue").numbers(page)).isEmpty();
    }

    @Test
    void ofIdentifyTheTraitsAreThere() {
        EventView identify = new EventView(
                event(
                        "{\"type\":\"identify\",\"timestamp\":\"2026-01-02T10:00:00Z\",\"userId\":\"u\",\"traits\":{\"age\":30}}"));

        assertThat(holds("event.traits.age >= 18", identify)).isTrue();
    }

    static List<Arguments> numbers() {
        return List.of(
                Arguments.of("event.revenue", List.of("35.79")),
                Arguments.of("event.properties.price", List.of("35.79")),
                Arguments.of("event.properties.n", List.of("17")),
                Arguments.of("event.properties.d", List.of("0.1")),
                Arguments.of("event.properties.text", List.of("1E+2")),
                Arguments.of("event.properties.sku", List.of("42")),
                Arguments.of("event.properties.whole * 2.0", List.of("4")),
                Arguments.of("event.properties.d + 0.2", List.of("0.30000000000000004")),
                Arguments.of("event.products.map(p, p.price)", List.of("10.1", "2E+1")),
                Arguments.of("event.properties.categories", List.of("7")),
                Arguments.of("[event.revenue, [1u, 2.5]]", List.of("35.79", "1", "2.5")),
                Arguments.of("event.properties.none", List.of()),
                Arguments.of("event.properties.coupon", List.of()),
                Arguments.of("event.properties.flag", List.of()),
                Arguments.of("event.properties.object", List.of()),
                Arguments.of("event.properties.empty", List.of()),
                Arguments.of("event.properties.huge", List.of()),
                Arguments.of("event.properties.beyond", List.of()),
                Arguments.of("event.properties.n / 0", List.of()),
                Arguments.of("event.properties.price.none.deeper", List.of()));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void whereANumberIsWanted(String value, List<String> numbers) {
        assertThat(value("sum", value).values(order(), Aggregate.Values.NUMBERS))
                .isEqualTo(numbers.stream().map(BigDecimal::new).toList());
    }

    static List<Arguments> texts() {
        return List.of(
                Arguments.of("event.name", List.of("Order Completed")),
                Arguments.of("event.revenue", List.of("35.79")),
                Arguments.of("event.properties.price", List.of("35.790")),
                Arguments.of("event.properties.n", List.of("17")),
                Arguments.of("event.properties.whole", List.of("2")),
                Arguments.of("event.properties.d", List.of("0.1")),
                Arguments.of("event.properties.flag", List.of("true")),
                Arguments.of("event.properties.empty", List.of("")),
                Arguments.of("event.properties.categories", List.of("b", "a", "7", "c", "true")),
                Arguments.of("event.products.map(p, p.tags)", List.of()),
                Arguments.of("event.products.filter(p, has(p.tags)).map(p, p.tags)", List.of("x", "y")),
                Arguments.of("event.properties.none", List.of()),
                Arguments.of("event.properties.coupon", List.of()),
                Arguments.of("event.properties.object", List.of()),
                Arguments.of("event.properties.beyond", List.of()));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void whereATextIsWanted(String value, List<String> texts) {
        assertThat(value("unique_list", value).values(order(), Aggregate.Values.TEXTS))
                .isEqualTo(texts);
    }

    static List<Arguments> single() {
        return List.of(
                Arguments.of("event.properties.price", List.of("35.790")),
                Arguments.of("event.properties.n", List.of(new BigDecimal("17"))),
                Arguments.of("event.properties.flag", List.of(true)),
                Arguments.of("event.properties.categories", List.of()),
                Arguments.of("event.properties.object", List.of()),
                Arguments.of("event.properties.coupon", List.of()),
                Arguments.of("event.properties.none", List.of()));
    }

    @ParameterizedTest
    @MethodSource("single")
    void whereAnyOneValueIsWanted(String value, List<?> single) {
        assertThat(value("last", value).values(order(), Aggregate.Values.ANY)).isEqualTo(single);
    }

    @Test
    void moneyThatIsOnlyLookedAtIsExact() {
        EventView view = new EventView(event(ORDER.replace("35.79\"", "123456789012345678901234.123456789\"")));

        assertThat(value("sum", "event.revenue").numbers(view))
                .containsExactly(new BigDecimal("123456789012345678901234.123456789"));
        assertThat(value("max", "event.revenue + 0.0").numbers(view).get(0).precision())
                .isLessThan(20);
    }

    @Test
    void ofALongTextTheFirstCharactersCountAndNoHalfOfAPair() {
        String plain = "x".repeat(300);
        String pairs = "x" + "𝄞".repeat(200);

        assertThat(value("top_k", "event.properties.sku").texts(with(plain))).containsExactly("x".repeat(256));
        assertThat(value("top_k", "event.properties.sku").texts(with(pairs))).containsExactly("x" + "𝄞".repeat(127));
        assertThat(value("first", "event.properties.sku").values(with(plain), Aggregate.Values.ANY))
                .isEqualTo(List.of("x".repeat(256)));
        assertThat(value("top_k", "event.properties.sku").texts(with("a\\ud834b")))
                .containsExactly("a\uFFFDb");
    }

    @Test
    void expressionsSeeTheBeginningOfAHugeText() {
        EventView view = with("x".repeat(100_000));

        assertThat(holds("size(event.properties.sku) == 4096", view)).isTrue();
        assertThat(holds("size(event.properties.sku) == 4095", with("x".repeat(4_095) + "𝄞𝄞")))
                .isTrue();
    }

    private static EventView with(String sku) {
        return new EventView(event(ORDER.replace("0042", sku)));
    }

    @Test
    void aFoldTakesTheEventsOfItsNamesForWhichItsConditionHolds() {
        FoldDefinition fold = fold("aggregate: sum, value: event.revenue, where: event.revenue > 30");

        assertThat(fold.takes(order())).isTrue();
        assertThat(fold.values(order())).isEqualTo(List.of(new BigDecimal("35.79")));
        assertThat(fold.takes(new EventView(event(ORDER.replace("35.79", "29.99")))))
                .isFalse();
        assertThat(fold.takes(new EventView(event(ORDER.replace("Order Completed", "Order Refunded")))))
                .isFalse();
        assertThat(fold("aggregate: count").takes(order())).isTrue();
        assertThat(fold("aggregate: count").values(order())).isEmpty();
    }

    private static EventView raw(byte[] json) {
        CustomerEvent event = event(ORDER);
        return new EventView(new CustomerEvent(
                new EventOrder(1, event.kind(), "m", 0),
                EventType.TRACK,
                "Order Completed",
                event.identifiers(),
                event.traits(),
                event.consent(),
                event.cartLines(),
                null,
                json,
                1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"properties\":{\"n\":1,\"a\":{",
                "{\"properties\":{\"n\":",
                "{\"properties\":{\"products\":[{]}}",
                "{\"properties\":{\"products\":{\"a\":1}}}",
                "{\"properties\":{\"products\":[1,null,\"x\",[2]]}}",
                "\uFEFF{}"
            })
    void neverThrowsWhateverTheBytesAre(String json) {
        EventView view = raw(json.getBytes(StandardCharsets.UTF_8));

        assertThat(holds("event.properties.n == 1 && event.products.exists(p, p.price > 3)", view))
                .isFalse();
        assertThat(value("sum", "event.products.map(p, p.price)").numbers(view)).isEmpty();
        assertThat(value("sum", "event.properties.n").numbers(view)).isEmpty();
        assertThat(value("first", "event.user_id").values(view, Aggregate.Values.ANY))
                .isEmpty();
    }

    @Property
    void neverThrowsOnAnyBytes(@ForAll byte[] json) {
        assertThatCode(() -> {
                    EventView view = raw(json);
                    holds("event.properties.n == 1", view);
                    value("sum", "event.properties.n").numbers(view);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void ofARepeatedNameTheLastCounts() {
        EventView view =
                raw("{\"properties\":{\"n\":1},\"properties\":{\"n\":2,\"n\":3},\"context\":{\"n\":1},\"context\":null}"
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(value("sum", "event.properties.n").numbers(view)).containsExactly(new BigDecimal(3));
        assertThat(value("sum", "event.context.n").numbers(view)).isEmpty();
    }

    @Test
    void aHugeNumberTakesNoTime() {
        EventView view =
                raw(("{\"properties\":{\"n\":" + "9".repeat(1_000_000) + "}}").getBytes(StandardCharsets.UTF_8));

        long start = System.nanoTime();
        assertThat(holds("event.properties.n > 1", view)).isTrue();
        assertThat(value("sum", "event.properties.n").numbers(view)).isEmpty();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }
}
