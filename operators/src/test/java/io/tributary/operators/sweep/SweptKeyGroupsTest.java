package io.tributary.operators.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What key groups have been swept for, when others have them than before. */
class SweptKeyGroupsTest {
    @ParameterizedTest
    @CsvSource({
        // what was kept, as target:first-last; the range; for what it has been swept
        "7:0-127,                    0, 127, 7",
        "7:0-63 7:64-127,            0, 127, 7",
        "7:0-63 6:64-127,            0, 127, 6",
        "7:0-63 6:64-127,            0,  63, 7",
        "7:0-63 6:64-127,           32,  95, 6",
        "7:0-41 5:42-84 6:85-127,   64, 127, 5",
        "7:0-63,                     0, 127, 0",
        "'',                         0, 127, 0",
    })
    void isTheLeastOfThoseThatHadThem(String kept, int first, int last, long expected) {
        assertThat(SweptKeyGroups.leastOf(parse(kept), first, last)).isEqualTo(expected);
    }

    private static List<SweptKeyGroups> parse(String kept) {
        return Arrays.stream(kept.split(" "))
                .filter(part -> !part.isEmpty())
                .map(part -> part.split("[:-]"))
                .map(part -> new SweptKeyGroups(
                        Long.parseLong(part[0]), Integer.parseInt(part[1]), Integer.parseInt(part[2])))
                .toList();
    }

    @Test
    void itsFormIsReadAsItWasWritten() throws IOException {
        SweptKeyGroups swept = new SweptKeyGroups(300, 64, 127);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SweptKeyGroups.CODEC.write(swept, new DataOutputStream(bytes));

        assertThat(SweptKeyGroups.CODEC.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
                .isEqualTo(swept);
    }
}
