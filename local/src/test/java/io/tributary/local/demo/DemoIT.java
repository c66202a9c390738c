package io.tributary.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demonstration as a user does. */
class DemoIT {
    private static final Path CDP =
            Path.of(System.getProperty("tributary.root")).resolve("cdp");
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void tellsTheStoryProvesItAndLeavesNothingRunning() throws Exception {
        var output = folder.resolve("demo.out");
        var stack = folder.resolve("stack");
        var demo = new ProcessBuilder(CDP.toString(), "demo", "--exit", "--dir", stack.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        var family = new HashSet<ProcessHandle>();
        try {
            while (!demo.waitFor(500, TimeUnit.MILLISECONDS)) {
                demo.descendants().forEach(family::add);
            }
        } finally {
            demo.destroy();
        }

        var text = Files.readString(output);
        assertThat(demo.exitValue()).as(text).isZero();
        assertThat(text)
                .doesNotContain("\u001b")
                .containsSubsequence(
                        "First profile after",
                        "17:12:00  Ana's phone adds an atlas, and she leaves: 3 items, $84.00",
                        "17:45:00  Ben pays within the hour: $40.00, his cart is empty",
                        "18:12:00  abandoned_cart fires for Ana, exactly 1 h after her last item: 3 items, $84.00",
                        "18:25:00  Ana buys on her laptop: $84.00 recovered",
                        "What was seen",
                        "1 of Ana's, 0 of Ben's",
                        "Queries that prove it",
                        "curl -s 'http://127.0.0.1:",
                        "{\"count\":0}",
                        "kafka-console-consumer.sh",
                        "Where it is");
        assertThat(family).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        assertThat(ports(text)).isNotEmpty().noneMatch(DemoIT::isOpen);
        assertThat(stack.resolve("stack.json")).doesNotExist();
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
