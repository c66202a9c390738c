package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is checked against declared types runs on plain maps, also in parts. */
class CheckedExpressionTest {
    private static final Set<String> CONNECTIVES = Set.of("_&&_", "_||_", "!_", "_?_:_");

    private static final Map<String, Object> PROFILE = profile();

    private static Map<String, Object> profile() {
        Map<String, Object> traits = new HashMap<>();
        traits.put("age", 17L);
        traits.put("score", 3.0);
        traits.put("city", "Warsaw");
        traits.put("nothing", NullValue.NULL_VALUE);
        traits.put("signup", "2026-01-02T00:00:00Z");
        Map<String, Object> profile = new HashMap<>();
        profile.put("traits", traits);
        profile.put("computed", Map.of("orders_90d", 2L, "spent", 35.79));
        profile.put(
                "orders",
                Map.of(
                        "count",
                        3L,
                        "revenue",
                        Map.of("USD", 35.79, "EUR", 500.0),
                        "last_at",
                        Instant.parse("2026-01-02T00:00:00Z")));
        profile.put(
                "cart",
                Map.of(
                        "items",
                        List.of(
                                Map.of("product_id", "p1", "quantity", 2L, "price", 150.0, "name", "Shoe"),
                                Map.of("product_id", "p2", "quantity", 1L))));
        profile.put("consent", Map.of("marketing", true));
        profile.put("identifiers", Map.of("email", List.of("ana@x.com"), "phone", List.of()));
        profile.put("events", Map.of("count", 9L, "by_name", Map.of("page", 4L)));
        profile.put("first_seen", Instant.parse("2026-01-01T00:00:00Z"));
        profile.put("last_seen", Instant.parse("2026-01-05T00:00:00Z"));
        return profile;
    }

    private static CheckedExpression when(String when) {
        return Definitions.of(
                        "d.yaml",
                        """
                        traits:
                        - {name: orders_90d, aggregate: count, events: [Order Completed], window: 90d}
                        - {name: spent, aggregate: sum, events: [Order Completed], value: event.revenue}
                        - {name: favourite, aggregate: most_frequent, events: [page], value: event.properties.x}
                        segments:
                        - {name: vip, when: true}
                        - name: a
                          when: |-
                        """
                                + when.indent(4))
                .segments()
                .get("a")
                .when();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders.revenue.EUR >= 500 && orders.revenue.EUR == 500 && orders.revenue.USD != 35",
                "orders.revenue.USD >= 35.79 && orders.revenue.USD == 35.79 && 36 > orders.revenue.USD",
                "orders.count == 3 && orders.count == 3.0 && 3.0 == orders.count && !(orders.count != 3.0)",
                "traits.age == 17 && traits.age == 17.0 && traits.score == 3 && traits.score != traits.age",
                "traits.age < 18.5 && traits.age != 'x' && traits.city == 'Warsaw' && traits.nothing == null",
                "has(orders.last_at) && !has(orders.first_at) && has(orders.revenue.EUR) && !has(orders.revenue.GBP)",
                "has(computed.spent) && !has(computed.favourite) && computed.orders_90d == 2 && computed.spent == 35.79",
                "has(traits.age) && !has(traits.none)",
                "cart.items.exists(i, i.price > 100) && cart.items[0].quantity == 2 && size(cart.items) == 2",
                "cart.items.filter(i, has(i.price)).map(i, i.name) == ['Shoe']",
                "!has(cart.value)",
                "consent.marketing && 'marketing' in consent && size(identifiers.email) == 1 && identifiers.phone == []",
                "events.by_name['page'] == 4 && events.count > 8 && !('identify' in events.by_name)",
                "orders.last_at > first_seen && last_seen - first_seen == duration('96h')",
                "timestamp(traits.signup) == orders.last_at",
                "traits.city.lowerAscii().startsWith('war') && traits.city.matches('^W.*w$')",
                "math.greatest(orders.count, 2) == 3"
            })
    void runsOnPlainMaps(String when) throws CelEvaluationException {
        assertThat(when(when).program().eval(PROFILE)).as(when).isEqualTo(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders.revenue.GBP >= 0",
                "orders.first_at < last_seen",
                "computed.favourite == 'x'",
                "traits.none == 3",
                "traits.city < 3",
                "cart.value.USD > 3",
                "cart.items[2].price > 3",
                "consent.sms",
                "events.by_name['identify'] > 0",
                "cart.items.map(i, i.price).size() > 0"
            })
    void whatIsMissingOrOfAnotherKindThrows(String when) {
        assertThatThrownBy(() -> when(when).program().eval(PROFILE)).isInstanceOf(CelEvaluationException.class);
    }

    /** The parts between connectives, in the order of the text. */
    private static List<CelExpr> conditions(CelExpr expr) {
        List<CelExpr> conditions = new ArrayList<>();
        if (expr.getKind() == Kind.CALL && CONNECTIVES.contains(expr.call().function())) {
            expr.call().args().forEach(part -> conditions.addAll(conditions(part)));
        } else {
            conditions.add(expr);
        }
        return conditions;
    }

    static List<Arguments> parts() {
        return List.of(
                Arguments.of(
                        "orders.revenue.USD >= 500 && days_since(orders.last_at) > 60",
                        List.of("orders.revenue.USD >= 500", "days_since(orders.last_at) > 60")),
                Arguments.of(
                        "!( (traits.age<18)||in_segment( 'vip' ) ) ? consent.marketing : !has(traits . city)",
                        List.of("traits.age<18", "in_segment( 'vip' )", "consent.marketing", "has(traits . city)")),
                Arguments.of(
                        "cart.items.exists(i, i.price > 100.0 && (i.quantity) > 1) || [1, 2].all(x, x > 0) || 'a' in ['a']",
                        List.of(
                                "cart.items.exists(i, i.price > 100.0 && (i.quantity) > 1)",
                                "[1, 2].all(x, x > 0)",
                                "'a' in ['a']")),
                Arguments.of(
                        "(orders.count + 1) * 2 > 3 && ((2) * (orders.count + 1)) > (3) && -(orders.count) < -2",
                        List.of(
                                "(orders.count + 1) * 2 > 3",
                                "((2) * (orders.count + 1)) > (3)",
                                "-(orders.count) < -2")),
                Arguments.of(
                        "traits.city.startsWith( \"W\" ) && math.greatest(orders.count, 2) > 1 && has(traits.city)",
                        List.of(
                                "traits.city.startsWith( \"W\" )",
                                "math.greatest(orders.count, 2) > 1",
                                "has(traits.city)")),
                Arguments.of(
                        "(consent.marketing ? 1 : 2) == 1 && traits['the city'] == r'W\\d' && cart.items[0].price > 3.0",
                        List.of(
                                "(consent.marketing ? 1 : 2) == 1",
                                "traits['the city'] == r'W\\d'",
                                "cart.items[0].price > 3.0")),
                Arguments.of(
                        "traits.city == '𝄞(' // a comment (\n   && {'a': 1}.a   ==\n 1 && size([]) < timestamp(traits.t).getHours('UTC')",
                        List.of(
                                "traits.city == '𝄞('",
                                "{'a': 1}.a == 1",
                                "size([]) < timestamp(traits.t).getHours('UTC')")),
                Arguments.of(
                        "traits['a b']==\"c\" && traits.city=='say \"no\"' && traits.city=='it\\'s' && ''==traits.city",
                        List.of(
                                "traits['a b']==\"c\"",
                                "traits.city=='say \"no\"'",
                                "traits.city=='it\\'s'",
                                "''==traits.city")),
                Arguments.of(
                        "'''it's''' == traits.city && true && (false)",
                        List.of("'''it's''' == traits.city", "true", "false")));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void theTextOfAPartIsAsWritten(String when, List<String> texts) {
        CheckedExpression expression = when(when);

        assertThat(conditions(expression.ast().getExpr()).stream()
                        .map(expression::textOf)
                        .toList())
                .isEqualTo(texts);
    }

    @Test
    void theTextOfAnyPartReadsAsThePart() {
        for (Arguments one : parts()) {
            CheckedExpression expression = when((String) one.get()[0]);
            for (CelExpr condition : conditions(expression.ast().getExpr())) {
                CheckedExpression again = when(expression.textOf(condition) + " || false");
                assertThat(again.textOf(conditions(again.ast().getExpr()).get(0)))
                        .isEqualTo(expression.textOf(condition));
            }
            assertThat(expression.textOf(expression.ast().getExpr())).isNotEmpty();
        }
    }

    @Test
    void partsRunByThemselves() throws CelEvaluationException {
        CheckedExpression expression = when("orders.revenue.USD >= 500 || traits.none > 3 || orders.revenue.EUR == 500"
                + " || days_since(timestamp(traits.signup)) > 3");
        List<CelExpr> conditions = conditions(expression.ast().getExpr());

        assertThat(expression.program(conditions.get(0)).eval(PROFILE)).isEqualTo(false);
        CelRuntime.Program missing = expression.program(conditions.get(1));
        assertThatThrownBy(() -> missing.eval(PROFILE)).isInstanceOf(CelEvaluationException.class);
        assertThat(expression.program(conditions.get(2)).eval(PROFILE)).isEqualTo(true);
        CelExpr time = conditions.get(3).call().args().get(0);
        assertThat(time.call().function()).isEqualTo(SegmentDefinition.DAYS_SINCE);
        assertThat(expression.program(time.call().args().get(0)).eval(PROFILE))
                .isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
        assertThat(expression.textOf(time.call().args().get(0))).isEqualTo("timestamp(traits.signup)");
    }

    @Test
    void loopsEnd() {
        String ten = "[0,1,2,3,4,5,6,7,8,9]";
        String loops = ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, " + ten
                + ".all(e, a + b + c + d + e >= 0)))))";

        assertThatThrownBy(() -> when(loops).program().eval(PROFILE))
                .isInstanceOf(CelEvaluationException.class)
                .hasMessageContaining("Iteration budget exceeded");
    }
}
