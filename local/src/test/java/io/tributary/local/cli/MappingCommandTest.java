package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappingCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"crm_contacts.csv", "pos_receipts.csv"})
    void proposesAMappingThatLoads(String name) throws IOException {
        Path sample = Path.of(System.getProperty("tributary.root"), "mappings", "samples", name);

        CommandRun run = CommandRun.of("mapping", "suggest", sample);

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("version: 1");
        long checks = run.out().lines().filter(line -> line.contains("CHECK:")).count();
        assertThat(run.err()).startsWith(checks + " guess");
        Path mapping = Files.writeString(folder.resolve("mapping.yaml"), run.out());
        CommandRun dry = CommandRun.of("publish", "--dry-run", "--events", sample, "--mapping", mapping);
        assertThat(dry.exit()).isZero();
        assertThat(dry.out()).contains("events would be sent").doesNotStartWith("0 ");
    }

    @Test
    void saysWhyItHasNoProposal() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.csv"), "");

        CommandRun run = CommandRun.of("mapping", "suggest", empty);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.errorLines()).singleElement().asString().contains("empty.csv");
    }
}
