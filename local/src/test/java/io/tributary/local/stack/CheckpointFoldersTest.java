package io.tributary.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFoldersTest {
    @TempDir
    private Path root;

    private CheckpointFolders folders;

    @BeforeEach
    void open() {
        folders = new CheckpointFolders(root);
    }

    @Test
    void findsTheNewestThatIsComplete() throws IOException {
        checkpoint(folders.current("job"), 9);
        Path newest = checkpoint(folders.current("job"), 10);
        Files.createDirectories(folders.current("job").resolve("chk-11"));
        checkpoint(folders.current("another"), 12);

        assertThat(folders.newest("job")).contains(newest);
        assertThat(folders.newest("none")).isEmpty();
    }

    /** Its numbers may be smaller: those of a savepoint that another job has made. */
    @Test
    void whatTheJobWasToldToBeginWithIsNewerThanAllBefore() throws IOException {
        checkpoint(folders.current("job"), 500);
        Path before = folders.current("job");
        Path anew = folders.next("job");
        assertThat(anew).isNotEqualTo(before).isEqualTo(folders.current("job"));

        Path newest = checkpoint(anew, 3);

        assertThat(folders.newest("job")).contains(newest);
        assertThat(folders.next("job")).isNotIn(before, anew);
    }

    @Test
    void aBeginningThatFailedLeavesWhatWasThereBefore() throws IOException {
        Path before = checkpoint(folders.current("job"), 500);
        folders.next("job");

        assertThat(folders.newest("job")).contains(before);
    }

    private static Path checkpoint(Path folder, int number) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve("chk-" + number));
        Files.createFile(checkpoint.resolve("_metadata"));
        return checkpoint;
    }
}
