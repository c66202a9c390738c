package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Namespaces that are not there by default, through the commands that are told of them, and those that are not. */
class ConfiguredNamespacesTest {
    private static final String RULES =
            """
            version: 1
            namespaces:
            - {name: record_id, kind: person, anchor: true}
            - {name: passport, kind: person, normaliser: letters_and_digits, limit: 1, max_shared: 1}
            - {name: user_id}
            - {name: cookie, kind: device}
            """;

    private static final String ROWS =
            """
            at,record,passport,mail,cookie
            2026-01-02T10:00:00Z,,,,c-1
            2026-01-02T11:00:00Z,1,ab-12,ana@x.com,c-1
            2026-01-02T12:00:00Z,1,AB 13,ana@x.com,
            2026-01-02T13:00:00Z,2,XY-1,ben@x.com,
            2026-01-02T14:00:00Z,3,xy1,,
            """;

    private static final String MAPPING =
            """
            version: 1
            input: {format: csv}
            events:
            - type: identify
              timestamp: {column: at}
              email: {column: mail}
              identifiers: {record_id: {column: record}, passport: {column: passport}, cookie: {column: cookie}}
            """;

    @TempDir
    private static Path folder;

    private static Path rules;
    private static Path rows;
    private static Path mapping;
    private static Path results;

    @BeforeAll
    static void backtest() throws IOException {
        rules = Files.writeString(folder.resolve("identity.yaml"), RULES);
        rows = Files.writeString(folder.resolve("rows.csv"), ROWS);
        mapping = Files.writeString(folder.resolve("mapping.yaml"), MAPPING);
        results = folder.resolve("results");
        CommandRun.succeed("backtest", "--events", rows, "--mapping", mapping, "--identity", rules, "--out", results);
    }

    @Test
    void aBacktestFollowsTheRules() throws IOException {
        assertThat(Files.readString(results.resolve("profiles.jsonl")))
                .as("a limit of one passport, and the cookie's history")
                .contains("\"identifiers\":{\"cookie\":[\"c-1\"],\"email\":[\"ana@x.com\"],\"passport\":[\"AB12\"],"
                        + "\"record_id\":[\"1\"]}")
                .as("a passport of two records is shared")
                .contains("\"identifiers\":{\"email\":[\"ben@x.com\"],\"record_id\":[\"2\"]}")
                .contains("\"identifiers\":{\"record_id\":[\"3\"]}");
    }

    @Test
    void privacyCommandsAreReadByTheRules() throws IOException {
        Path commands = Files.writeString(
                folder.resolve("privacy.jsonl"),
                """
                {"id":"r-1","at":"2026-01-02T12:30:00Z","command":"erase","identifier":"passport:ab 12"}
                """);
        Path erased = folder.resolve("erased");

        CommandRun.succeed(
                "backtest",
                "--events",
                rows,
                "--mapping",
                mapping,
                "--identity",
                rules,
                "--privacy",
                commands,
                "--out",
                erased);

        assertThat(Files.readString(erased.resolve("profiles.jsonl")))
                .doesNotContain("AB12")
                .contains("ben@x.com");
        assertThat(erased.resolve("rejects.jsonl")).isEmptyFile();
    }

    @Test
    void aDryRunShowsEventsThatHaveConfiguredIdentifiersAlone() {
        CommandRun run =
                CommandRun.succeed("publish", "--dry-run", "--events", rows, "--mapping", mapping, "--identity", rules);

        assertThat(run.out())
                .startsWith("5 events would be sent")
                .contains("{\"id\":\"c-1\",\"type\":\"cookie\"")
                .doesNotContain("rejected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"backtest", "publish"})
    void aMappingMayNotNameWhatIsNotConfigured(String command) {
        CommandRun run = command.equals("publish")
                ? CommandRun.of("publish", "--dry-run", "--events", rows, "--mapping", mapping)
                : CommandRun.of("backtest", "--events", rows, "--mapping", mapping, "--out", folder.resolve("none"));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .singleElement()
                .asString()
                .contains("mapping.yaml:7:17: no namespace 'record_id'; known: crm_id", "further ones by --identity");
    }

    @Test
    void aMistakeInTheRulesIsReportedAtItsPlace() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), RULES.replace("letters_and_digits", "letters"));

        CommandRun run = CommandRun.of(
                "backtest",
                "--events",
                rows,
                "--mapping",
                mapping,
                "--identity",
                wrong,
                "--out",
                folder.resolve("none"));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .containsExactly(
                        "cdp backtest: " + wrong + ":4:46: 'normaliser' can't be 'letters'; known: text, email,"
                                + " phone, digits, letters_and_digits");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"passport:ab 12", "cookie:c-1", "record_id:1"})
    void aProfileIsFoundByWhatTheRulesMakeOfAValue(String identifier) {
        CommandRun run = CommandRun.of("profile", "find", identifier, "--in", results, "--identity", rules);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("ana@x.com");
    }

    @Test
    void withoutTheRulesAValueIsTakenAsItStands() {
        assertThat(CommandRun.of("profile", "find", "passport:AB12", "--in", results)
                        .out())
                .contains("ana@x.com");
        assertThat(CommandRun.of("profile", "find", "passport:ab 12", "--in", results)
                        .exit())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    pasport:AB12 | There is no namespace 'pasport' - did you mean 'passport'? Namespaces: record_id, passport, user_id
                    visitor:42   | There is no namespace 'visitor'. Namespaces: record_id, passport, user_id
                    """)
    void withTheRulesAnUnknownNameIsAMistake(String wrong, String message) {
        CommandRun run = CommandRun.of("profile", "find", wrong, "--in", results, "--identity", rules);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).singleElement().asString().contains(message);
    }

    @Test
    void anExplanationFollowsTheRules() {
        CommandRun run = CommandRun.of("identity", "explain", "record_id:1", "--in", results, "--identity", rules);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(String::strip))
                .containsSubsequence(
                        "record_id     1", "passport      AB12", "email         ana@x.com", "cookie        c-1")
                .anyMatch(line -> line.contains(
                        "(cookie:c-1) was merged into it, because what a device did before its first login"))
                .anyMatch(line -> line.contains("refused: conflict between record_id:1 and passport:AB13, because a"
                        + " customer has at most 1 passport, 1 user_id"));
        assertThat(CommandRun.of("identity", "explain", "passport:XY1", "--in", results, "--identity", rules)
                        .out())
                .contains("quarantined: passport:XY1 is shared by more than 1 anchors");
    }

    @Test
    void withoutTheRulesAnExplanationStillNamesEverything() {
        CommandRun run = CommandRun.of("identity", "explain", "record_id:1", "--in", results);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(String::strip))
                .contains("record_id     1", "passport      AB12", "email         ana@x.com", "cookie        c-1");
    }
}
