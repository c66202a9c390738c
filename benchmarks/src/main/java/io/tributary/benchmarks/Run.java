package io.tributary.benchmarks;

import java.util.Map;

/**
 * One job over all events, once.
 *
 * @param events records read
 * @param wallNanos from the first record to the end of a checkpoint that covers the last one
 * @param processorNanos of the JVM that runs Flink, in that time; the broker is another process
 * @param processorNanosByWorker of it, by who worked: see {@link ProcessorTime}
 * @param recordsOut sent to Kafka
 * @param segmentChanges customers who came into a segment or left one
 * @param bytesOut sent to Kafka, keys, values and headers
 */
public record Run(
        long events,
        long wallNanos,
        long processorNanos,
        Map<String, Long> processorNanosByWorker,
        long recordsOut,
        long segmentChanges,
        long bytesOut) {

    public double eventsPerSecond() {
        return events * 1e9 / wallNanos;
    }

    public double processorMicrosPerEvent() {
        return processorNanos / 1e3 / events;
    }
}
