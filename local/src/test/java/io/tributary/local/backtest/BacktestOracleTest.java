package io.tributary.local.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.definitions.AbandonedCartAlone;
import io.tributary.local.oracle.IdentityConfig;
import io.tributary.local.oracle.IdentityStreams;
import io.tributary.local.oracle.Oracle;
import io.tributary.local.oracle.OracleDiff;
import io.tributary.local.oracle.OracleOutput;
import io.tributary.local.oracle.PrivacyCommand;
import io.tributary.local.oracle.RandomStreams;
import io.tributary.operators.identity.ResolutionRules;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The backtest against an oracle that was written from the contract alone. */
class BacktestOracleTest {
    /** As {@link IdentityStreams#smallLimits()}. */
    private static final ResolutionRules SMALL_LIMITS =
            ResolutionRules.defaults().withMaxShared(2).withMaxComponent(4);

    private static final List<String> FILES = List.of("profiles.jsonl", "identity-changes.jsonl", "triggers.jsonl");

    private static Path out;

    @BeforeAll
    @BeforeContainer
    static void createFolder() throws Exception {
        out = Files.createTempDirectory("backtest-oracle");
    }

    @AfterAll
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
        assertEqual(lines, Optional.empty(), IdentityConfig.defaults(), ResolutionRules.defaults());
    }

    @Property
    void equalsTheOracleUpToAnyInstant(@ForAll("streams") List<String> lines, @ForAll("instants") Instant until)
            throws Exception {
        assertEqual(lines, Optional.of(until), IdentityConfig.defaults(), ResolutionRules.defaults());
    }

    @Property
    void equalsTheOracleOnPeople(@ForAll("people") List<String> lines) throws Exception {
        assertEqual(lines, Optional.empty(), IdentityConfig.defaults(), ResolutionRules.defaults());
    }

    @Property
    void equalsTheOracleOnPeopleUpToAnyInstant(
            @ForAll("people") List<String> lines, @ForAll("instantsOfPeople") Instant until) throws Exception {
        assertEqual(lines, Optional.of(until), IdentityConfig.defaults(), ResolutionRules.defaults());
    }

    @Property
    void equalsTheOracleOnPeopleWithSmallLimits(@ForAll("people") List<String> lines) throws Exception {
        assertEqual(lines, Optional.empty(), IdentityStreams.smallLimits(), SMALL_LIMITS);
    }

    @Property
    void equalsTheOracleOnPeopleWithSmallLimitsUpToAnyInstant(
            @ForAll("people") List<String> lines, @ForAll("instantsOfPeople") Instant until) throws Exception {
        assertEqual(lines, Optional.of(until), IdentityStreams.smallLimits(), SMALL_LIMITS);
    }

    @Property
    void equalsTheOracleOnPeopleWhoAreUnmergedAndErased(
            @ForAll("people") List<String> lines,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("ends") Optional<Instant> until)
            throws Exception {
        assertEqual(lines, commands, until, IdentityConfig.defaults(), ResolutionRules.defaults());
    }

    @Property
    void equalsTheOracleOnPeopleWithSmallLimitsWhoAreUnmergedAndErased(
            @ForAll("people") List<String> lines,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("ends") Optional<Instant> until)
            throws Exception {
        assertEqual(lines, commands, until, IdentityStreams.smallLimits(), SMALL_LIMITS);
    }

    /** Loyalty cards are passports here, and the strongest of all; e-mails are anchors, and few belong to a customer. */
    @Property
    void equalsTheOracleOnPeopleWithConfiguredNamespaces(
            @ForAll("people") List<String> lines, @ForAll("commands") List<PrivacyCommand> commands) throws Exception {
        IdentitySettings settings = IdentitySettings.parse(
                "identity.yaml",
                """
                version: 1
                max_component: 6
                namespaces:
                - {name: passport, kind: person, limit: 1, max_shared: 1}
                - {name: crm_id, anchor: false}
                - {name: user_id, limit: 2}
                - {name: loyalty_card}
                - {name: phone}
                - {name: email, anchor: true, limit: 1, max_shared: 2}
                - {name: device_id}
                """);
        IdentityConfig config = new IdentityConfig(
                List.of(
                        IdentityConfig.Namespace.person("passport").withLimit(1).withMaxShared(1),
                        IdentityConfig.Namespace.person("crm_id"),
                        IdentityConfig.Namespace.anchor("user_id").withLimit(2),
                        IdentityConfig.Namespace.person("loyalty_card"),
                        IdentityConfig.Namespace.person("phone").withForm(IdentityConfig.Form.PHONE),
                        IdentityConfig.Namespace.anchor("email")
                                .withForm(IdentityConfig.Form.EMAIL)
                                .withLimit(1)
                                .withMaxShared(2),
                        IdentityConfig.Namespace.device("anonymous_id"),
                        IdentityConfig.Namespace.device("device_id")),
                6,
                "anonymous_id");
        List<String> passports = lines.stream()
                .map(line -> line.replace("loyalty_card", "passport"))
                .toList();
        List<PrivacyCommand> commandsOnPassports = commands.stream()
                .map(command -> command.mapIdentifiers(text -> text.replace("loyalty_card", "passport")))
                .toList();

        OracleOutput expected = new Oracle(config).run(oracleLines(passports), Optional.empty(), commandsOnPassports);

        Backtest backtest = new Backtest(AbandonedCartAlone.definitions(), ResolutionRules.of(settings));
        IdentifierRules rules = new IdentifierRules(settings);
        OracleOutput actual = run(backtest, rules, passports, commandsOnPassports, OptionalLong.empty(), 1);
        assertThat(OracleDiff.between(expected, actual)).isEmpty();
    }

    @Property
    void writesTheSameBytesForAnyOrderAndParallelism(
            @ForAll("streams") List<String> lines, @ForAll("seeds") long seed, @ForAll("threads") int parallelism)
            throws Exception {
        assertSameBytes(lines, List.of(), seed, parallelism, ResolutionRules.defaults());
    }

    @Property
    void writesTheSameBytesAboutPeopleForAnyOrderAndParallelism(
            @ForAll("people") List<String> lines,
            @ForAll("commands") List<PrivacyCommand> commands,
            @ForAll("seeds") long seed,
            @ForAll("threads") int parallelism)
            throws Exception {
        assertSameBytes(lines, commands, seed, parallelism, SMALL_LIMITS);
    }

    /** Many groups, so that threads have something to share. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void writesTheSameBytesAboutACrowdForAnyOrderAndParallelism(long seed) throws Exception {
        List<String> lines =
                IdentityStreams.crowd(seed, 30).stream().flatMap(List::stream).toList();
        List<PrivacyCommand> commands = IdentityStreams.commandsOnCrowd(seed, 30);

        assertSameBytes(lines, commands, seed, 4, SMALL_LIMITS);
        assertEqual(lines, commands, Optional.empty(), IdentityStreams.smallLimits(), SMALL_LIMITS);
    }

    private static void assertEqual(
            List<String> lines, Optional<Instant> until, IdentityConfig config, ResolutionRules rules)
            throws Exception {
        assertEqual(lines, List.of(), until, config, rules);
    }

    private static void assertEqual(
            List<String> lines,
            List<PrivacyCommand> commands,
            Optional<Instant> until,
            IdentityConfig config,
            ResolutionRules rules)
            throws Exception {
        OracleOutput expected = new Oracle(config).run(oracleLines(lines), until, commands);
        OptionalLong end =
                until.map(instant -> OptionalLong.of(instant.toEpochMilli())).orElseGet(OptionalLong::empty);
        assertThat(OracleDiff.between(expected, run(lines, commands, end, 1, rules)))
                .isEmpty();
    }

    private static void assertSameBytes(
            List<String> lines, List<PrivacyCommand> commands, long seed, int parallelism, ResolutionRules rules)
            throws Exception {
        run(lines, commands, OptionalLong.empty(), 1, rules);
        Map<String, byte[]> files = new HashMap<>();
        for (String file : FILES) {
            files.put(file, Files.readAllBytes(out.resolve(file)));
        }
        List<String> rejects = rejectsWithoutLine();
        List<String> shuffled = new ArrayList<>(lines);
        Collections.shuffle(shuffled, new Random(seed));
        List<PrivacyCommand> shuffledCommands = new ArrayList<>(commands);
        Collections.shuffle(shuffledCommands, new Random(seed));
        run(shuffled, shuffledCommands, OptionalLong.empty(), parallelism, rules);
        for (String file : FILES) {
            assertThat(Files.readAllBytes(out.resolve(file))).isEqualTo(files.get(file));
        }
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
    Arbitrary<List<String>> people() {
        return IdentityStreams.streams();
    }

    @Provide
    Arbitrary<Instant> instantsOfPeople() {
        return IdentityStreams.instants();
    }

    @Provide
    Arbitrary<Optional<Instant>> ends() {
        return IdentityStreams.instants().optional();
    }

    @Provide
    Arbitrary<List<PrivacyCommand>> commands() {
        return IdentityStreams.commands();
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    @Provide
    Arbitrary<Integer> threads() {
        return Arbitraries.integers().between(1, 4);
    }

    private static OracleOutput run(
            List<String> lines,
            List<PrivacyCommand> commands,
            OptionalLong until,
            int parallelism,
            ResolutionRules rules)
            throws Exception {
        Backtest backtest = new Backtest(AbandonedCartAlone.definitions(), rules);
        return run(backtest, new IdentifierRules(IdentitySettings.defaults()), lines, commands, until, parallelism);
    }

    private static OracleOutput run(
            Backtest backtest,
            IdentifierRules identifiers,
            List<String> lines,
            List<PrivacyCommand> commands,
            OptionalLong until,
            int parallelism)
            throws Exception {
        EventParser events = new EventParser(EventLimits.defaults(), identifiers);
        for (Oracle.Line line : oracleLines(lines)) {
            backtest.add(events.parse(line.raw(), line.origin()));
        }
        PrivacyParser privacy = new PrivacyParser(identifiers);
        for (Oracle.Line line : oracleLines(
                "privacy.jsonl", commands.stream().map(PrivacyCommand::line).toList())) {
            backtest.add(privacy.parse(line.raw(), line.origin()), line.raw());
        }
        new BacktestWriter(out).write(backtest.run(until, parallelism), 1.0);
        return OracleOutput.read(out);
    }

    private static List<Oracle.Line> oracleLines(List<String> lines) {
        return oracleLines("events.jsonl", lines);
    }

    private static List<Oracle.Line> oracleLines(String file, List<String> lines) {
        List<Oracle.Line> numbered = new ArrayList<>();
        for (String line : lines) {
            numbered.add(
                    new Oracle.Line(line.getBytes(StandardCharsets.UTF_8), Origin.line(file, numbered.size() + 1L)));
        }
        return numbered;
    }
}
