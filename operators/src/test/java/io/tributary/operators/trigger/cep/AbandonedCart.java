package io.tributary.operators.trigger.cep;

import java.time.Duration;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * The abandoned cart of the contract over tiny events: {@code cart} leaves items in the cart, {@code emptied} none, and
 * {@code order} is one. Every event that reaches the pattern ends the wait of the cart event before it.
 */
final class AbandonedCart {

    private AbandonedCart() {}

    /**
     * The window is a millisecond longer than the delay, because a window excludes its end, whereas an order at the
     * deadline cancels. So with a watermark at {@code w} the host's time is {@code w + 1}.
     */
    static Pattern<ShopEvent, ShopEvent> pattern(Duration delay) {
        return Pattern.<ShopEvent>begin("cart")
                .where(SimpleCondition.of(event -> event.kind().equals("cart")))
                .notFollowedBy("later")
                .where(SimpleCondition.of(event -> true))
                .within(delay.plusMillis(1));
    }
}
