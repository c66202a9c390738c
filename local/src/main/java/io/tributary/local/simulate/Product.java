package io.tributary.local.simulate;

import java.math.BigDecimal;
import java.util.Map;

/**
 * An article of the catalogue.
 *
 * @param prices per market, in minor units of its currency
 */
record Product(String id, String sku, String name, String brand, String category, Map<Market, Long> prices) {
    long price(Market market) {
        return prices.get(market);
    }

    static BigDecimal money(long minorUnits, Market market) {
        return BigDecimal.valueOf(minorUnits, market.decimals());
    }
}
