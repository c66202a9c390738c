package io.tributary.local.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.schemas.event.RejectReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RejectsPageTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\| ([^|]+) \\| ([^|]+) \\|$");

    @Test
    void everyReasonHasItsRowInTheOrderOfTheCode() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("tributary.root"), "docs/rejects.md"));
        List<MatchResult> rows = ROW.matcher(page).results().toList();

        assertThat(rows)
                .extracting(row -> row.group(1))
                .containsExactlyElementsOf(Arrays.stream(RejectReason.values())
                        .map(RejectReason::id)
                        .toList());
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.group(2)).as("the meaning of %s", row.group(1)).isNotBlank();
            assertThat(row.group(3)).as("what to do about %s", row.group(1)).isNotBlank();
        });
    }
}
