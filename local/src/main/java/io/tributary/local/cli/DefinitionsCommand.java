package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.definition.SegmentDefinition;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at definitions. */
@Command(
        name = "definitions",
        description = "Definitions of computed traits, segments and triggers.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = DefinitionsCommand.Check.class)
final class DefinitionsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There is: check.");
    }

    /** Reads a set and names its mistakes. */
    @Command(
            name = "check",
            sortOptions = false,
            description = {
                "Read a folder of definitions, every *.yaml and *.yml below it, and name every",
                "mistake with its file, line and column, and what was probably meant. With mistakes",
                "the exit code is 1.",
                "",
                "  ./cdp definitions check definitions",
                ""
            })
    static final class Check implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "DIR", description = "A folder of definitions.")
        private Path folder;

        @Mixin
        private IdentityOption identity;

        @Override
        public Integer call() throws UserException {
            IdentitySettings settings = identity.settings().orElse(IdentitySettings.defaults());
            try {
                int files = Definitions.files(folder).size();
                summary(Definitions.load(folder, settings), files);
                return ExitCode.OK;
            } catch (DefinitionsException e) {
                PrintWriter err = spec.commandLine().getErr();
                e.mistakes().forEach(err::println);
                err.println(count(e.mistakes().size(), "mistake"));
                err.flush();
                return ExitCode.SOFTWARE;
            } catch (DefinitionException | UncheckedIOException e) {
                throw new UserException(e.getMessage(), e);
            }
        }

        private void summary(Definitions definitions, int files) {
            long parametric = definitions.segments().values().stream()
                    .filter(SegmentDefinition::isParametric)
                    .count();
            Terminal.of(spec.commandLine())
                    .line(
                            "%s, %s (%d parametric), %s in %s: no mistake",
                            count(definitions.traits().size(), "computed trait"),
                            count(definitions.segments().size(), "segment"),
                            parametric,
                            count(definitions.abandonedCart() == null ? 0 : 1, "trigger"),
                            count(files, "file"));
        }

        private static String count(int number, String what) {
            return number + " " + what + (number == 1 ? "" : "s");
        }
    }
}
