package io.tributary.operators.trigger;

import io.tributary.schemas.definition.AbandonedCartDefinition;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * The definition of an abandoned cart: a cart event after which the cart is not empty, and then, up to and including the
 * deadline, neither another cart event nor an order.
 *
 * @param delay from the last cart event to the deadline
 * @param expiresAfter from the deadline to the instant after which acting on the trigger makes no sense
 * @param version of the definition, from 1 on; 0 of {@link #NONE}
 */
public record AbandonedCart(Duration delay, Duration expiresAfter, int version) implements Serializable {
    public static final String NAME = "abandoned_cart";

    /** Nothing is abandoned: there is no definition. */
    public static final AbandonedCart NONE = new AbandonedCart(Duration.ofMillis(1), Duration.ZERO, 0);

    /** A customer who refuses this purpose gets no trigger; silence is consent. */
    public static final String PURPOSE = "marketing";

    static final String CART = "cart";
    private static final String END = "end";

    public AbandonedCart {
        if (delay.toMillis() <= 0 || expiresAfter.isNegative()) {
            throw new IllegalArgumentException("the delay must be positive, the expiry not negative");
        }
    }

    /** One hour of silence; a day to act. */
    public static AbandonedCart defaults() {
        return new AbandonedCart(Duration.ofHours(1), Duration.ofHours(24), 1);
    }

    /** @param definition null if there is none */
    public static AbandonedCart of(AbandonedCartDefinition definition, int version) {
        return definition == null ? NONE : new AbandonedCart(definition.within(), definition.expiresAfter(), version);
    }

    boolean isThere() {
        return version > 0;
    }

    /**
     * The pattern for Flink CEP. Its window is a millisecond longer than the delay, because a window excludes its end
     * and an order at the deadline still cancels.
     */
    Pattern<CartStep, ?> pattern() {
        return Pattern.<CartStep>begin(CART)
                .where(SimpleCondition.of(isThere() ? CartStep::filled : step -> false))
                .notFollowedBy(END)
                .where(SimpleCondition.of(step -> true))
                .within(delay.plusMillis(1));
    }

    /** The delay as people write it: {@code 1h}, {@code 90m}, {@code 45s}. */
    String delayText() {
        long millis = delay.toMillis();
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
