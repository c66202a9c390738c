package io.tributary.kibana.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.kibana.kql.Kql.And;
import io.tributary.kibana.kql.Kql.Comparison;
import io.tributary.kibana.kql.Kql.Exists;
import io.tributary.kibana.kql.Kql.Is;
import io.tributary.kibana.kql.Kql.Not;
import io.tributary.kibana.kql.Kql.Or;
import io.tributary.kibana.kql.Kql.Range;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KqlTest {
    @Test
    void isEverythingIfEmpty() {
        assertThat(Kql.parse(" ")).isEqualTo(new Kql.All());
    }

    @Test
    void bindsAndStrongerThanOrAndNotStrongest() {
        assertThat(Kql.parse("a: 1 or not b: 2 AND c: \"x and y\""))
                .isEqualTo(new Or(List.of(
                        new Is("a", "1", false),
                        new And(List.of(new Not(new Is("b", "2", false)), new Is("c", "x and y", false))))));
    }

    @Test
    void followsParentheses() {
        assertThat(Kql.parse("(a: 1 or b: 2) and c: 3"))
                .isEqualTo(new And(List.of(
                        new Or(List.of(new Is("a", "1", false), new Is("b", "2", false))), new Is("c", "3", false))));
    }

    @Test
    void takesSeveralValuesOfAField() {
        assertThat(Kql.parse("segment: (lapsed or not vip*)"))
                .isEqualTo(
                        new Or(List.of(new Is("segment", "lapsed", false), new Not(new Is("segment", "vip*", true)))));
    }

    @Test
    void takesAnAsteriskForAnyValueUnlessItIsQuoted() {
        assertThat(Kql.parse("a.b: *")).isEqualTo(new Exists("a.b"));
        assertThat(Kql.parse("a.b: \"*\"")).isEqualTo(new Is("a.b", "*", false));
    }

    @Test
    void comparesWithNumbersAndDateMath() {
        assertThat(Kql.parse("a >= 1.5 and b<now-1d/d"))
                .isEqualTo(new And(List.of(
                        new Range("a", Comparison.AT_LEAST, "1.5"), new Range("b", Comparison.LESS, "now-1d/d"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a:",
                ": b",
                "a: b c",
                "(a: b",
                "a: b)",
                "a: b and",
                "a: b or or c: d",
                "a: \"b",
                "a > ",
                "a: {b: c}",
                "a*: b",
                "not",
                "a: (b",
                "a: and",
                "a: \\*"
            })
    void refusesWhatIsNoQuery(String query) {
        assertThatThrownBy(() -> Kql.parse(query))
                .isInstanceOf(KqlException.class)
                .hasMessageContaining(query);
    }
}
