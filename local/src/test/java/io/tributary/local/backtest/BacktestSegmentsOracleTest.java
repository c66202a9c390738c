package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.oracle.Oracle;
import io.tributary.local.oracle.OracleDiff;
import io.tributary.local.oracle.OracleOutput;
import io.tributary.local.oracle.PrivacyCommand;
import io.tributary.local.oracle.RandomDefinitions;
import io.tributary.local.oracle.SegmentOracle;
import io.tributary.local.oracle.SegmentStreams;
import io.tributary.schemas.event.EventLimits;
import io.tributary.schemas.event.EventParser;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.identity.IdentifierRules;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.privacy.PrivacyParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random definitions on random streams, people who turn out to be the same, who are unmerged and erased, and time that
 * passes: whoever is looked at only where a condition has flipped is in the segments that a plain evaluation of all
 * segments for everybody at every instant finds.
 */
class BacktestSegmentsOracleTest {
    @Property
    void equalsThePlainEvaluationOfEverything(
            @ForAll("sets") String set,
            @ForAll("streams") List<String> lines,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("ends") Optional<Instant> until)
            throws IOException {
        OracleOutput expected = SegmentOracle.run(set, numbered("events.jsonl", lines), commands, until);

        OracleOutput actual = run(set, lines, commands, until);

        assertThat(OracleDiff.betweenWithSegments(expected, actual)).isEmpty();
    }

    private static OracleOutput run(
            String set, List<String> lines, List<PrivacyCommand> commands, Optional<Instant> until) throws IOException {
        Backtest backtest = new Backtest(AbandonedCartAlone.with("set.yaml", set));
        IdentifierRules identifiers = new IdentifierRules(IdentitySettings.defaults());
        EventParser events = new EventParser(EventLimits.defaults(), identifiers);
        for (Oracle.Line line : numbered("events.jsonl", lines)) {
            backtest.add(events.parse(line.raw(), line.origin()));
        }
        PrivacyParser privacy = new PrivacyParser(identifiers);
        List<String> demands = commands.stream().map(PrivacyCommand::line).toList();
        for (Oracle.Line line : numbered("privacy.jsonl", demands)) {
            backtest.add(privacy.parse(line.raw(), line.origin()), line.raw());
        }
        OptionalLong end =
                until.map(instant -> OptionalLong.of(instant.toEpochMilli())).orElseGet(OptionalLong::empty);
        Path out = Files.createTempDirectory("segments-oracle");
        try {
            new BacktestWriter(out).write(backtest.run(end, 1), 1.0);
            return OracleOutput.readWithSegments(out);
        } finally {
            try (Stream<Path> files = Files.list(out)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(out);
        }
    }

    private static List<Oracle.Line> numbered(String file, List<String> lines) {
        List<Oracle.Line> numbered = new ArrayList<>();
        for (String line : lines) {
            numbered.add(
                    new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line(file, numbered.size() + 1L)));
        }
        return numbered;
    }

    @Provide
    Arbitrary<String> sets() {
        return RandomDefinitions.sets();
    }

    @Provide
    Arbitrary<List<String>> streams() {
        return SegmentStreams.streams();
    }

    @Provide
    Arbitrary<List<PrivacyCommand>> commands() {
        return SegmentStreams.commands();
    }

    @Provide
    Arbitrary<Optional<Instant>> ends() {
        return SegmentStreams.ends();
    }
}
