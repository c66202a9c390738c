package io.tributary.kibana.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BundleVerifierTest {
    private static final Path BUNDLE = Path.of(System.getProperty("tributary.root"), "docker/kibana/tributary.ndjson");

    @Test
    void findsNothingInTheBundle() throws Exception {
        var verifier = new BundleVerifier(Indices.mappings(), BundleRules.SHIPPED);
        assertThat(verifier.verify(Files.readAllBytes(BUNDLE))).isEmpty();
    }
}
