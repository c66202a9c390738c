package io.tributary.local.rejects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void keepsWhatAPersonCanRead() {
        assertThat(line("{\"name\":\"Zażółć 日本 🛒\"}")).isEqualTo("{\"name\":\"Zażółć 日本 🛒\"}");
    }

    @Test
    void escapesWhatATerminalObeys() {
        assertThat(line("a\tb\r\nc\u001b[2J\u0000\u202e\u2028"))
                .isEqualTo("a\\tb\\r\\nc\\u{1B}[2J\\u{0}\\u{202E}\\u{2028}");
    }

    @Test
    void showsTheBytesThatAreNotUtf8BetweenThoseThatAre() {
        byte[] raw = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xf0, (byte) 0x9f};
        assertThat(Printable.line(raw, 80)).isEqualTo("a\\xFF\\xC3b\\xF0\\x9F");
    }

    @Test
    void marksACutAndKeepsPairsOfSurrogatesTogether() {
        assertThat(Printable.line("🛒🛒🛒🛒".getBytes(StandardCharsets.UTF_8), 3))
                .isEqualTo("🛒🛒…");
        assertThat(Printable.line("🛒🛒🛒".getBytes(StandardCharsets.UTF_8), 3)).isEqualTo("🛒🛒🛒");
    }

    @Property
    void fitsAndIsSafeWhateverTheBytes(@ForAll byte[] raw, @ForAll @IntRange(min = 1, max = 40) int width) {
        String line = Printable.line(raw, width);
        assertThat(line.codePointCount(0, line.length())).isLessThanOrEqualTo(width);
        assertThat(line.codePoints()).noneMatch(Character::isISOControl);
    }

    private static String line(String text) {
        return Printable.line(text.getBytes(StandardCharsets.UTF_8), 200);
    }
}
