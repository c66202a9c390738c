package io.tributary.local.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A script of the folder docker as a process of its own. */
final class Script {
    static final Path DOCKER = Path.of(System.getProperty("tributary.root"), "docker");

    private Script() {}

    record Run(int exit, String output) {}

    /** @return what it printed; it has to succeed */
    static String run(Map<String, String> environment, Path script, Object... arguments)
            throws IOException, InterruptedException {
        var run = attempt(environment, script, arguments);
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }

    static Run attempt(Map<String, String> environment, Path script, Object... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("bash", script.toString()));
        for (var argument : arguments) {
            command.add(argument.toString());
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Run(process.waitFor(), output);
    }
}
