package io.tributary.jobs.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.jobs.options.OptionsException;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.schemas.event.EventLimits;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class CustomerSettingsTest {
    private final Configuration options = new Configuration();

    @Test
    void takesTheContractsDefaults() {
        CustomerSettings settings = CustomerSettings.from(options);

        assertThat(settings.latenessBound()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.abandonedCart()).isEqualTo(AbandonedCart.defaults());
        assertThat(settings.limits()).isEqualTo(EventLimits.defaults());
    }

    @Test
    void refusesACurrencyThatIsNone() {
        options.set(CustomerOptions.DEFAULT_CURRENCY, "EURO");

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("events.default-currency")
                .hasMessageContaining("EURO");
    }

    @Test
    void needsToKnowWhereKafkaIs() {
        assertThatThrownBy(() -> KafkaPorts.events(options, CustomerSettings.from(options)))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("kafka.bootstrap-servers is missing");
        assertThatThrownBy(() -> KafkaPorts.outputs(options))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("kafka.bootstrap-servers is missing");
    }

    @Test
    void refusesADeliveryGuaranteeThatLosesData() {
        options.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, "broker:9092");
        options.set(CustomerOptions.KAFKA_DELIVERY, "none");

        assertThatThrownBy(() -> KafkaPorts.outputs(options))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("kafka.delivery-guarantee")
                .hasMessageContaining("none");
    }

    @Test
    void refusesANegativeLatenessBound() {
        options.set(CustomerOptions.LATENESS_BOUND, Duration.ofSeconds(-1));

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("events.lateness-bound");
    }

    @Test
    void refusesAnAbandonedCartWithoutADelay() {
        options.set(CustomerOptions.ABANDONED_CART_DELAY, Duration.ZERO);

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("triggers.abandoned-cart.delay");
    }
}
