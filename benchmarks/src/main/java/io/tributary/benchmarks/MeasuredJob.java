package io.tributary.benchmarks;

import io.tributary.jobs.customer.CustomerPorts;
import io.tributary.jobs.customer.CustomerSettings;
import io.tributary.jobs.customer.CustomerTopology;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What can be measured. */
public enum MeasuredJob {
    SKELETON("skeleton") {
        @Override
        void wire(StreamExecutionEnvironment env, CustomerPorts ports, CustomerSettings settings, int valueBytes) {
            SkeletonTopology.wire(env, ports, valueBytes);
        }
    },
    CUSTOMER("customer job") {
        @Override
        void wire(StreamExecutionEnvironment env, CustomerPorts ports, CustomerSettings settings, int valueBytes) {
            CustomerTopology.wire(env, ports, settings);
        }
    };

    /** Of the source in every job's graph. */
    static final String SOURCE_TITLE = "Events from Kafka";

    private final String title;

    MeasuredJob(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** @param valueBytes size of the skeleton's value; the customer job has its own state */
    abstract void wire(StreamExecutionEnvironment env, CustomerPorts ports, CustomerSettings settings, int valueBytes);
}
