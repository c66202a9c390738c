package io.tributary.local.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

/** Ctrl-C for a process that a test has started. */
public final class Interrupts {
    /** The exit code of a JVM that SIGINT has ended. */
    public static final int EXIT_CODE = 128 + 2;

    private Interrupts() {}

    /**
     * What to put before a command so that it heeds SIGINT. A shell's background jobs, and all their children, ignore it;
     * a terminal's do not.
     */
    public static List<String> heeded() throws Exception {
        var prefix = List.of("env", "--default-signal=INT");
        var supported = new ProcessBuilder(
                        Stream.concat(prefix.stream(), Stream.of("true")).toList())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return supported.waitFor() == 0 ? prefix : List.of();
    }

    public static void send(Process process) throws Exception {
        var kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }
}
