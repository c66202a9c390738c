package io.tributary.local.cli;

import io.tributary.local.UserException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code ./cdp} command.
 *
 * <p>A subcommand is a class of this package, a {@code Callable<Integer>} or {@code Runnable} named in the list below. It
 * finds the running stack by a {@code @Mixin} {@link StackOption}, prints through a {@link Terminal}, and throws {@link
 * UserException} for what its user can mend. Exit codes: 0 done; 1 failed, with one line that says what to do; 2 used
 * wrongly, with one line that says how.
 */
@Command(
        name = "cdp",
        description = {
            "Tributary, a customer data platform on Apache Flink, on this machine.",
            "Each command has a --help of its own."
        },
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        subcommands = {
            DemoCommand.class,
            Up.class,
            Status.class,
            Down.class,
            BacktestCommand.class,
            BootstrapCommand.class,
            PublishCommand.class,
            SimulateCommand.class,
            ProfileCommand.class,
            IdentityCommand.class,
            RejectsCommand.class,
            MappingCommand.class,
            DefinitionsCommand.class,
            SegmentsCommand.class,
            ElasticCommand.class,
            BenchCommand.class
        })
public final class Cdp implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of a failure.")
    private boolean debug;

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs the command and returns its exit code. */
    static int run(String... args) {
        Logs.toDefaultFile();
        return commandLine().execute(args);
    }

    /** The command, ready to execute, for whoever wants its output elsewhere. */
    public static CommandLine commandLine() {
        var cdp = new Cdp();
        return new CommandLine(cdp)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUnmatchedOptionsAllowedAsOptionParameters(false)
                .setParameterExceptionHandler((failure, ignored) -> misused(failure))
                .setExecutionExceptionHandler((failure, command, ignored) -> failed(failure, command, cdp.debug));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    private static int misused(ParameterException failure) {
        var command = failure.getCommandLine();
        var name = command.getCommandSpec().qualifiedName();
        print(command.getErr(), name, "%s See ./%s --help".formatted(mistake(failure), name));
        return CommandLine.ExitCode.USAGE;
    }

    /** Of a misspelt option picocli says first that the right one is missing. */
    private static String mistake(ParameterException failure) {
        var command = failure.getCommandLine();
        var option = command.getUnmatchedArguments().stream()
                .filter(word -> word.startsWith("-"))
                .findFirst();
        if (option.isEmpty()
                || !(failure instanceof MissingParameterException || failure instanceof UnmatchedArgumentException)) {
            return sentence(firstLine(failure));
        }
        var first = new UnmatchedArgumentException(command, List.of(option.get()));
        return first.getSuggestions().stream()
                .findFirst()
                .map(nearest -> "%s Did you mean %s?".formatted(sentence(firstLine(first)), nearest))
                .orElse(sentence(firstLine(first)));
    }

    private static int failed(Exception failure, CommandLine command, boolean debug) {
        var name = command.getCommandSpec().qualifiedName();
        print(command.getErr(), name, explanation(failure));
        if (debug) {
            failure.printStackTrace(command.getErr());
            command.getErr().flush();
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static void print(PrintWriter err, String command, String line) {
        err.println(command + ": " + line);
        err.flush();
    }

    private static String explanation(Exception failure) {
        if (failure instanceof UserException) {
            return firstLine(failure);
        }
        if (failure instanceof NoSuchFileException) {
            return "No such file: " + failure.getMessage();
        }
        if (failure instanceof AccessDeniedException) {
            return "No permission for: " + failure.getMessage();
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "Exists already: " + failure.getMessage();
        }
        return "%s Run it again with --debug for the stack trace; the log is %s"
                .formatted(sentence(firstLine(failure)), Logs.file());
    }

    private static String firstLine(Exception failure) {
        return Objects.requireNonNullElse(failure.getMessage(), "")
                .lines()
                .findFirst()
                .filter(line -> !line.isBlank())
                .orElse(failure.getClass().getSimpleName());
    }

    private static String sentence(String text) {
        return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
    }
}
