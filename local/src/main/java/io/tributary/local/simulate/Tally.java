package io.tributary.local.simulate;

import io.tributary.schemas.event.RejectReason;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts while a simulation runs. */
final class Tally {
    final Map<RejectReason, Long> broken = new EnumMap<>(RejectReason.class);
    final Map<String, Long> byName = new TreeMap<>();
    final Map<String, BigDecimal> revenue = new TreeMap<>();
    final Map<String, BigDecimal> refunds = new TreeMap<>();
    long events;
    long duplicates;
    long late;
    long orders;
    long newest = Long.MIN_VALUE;
    int personsWhoLogIn;

    void event(ClientEvent event, boolean isLate) {
        events++;
        late += isLate ? 1 : 0;
        newest = Math.max(newest, event.at());
        byName.merge(event.type().equals("track") ? event.name() : event.type(), 1L, Long::sum);
    }

    void order(Order order) {
        orders++;
        add(revenue, order.market(), order.revenue());
    }

    void refund(Market market, long minorUnits) {
        add(refunds, market, minorUnits);
    }

    long lines() {
        return events
                + duplicates
                + broken.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void add(Map<String, BigDecimal> sums, Market market, long minorUnits) {
        sums.merge(market.currency(), Product.money(minorUnits, market), BigDecimal::add);
    }
}
