package io.tributary.local.docs;

import io.tributary.local.cli.Cdp;
import io.tributary.schemas.testing.Committed;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class CommandsPageTest {
    private static final Map<String, String> PAGES = Map.ofEntries(
            Map.entry("demo", "demo.md"),
            Map.entry("up", "local-stack.md"),
            Map.entry("publish", "local-stack.md#publishing-files"),
            Map.entry("bench", "benchmarks.md"),
            Map.entry("simulate", "simulator.md"),
            Map.entry("identity explain", "identity.md#why"),
            Map.entry("rejects show", "rejects.md"),
            Map.entry("mapping suggest", "mappings.md"),
            Map.entry("definitions check", "definitions.md"),
            Map.entry("bootstrap", "bootstrap.md"),
            Map.entry("elastic rebuild", "elasticsearch-sink.md#set-up-and-made-anew"),
            Map.entry("segments preview", "definitions.md#before-publishing"),
            Map.entry("segments explain", "definitions.md#why-somebody-is-in"));

    @Test
    void theTextsAreTheCommandsOwnHelp() throws IOException {
        StringBuilder page = new StringBuilder(
                """
                # Commands

                `./cdp` needs a JDK 17 and Maven, builds what is missing or stale, and works from any folder. Exit codes: 0 done \
                (a backtest also with rejects), 1 failed with one line that says what to do, 2 used wrongly with one line that \
                says how. The texts below are the commands' own `--help`; a test fails when this page is stale.

                """);
        CommandLine cdp = Cdp.commandLine();
        help(cdp, page);
        commands("", cdp, page);

        Committed.assertUpToDate("docs/commands.md", page.toString());
    }

    private static void commands(String words, CommandLine parent, StringBuilder page) {
        parent.getSubcommands().forEach((name, command) -> {
            String path = (words + " " + name).strip();
            if (command.getSubcommands().isEmpty()) {
                page.append("\n## ").append(path).append("\n\n");
                help(command, page);
                if (PAGES.containsKey(path)) {
                    page.append("\nMore: [")
                            .append(PAGES.get(path))
                            .append("](")
                            .append(PAGES.get(path))
                            .append(")\n");
                }
            } else {
                commands(path, command, page);
            }
        });
    }

    private static void help(CommandLine command, StringBuilder page) {
        page.append("```\n").append(command.getUsageMessage(Ansi.OFF)).append("```\n");
    }
}
