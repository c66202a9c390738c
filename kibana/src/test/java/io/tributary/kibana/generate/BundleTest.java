package io.tributary.kibana.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.kibana.description.Suite;
import io.tributary.schemas.testing.Committed;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class BundleTest {
    @Test
    void isCommittedAsTheDescriptionSays() throws IOException {
        Committed.assertUpToDate("docker/kibana/tributary.ndjson", Bundle.ndjson(Suite.shipped()));
    }

    @Test
    void isTheSameEachTime() {
        assertThat(Bundle.ndjson(Suite.shipped())).isEqualTo(Bundle.ndjson(Suite.shipped()));
    }
}
