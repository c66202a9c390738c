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
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The customer job on the local stack, between its Kafka and its Elasticsearch. */
public final class CustomerStackJob implements StackJob {
    public static final String NAME = "tributary-customer";

    private final Configuration options;
    private final int parallelism;

    /**
     * @param options of {@link CustomerOptions}; where the stack is, is added
     * @param parallelism of every operator
     */
    public CustomerStackJob(Configuration options, int parallelism) {
        this.options = options;
        this.parallelism = parallelism;
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
        StreamExecutionEnvironment env = flink.environment(NAME);
        env.configure(JobEnvironment.required());
        env.setParallelism(parallelism);
        CustomerTopology.wire(env, CustomerPorts.from(complete, settings), settings);
        return flink.submit(env.getStreamGraph());
    }
}
