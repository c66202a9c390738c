package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.stack.Endpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a command looks: {@code --in}, the results of a backtest, or the running stack. */
final class SourceOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--in",
            paramLabel = "OUT_DIR",
            description = "The results of a backtest (its --out). Without it: the running stack.")
    private Path in;

    @Mixin
    private StackOption stack;

    /**
     * The backtest's file, if the command was told to look at files.
     *
     * @throws ParameterException if it was told to look at a stack as well
     */
    Optional<Path> file(String name) throws UserException {
        if (in != null && stack.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "Either --in, the results of a backtest, or --dir, a running stack: not both.");
        }
        return in == null ? Optional.empty() : Optional.of(resultOf(in, name));
    }

    /** Whether the command was told to look at a stack. */
    boolean isStackGiven() {
        return stack.isGiven();
    }

    Endpoints endpoints() throws IOException {
        return stack.endpoints();
    }

    /** @throws UserException if the folder holds no such result of a backtest */
    static Path resultOf(Path folder, String name) throws UserException {
        Path file = folder.resolve(name);
        if (!Files.isReadable(file)) {
            throw new UserException(
                    "%s is missing: %s is no folder that ./cdp backtest --out has written".formatted(file, folder));
        }
        return file;
    }
}
