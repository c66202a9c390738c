package io.tributary.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackFolderTest {
    /** Only its owner can enter it, so Elasticsearch of the user root has its data elsewhere. */
    @TempDir
    private Path owners;

    @Test
    void startsFreshAlsoWhereElasticsearchKeepsItsDataElsewhere() throws Exception {
        var folder = new StackFolder(owners.resolve("stack"));
        folder.claim(false).close();
        var data = ElasticsearchNode.reachable(folder.elasticsearch());
        var document = Files.writeString(data.resolve("document"), "old");

        folder.claim(false).close();
        assertThat(document).exists();

        folder.claim(true).close();
        assertThat(document).doesNotExist();
        assertThat(data).doesNotExist();
    }

    @Test
    void isDeletedWithWhatElasticsearchKeepsElsewhere() throws Exception {
        var folder = new StackFolder(owners.resolve("stack"));
        folder.claim(false).close();
        var data = ElasticsearchNode.reachable(folder.elasticsearch());
        Files.writeString(data.resolve("document"), "old");

        folder.delete();

        assertThat(data).doesNotExist();
        assertThat(folder.path()).doesNotExist();
    }
}
