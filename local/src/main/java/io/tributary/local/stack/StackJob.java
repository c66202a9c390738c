package io.tributary.local.stack;

import java.io.IOException;
import org.apache.flink.core.execution.JobClient;

/** A job that the stack runs as soon as its components are ready, and again at its next start. */
@FunctionalInterface
public interface StackJob {
    /**
     * Prepares what the job needs (indices, for example) and submits it.
     *
     * @param flink where to run it: {@link FlinkCluster#environment} and {@link FlinkCluster#submit}
     * @param endpoints what to connect its sources and sinks to
     */
    JobClient submit(FlinkCluster flink, Endpoints endpoints) throws IOException;
}
