package io.tributary.jobs.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.jobs.options.OptionsException;
import io.tributary.schemas.event.EventLimits;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomerSettingsTest {
    private final Configuration options = new Configuration();

    @Test
    void takesTheContractsDefaults() {
        CustomerSettings settings = CustomerSettings.from(options);

        assertThat(settings.latenessBound()).isEqualTo(Duration.ofSeconds(10));
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

    /** Beyond them, what an event is published in would not fit into a record of Kafka's. */
    @ParameterizedTest
    @CsvSource({"0", "-1", "1048577"})
    void refusesALimitOfBytesThatNoTopicCouldKeep(int bytes) {
        options.set(CustomerOptions.EVENTS_MAX_BYTES, bytes);

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessage("events.max-bytes: " + bytes + " is not between 1 and 1048576");
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "401"})
    void refusesALimitOfDepthThatNobodyCouldRead(int depth) {
        options.set(CustomerOptions.EVENTS_MAX_DEPTH, depth);

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessage("events.max-depth: " + depth + " is not between 1 and 400");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE})
    void refusesABaseThatNoVersionCouldBeAbove(long base) {
        options.set(CustomerOptions.VERSION_BASE, base);

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessage("profile.version-base: " + base + " is not between 0 and 4611686018427387904");
    }

    @Test
    void refusesABeginningThatIsNoInstant() {
        options.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, "broker:9092");
        options.set(CustomerOptions.KAFKA_START_FROM, "yesterday");

        assertThatThrownBy(() -> KafkaPorts.events(options, CustomerSettings.from(options)))
                .isInstanceOf(OptionsException.class)
                .hasMessage("kafka.start-from: 'yesterday' is no ISO-8601 instant like 2026-01-31T00:00:00Z");
    }

    @Test
    void refusesANegativeLatenessBound() {
        options.set(CustomerOptions.LATENESS_BOUND, Duration.ofSeconds(-1));

        assertThatThrownBy(() -> CustomerSettings.from(options))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("events.lateness-bound");
    }
}
