package io.tributary.schemas.money;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.HashMap;
import java.util.Map;

/** Exact amounts: decimal text in, decimal text out, never through binary floating point. */
public final class Money {
    /** Most digits before the decimal point: beyond any price, few enough to be bounded. */
    public static final int MAX_INTEGER_DIGITS = 30;

    /**
     * Most digits behind the decimal point. Shops compute in binary floating point and state what it prints: 17
     * significant digits, of a sum that should be nothing behind dozens of zeros.
     */
    public static final int MAX_DECIMALS = 50;

    private static final int MAX_LENGTH = 100;

    private static final Map<String, Integer> DECIMALS = decimals();

    private Money() {}

    private static Map<String, Integer> decimals() {
        Map<String, Integer> decimals = new HashMap<>();
        for (Currency currency : Currency.getAvailableCurrencies()) {
            decimals.put(currency.getCurrencyCode(), Math.max(0, currency.getDefaultFractionDigits()));
        }
        return Map.copyOf(decimals);
    }

    /** Whether a text is a currency code of ISO 4217, in capitals. */
    public static boolean isCurrency(String code) {
        return DECIMALS.containsKey(code);
    }

    /**
     * Reads a decimal.
     *
     * @return the exact amount without trailing zeros, or null if the text is no decimal, is longer than
     *     {@value #MAX_LENGTH} characters, or has more than {@value #MAX_INTEGER_DIGITS} digits before or
     *     {@value #MAX_DECIMALS} behind the point
     */
    public static BigDecimal parse(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return null;
        }
        try {
            BigDecimal amount = new BigDecimal(text);
            if (amount.signum() == 0) {
                return BigDecimal.ZERO;
            }
            // Before anything expands the number: 1e999999999 is ten characters.
            if (Math.abs((long) amount.scale()) > 2 * MAX_LENGTH) {
                return null;
            }
            BigDecimal exact = amount.stripTrailingZeros();
            return exact.scale() > MAX_DECIMALS || exact.precision() - exact.scale() > MAX_INTEGER_DIGITS
                    ? null
                    : exact;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The amount with the currency's decimals, with more only if it needs them: {@code 10.00}, {@code 0.125}. */
    public static String format(BigDecimal amount, String currency) {
        int decimals = DECIMALS.getOrDefault(currency, 2);
        BigDecimal exact = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
        return (exact.scale() < decimals ? exact.setScale(decimals) : exact).toPlainString();
    }
}
