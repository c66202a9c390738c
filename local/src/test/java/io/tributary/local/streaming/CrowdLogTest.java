package io.tributary.local.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.oracle.IdentityStreams;
import io.tributary.operators.clock.PartitionClocks;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Inbound;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the equality of job and backtest rests on, and that there is something to decide. */
class CrowdLogTest {
    private static final int GROUPS = 25;

    static Stream<CrowdScenario> scenarios() {
        return LongStream.rangeClosed(1, 10).mapToObj(CrowdScenario::of);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void noEventIsLate(CrowdScenario scenario) {
        CrowdLog log = log(scenario, OptionalInt.empty());
        long bound = scenario.latenessBound().toMillis();

        for (List<Inbound> partition : partitions(log)) {
            PartitionClocks clocks = new PartitionClocks(bound);
            for (Inbound inbound : partition) {
                if (inbound instanceof Inbound.Accepted accepted) {
                    long timestamp = accepted.event().timestamp();
                    assertThat(clocks.knownAt("", timestamp)).isEqualTo(timestamp);
                    clocks.advance("", accepted.clock());
                } else {
                    clocks.advance("", ((Inbound.Tick) inbound).timestamp());
                }
            }
            assertThat(PartitionClocks.watermark(clocks.snapshot().get(""), bound))
                    .as("the last watermark")
                    .isEqualTo(log.newest());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void everyLineIsThereAndSomeMoreThanOnceInOneAndInSeveralPartitions(CrowdScenario scenario) {
        CrowdLog log = log(scenario, OptionalInt.empty());
        Map<String, List<Integer>> places = places(log);

        Set<String> lines = new HashSet<>();
        for (int group : log.groups()) {
            log.lines(group).forEach(line -> lines.add(utf8(line)));
        }
        assertThat(places.keySet()).isEqualTo(lines);
        assertThat(places.values())
                .anySatisfy(copies -> assertThat(new TreeSet<>(copies)).hasSizeLessThan(copies.size()))
                .anySatisfy(copies -> assertThat(new TreeSet<>(copies)).hasSizeGreaterThan(1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void theLastPartitionHasTicksOnlyAndTheOthersHaveThemBetweenTheEvents(CrowdScenario scenario) {
        List<List<Inbound>> partitions = partitions(log(scenario, OptionalInt.empty()));

        assertThat(partitions)
                .hasSize(scenario.eventPartitions() + 1)
                .hasSizeGreaterThanOrEqualTo(scenario.parallelism());
        assertThat(partitions.remove(partitions.size() - 1))
                .hasSizeGreaterThan(10)
                .allMatch(inbound -> inbound instanceof Inbound.Tick);
        assertThat(partitions).allSatisfy(partition -> {
            List<Boolean> ticks = partition.stream()
                    .map(inbound -> inbound instanceof Inbound.Tick)
                    .toList();
            assertThat(ticks.subList(ticks.indexOf(true), ticks.lastIndexOf(false) + 1))
                    .contains(true, false);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void aGroupAloneKeepsItsOrderAndTheClockItsEnd(CrowdScenario scenario) {
        CrowdLog all = log(scenario, OptionalInt.empty());
        int group = all.groups().stream()
                .filter(some -> all.lines(some).size() > 20)
                .findFirst()
                .orElseThrow();
        CrowdLog alone = log(scenario, OptionalInt.of(group));
        Set<String> lines = new HashSet<>();
        all.lines(group).forEach(line -> lines.add(utf8(line)));

        assertThat(alone.newest()).isEqualTo(all.newest());
        for (int partition = 0; partition < scenario.eventPartitions(); partition++) {
            assertThat(values(alone, partition).filter(lines::contains))
                    .isNotEmpty()
                    .containsExactlyElementsOf(
                            values(all, partition).filter(lines::contains).toList());
        }
    }

    private static CrowdLog log(CrowdScenario scenario, OptionalInt only) {
        return new CrowdLog(scenario, IdentityStreams.crowd(scenario.seed(), GROUPS), List.of(), only);
    }

    private static Stream<String> values(CrowdLog log, int partition) {
        return log.partitions().get(partition).stream().map(entry -> utf8(entry.value()));
    }

    private static List<List<Inbound>> partitions(CrowdLog log) {
        EventParser parser = EventParser.withDefaults();
        List<List<Inbound>> partitions = new ArrayList<>();
        for (List<CrowdLog.Entry> partition : log.partitions()) {
            partitions.add(partition.stream()
                    .map(entry -> parser.parse(entry.value(), Origin.line("crowd.jsonl", 1), entry.recordTime()))
                    .toList());
        }
        return partitions;
    }

    /** Of each line the partitions that have it. */
    private static Map<String, List<Integer>> places(CrowdLog log) {
        Map<String, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < log.partitions().size(); i++) {
            int partition = i;
            values(log, partition).filter(value -> !value.contains("\"tick\"")).forEach(value -> places.computeIfAbsent(
                            value, line -> new ArrayList<>())
                    .add(partition));
        }
        return places;
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
