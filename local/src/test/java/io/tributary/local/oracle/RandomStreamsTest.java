package io.tributary.local.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tributary.schemas.event.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** The contract's laws hold for the oracle, and the streams reach the places that they are made for. */
class RandomStreamsTest {
    private static final String BURST = "more than 200 cart events";

    @Provide
    Arbitrary<List<String>> streams() {
        return RandomStreams.streams();
    }

    @Provide
    Arbitrary<Instant> instants() {
        return RandomStreams.instants();
    }

    @Property(tries = 100)
    void anyOrderOfTheLinesGivesTheSameOutput(
            @ForAll("streams") List<String> stream, @ForAll("instants") Instant until, @ForAll Random random) {
        List<String> shuffled = new ArrayList<>(stream);
        Collections.shuffle(shuffled, random);

        OracleOutput expected = new Oracle().run(lines(stream), until);
        OracleOutput actual = new Oracle().run(lines(shuffled), until);

        assertThat(OracleDiff.between(expected, actual)).isEmpty();
        assertThat(actual.profiles()).isEqualTo(expected.profiles());
        assertThat(actual.triggers()).isEqualTo(expected.triggers());
    }

    @Property(tries = 100)
    void readingEveryLineTwiceOnlyAddsDuplicates(@ForAll("streams") List<String> stream) {
        List<String> twice = new ArrayList<>(stream);
        twice.addAll(stream);

        OracleOutput once = new Oracle().run(lines(stream));
        OracleOutput again = new Oracle().run(lines(twice));

        assertThat(again.profiles()).isEqualTo(once.profiles());
        assertThat(again.triggers()).isEqualTo(once.triggers());
        assertThat(events(again, "accepted")).isEqualTo(events(once, "accepted"));
        assertThat(events(again, "read")).isEqualTo(2 * events(once, "read"));
    }

    @Property(tries = 100)
    void everyLineIsCountedOnce(@ForAll("streams") List<String> stream, @ForAll("instants") Instant until) {
        OracleOutput output = new Oracle().run(lines(stream), until);

        long ticks = stream.stream().filter(line -> line.contains("\"tick\"")).count();
        assertThat(events(output, "read") + events(output, "after_until") + ticks)
                .isEqualTo(stream.size());
        assertThat(events(output, "accepted"))
                .isEqualTo(output.profiles().stream()
                        .mapToInt(profile -> profile.at("/events/count").asInt())
                        .sum());
        assertThat(output.rejects()).hasSize(sum(output.summary().at("/events/rejected")));
    }

    /** What it says is about a distribution, so it is asked of one sample. */
    @Property(tries = 300, seed = "1")
    void streamsReachWhatIsRare(@ForAll("streams") List<String> stream) {
        OracleOutput output = new Oracle().run(lines(stream));

        reaches("a trigger", !output.triggers().isEmpty(), 5);
        reaches("a duplicate", events(output, "duplicate") > 0, 5);
        reaches("a reject", !output.rejects().isEmpty(), 5);
        reaches("a cart", has(output, "/cart/value"), 5);
        reaches("a refund", has(output, "/orders/refunds"), 5);
        reaches("a refused consent", output.toString().contains("\"marketing\":false"), 5);
        reaches("a trait", has(output, "/traits"), 5);
        reaches("a device of several persons", isDeviceShared(output), 5);
        // A few of a hundred.
        Statistics.label(BURST).collect(stream.size() > 200);
        Statistics.label(BURST).coverage(coverage -> coverage.check(true).count(count -> count > 0));
    }

    private static void reaches(String what, boolean reached, int percent) {
        Statistics.label(what).collect(reached);
        Statistics.label(what).coverage(coverage -> coverage.check(true).percentage(actual -> actual >= percent));
    }

    private static boolean has(OracleOutput output, String path) {
        return output.profiles().stream().anyMatch(profile -> !profile.at(path).isMissingNode());
    }

    private static boolean isDeviceShared(OracleOutput output) {
        return output.profiles().stream()
                        .filter(profile -> profile.at("/identifiers/anonymous_id")
                                .toString()
                                .contains("\"a1\""))
                        .count()
                > 1;
    }

    private static int events(OracleOutput output, String counter) {
        return output.summary().at("/events/" + counter).asInt();
    }

    private static int sum(JsonNode counters) {
        int sum = 0;
        for (JsonNode counter : counters) {
            sum += counter.asInt();
        }
        return sum;
    }

    /** All at one place, because rejects are the same apart from their line. */
    private static List<Oracle.Line> lines(List<String> stream) {
        return stream.stream()
                .map(line -> new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line("f.jsonl", 1)))
                .toList();
    }
}
