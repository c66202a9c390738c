package io.tributary.jobs;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.CustomerTopology;
import io.tributary.jobs.options.OptionsException;
import io.tributary.jobs.options.OptionsFile;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Folds events into customer profiles and fires triggers.
 *
 * <pre>flink run -d -c io.tributary.jobs.CustomerJob tributary-jobs.jar --config cdp.yaml</pre>
 */
public final class CustomerJob {
    private CustomerJob() {}

    /** Submits the job to the cluster of the Flink client that runs this. */
    public static void main(String[] args) throws Exception {
        if (args.length != 2 || !args[0].equals("--config")) {
            throw new OptionsException("usage: --config FILE, a YAML file with the options of docs/options.md");
        }
        Configuration options = OptionsFile.read(Path.of(args[1]), CustomerOptions.class);
        CustomerSettings settings = CustomerSettings.from(options);
        CustomerPorts ports = CustomerPorts.from(options, settings);
        StreamExecutionEnvironment env = JobEnvironment.create();
        CustomerTopology.wire(env, ports, settings);
        env.execute("tributary-customer");
    }
}
