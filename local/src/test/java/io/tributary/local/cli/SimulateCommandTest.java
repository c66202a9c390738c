package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimulateCommandTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void writesOneTruthPerLineAndASummary() throws IOException {
        Path file = folder.resolve("new").resolve("events.jsonl");

        assertThat(simulate("80", "5", "1", file)).isZero();

        long lines = lines(Files.readAllBytes(file));
        List<String> truth = Files.readAllLines(truth(file));
        assertThat(truth).hasSize((int) lines + 1);
        for (int i = 0; i < lines; i++) {
            JsonNode entry = MAPPER.readTree(truth.get(i));
            assertThat(entry.path("line").asInt()).isEqualTo(i + 1);
            assertThat(entry.has("reason"))
                    .isEqualTo(entry.path("kind").asText().equals("broken"));
        }
        JsonNode summary = MAPPER.readTree(truth.get((int) lines));
        assertThat(summary.path("kind").asText()).isEqualTo("summary");
        assertThat(summary.path("lines").asLong()).isEqualTo(lines);
        assertThat(summary.at("/revenue/USD").asText()).matches("\\d+\\.\\d\\d");
        assertThat(file.getParent().toFile().list())
                .containsExactlyInAnyOrder("events.jsonl", "events.jsonl.truth.jsonl");
        assertThat(out.toString()).contains("events.jsonl: ");
    }

    @Test
    void writesTheSameBytesAgainAndReplacesTheEarlierSimulation() throws IOException {
        Path file = folder.resolve("events.jsonl");
        assertThat(simulate("30", "5", "-9", file)).isZero();
        byte[] events = Files.readAllBytes(file);
        byte[] truth = Files.readAllBytes(truth(file));

        assertThat(simulate("30", "5", "-9", file)).isZero();

        assertThat(Files.readAllBytes(file)).isEqualTo(events);
        assertThat(Files.readAllBytes(truth(file))).isEqualTo(truth);
        assertThat(simulate("30", "5", "-8", file)).isZero();
        assertThat(Files.readAllBytes(file)).isNotEqualTo(events);
    }

    @Test
    void compressesWhenTheNameSaysSo() throws IOException {
        Path plain = folder.resolve("events.jsonl");
        Path compressed = folder.resolve("events.jsonl.gz");

        assertThat(simulate("30", "5", "2", plain)).isZero();
        assertThat(simulate("30", "5", "2", compressed)).isZero();

        try (InputStream in = new GZIPInputStream(Files.newInputStream(compressed))) {
            assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(plain));
        }
        assertThat(truth(compressed)).hasSameBinaryContentAs(truth(plain));
    }

    @Test
    void refusesToReplaceAFileThatIsNoSimulation() throws IOException {
        Path file = Files.writeString(folder.resolve("thesis.txt"), "years of work");

        assertThat(simulate("3", "1", "1", file)).isEqualTo(2);

        assertThat(file).hasContent("years of work");
        assertThat(err.toString()).contains("thesis.txt exists and is no simulation");
        assertThat(simulate("3", "1", "1", file, "--force")).isZero();
        assertThat(file).content(StandardCharsets.ISO_8859_1).doesNotContain("years of work");
    }

    @Test
    void replacesAnEmptyFile() throws IOException {
        Path file = Files.createFile(folder.resolve("events.jsonl"));

        assertThat(simulate("3", "1", "1", file)).isZero();
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void exitsWith2AndOneClearLineOnNonsense() {
        Path file = folder.resolve("events.jsonl");

        assertThat(simulate("0", "1", "1", file)).isEqualTo(2);
        assertThat(simulate("3", "0", "1", file)).isEqualTo(2);
        assertThat(simulate("3", "1", "abc", file)).isEqualTo(2);
        assertThat(simulate("3", "1", "1", folder)).isEqualTo(2);
        assertThat(simulate("3", "1", "1", file, "--products", "2")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--customers must be between 1 and 10000000, not 0")
                .contains("--days must be between 1 and 3650, not 0")
                .contains("is a folder")
                .contains("--products must be between 12 and 100000, not 2");
        assertThat(file).doesNotExist();
    }

    @Test
    void exitsWith1WhenItCannotWrite() throws IOException {
        Path notAFolder = Files.createFile(folder.resolve("file"));

        assertThat(simulate("3", "1", "1", notAFolder.resolve("events.jsonl"))).isEqualTo(1);
        assertThat(err.toString()).contains("Cannot write").contains("choose another --out");
    }

    private int simulate(String customers, String days, String seed, Path file, String... more) {
        String[] base = {"--customers", customers, "--days", days, "--seed", seed, "--out", file.toString()};
        String[] all = Stream.of(base, more).flatMap(Arrays::stream).toArray(String[]::new);
        return command().execute(all);
    }

    private CommandLine command() {
        return new CommandLine(new SimulateCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
    }

    private static Path truth(Path file) {
        return file.resolveSibling(file.getFileName() + ".truth.jsonl");
    }

    private static long lines(byte[] bytes) {
        long count = 0;
        for (byte b : bytes) {
            count += b == '\n' ? 1 : 0;
        }
        return count;
    }
}
