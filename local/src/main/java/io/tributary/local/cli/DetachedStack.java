package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.local.stack.StackFolder;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A stack in a process of its own that outlives this one: in its own session, so that neither Ctrl-C nor the end of the
 * terminal reaches it.
 */
final class DetachedStack {
    private static final String MARK = "tributary.detached";
    private static final long LOOK_AGAIN_MILLIS = 200;

    private final StackFolder folder;
    private final List<String> arguments;

    /**
     * @param folder where it runs
     * @param arguments the command that runs it in the foreground
     */
    DetachedStack(StackFolder folder, List<String> arguments) {
        this.folder = folder;
        this.arguments = arguments;
    }

    /**
     * Starts it and returns when it is ready. If this process is ended in the meantime, so is the new one.
     *
     * @param lines is told what it prints
     * @throws UserException if it does not get ready, with its last line
     */
    void start(Consumer<String> lines) throws IOException, InterruptedException {
        var running = folder.runningPid();
        if (running.isPresent()) {
            throw new UserException(
                    "A stack runs in %s already (process %d); stop it with ./cdp down, or choose another folder with --dir"
                            .formatted(folder.path(), running.get()));
        }
        try {
            Files.createDirectories(folder.output().getParent());
        } catch (IOException e) {
            throw new UserException(
                    "Can't make the folder %s; choose another one with --dir".formatted(folder.path()), e);
        }
        var process = new ProcessBuilder(command())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(folder.output().toFile())
                .start();
        var onExit = new Thread(process::destroy, "tributary-detached-stop");
        Runtime.getRuntime().addShutdownHook(onExit);
        var output = new Output(folder.output());
        var last = "";
        while (!ready(process)) {
            var ended = process.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            for (var line : output.more()) {
                last = line;
                // The last line of one that failed is this command's own.
                if (!line.startsWith("cdp up: ")) {
                    lines.accept(line);
                }
            }
            if (ended) {
                throw new UserException(
                        last.startsWith("cdp up: ")
                                ? last.substring("cdp up: ".length())
                                : "The stack ended before it was ready; its output is in " + folder.output());
            }
        }
        Runtime.getRuntime().removeShutdownHook(onExit);
        output.more().forEach(lines);
    }

    /** Whether this process is a detached stack. */
    static boolean isThis() {
        return Boolean.getBoolean(MARK);
    }

    private boolean ready(Process process) throws IOException {
        return Files.exists(folder.endpoints())
                && folder.runningPid().filter(pid -> pid == process.pid()).isPresent();
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        // It becomes the process itself, so the number of the process is the stack's.
        Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(program -> Files.isExecutable(Path.of(program)))
                .findFirst()
                .ifPresent(command::add);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-Dpicocli.ansi=false");
        command.add("-D" + MARK + "=true");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Cdp.class.getName()));
        command.addAll(arguments);
        return command;
    }

    /** The complete lines of a growing file. */
    private static final class Output {
        private final Path file;
        private int read;

        Output(Path file) {
            this.file = file;
        }

        List<String> more() throws IOException {
            // A few lines in all, so it is read whole each time.
            var text = Files.readString(file);
            var complete = text.substring(read, text.lastIndexOf('\n') + 1);
            read += complete.length();
            return complete.lines().toList();
        }
    }
}
