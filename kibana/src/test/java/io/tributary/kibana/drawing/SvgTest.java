package io.tributary.kibana.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SvgTest {
    private static final double SIZE = 10;
    private static final double TEN_LETTERS = Svg.width("0123456789", SIZE) + 0.1;

    @Test
    void aTextThatFitsIsALine() {
        assertThat(lines("a, b, c", 3)).containsExactly("a, b, c");
    }

    @Test
    void aLongerOneIsBrokenAtBlanks() {
        assertThat(lines("anna, bert, carl", 3)).containsExactly("anna,", "bert, carl");
    }

    @Test
    void aWordThatIsLongerThanALineIsCut() {
        assertThat(lines("a-long-long-word, b", 3)).containsExactly("a-long-lo…", "b");
    }

    @Test
    void whatDoesNotFitIntoTheLastLineIsCut() {
        assertThat(lines("anna, bert, carl, dora", 2)).containsExactly("anna,", "bert, car…");
        assertThat(lines("anna, bert, carl", 1)).containsExactly("anna, ber…");
    }

    private static List<String> lines(String words, int most) {
        return Svg.lines(words, TEN_LETTERS, SIZE, most);
    }
}
