package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.schemas.mapping.MappingSuggester;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Helps with mappings. */
@Command(
        name = "mapping",
        description = "Mappings of CSV and JSON files to events.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = MappingCommand.Suggest.class)
final class MappingCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There is: suggest.");
    }

    /** Proposes a mapping for a file. */
    @Command(
            name = "suggest",
            sortOptions = false,
            description = {
                "Propose a mapping for a file, from its header and first rows, on standard output:",
                "  ./cdp mapping suggest shop.csv > shop.yaml",
                "  ./cdp publish --events shop.csv --mapping shop.yaml --dry-run",
                "It loads as it is; what it is not sure of is marked with CHECK. The language: docs/mappings.md."
            })
    static final class Suggest implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "A CSV or JSON-lines file, also .gz.")
        private Path file;

        @Override
        public Integer call() throws UserException {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new UserException(file + " is no readable file");
            }
            String mapping;
            try {
                mapping = MappingSuggester.suggest(file);
            } catch (DefinitionException | UncheckedIOException e) {
                throw new UserException(e.getMessage(), e);
            }
            PrintWriter out = spec.commandLine().getOut();
            out.print(mapping);
            out.flush();
            long guesses =
                    mapping.lines().filter(line -> line.contains("# CHECK: ")).count();
            if (guesses > 0) {
                PrintWriter err = spec.commandLine().getErr();
                err.printf(
                        "%d %s marked with CHECK: look at them first.%n",
                        guesses, guesses == 1 ? "guess is" : "guesses are");
                err.flush();
            }
            return 0;
        }
    }
}
