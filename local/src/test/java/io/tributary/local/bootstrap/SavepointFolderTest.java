package io.tributary.local.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.local.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code BootstrapIT} takes a real savepoint over. */
class SavepointFolderTest {
    @TempDir
    private Path parent;

    @Test
    void leavesNothingOfASavepointThatHasNotComeAbout() throws IOException {
        Path absent = parent.resolve("absent");
        SavepointFolder folder = new SavepointFolder(absent);
        Files.writeString(folder.work().resolve("state"), "half of it");
        Files.writeString(absent.resolve("moved"), "already");

        folder.tidy();

        assertThat(absent).doesNotExist();
    }

    @Test
    void keepsAFolderThatWasThere() throws IOException {
        SavepointFolder folder = new SavepointFolder(parent);

        folder.tidy();

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void beginsAgainWhereAnAttemptWasInterrupted() throws IOException {
        Files.writeString(new SavepointFolder(parent).work().resolve("state"), "half of it");

        SavepointFolder folder = new SavepointFolder(parent);

        assertThat(folder.work()).isEmptyDirectory();
    }

    @Test
    void refusesWhatIsInUse() throws IOException {
        Path file = Files.createFile(parent.resolve("something"));

        assertThatThrownBy(() -> new SavepointFolder(parent))
                .isInstanceOf(UserException.class)
                .hasMessage(parent + " is not empty: a savepoint needs a folder of its own");
        assertThatThrownBy(() -> new SavepointFolder(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " is a file: a savepoint needs a folder");
        assertThat(parent).isDirectoryContaining(entry -> entry.equals(file));
    }
}
