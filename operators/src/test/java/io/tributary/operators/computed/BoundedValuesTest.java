package io.tributary.operators.computed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal values have one form, and none is beyond the bounds. */
class BoundedValuesTest {
    @ParameterizedTest
    @CsvSource({"1.50, 1.5", "0.00, 0", "0E+7, 0", "100, 1E+2", "-0.10, -0.1", "1E+29, 1E+29", "1E-50, 1E-50"})
    void numbersHaveOneForm(String number, String form) {
        assertThat(BoundedValues.bounded(new BigDecimal(number))).isEqualTo(new BigDecimal(form));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1E+30",
                "1E-51",
                "1.00000000000000000000000000000000000000000000000000001",
                "1E+999999999",
                "-1E+30",
                "1E-999999999"
            })
    void numbersBeyondTheBoundsAreNone(String number) {
        assertThat(BoundedValues.bounded(new BigDecimal(number))).isNull();
        assertThat(BoundedValues.numbers(List.of(new BigDecimal(number), BigDecimal.TEN)))
                .containsExactly(new BigDecimal("1E+1"));
    }

    @Test
    void halvesOfSurrogatePairsAreReplacedAndPairsAreNotDivided() {
        assertThat(BoundedValues.text("a\uD83Db")).isEqualTo("a\uFFFDb");
        assertThat(BoundedValues.text("a\uD83D\uDE00b")).isEqualTo("a\uD83D\uDE00b");
        assertThat(BoundedValues.text("x".repeat(255) + "\uD83D\uDE00")).isEqualTo("x".repeat(255));
        assertThat(BoundedValues.text("x".repeat(254) + "\uD83D\uDE00y")).isEqualTo("x".repeat(254) + "\uD83D\uDE00");
        assertThat(BoundedValues.text("x".repeat(256))).isEqualTo("x".repeat(256));
    }

    @Test
    void whatIsNoValueIsRefused() {
        assertThatThrownBy(() -> BoundedValues.texts(Arrays.asList("a", null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a value is a String, a BigDecimal or a Boolean, not null");
        assertThatThrownBy(() -> BoundedValues.numbers(List.of(1.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("java.lang.Double");
    }
}
