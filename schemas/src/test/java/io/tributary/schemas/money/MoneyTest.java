package io.tributary.schemas.money;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    @Property(tries = 5_000)
    void readsExactly(@ForAll long unscaled, @ForAll @IntRange(min = -35, max = 75) int scale) {
        BigDecimal oracle = BigDecimal.valueOf(unscaled, scale);
        boolean fits = oracle.stripTrailingZeros().scale() <= 50 && oracle.abs().compareTo(BigDecimal.TEN.pow(30)) < 0;
        for (String text : new String[] {oracle.toPlainString(), oracle.toString(), oracle.toEngineeringString()}) {
            BigDecimal read = Money.parse(text);
            if (fits) {
                assertThat(read).isEqualByComparingTo(oracle);
                assertThat(read).isEqualTo(oracle.signum() == 0 ? BigDecimal.ZERO : oracle.stripTrailingZeros());
            } else {
                assertThat(read).isNull();
            }
        }
    }

    /** A shop that computes in JavaScript states 3.3000000000000003, and for nothing 5.551115123125783E-17. */
    @Property(tries = 5_000)
    void readsWhatAnyDoublePrints(
            @ForAll @DoubleRange(min = 1, max = 10) double digits,
            @ForAll @IntRange(min = -33, max = 28) int exponent) {
        double number = digits * Math.pow(10, exponent);
        BigDecimal exact = new BigDecimal(Double.toString(number));
        assertThat(Money.parse(Double.toString(number))).isEqualByComparingTo(exact);
        assertThat(Money.parse(exact.toPlainString())).isEqualByComparingTo(exact);
        assertThat(new BigDecimal(Money.format(exact, "USD"))).isEqualByComparingTo(exact);
    }

    @Property(tries = 5_000)
    void writesWhatItReads(@ForAll long unscaled, @ForAll @IntRange(min = 0, max = 50) int scale) {
        BigDecimal amount = BigDecimal.valueOf(unscaled, scale);
        for (String currency : new String[] {"USD", "JPY", "BHD"}) {
            String text = Money.format(amount, currency);
            assertThat(text).matches("-?\\d+(\\.\\d+)?");
            assertThat(new BigDecimal(text)).isEqualByComparingTo(amount);
            assertThat(Money.parse(text)).isEqualByComparingTo(amount);
            int decimals = new BigDecimal(text).scale();
            int least = currency.equals("USD") ? 2 : currency.equals("JPY") ? 0 : 3;
            assertThat(decimals)
                    .isEqualTo(Math.max(least, amount.stripTrailingZeros().scale()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10, USD, 10.00",
        "1E+1, USD, 10.00",
        "0, USD, 0.00",
        "0.000, JPY, 0",
        "-0.5, USD, -0.50",
        "0.125, USD, 0.125",
        "0.1250, USD, 0.125",
        "1000, JPY, 1000",
        "1E+3, JPY, 1000",
        "0.5, JPY, 0.5",
        "1.5, BHD, 1.500",
        "1.2345, BHD, 1.2345",
        "3.3000000000000003, USD, 3.3000000000000003",
        "5.551115123125783E-17, USD, 0.00000000000000005551115123125783",
        "7, XXX, 7",
        "7, ???, 7.00",
    })
    void writesTheDecimalsOfTheCurrency(String amount, String currency, String expected) {
        assertThat(Money.format(new BigDecimal(amount), currency)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "35.79, 35.79",
        "35.790, 35.79",
        "1e2, 1E+2",
        "0e999999999, 0",
        "-0, 0",
        "+5, 5",
        ".5, 0.5",
        "5., 5",
        "3.3000000000000003, 3.3000000000000003",
        "0.30000000000000004, 0.30000000000000004",
        "-2.7755575615628914E-17, -2.7755575615628914E-17",
        "999999999999999999999999999999, 999999999999999999999999999999",
        "0.00000000000000000000000000000000000000000000000001, 1E-50",
    })
    void reads(String text, String expected) {
        assertThat(Money.parse(text)).isEqualTo(new BigDecimal(expected));
    }

    @Timeout(5)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1,50",
                "$1",
                "NaN",
                "Infinity",
                "0x10",
                "1e999999999",
                "1e-999999999",
                "1e99999999999",
                "1e2147483648",
                "1000000000000000000000000000000",
                "1.7976931348623157E308",
                "0.000000000000000000000000000000000000000000000000001",
                "4.9E-324",
                "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
            })
    void refuses(String text) {
        assertThat(Money.parse(text)).isNull();
    }

    @Test
    void knowsCurrenciesByTheirCapitalCode() {
        assertThat(Money.isCurrency("EUR")).isTrue();
        assertThat(Money.isCurrency("eur")).isFalse();
        assertThat(Money.isCurrency("EURO")).isFalse();
    }
}
