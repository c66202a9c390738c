package io.tributary.local.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops the stack of a folder, wherever it was started. */
@Command(
        name = "down",
        description = {
            "Stop the stack, also one in another terminal, and wait until it is gone.",
            "Data stay in the folder."
        })
final class Down implements Callable<Integer> {
    /** Elasticsearch alone may take 20 s. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Mixin
    private StackOption stack;

    @Override
    public Integer call() throws IOException {
        var folder = stack.folder();
        var begun = System.nanoTime();
        var stopped = folder.stop(LIMIT);
        var terminal = Terminal.of(spec.commandLine());
        if (stopped) {
            terminal.line(
                    "Stopped the stack in %s in %s.",
                    folder.path(), Terminal.seconds(Duration.ofNanos(System.nanoTime() - begun)));
        } else {
            terminal.line("No stack runs in %s.", folder.path());
        }
        return 0;
    }
}
