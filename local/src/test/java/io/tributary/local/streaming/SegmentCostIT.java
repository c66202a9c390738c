package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.benchmarks.Comparison;
import io.tributary.benchmarks.Run;
import io.tributary.benchmarks.Spread;
import io.tributary.local.input.EventFiles;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.local.publish.PublishPlan;
import io.tributary.local.publish.Publisher;
import io.tributary.local.stack.KafkaProcess;
import io.tributary.local.stack.Topics;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the number of segments costs: the customer job over the same events and the same 160 computed traits with more and
 * more segments, in turn. Printed; time is not asserted.
 */
@Tag("full")
class SegmentCostIT {
    private static final int PARTITIONS = 2;
    private static final int RUNS = Integer.getInteger("tributary.segmentCostRuns", 1);
    private static final int[] COUNTS = Stream.of(System.getProperty("tributary.segmentCosts", "10,1000,10000")
                    .split(","))
            .mapToInt(Integer::parseInt)
            .toArray();

    @TempDir
    private Path folder;

    @Test
    void growsLittleWithTheNumberOfSegments() throws IOException {
        SegmentLoad load = new SegmentLoad(1);
        Path events = Files.write(folder.resolve("events.jsonl"), load.lines());
        List<KafkaProcess> kafkas = new ArrayList<>();
        List<List<Run>> runs;
        try {
            for (int count : COUNTS) {
                KafkaProcess kafka =
                        KafkaProcess.start(folder.resolve(count + "-kafka"), folder.resolve(count + "-kafka.log"));
                kafkas.add(kafka);
                Topics.create(kafka.bootstrapServers(), PARTITIONS);
                Definitions definitions = Definitions.of(load.definitions(count), IdentitySettings.defaults());
                DefinitionPublisher.publish(kafka.bootstrapServers(), definitions, SegmentLoad.START);
                try (Publisher publisher = new Publisher(kafka.bootstrapServers())) {
                    publisher.send(PublishPlan.read(EventFiles.of(List.of(events), List.of())), 0, sent -> {});
                }
            }
            runs = new Comparison(folder.resolve("flink"), 1, RUNS, load.eventsBefore())
                    .run(kafkas.stream().map(KafkaProcess::bootstrapServers).toList(), System.out::println);
        } finally {
            for (KafkaProcess kafka : kafkas) {
                kafka.close();
            }
        }

        System.out.printf(
                Locale.ROOT,
                "%,d events of %,d customers, %d attributes, %.1f of them changed by each event; %d runs, in turn%n",
                load.events(),
                SegmentLoad.CUSTOMERS,
                SegmentLoad.ATTRIBUTES,
                load.changedPerEvent(),
                RUNS);
        System.out.printf(
                "%10s %12s %12s %14s %16s %18s %10s%n",
                "segments",
                "flips/event",
                "changes/event",
                "records/event",
                "events/s",
                "ratio (run by run)",
                "CPU µs");
        for (int i = 0; i < COUNTS.length; i++) {
            List<Run> first = runs.get(0);
            List<Run> these = runs.get(i);
            Spread ratio = Spread.of(IntStream.range(0, RUNS)
                    .mapToDouble(run ->
                            these.get(run).eventsPerSecond() / first.get(run).eventsPerSecond()));
            System.out.printf(
                    Locale.ROOT,
                    "%,10d %12.2f %12.2f %14.2f %,16.0f %18s %10.1f%n",
                    COUNTS[i],
                    load.flipsPerEvent(COUNTS[i]),
                    median(these, run -> (double) run.segmentChanges() / run.events()),
                    median(these, run -> (double) run.recordsOut() / run.events()),
                    median(these, Run::eventsPerSecond),
                    "%.2f (%.2f-%.2f)".formatted(ratio.median(), ratio.least(), ratio.greatest()),
                    median(these, Run::processorMicrosPerEvent));
        }
        assertThat(load.changedPerEvent()).isGreaterThanOrEqualTo(3);
        assertThat(runs).allSatisfy(of -> assertThat(of)
                .allSatisfy(run -> assertThat(run.segmentChanges()).isPositive()));
    }

    private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        return Spread.of(runs.stream().mapToDouble(figure)).median();
    }
}
