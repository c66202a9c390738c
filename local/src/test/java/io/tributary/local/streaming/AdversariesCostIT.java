package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.benchmarks.Benchmark;
import io.tributary.benchmarks.BenchmarkResult;
import io.tributary.benchmarks.Run;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.KafkaProcess;
import io.tributary.local.stack.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much an adversary slows its neighbours: what the customer job needs where half of the events are the adversary's,
 * over what it needs for as many events of ordinary customers. Measured as {@code ./cdp bench} does, each crowd against
 * the skeleton, and printed; time is not asserted.
 */
@Tag("full")
class AdversariesCostIT {
    private static final int PARTITIONS = 2;
    private static final int RUNS = Integer.getInteger("tributary.adversaryRuns", 1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "CHAIN, 10_000",
        "STAR, 1_000",
        "STAR, 3_000",
        "STAR, 10_000",
        "TURNS, 10_000",
        "FAMILY, 10_000",
        "BLOCKED, 50_000"
    })
    void slowsItsNeighbours(Adversary adversary, String stepCount) throws IOException {
        int steps = Integer.parseInt(stepCount.replace("_", ""));
        int neighbours = adversary.events(steps) / Adversary.eventsOfNeighbour();
        List<List<String>> crowd = new ArrayList<>(Adversary.neighbours(neighbours, steps));
        crowd.addAll(adversary.lines(steps));

        BenchmarkResult ordinary = measure("ordinary", Adversary.neighbours(2 * neighbours, steps));
        BenchmarkResult beside = measure("beside", crowd);

        System.out.printf(
                Locale.ROOT,
                "%s, %,d steps, %,d events: time × %.1f, CPU × %.1f (%.0f µs per event, ordinary %.0f)%n",
                adversary,
                steps,
                beside.events(),
                ordinary.ratio().median() / beside.ratio().median(),
                micros(beside) / micros(ordinary),
                micros(beside),
                micros(ordinary));
        assertThat(beside.events()).isCloseTo(ordinary.events(), org.assertj.core.data.Percentage.withPercentage(1));
    }

    private static double micros(BenchmarkResult result) {
        return result.customer().spread(Run::processorMicrosPerEvent).median();
    }

    private BenchmarkResult measure(String name, List<List<String>> crowd) throws IOException {
        Path events = Files.write(
                folder.resolve(name + ".jsonl"),
                crowd.stream().flatMap(List::stream).toList());
        try (KafkaProcess kafka =
                KafkaProcess.start(folder.resolve(name + "-kafka"), folder.resolve(name + "-kafka.log"))) {
            Topics.create(kafka.bootstrapServers(), PARTITIONS);
            try (Publisher publisher = new Publisher(kafka.bootstrapServers())) {
                publisher.send(PublishPlan.read(EventFiles.of(List.of(events), List.of())), 0, sent -> {});
            }
            return new Benchmark(kafka.bootstrapServers(), folder.resolve(name + "-flink"), 1, RUNS).run(line -> {});
        }
    }
}
