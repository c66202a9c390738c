package io.tributary.local.latency;

/**
 * How long after its event a merger was visible.
 *
 * @param plan what was done
 * @param kafka from a login to the merger in Kafka
 * @param search from a login to the merger in Elasticsearch
 * @param searches from one search to the next: how exactly the latter is known
 * @param job what the job was configured with
 * @param stack what the stack said of itself
 */
public record MergeLatencyResult(
        MergeLatency.Plan plan,
        Latencies kafka,
        Latencies search,
        Latencies searches,
        JobTimes job,
        StackTimes stack) {}
