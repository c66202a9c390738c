package io.tributary.local.cli;

import io.tributary.local.stack.Endpoints;
import io.tributary.local.stack.StackFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import picocli.CommandLine.Option;

/** The option {@code --dir}, for every command that runs or uses a stack: {@code @Mixin StackOption stack}. */
public final class StackOption {
    @Option(
            names = "--dir",
            paramLabel = "D",
            description = "The stack's folder. Default: $TRIBUTARY_DIR, else .tributary in the project.")
    private Path dir;

    /** Whether the user named a folder. */
    boolean isGiven() {
        return dir != null;
    }

    /** The stack's folder, whether a stack runs there or not. */
    public StackFolder folder() {
        return new StackFolder(dir == null ? defaultFolder() : dir);
    }

    /**
     * The endpoints of the stack that runs.
     *
     * @throws io.tributary.local.UserException if none does; the message says how to start one
     */
    public Endpoints endpoints() throws IOException {
        return Endpoints.of(folder());
    }

    static Path defaultFolder() {
        var configured = System.getenv("TRIBUTARY_DIR");
        return configured != null && !configured.isBlank()
                ? Path.of(configured).toAbsolutePath()
                : Path.of(Objects.requireNonNullElse(System.getProperty("tributary.root"), "."))
                        .toAbsolutePath()
                        .resolve(".tributary");
    }
}
