package io.tributary.schemas.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import io.tributary.schemas.cel.CelDialect;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

class PlainComparisonPropertyTest {
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "1.0",
            "1.5",
            "-0.0",
            "9007199254740992",
            "9007199254740993",
            "-9223372036854775808",
            "1e300");
    private static final List<String> OPERATORS = List.of("<", "<=", ">", ">=", "==", "!=");

    @Provide
    Arbitrary<String> expressions() {
        Arbitrary<String> fields = Arbitraries.of(
                "event.properties.x",
                "event.properties['x']",
                "size(event.properties.x)",
                "event.properties.x.y",
                "event.revenue");
        Arbitrary<String> constants =
                Arbitraries.oneOf(Arbitraries.of(NUMBERS), Arbitraries.of("'a'", "''", "true", "false"));
        return Arbitraries.of(OPERATORS)
                .flatMap(operator -> fields.flatMap(field -> constants.flatMap(constant -> Arbitraries.of(
                        field + " " + operator + " " + constant, constant + " " + operator + " " + field))));
    }

    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(-2, 2).map(Object.class::cast),
                Arbitraries.doubles().between(-2, 2).map(Object.class::cast),
                Arbitraries.of(
                        0L,
                        1L,
                        -1L,
                        9007199254740992L,
                        9007199254740993L,
                        Long.MIN_VALUE,
                        Long.MAX_VALUE,
                        0.0,
                        -0.0,
                        1.0,
                        1.5,
                        9007199254740992.0,
                        1e300,
                        Double.NaN,
                        Double.NEGATIVE_INFINITY,
                        "a",
                        "",
                        true,
                        false,
                        List.of(),
                        List.of(1L),
                        Map.of(),
                        Map.of("y", 1L),
                        Map.of("y", "a")),
                Arbitraries.just(null));
    }

    @Property(tries = 5_000)
    void decidesAsCelDoes(@ForAll("expressions") String text, @ForAll("values") Object value) {
        CheckedExpression checked = Language.ofEventTriggers().check(text).expression();
        if (checked == null) {
            Statistics.label("checked").collect(false);
            return;
        }
        CelRuntime.Program program = checked.program();
        boolean[] asked = new boolean[1];
        PlainComparison plain = PlainComparison.of(checked.ast().getExpr(), variables -> {
            asked[0] = true;
            return CelDialect.evaluate(program, variables);
        });
        Map<String, Object> properties = new HashMap<>();
        if (value != null) {
            properties.put("x", value);
        }
        Map<String, Object> event = new HashMap<>(Map.of("properties", properties));
        if (value instanceof Double) {
            event.put("revenue", value);
        }
        CelVariableResolver variables = name -> name.equals("event") ? Optional.of(event) : Optional.empty();

        if (plain != null) {
            assertThat(plain.apply(variables)).isEqualTo(CelDialect.evaluate(program, variables));
        }
        Statistics.label("checked").collect(true);
        Statistics.label("decided").collect(Tuple.of(plain != null, asked[0]));
    }

    @Test
    void whatIsUsualIsPlain() {
        for (String text : Arrays.asList(
                "size(cart.items) > 0",
                "cart.value.USD >= 100",
                "event.properties.category == 'shoes'",
                "5 < event.revenue")) {
            CheckedExpression checked = Language.ofEventTriggers().check(text).expression();
            assertThat(PlainComparison.of(checked.ast().getExpr(), variables -> null))
                    .as(text)
                    .isNotNull();
        }
    }
}
