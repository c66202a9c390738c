package io.tributary.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tributary.jobs.customer.CustomerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsFileTest {
    @TempDir
    private Path folder;

    @Test
    void readsNestedAndDottedKeysAlike() throws IOException {
        Configuration nested = read(
                """
                kafka:
                  bootstrap-servers: a:1,b:2
                events:
                  lateness-bound: 1 s
                  max-bytes: 1000
                profile: {publish-interval: 30 min}
                """);
        Configuration dotted = read(
                """
                kafka.bootstrap-servers: a:1,b:2
                events.lateness-bound: 1 s
                events.max-bytes: 1000
                profile.publish-interval: 30 min
                """);

        assertThat(nested.toMap()).isEqualTo(dotted.toMap()).hasSize(4);
        assertThat(nested.get(CustomerOptions.LATENESS_BOUND)).isEqualTo(Duration.ofSeconds(1));
        assertThat(nested.get(CustomerOptions.PUBLISH_INTERVAL)).isEqualTo(Duration.ofMinutes(30));
        assertThat(nested.get(CustomerOptions.EVENTS_MAX_BYTES)).isEqualTo(1_000);
    }

    @Test
    void readsAListAsYamlOrAsText() throws IOException {
        Configuration list = read("elasticsearch.hosts: ['http://a:1', 'http://b:2']");
        Configuration text = read("elasticsearch.hosts: http://a:1;http://b:2");

        assertThat(list.get(CustomerOptions.ELASTICSEARCH_HOSTS))
                .containsExactly("http://a:1", "http://b:2")
                .isEqualTo(text.get(CustomerOptions.ELASTICSEARCH_HOSTS));
    }

    @Test
    void refusesAnUnknownKeyAndNamesTheNearest() {
        assertThatThrownBy(() -> read("kafka: {bootstrap-server: a:1}"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("cdp.yaml: no option is called 'kafka.bootstrap-server'")
                .hasMessageContaining("did you mean 'kafka.bootstrap-servers'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"events.lateness-bound: soon", "events: {lateness-bound: 5 parsecs}"})
    void namesTheKeyAndItsMeaningWhenADurationIsNone(String yaml) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("does not fit events.lateness-bound")
                .hasMessageContaining("How far behind");
    }

    @Test
    void namesTheKeyWhenANumberIsNone() {
        assertThatThrownBy(() -> read("events.max-depth: deep"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("'deep' does not fit events.max-depth");
    }

    @Test
    void takesAnEmptyFileAndEmptyKeysForNothing() throws IOException {
        assertThat(read("").toMap()).isEmpty();
        assertThat(read("identity.phone-region:\n").toMap()).isEmpty();
    }

    @Test
    void namesTheLineOfWhatIsNoYaml() {
        assertThatThrownBy(() -> read("kafka:\n  a: 'b\n"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("not valid YAML")
                .hasMessageMatching("(?s).*cdp\\.yaml:\\d+: .*");
    }

    @Test
    void refusesAListOfOptions() {
        assertThatThrownBy(() -> read("- kafka"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("a map of keys and values");
    }

    @Test
    void namesAFileThatIsNotThere() {
        Path missing = folder.resolve("missing.yaml");

        assertThatThrownBy(() -> OptionsFile.read(missing, CustomerOptions.class))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("missing.yaml: can't be read");
    }

    private Configuration read(String yaml) throws IOException {
        Path file = folder.resolve("cdp.yaml");
        Files.writeString(file, yaml);
        return OptionsFile.read(file, CustomerOptions.class);
    }
}
