package io.tributary.operators.computed;

import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** An event and what it says to a trait; to a parametric segment also of what. */
record Said(EventOrder order, List<String> keys, List<?> values) {
    static Said at(String instant, Object... values) {
        return at(millis(instant), "m", values);
    }

    static Said at(long instant, String messageId, Object... values) {
        return new Said(new EventOrder(instant, EventKind.OTHER, messageId, 0), List.of(), List.of(values));
    }

    Said of(String... keys) {
        return new Said(order, List.of(keys), values);
    }

    static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    long timestamp() {
        return order.timestamp();
    }

    /** The numbers among the values. */
    List<BigDecimal> numbers() {
        return values.stream()
                .filter(BigDecimal.class::isInstance)
                .map(BigDecimal.class::cast)
                .toList();
    }
}
