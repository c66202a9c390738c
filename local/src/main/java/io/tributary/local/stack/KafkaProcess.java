package io.tributary.local.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A {@link KafkaBroker} in a process of its own, so that its work is not counted as that of whoever measures in this
 * JVM. It ends with this JVM, also if that is killed.
 */
public final class KafkaProcess implements AutoCloseable {
    private static final String READY = "ready ";
    private static final long STOP_SECONDS = 30;

    private final Process process;
    private final String bootstrapServers;

    private KafkaProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker on a free port and returns when it takes requests: about 5 s.
     *
     * @param dataDir the broker's folder
     * @param log where the process logs and complains
     * @throws IOException if it does not start; the message names the log
     */
    public static KafkaProcess start(Path dataDir, Path log) throws IOException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx768m",
                        "-Dtributary.log=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        KafkaProcess.class.getName(),
                        dataDir.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                drain(output);
                return new KafkaProcess(process, line.substring(READY.length()));
            }
        }
        throw new IOException("Kafka did not start; its log is " + log);
    }

    /** Whatever else it prints is read and thrown away: a pipe that is full would stop it. Its log is elsewhere. */
    private static void drain(BufferedReader output) {
        var reader = new Thread(
                () -> {
                    try {
                        output.transferTo(Writer.nullWriter());
                    } catch (IOException e) {
                        // The process has ended.
                        return;
                    }
                },
                "kafka-process-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Runs a broker until standard input ends. */
    public static void main(String[] arguments) throws IOException {
        try (var broker = KafkaBroker.start(Path.of(arguments[0]), 0)) {
            new PrintStream(System.out, true, StandardCharsets.UTF_8).println(READY + broker.bootstrapServers());
            while (System.in.read() >= 0) {
                // The other side never writes; the end of the stream is the end of its process.
            }
        }
    }

    /** What clients connect to. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
