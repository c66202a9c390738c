package io.tributary.schemas.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that are generated and committed: a test compares them and fails when they are stale; with
 * {@code -Dtributary.write=true} it writes them instead.
 */
public final class Committed {
    private Committed() {}

    /** @param file relative to the root of the project */
    public static void assertUpToDate(String file, String generated) throws IOException {
        Path path = Path.of(System.getProperty("tributary.root")).resolve(file);
        if (Boolean.getBoolean("tributary.write")) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, generated);
        }
        assertThat(path)
                .as("%s is stale; if the change is meant, run this test with -Dtributary.write=true", file)
                .exists()
                .content()
                .isEqualTo(generated);
    }
}
