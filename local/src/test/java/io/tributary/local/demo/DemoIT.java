package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.testing.Interrupts;
import io.tributary.schemas.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demonstration as a user does. */
class DemoIT {
    private static final Path CDP =
            Path.of(System.getProperty("tributary.root")).resolve("cdp");
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern FIRST_PROFILE =
            Pattern.compile("(?m)^First profile after (\\d+\\.\\d s): c_[0-9a-f]{16}, last seen ");
    private static final Pattern BOTH_TIMES =
            Pattern.compile("(?m)^First profile after (\\d+\\.\\d s), everything after \\d+\\.\\d s\\.$");

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void tellsTheStoryProvesItAndLeavesNothingRunning() throws Exception {
        var demo = start(List.of(), "--exit");
        var family = new HashSet<ProcessHandle>();
        try {
            while (!demo.waitFor(500, TimeUnit.MILLISECONDS)) {
                demo.descendants().forEach(family::add);
            }
        } finally {
            demo.destroy();
        }

        assertThat(demo.exitValue()).as(output()).isZero();
        assertTold(output());
        assertNothingRuns(output(), family);
    }

    /** A second minute for one sentence: in the whole suite only. */
    @Test
    @Tag("full")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void staysUpWithoutExitUntilItIsInterruptedAndThenLeavesNothingRunning() throws Exception {
        var demo = start(Interrupts.heeded());
        var family = new HashSet<ProcessHandle>();
        try {
            Await.until("the end of the story", Duration.ofMinutes(8), () -> {
                demo.descendants().forEach(family::add);
                assertThat(demo.isAlive()).as(output()).isTrue();
                return output().contains("Ctrl-C ends it.");
            });
            assertTold(output());
            assertThat(ports(output())).isNotEmpty().allMatch(DemoIT::isOpen);

            Interrupts.send(demo);
            assertThat(demo.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            demo.destroy();
        }

        assertThat(demo.exitValue()).isEqualTo(Interrupts.EXIT_CODE);
        assertThat(output()).endsWith("Stopping …\nStopped.\n");
        assertNothingRuns(output(), family);
    }

    private Process start(List<String> prefix, String... options) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(CDP.toString(), "demo", "--dir", stack().toString()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("demo.out").toFile())
                .start();
    }

    private Path stack() {
        return folder.resolve("stack");
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("demo.out"));
    }

    private static void assertTold(String text) {
        assertThat(text)
                .doesNotContain("\u001b")
                .containsSubsequence(
                        "First profile after",
                        "17:12:00  Ana's phone adds an atlas, and she leaves: 3 items, $84.00",
                        "17:30:00  Ana logs in on a laptop: 2 customers become 1",
                        "17:45:00  Ben pays within the hour: $40.00, his cart is empty",
                        "18:12:00  abandoned_cart fires for Ana, exactly 1 h after her last item: 3 items, $84.00",
                        "18:25:00  Ana buys on her laptop: $84.00 recovered",
                        "What was seen",
                        "1 of Ana's, 0 of Ben's",
                        "Queries that prove it",
                        "curl -s 'http://127.0.0.1:",
                        "{\"count\":0}",
                        "kafka-console-consumer.sh",
                        "First profile after",
                        "everything after",
                        "Where it is");
        var first = FIRST_PROFILE.matcher(text);
        assertThat(first.find()).as("the first profile when it is seen").isTrue();
        var both = BOTH_TIMES.matcher(text);
        assertThat(both.find()).as("both times at the end").isTrue();
        assertThat(both.start()).isGreaterThan(first.start());
        assertThat(both.group(1)).isEqualTo(first.group(1));
    }

    private void assertNothingRuns(String text, Set<ProcessHandle> family) {
        assertThat(family).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        assertThat(ports(text)).isNotEmpty().noneMatch(DemoIT::isOpen);
        assertThat(stack().resolve("stack.json")).doesNotExist();
    }

    private static Set<Integer> ports(String text) {
        return ADDRESS.matcher(text)
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .collect(Collectors.toSet());
    }

    private static boolean isOpen(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
