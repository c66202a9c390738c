package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What all commands have in common. */
class CdpTest {
    @TempDir
    private Path folder;

    /** Every command, as its words. */
    static Stream<String> commands() {
        List<String> all = new ArrayList<>();
        collect("", Cdp.commandLine(), all);
        return all.stream();
    }

    private static void collect(String words, CommandLine command, List<String> all) {
        all.add(words);
        command.getSubcommands().forEach((name, sub) -> collect((words + " " + name).strip(), sub, all));
    }

    @Test
    void hasTheCommandsOfTheContract() {
        assertThat(commands())
                .contains(
                        "demo",
                        "up",
                        "status",
                        "down",
                        "publish",
                        "backtest",
                        "simulate",
                        "mapping suggest",
                        "definitions check",
                        "rejects show",
                        "rejects replay",
                        "profile find",
                        "identity explain");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpsWithEveryCommand(String words) {
        CommandRun help = CommandRun.of(with(words, "--help"));

        assertThat(help.exit()).isZero();
        assertThat(help.out()).startsWith(("Usage: cdp " + words).strip()).contains("--help");
        assertThat(help.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void exitsWith2AndOneLineOnAnUnknownOption(String words) {
        CommandRun wrong = CommandRun.of(with(words, "--nonsense"));

        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.errorLines()).singleElement().asString().startsWith(("cdp " + words).strip() + ": ");
        assertThat(wrong.err()).contains("See ./" + ("cdp " + words).strip() + " --help");
        assertThat(wrong.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "publish --evnts events.jsonl",
                "publish --events events.jsonl --evnts events.jsonl",
                "publish events.jsonl --evnts events.jsonl",
            })
    void namesAMisspeltOptionBeforeWhatIsMissing(String command) {
        CommandRun wrong = CommandRun.of((Object[]) command.split(" "));

        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.errorLines()).singleElement().asString().startsWith("cdp publish: Unknown option: '--evnts'");
    }

    @Test
    void saysWhatIsMissingWhereNoOptionIsUnknown() {
        assertThat(CommandRun.of("publish", "events.jsonl").errorLines())
                .singleElement()
                .asString()
                .startsWith("cdp publish: Missing required option: '--events");
    }

    @Test
    void namesTheNearestOption() {
        assertThat(CommandRun.of("publish", "--evnts", "events.jsonl").errorLines())
                .containsExactly(
                        "cdp publish: Unknown option: '--evnts'. Did you mean --events? See ./cdp publish --help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backtest --events %s --out results",
                "publish --dry-run --events %s",
                "mapping suggest %s",
                "definitions check %s",
                "profile find user_id:42 --in %s",
                "identity explain user_id:42 --in %s",
                "rejects show --in %s",
                "rejects replay --dry-run --in %s",
            })
    void exitsWith1AndOneLineThatNamesAMissingFile(String command) {
        Path missing = folder.resolve("missing");

        CommandRun run = CommandRun.of((Object[]) command.formatted(missing).split(" "));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains(missing.toString());
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"profile find user_id:42", "rejects show", "rejects replay"})
    void saysHowToStartAStackWhereNoneRuns(String command) {
        CommandRun run = CommandRun.of(with(command, "--dir", folder.toString()));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines())
                .singleElement()
                .asString()
                .contains("No stack runs in " + folder, "./cdp up --detach");
    }

    @Test
    void showsTheLineOfAMistakeInAMapping() throws IOException {
        Path events = Files.writeString(folder.resolve("events.csv"), "id\n1\n");
        Path mapping = Files.writeString(
                folder.resolve("wrong.yaml"), "version: 1\ninput: {format: csv}\nevents:\n- typ: track\n");
        Path results = folder.resolve("results");

        CommandRun run = CommandRun.of("backtest", "--events", events, "--mapping", mapping, "--out", results);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("wrong.yaml:4", "typ");
        assertThat(results).doesNotExist();
    }

    @Test
    void namesAMissingMapping() throws IOException {
        Path events = Files.writeString(folder.resolve("events.csv"), "id\n1\n");
        Path mapping = folder.resolve("missing.yaml");

        CommandRun run =
                CommandRun.of("backtest", "--events", events, "--mapping", mapping, "--out", folder.resolve("results"));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains(mapping.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"profile find user_id:42", "rejects show"})
    void looksEitherIntoFilesOrIntoAStack(String command) {
        CommandRun run = CommandRun.of(with(command, "--in", "results", "--dir", "stack"));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.errorLines()).singleElement().asString().contains("--in", "--dir", "not both");
    }

    private static Object[] with(String words, String... more) {
        return Stream.concat(Arrays.stream(words.split(" ")).filter(word -> !word.isEmpty()), Arrays.stream(more))
                .toArray();
    }
}
