package io.tributary.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures the customer job over what several Kafkas hold: first each once, which warms the JVM up, then in turn, so that
 * all see the same machine.
 */
public final class Comparison {
    private final Path folder;
    private final int parallelism;
    private final int runs;
    private final long before;

    /**
     * A comparison.
     *
     * @param folder for state; the caller deletes it
     * @param runs timed runs of each, odd, so that there is a median
     * @param before how many events of each run are not measured: till then customers and definitions are new
     */
    public Comparison(Path folder, int parallelism, int runs, long before) {
        this.folder = folder;
        this.parallelism = parallelism;
        this.runs = runs;
        this.before = before;
    }

    /**
     * Runs it.
     *
     * @param bootstrapServers of each Kafka, best in other processes, with the suite's topics, that of events filled
     * @param progress is told what has been done, a line each
     * @return runs of each, in the order in which they were made; the i-th runs of all are neighbours in time
     * @throws IOException if a component or a job fails
     */
    public List<List<Run>> run(List<String> bootstrapServers, Consumer<String> progress) throws IOException {
        List<List<Run>> all = new ArrayList<>();
        bootstrapServers.forEach(servers -> all.add(new ArrayList<>()));
        for (int number = 0; number <= runs; number++) {
            for (int i = 0; i < bootstrapServers.size(); i++) {
                try (JobRunner runner = new JobRunner(bootstrapServers.get(i), folder, parallelism)) {
                    Run run = runner.time(MeasuredJob.CUSTOMER, 0, before);
                    progress.accept("run %d of %d, %d of %d: %,.0f events/s, %.1f µs of CPU per event"
                            .formatted(
                                    number,
                                    runs,
                                    i + 1,
                                    bootstrapServers.size(),
                                    run.eventsPerSecond(),
                                    run.processorMicrosPerEvent()));
                    if (number > 0) {
                        all.get(i).add(run);
                    }
                }
            }
        }
        return all;
    }
}
