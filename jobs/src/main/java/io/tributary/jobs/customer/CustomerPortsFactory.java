package io.tributary.jobs.customer;

import java.util.Optional;
import org.apache.flink.configuration.ReadableConfig;

/** The customer job's real sources and sinks, from its options. */
public final class CustomerPortsFactory {
    private CustomerPortsFactory() {}

    /** @throws io.tributary.jobs.options.OptionsException if a value does not fit */
    public static CustomerPorts from(ReadableConfig options, CustomerSettings settings) {
        return new CustomerPorts(KafkaPorts.events(options, settings), KafkaPorts.outputs(options), Optional.empty());
    }
}
