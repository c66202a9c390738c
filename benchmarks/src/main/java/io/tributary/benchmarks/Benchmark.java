package io.tributary.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures the customer job against the skeleton: first each once with its access to state counted, which also warms
 * the JVM up, then in turn, so that both see the same machine.
 */
public final class Benchmark {
    /** Its value is what every event of the customer job reads and writes. */
    static final String HOT_STATE = "profile-hot";

    private final String bootstrapServers;
    private final Path folder;
    private final int parallelism;
    private final int runs;

    /**
     * A benchmark of what the topic of events holds.
     *
     * @param bootstrapServers of a Kafka, best in another process, with the suite's topics
     * @param folder for state; the caller deletes it
     * @param parallelism of both jobs
     * @param runs timed runs of each, odd, so that there is a median
     */
    public Benchmark(String bootstrapServers, Path folder, int parallelism, int runs) {
        this.bootstrapServers = bootstrapServers;
        this.folder = folder;
        this.parallelism = parallelism;
        this.runs = runs;
    }

    /**
     * Runs it.
     *
     * @param progress is told what has been done, a line each
     * @throws IOException if a component or a job fails
     */
    public BenchmarkResult run(Consumer<String> progress) throws IOException {
        try (JobRunner runner = new JobRunner(bootstrapServers, folder, parallelism)) {
            StateUse customerUse = runner.inspect(MeasuredJob.CUSTOMER, 0);
            int valueBytes = hotBytes(customerUse);
            progress.accept(
                    "state of the customer job counted; the skeleton's value has %,d bytes".formatted(valueBytes));
            StateUse skeletonUse = runner.inspect(MeasuredJob.SKELETON, valueBytes);
            List<Run> skeleton = new ArrayList<>();
            List<Run> customer = new ArrayList<>();
            for (int i = 1; i <= runs; i++) {
                skeleton.add(timed(runner, MeasuredJob.SKELETON, valueBytes, i, progress));
                customer.add(timed(runner, MeasuredJob.CUSTOMER, valueBytes, i, progress));
            }
            return new BenchmarkResult(
                    runner.available(),
                    parallelism,
                    valueBytes,
                    new BenchmarkResult.Job(MeasuredJob.SKELETON, skeleton, skeletonUse),
                    new BenchmarkResult.Job(MeasuredJob.CUSTOMER, customer, customerUse));
        }
    }

    private Run timed(JobRunner runner, MeasuredJob job, int valueBytes, int number, Consumer<String> progress)
            throws IOException {
        Run run = runner.time(job, valueBytes);
        progress.accept("run %d of %d: %s %,.0f events/s".formatted(number, runs, job.title(), run.eventsPerSecond()));
        return run;
    }

    private static int hotBytes(StateUse use) {
        StateUse.Access hot = use.byState().get(HOT_STATE);
        return hot == null || hot.writes() == 0 ? Long.BYTES : Math.toIntExact(hot.writtenBytes() / hot.writes());
    }
}
