package io.tributary.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.jobs.customer.CustomerOptions;
import io.tributary.schemas.testing.Committed;
import java.io.IOException;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.junit.jupiter.api.Test;

class OptionsDocsTest {
    @Test
    void documentsTheOptionsAsTheyAre() throws IOException {
        Committed.assertUpToDate("docs/options.md", OptionsDocs.markdown("customer", CustomerOptions.class));
    }

    @Test
    void findsADescriptionWithEveryOption() {
        assertThat(OptionsFile.declaredBy(CustomerOptions.class).values())
                .isNotEmpty()
                .allSatisfy(option -> assertThat(new HtmlFormatter().format(option.description()))
                        .as(option.key())
                        .isNotBlank());
    }
}
