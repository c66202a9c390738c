package io.tributary.schemas.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineReaderTest {
    @TempDir
    private Path folder;

    private List<LineReader.Line> lines(String text, int limit) throws IOException {
        return lines(Files.writeString(folder.resolve("in.txt"), text, StandardCharsets.ISO_8859_1), limit);
    }

    private static List<LineReader.Line> lines(Path file, int limit) throws IOException {
        var lines = new ArrayList<LineReader.Line>();
        try (var reader = new LineReader(file, limit)) {
            reader.forEachRemaining(lines::add);
        }
        return lines;
    }

    private static String text(LineReader.Line line) {
        return new String(line.bytes(), StandardCharsets.ISO_8859_1);
    }

    /** Escapes: n is LF, r is CR; lines are separated by a bar. */
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "a, a",
        "an, a",
        "arnb, a|b",
        "arn, a",
        "n, ''",
        "rn, ''",
        "annb, a||b",
        "ann, a|",
        "arbn, aRb",
        "arrn, aR",
        "ar, aR"
    })
    void endsLinesAtLfAndDropsOneCrBeforeIt(String input, String expected) throws IOException {
        var lines = lines(input.replace('n', '\n').replace('r', '\r'), 10);
        var wanted = input.isEmpty()
                ? List.<String>of()
                : Arrays.asList(expected.replace('R', '\r').split("\\|", -1));

        assertThat(lines.stream().map(LineReaderTest::text)).isEqualTo(wanted);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i).number()).isEqualTo(i + 1L);
            assertThat(lines.get(i).truncated()).isFalse();
        }
    }

    @Test
    void keepsBytesThatAreNoText() throws IOException {
        assertThat(lines("\u00ff\u0000\u00c3\nx", 10).get(0).bytes())
                .containsExactly((byte) 0xFF, (byte) 0, (byte) 0xC3);
    }

    @Test
    void truncatesALineBeyondTheLimitAndReadsOnBehindIt() throws IOException {
        var lines = lines("12345\r\n123456\r\n" + "x".repeat(200_000) + "\nlast", 5);

        assertThat(lines.stream().map(LineReader.Line::truncated)).containsExactly(false, true, true, false);
        assertThat(lines.stream().map(LineReaderTest::text)).containsExactly("12345", "12345", "xxxxx", "last");
        assertThat(lines.stream().map(LineReader.Line::length)).containsExactly(5L, 6L, 200_000L, 4L);
    }

    @Test
    void readsLinesThatCrossItsBuffer() throws IOException {
        var line = "y".repeat(65_535);
        var lines = lines(line + "\r\n" + line + "z\n" + line, 1 << 20);

        assertThat(lines.stream().map(LineReaderTest::text)).containsExactly(line, line + "z", line);
    }

    @Test
    void decompressesGzip() throws IOException {
        var file = Files.write(folder.resolve("in.csv.gz"), gzip("a\nb\n"));

        assertThat(lines(file, 10).stream().map(LineReaderTest::text)).containsExactly("a", "b");
    }

    @Test
    void namesTheFileAndTheLineWhereGzipDataEndsTooEarly() throws IOException {
        var whole = gzip("line\n".repeat(50_000));
        var file = Files.write(folder.resolve("cut.jsonl.gz"), Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> lines(file, 10))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cut.jsonl.gz")
                .hasMessageMatching(".* after line \\d+: the file ends in the middle of its gzip data");
    }

    @Test
    void namesTheFileThatIsNotThereOrIsNotGzip() throws IOException {
        var plain = Files.writeString(folder.resolve("plain.gz"), "not gzip");

        assertThatThrownBy(() -> lines(folder.resolve("none.csv"), 10))
                .hasMessageContaining("none.csv: there is no such file");
        assertThatThrownBy(() -> lines(plain, 10)).hasMessageContaining("plain.gz: damaged gzip data");
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
