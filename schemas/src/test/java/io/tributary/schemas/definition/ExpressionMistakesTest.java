package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tributary.schemas.identity.IdentitySettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong in an expression: the column is the one in the expression, from 1 on. */
class ExpressionMistakesTest {
    private static final String TRAITS =
            """
            traits:
            - {name: orders_90d, aggregate: count, events: [Order Completed], window: 90d}
            - {name: spent, aggregate: sum, events: [Order Completed], value: event.revenue}
            - {name: favourite, aggregate: most_frequent, events: [Product Viewed], value: event.properties.category}
            - {name: seen, aggregate: top_k, events: [Product Viewed], value: event.properties.category}
            - {name: campaign, aggregate: first, events: [page], value: event.context.campaign}
            """;

    private static List<String> mistakes(String yaml, IdentitySettings identity) {
        DefinitionsException wrong = catchThrowableOfType(
                DefinitionsException.class, () -> Definitions.of(Map.of("d.yaml", yaml), identity));
        return wrong == null ? List.of() : wrong.mistakes();
    }

    /** The mistakes of an expression that stands alone on a line of the file, so that columns are its own. */
    private static List<String> mistakes(String head, String expression) {
        List<String> mistakes = mistakes(head + "|-\n" + expression.indent(4), IdentitySettings.defaults());
        int line = (int) head.lines().count() + 1;
        return mistakes.stream()
                .map(mistake -> {
                    String[] parts = mistake.split(":", 4);
                    assertThat(parts[1]).isEqualTo(String.valueOf(line));
                    return (Integer.parseInt(parts[2]) - 4) + ":" + parts[3];
                })
                .toList();
    }

    private static Arguments of(String expression, String... messages) {
        return Arguments.of(expression, List.of(messages));
    }

    static List<Arguments> names() {
        return List.of(
                of("orders.cout > 3", "8: no field 'cout' — did you mean 'count'?"),
                of("has(orders.lastat)", "12: no field 'lastat' — did you mean 'last_at'?"),
                of("orders.xyzzy > 3", "8: no field 'xyzzy'; known here: count, revenue, refunds, first_at, last_at"),
                of("computed.orders_90 > 3", "10: no computed trait 'orders_90' — did you mean 'orders_90d'?"),
                of(
                        "computed.xyzzy > 3",
                        "10: no computed trait 'xyzzy'; known here: campaign, favourite, orders_90d, seen, spent"),
                of("in_segment('lapsed_vp')", "13: no segment 'lapsed_vp' — did you mean 'lapsed_vip'?"),
                of("in_segment('xyzzy')", "13: no segment 'xyzzy'"),
                of("size(identifiers.emial) > 0", "18: no namespace 'emial' — did you mean 'email'?"),
                of("ordrs.count > 3", "1: unknown name 'ordrs' — did you mean 'orders'?"),
                of(
                        "xyzzy > 3",
                        "1: unknown name 'xyzzy'; known here: traits, computed, orders, cart, consent, identifiers,"
                                + " events, first_seen, last_seen"),
                of("cart.items.exists(i, i.prise > 3)", "24: no field 'prise' — did you mean 'price'?"),
                of("cart.items[0].prise > 3.0", "15: no field 'prise' — did you mean 'price'?"),
                of("cart.items.exists(item, itm.price > 3)", "25: unknown name 'itm' — did you mean 'item'?"),
                of("traits.city.startWith('W')", "13: unknown function 'startWith' — did you mean 'startsWith'?"),
                of("day_since(orders.last_at) > 3", "1: unknown function 'day_since' — did you mean 'days_since'?"),
                of("orders.revenue.UDS > 3", "16: 'UDS' is no currency of ISO 4217 — did you mean 'USD'?"),
                of("orders.refunds['usd'] > 3", "17: 'usd' is no currency of ISO 4217 — did you mean 'USD'?"),
                of("has(cart.value.dollars)", "16: 'dollars' is no currency of ISO 4217, such as USD"),
                of("event.name == 'x'", "1: a segment's 'when' is about the profile, not about an event"),
                of("value > 3", "1: 'value' is for segments with 'for_each'"),
                of("size(orders) > 3", "6: 'orders' is a group: name a field of it, such as orders.count"),
                of("dyn(cart).itms == 3", "5: 'cart' is a group: name a field of it, such as cart.items"),
                of(
                        "computed['orders_90d'] > 3",
                        "1: 'computed' is a group: name a field of it, such as computed.campaign"),
                of("rfm.group == 'Champions'", "1: RFM scores are not there yet"),
                of("predictions.p_alive < 0.3", "1: predictions are not there yet"),
                of(
                        "cart.items.exists(orders, orders.price > 3)",
                        "18: the variable of the loop needs another name: 'orders' is one already"));
    }

    static List<Arguments> types() {
        return List.of(
                of("orders.count > 'a'", "14: '>' can't compare a whole number with a text"),
                of("computed.orders_90d == '3'", "21: '==' can't compare a whole number with a text"),
                of("computed.favourite > 3", "20: '>' can't compare a text with a whole number"),
                of("computed.seen == 'shoes'", "15: '==' can't compare a list with a text"),
                of("orders.revenue > 3", "16: '>' can't compare an object with a whole number"),
                of(
                        "orders.last_at > '2026-01-01'",
                        "16: '>' can't compare a time with a text; write timestamp('2026-01-31T00:00:00Z')"),
                of("orders.count.USD > 3", "14: a whole number has no fields"),
                of("orders.count && true", "14: '&&' is for conditions, and a whole number is none"),
                of("!orders.count", "1: '!' is for conditions, and a whole number is none"),
                of(
                        "orders.count ? true : false",
                        "14: '? :' needs a condition before the '?', and a whole number is none"),
                of(
                        "(consent.marketing ? 1 : 'b') == 1",
                        "20: both results of '? :' have to be of one kind, not a whole number and a text"),
                of(
                        "orders.count + 1.5 > 3",
                        "14: '+' can't take a whole number and a number; write double(…) around the whole number, or 2.0"
                                + " for 2"),
                of("'a' + 3 == 'b'", "5: '+' can't take a text and a whole number"),
                of("size(orders.count) > 3", "1: 'size' can't take a whole number"),
                of("orders.count.startsWith('W')", "14: 'startsWith' can't take a whole number and a text"),
                of("cart.items['p1'].price > 3.0", "11: '[…]' can't look up a text in a list"),
                of("1 in orders.count", "3: 'in' can't look for a whole number in a whole number"),
                of("days_since(orders.count) > 3", "1: 'days_since' can't take a whole number"),
                of("days_since() > 3", "1: 'days_since' can't take nothing"),
                of("has(orders)", "4: has(…) asks for a field, such as has(traits.city)"),
                of("orders.count.exists(i, i > 3)", "7: a whole number has no elements to go through"),
                of("cart.items.all(i, i.price)", "15: a condition is wanted in the loop, and a number is none"),
                of("cart.items.exists_one(i, i.price)", "22: a condition is wanted in the loop, and a number is none"));
    }

    static List<Arguments> time() {
        return List.of(
                of(
                        "days_since(orders.last_at) > days_since(first_seen)",
                        "28: two times that pass can't be compared: no instant decides it. Compare 'days_since' with a"
                                + " number"),
                of(
                        "days_since(orders.last_at) > orders.count",
                        "28: 'days_since' can only be compared with a number that is written out, such as 30"),
                of(
                        "days_since(orders.last_at) > 30u",
                        "28: 'days_since' can only be compared with a number that is written out, such as 30"),
                of(
                        "days_since(orders.last_at) > 2 * 15",
                        "28: 'days_since' can only be compared with a number that is written out, such as 30"),
                of(
                        "days_since(orders.last_at) == 30",
                        "1: 'days_since' is equal to a number for no longer than an instant: use <, <=, > or >="),
                of(
                        "hours_since(orders.last_at) != 30",
                        "1: 'hours_since' is equal to a number for no longer than an instant: use <, <=, > or >="),
                of(
                        "days_since(orders.last_at) * 2 > 30",
                        "1: 'days_since' can't be calculated with: compare it with a number"),
                of(
                        "30 < -days_since(orders.last_at)",
                        "7: 'days_since' can't be calculated with: compare it with a number"),
                of(
                        "(days_since(orders.last_at) > 3) == consent.marketing",
                        "2: a comparison of 'days_since' has to be a condition of its own: connect it by &&, || and !"),
                of(
                        "int(days_since(orders.last_at)) > 3",
                        "5: 'days_since' has to be compared with a number by <, <=, > or >=, because time passes"),
                of(
                        "days_since(orders.last_at)",
                        "1: 'days_since' has to be compared with a number by <, <=, > or >=, because time passes"),
                of(
                        "cart.items.exists(i, days_since(cart.updated_at) > 3)",
                        "22: 'days_since' can't be inside exists, all, map or filter: time would pass for each element by"
                                + " itself"),
                of(
                        "days_since(first_seen + duration(string(hours_since(last_seen)))) > 3",
                        "41: 'hours_since' can't be inside a function of time"),
                of(
                        "in_segment(traits.x)",
                        "1: 'in_segment' takes the name of one segment in quotes: in_segment('vip')"),
                of(
                        "in_segment('a', 'b')",
                        "1: 'in_segment' takes the name of one segment in quotes: in_segment('vip')"),
                of(
                        "in_segment('lapsed_vip') == consent.marketing",
                        "1: 'in_segment' has to be a condition of its own: connect it by &&, || and !"));
    }

    static List<Arguments> syntax() {
        return List.of(
                of("orders.count >", "15: the expression ends too early"),
                of("orders.count = 3", "14: '=' is not expected here — did you mean '=='?"),
                of("orders.count > 3 and true", "18: 'and' is not expected here — did you mean '&&'?"),
                of("orders.count > 3 OR true", "18: 'OR' is not expected here — did you mean '||'?"),
                of("traits.city == 'Wien", "16: a text is not closed"),
                of("orders.count > 3)", "17: ')' is not expected here"),
                of("orders.count > 99999999999999999999", "16: the number 99999999999999999999 is too large"),
                of("(".repeat(300) + "true" + ")".repeat(300), "1: the expression is nested too deep"),
                of("true || " + "true || ".repeat(1_300) + "true", "1: the expression has more than 10,000 characters"),
                of("orders{count: 3}.count == 3", "7: objects can't be made here"),
                of(
                        "orders.last_at > timestamp('2026-13-01T00:00:00Z')",
                        "28: '2026-13-01T00:00:00Z' is not a time, such" + " as 2026-01-31T00:00:00Z"),
                of("orders.last_at - first_seen > duration('3d')", "40: '3d' is not a duration, such as 36h or 90m"),
                of("traits.city.matches('W(')", "21: 'W(' is not a regular expression"),
                of(
                        "traits.city.matches('((a{100}){100}){10}')",
                        "21: '((a{100}){100}){10}' is not a regular expression"),
                of("size(traits.a > 3", "18: ')' is missing here"),
                of("math.greatest(has(traits.a)) > 1", "14: 'math.greatest' can't take a condition"),
                of("math.greatest([(])", "1: CEL can't read the expression"),
                of("matches(traits.city, 'W(')", "22: 'W(' is not a regular expression"));
    }

    @ParameterizedTest
    @MethodSource({"names", "types", "time", "syntax"})
    void saysWhatIsWrongInTheConditionOfASegment(String when, List<String> messages) {
        String head = TRAITS + "segments:\n- {name: lapsed_vip, when: true}\n- name: s\n  when: ";

        assertThat(mistakes(head, when)).containsExactlyElementsOf(messages);
    }

    static List<Arguments> where() {
        return List.of(
                of("event.revenu > 3", "7: no field 'revenu' — did you mean 'revenue'?"),
                of("evnt.revenue > 3", "1: unknown name 'evnt' — did you mean 'event'?"),
                of("orders.count > 3", "1: unknown name 'orders'; known here: event"),
                of("days_since(event.timestamp) > 3", "1: 'days_since' is for the 'when' of segments, not for events"),
                of("size(event) > 3", "6: 'event' is a group: name a field of it, such as event.name"),
                of("event.name > 3", "12: '>' can't compare a text with a whole number"),
                of(
                        "event.products.exists(event, true)",
                        "22: the variable of the loop needs another name: 'event' is one" + " already"),
                of("event.revenue", "6: 'where' must be a condition, true or false, not a number"),
                of("event.products.map(p, p.id)", "6: 'where' must be a condition, true or false, not a list"));
    }

    @Test
    void saysSeveralMistakesOfOneExpressionButNotWhatFollowsFromThem() {
        String head = TRAITS + "segments:\n- name: s\n  when: ";

        assertThat(mistakes(head, "orders.cout > 'a' || days_since(orders.last_at) * 2 > 3 && traits.x < ordrs.count"))
                .containsExactly(
                        "8: no field 'cout' — did you mean 'count'?",
                        "22: 'days_since' can't be calculated with: compare it with a number",
                        "71: unknown name 'ordrs' — did you mean 'orders'?");
    }

    @Test
    void whereAndValueAreAboutTheEvent() {
        for (Arguments one : where()) {
            String where = (String) one.get()[0];
            List<String> mistakes = mistakes(
                    "traits:\n- name: a\n  aggregate: count\n  events: [A]\n  where: |-\n" + where.indent(4),
                    IdentitySettings.defaults());
            assertThat(mistakes).as(where).hasSize(1);
            String[] parts = mistakes.get(0).split(":", 4);
            assertThat((Integer.parseInt(parts[2]) - 4) + ":" + parts[3]).isEqualTo(((List<?>) one.get()[1]).get(0));
        }
    }

    static List<Arguments> values() {
        return List.of(
                Arguments.of(
                        "sum", "event.revenue > 3", "'value' must be a number for aggregate: sum, not a condition"),
                Arguments.of("max", "event.timestamp", "'value' must be a number for aggregate: max, not a time"),
                Arguments.of("min", "event.properties", "'value' must be a number for aggregate: min, not an object"),
                Arguments.of("average", "[true]", "'value' must be a number for aggregate: average, not a list"),
                Arguments.of(
                        "unique_count",
                        "event.products",
                        "'value' must be a text for aggregate: unique_count, not a list"),
                Arguments.of("top_k", "event.timestamp", "'value' must be a text for aggregate: top_k, not a time"),
                Arguments.of(
                        "last",
                        "event.products.map(p, p.name)",
                        "'value' must be a text, a number or true or false for aggregate: last, not a list"),
                Arguments.of(
                        "first",
                        "null",
                        "'value' must be a text, a number or true or false for aggregate: first, not null"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void theValueFitsTheAggregate(String aggregate, String value, String message) {
        assertThat(mistakes(
                        "traits:\n- {name: a, aggregate: %s, events: [A], value: \"%s\"}".formatted(aggregate, value),
                        IdentitySettings.defaults()))
                .singleElement()
                .asString()
                .isEqualTo("d.yaml:2:%d: %s".formatted(46 + aggregate.length(), message));
    }

    @Test
    void theValuesOfASegmentAreTexts() {
        assertThat(mistakes(
                        """
                        segments:
                        - {name: a, for_each: event.timestamp, trait: {aggregate: count, events: [A]}, when: value > 'a'}
                        - {name: b, for_each: event.nam, trait: {aggregate: sum, events: [A], value: event.revenue}, when: value}
                        """,
                        IdentitySettings.defaults()))
                .containsExactly(
                        "d.yaml:2:23: 'for_each' must be a text, not a time",
                        "d.yaml:2:92: '>' can't compare a whole number with a text",
                        "d.yaml:3:29: no field 'nam' — did you mean 'name'?",
                        "d.yaml:3:100: 'when' must be a condition, true or false, not a number");
    }

    @Test
    void configuredNamespacesAreThereAndOthersAreNot() {
        String yaml = "segments:\n- {name: a, when: size(identifiers.%s) > 0}";
        IdentitySettings identity =
                IdentitySettings.parse("i.yaml", "version: 1\nnamespaces: [{name: shop_card, kind: person}]");

        assertThat(mistakes(yaml.formatted("shop_card"), identity)).isEmpty();
        assertThat(mistakes(yaml.formatted("user_id"), identity)).isEmpty();
        assertThat(mistakes(yaml.formatted("shop_crad"), identity))
                .containsExactly("d.yaml:2:36: no namespace 'shop_crad' — did you mean 'shop_card'?");
        assertThat(mistakes(yaml.formatted("shop_card"), IdentitySettings.defaults()))
                .containsExactly(
                        "d.yaml:2:36: no namespace 'shop_card'; known here: user_id, crm_id, loyalty_card, email,"
                                + " phone, anonymous_id, device_id");
    }

    @Test
    void segmentsThatNameEachOtherInACircleAreRefusedOnceByTheCircle() {
        assertThat(mistakes(
                        """
                        segments:
                        - {name: d, when: in_segment('a')}
                        - {name: a, when: "traits.x && in_segment('b')"}
                        - {name: b, when: in_segment('c') || in_segment('c')}
                        - {name: c, when: "!in_segment('a')"}
                        - {name: e, when: in_segment('e')}
                        """,
                        IdentitySettings.defaults()))
                .containsExactly(
                        "d.yaml:3:44: segments name each other in a circle: a → b → c → a",
                        "d.yaml:6:31: segments name each other in a circle: e → e");
    }

    @Test
    void aChainOfSegmentsIsRefusedWhereItBecomesTooLong() {
        assertThat(mistakes(chain(100), IdentitySettings.defaults())).isEmpty();
        assertThat(mistakes(chain(2_000), IdentitySettings.defaults()))
                .containsExactly("d.yaml:102:34: segments name each other in a chain of more than 100 from here");
    }

    /** The first one names none, each other one the one before. */
    private static String chain(int length) {
        StringBuilder yaml = new StringBuilder("segments:\n- {name: s0, when: events.count > 1}\n");
        for (int i = 1; i < length; i++) {
            yaml.append("- {name: s%d, when: in_segment('s%d')}\n".formatted(i, i - 1));
        }
        return yaml.toString();
    }

    static List<String> styles() {
        return List.of(
                "orders.cout > 3",
                "'orders.cout > 3'",
                "\"orders.cout > 3\"",
                "'traits.n == \'\'x\'\' || orders.cout > 3'",
                "\"traits.n == \\\"x\\\" || orders.cout > 3\"",
                "\"traits.n == '\\u00e4\\t\\x41\\U0001d11e\\ ' || orders.cout > 3\"",
                "'traits.n == \"𝄞\" || orders.cout > 3'",
                "&a orders.cout > 3",
                "!!str 'orders.cout > 3'",
                "true &&\n    orders.cout > 3",
                "'true &&\n\n    orders.cout > 3'",
                "\"true &&\n    orders.\\\n    cout > 3\"",
                "|\n    true &&\n\n    orders.cout > 3",
                "|-  # a comment\n\n   true &&\n     orders.cout > 3",
                "|2\n       true &&\n    orders.cout > 3",
                ">\n    true &&\n    orders.cout > 3\n");
    }

    @ParameterizedTest
    @MethodSource("styles")
    void thePlaceIsTheOneInTheFileHoweverTheTextIsWritten(String when) {
        String yaml = "segments:\r\n- when:    %s\n  name: a\n".formatted(when);
        String[] before = yaml.substring(0, yaml.indexOf("cout")).split("\n", -1);
        String last = before[before.length - 1];

        assertThat(mistakes(yaml, IdentitySettings.defaults()))
                .containsExactly("d.yaml:%d:%d: no field 'cout' — did you mean 'count'?"
                        .formatted(before.length, last.codePointCount(0, last.length()) + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders.count >",
                "'orders.count > '",
                "\"orders.count >\\n\"",
                "|\n    orders.count >\n\n",
                "orders.count\n    >"
            })
    void anEndThatComesTooEarlyIsBehindTheLastCharacter(String when) {
        String yaml = "segments:\n- when: %s\n  name: a\n".formatted(when);
        String[] before = yaml.substring(0, yaml.indexOf(">") + 1).split("\n", -1);

        assertThat(mistakes(yaml, IdentitySettings.defaults()))
                .containsExactly("d.yaml:%d:%d: the expression ends too early"
                        .formatted(before.length, before[before.length - 1].length() + 1));
    }
}
