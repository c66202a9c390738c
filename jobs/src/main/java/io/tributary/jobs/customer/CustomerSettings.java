package io.tributary.jobs.customer;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.money.Money;
import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;

/**
 * What the operators of the customer job need to know.
 *
 * @param latenessBound how far behind its partition's clock an event may arrive and still be in time
 * @param publishInterval least time between two publications of a profile
 */
public record CustomerSettings(
        EventLimits limits,
        IdentifierRules identifierRules,
        Duration latenessBound,
        Duration publishInterval,
        AbandonedCart abandonedCart) {

    /** @throws OptionsException if a value does not fit */
    public static CustomerSettings from(ReadableConfig options) {
        String currency = options.get(CustomerOptions.DEFAULT_CURRENCY);
        if (!Money.isCurrency(currency)) {
            throw new OptionsException(
                    CustomerOptions.DEFAULT_CURRENCY.key() + ": '" + currency + "' is no code of ISO 4217");
        }
        return new CustomerSettings(
                new EventLimits(
                        between1And(EventLimits.MAX_BYTES, CustomerOptions.EVENTS_MAX_BYTES, options),
                        between1And(EventLimits.MAX_DEPTH, CustomerOptions.EVENTS_MAX_DEPTH, options),
                        options.get(CustomerOptions.EVENTS_MAX_SKEW).toMillis(),
                        currency,
                        EventLimits.defaults().maxTraitBytes()),
                new IdentifierRules(
                        options.getOptional(CustomerOptions.PHONE_REGION).orElse(null)),
                atLeast(Duration.ZERO, CustomerOptions.LATENESS_BOUND, options),
                atLeast(Duration.ZERO, CustomerOptions.PUBLISH_INTERVAL, options),
                new AbandonedCart(
                        atLeast(Duration.ofMillis(1), CustomerOptions.ABANDONED_CART_DELAY, options),
                        atLeast(Duration.ZERO, CustomerOptions.ABANDONED_CART_EXPIRES_AFTER, options)));
    }

    private static int between1And(int most, ConfigOption<Integer> option, ReadableConfig options) {
        int value = options.get(option);
        if (value < 1 || value > most) {
            throw new OptionsException(option.key() + ": " + value + " is not between 1 and " + most);
        }
        return value;
    }

    private static Duration atLeast(Duration least, ConfigOption<Duration> option, ReadableConfig options) {
        Duration value = options.get(option);
        if (value.compareTo(least) < 0) {
            throw new OptionsException(option.key() + ": '" + TimeUtils.formatWithHighestUnit(value) + "' is less than "
                    + TimeUtils.formatWithHighestUnit(least));
        }
        return value;
    }
}
