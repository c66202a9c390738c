package io.tributary.local.stack;

import io.tributary.jobs.JobEnvironment;
import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.CustomerTopology;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchSetup;
import java.io.IOException;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The customer job on the local stack, between its Kafka and its Elasticsearch. */
public final class CustomerStackJob implements StackJob {
    public static final String NAME = "tributary-customer";

    private final Configuration options;
    private final int parallelism;

    @Nullable
    private final String savepoint;

    /**
     * @param options of {@link CustomerOptions}; where the stack is, is added
     * @param parallelism of every operator
     */
    public CustomerStackJob(Configuration options, int parallelism) {
        this(options, parallelism, null);
    }

    private CustomerStackJob(Configuration options, int parallelism, @Nullable String savepoint) {
        this.options = options;
        this.parallelism = parallelism;
        this.savepoint = savepoint;
    }

    /** The same job, which goes on from a savepoint, as after an upgrade, and not from its newest checkpoint. */
    public CustomerStackJob from(String path) {
        return new CustomerStackJob(options, parallelism, path);
    }

    @Override
    public JobClient submit(FlinkCluster flink, Endpoints endpoints) throws IOException {
        ElasticsearchSetup.apply(ElasticsearchConnection.to(endpoints.elasticsearch()));
        Configuration complete = new Configuration(options);
        complete.set(CustomerOptions.KAFKA_BOOTSTRAP_SERVERS, endpoints.kafka());
        complete.set(
                CustomerOptions.ELASTICSEARCH_HOSTS,
                List.of(endpoints.elasticsearch().toString()));
        CustomerSettings settings = CustomerSettings.from(complete);
        StreamExecutionEnvironment env = savepoint == null ? flink.environment(NAME) : flink.environmentAnew(NAME);
        env.configure(JobEnvironment.required());
        env.setParallelism(parallelism);
        if (savepoint != null) {
            env.configure(new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
        }
        CustomerTopology.wire(env, CustomerPorts.from(complete, settings), settings);
        return flink.submit(env.getStreamGraph());
    }
}
