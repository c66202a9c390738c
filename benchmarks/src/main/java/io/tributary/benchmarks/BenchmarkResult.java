package io.tributary.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What was measured.
 *
 * @param events records in the topic of events
 * @param valueBytes size of the skeleton's value
 */
public record BenchmarkResult(long events, int parallelism, int valueBytes, Job skeleton, Job customer) {
    /**
     * One job.
     *
     * @param runs in the order in which they were made; the i-th runs of both jobs are neighbours in time
     */
    public record Job(MeasuredJob job, List<Run> runs, StateUse state) {
        public Spread spread(ToDoubleFunction<Run> figure) {
            return Spread.of(runs.stream().mapToDouble(figure));
        }

        /** Processor time per event and worker, microseconds, the median of the runs. */
        public Map<String, Double> processorMicrosByWorker() {
            Map<String, Double> medians = new TreeMap<>();
            for (Run run : runs) {
                for (String worker : run.processorNanosByWorker().keySet()) {
                    medians.computeIfAbsent(worker, name -> spread(other ->
                                    other.processorNanosByWorker().getOrDefault(name, 0L) / 1e3 / other.events())
                            .median());
                }
            }
            return medians;
        }
    }

    /** Events per second of the customer job, as a share of the skeleton's, run by run. */
    public Spread ratio() {
        return Spread.of(IntStream.range(0, skeleton.runs.size())
                .mapToDouble(i -> customer.runs.get(i).eventsPerSecond()
                        / skeleton.runs.get(i).eventsPerSecond()));
    }
}
