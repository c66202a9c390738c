package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.oracle.IdentityConfig;
import io.tributary.local.oracle.Oracle;
import io.tributary.local.oracle.OracleDiff;
import io.tributary.local.oracle.OracleOutput;
import io.tributary.local.oracle.RandomStreams;
import io.tributary.operators.trigger.AbandonedCart;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The backtest against an oracle that was written from the contract alone. */
class BacktestOracleTest {
    private static Path out;

    @BeforeContainer
    static void createFolder() throws Exception {
        out = Files.createTempDirectory("backtest-oracle");
    }

    @AfterContainer
    static void deleteFolder() throws Exception {
        try (var files = Files.list(out)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(out);
    }

    @Property
    void equalsTheOracleUpToTheNewestEvent(@ForAll("streams") List<String> lines) throws Exception {
        assertThat(OracleDiff.between(oracle().run(oracleLines(lines)), run(lines, OptionalLong.empty(), 1)))
                .isEmpty();
    }

    @Property
    void equalsTheOracleUpToAnyInstant(@ForAll("streams") List<String> lines, @ForAll("instants") Instant until)
            throws Exception {
        OracleOutput expected = oracle().run(oracleLines(lines), until);
        assertThat(OracleDiff.between(expected, run(lines, OptionalLong.of(until.toEpochMilli()), 1)))
                .isEmpty();
    }

    @Property
    void writesTheSameBytesForAnyOrderAndParallelism(
            @ForAll("streams") List<String> lines, @ForAll("seeds") long seed, @ForAll("threads") int parallelism)
            throws Exception {
        run(lines, OptionalLong.empty(), 1);
        byte[] profiles = Files.readAllBytes(out.resolve("profiles.jsonl"));
        byte[] triggers = Files.readAllBytes(out.resolve("triggers.jsonl"));
        List<String> rejects = rejectsWithoutLine();
        List<String> shuffled = new ArrayList<>(lines);
        Collections.shuffle(shuffled, new Random(seed));
        run(shuffled, OptionalLong.empty(), parallelism);
        assertThat(Files.readAllBytes(out.resolve("profiles.jsonl"))).isEqualTo(profiles);
        assertThat(Files.readAllBytes(out.resolve("triggers.jsonl"))).isEqualTo(triggers);
        assertThat(rejectsWithoutLine()).isEqualTo(rejects);
    }

    /** In the order of the file, with nothing but the number of the line taken out. */
    private static List<String> rejectsWithoutLine() throws IOException {
        try (Stream<String> rejects = Files.lines(out.resolve("rejects.jsonl"))) {
            return rejects.map(reject -> reject.replaceFirst("\"line\":\\d+,", ""))
                    .toList();
        }
    }

    @Provide
    Arbitrary<List<String>> streams() {
        return RandomStreams.streams();
    }

    @Provide
    Arbitrary<Instant> instants() {
        return RandomStreams.instants();
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    @Provide
    Arbitrary<Integer> threads() {
        return Arbitraries.integers().between(1, 4);
    }

    /** The backtest has no person resolver yet. */
    private static Oracle oracle() {
        return new Oracle(IdentityConfig.withoutResolver());
    }

    private static OracleOutput run(List<String> lines, OptionalLong until, int parallelism) throws Exception {
        EventParser parser = EventParser.withDefaults();
        Backtest backtest = new Backtest(AbandonedCart.defaults());
        for (Oracle.Line line : oracleLines(lines)) {
            backtest.add(parser.parse(line.raw(), line.origin()));
        }
        new BacktestWriter(out).write(backtest.run(until, parallelism), 1.0);
        return OracleOutput.read(out);
    }

    private static List<Oracle.Line> oracleLines(List<String> lines) {
        List<Oracle.Line> numbered = new ArrayList<>();
        for (String line : lines) {
            numbered.add(new Oracle.Line(
                    line.getBytes(StandardCharsets.UTF_8), Origin.line("events.jsonl", numbered.size() + 1L)));
        }
        return numbered;
    }
}
