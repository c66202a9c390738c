package io.tributary.local.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConsumersPageTest {
    private static final Path ROOT = Path.of(System.getProperty("tributary.root"));

    /** {@code CdpStackIT} runs it. */
    @Test
    void theExampleInJavaIsTheOneThatRuns() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/consumers.md"));
        String source = Files.readString(ROOT.resolve("local/src/test/java/io/tributary/local/docs/CartMailer.java"));

        assertThat(between("```java\n", "```\n", page)).isEqualTo(between("// docs:begin\n", "// docs:end\n", source));
    }

    private static String between(String begin, String end, String text) {
        int from = text.indexOf(begin) + begin.length();
        return text.substring(from, text.indexOf(end, from));
    }
}
