package io.tributary.schemas.money;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.HashMap;
import java.util.Map;

/** Exact amounts: decimal text in, decimal text out, never through binary floating point. */
public final class Money {
    /** Most digits before or after the decimal point: enough for any price, few enough to be bounded. */
    public static final int MAX_DIGITS = 15;

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
     * @return the exact amount without trailing zeros, or null if the text is no decimal, is longer than 64 characters,
     *     or has more than {@link #MAX_DIGITS} digits before or after the point
     */
    public static BigDecimal parse(String text) {
        if (text.isEmpty() || text.length() > 64) {
            return null;
        }
        try {
            BigDecimal amount = new BigDecimal(text);
            if (amount.signum() == 0) {
                return BigDecimal.ZERO;
            }
            // Before anything expands the number: 1e999999999 is ten characters.
            if (Math.abs((long) amount.scale()) > 128) {
                return null;
            }
            BigDecimal exact = amount.stripTrailingZeros();
            return exact.scale() > MAX_DIGITS || exact.precision() - exact.scale() > MAX_DIGITS ? null : exact;
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
