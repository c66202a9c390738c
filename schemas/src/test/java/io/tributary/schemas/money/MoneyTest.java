package io.tributary.schemas.money;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    private static final long FIFTEEN_DIGITS = 999_999_999_999_999L;

    @Property(tries = 5_000)
    void readsExactly(@ForAll long unscaled, @ForAll @IntRange(min = -20, max = 40) int scale) {
        BigDecimal oracle = BigDecimal.valueOf(unscaled, scale);
        boolean fits = oracle.stripTrailingZeros().scale() <= 15 && oracle.abs().compareTo(BigDecimal.TEN.pow(15)) < 0;
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

    @Property(tries = 5_000)
    void writesWhatItReads(@ForAll long unscaled, @ForAll @IntRange(min = 0, max = 15) int scale) {
        BigDecimal amount = BigDecimal.valueOf(unscaled % FIFTEEN_DIGITS, scale);
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
        "7, XXX, 7",
        "7, ???, 7.00",
    })
    void writesTheDecimalsOfTheCurrency(String amount, String currency, String expected) {
        assertThat(Money.format(new BigDecimal(amount), currency)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"35.79, 35.79", "35.790, 35.79", "1e2, 1E+2", "0e999999999, 0", "-0, 0", "+5, 5", ".5, 0.5", "5., 5"})
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
                "1000000000000000",
                "0.0000000000000001",
                "00000000000000000000000000000000000000000000000000000000000000001",
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
