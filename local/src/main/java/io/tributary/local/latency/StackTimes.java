package io.tributary.local.latency;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.local.stack.Endpoints;
import io.tributary.operators.sink.ElasticsearchSetup;
import java.io.IOException;
import java.time.Duration;

/**
 * What a running stack says of itself.
 *
 * @param checkpointMedian how long half of the checkpoints took at most
 * @param checkpoint99 the same of 99 of 100
 * @param refresh from one refresh of the index of profiles to the next, as Elasticsearch writes it: {@code 1s}
 */
record StackTimes(Duration checkpointMedian, Duration checkpoint99, String refresh) {
    /** Of a stack with one job. */
    static StackTimes read(Endpoints endpoints) throws IOException, InterruptedException {
        RestJson rest = new RestJson();
        String job =
                rest.get(endpoints.flink().resolve("/jobs")).at("/jobs/0/id").asText();
        JsonNode took = rest.get(endpoints.flink().resolve("/jobs/" + job + "/checkpoints"))
                .at("/summary/end_to_end_duration");
        JsonNode indices = rest.get(endpoints
                .elasticsearch()
                .resolve(
                        "/" + ElasticsearchSetup.PROFILES + "/_settings/index.refresh_interval?include_defaults=true"));
        return new StackTimes(
                Duration.ofMillis(took.path("p50").asLong()),
                Duration.ofMillis(took.path("p99").asLong()),
                indices.findPath("refresh_interval").asText());
    }
}
