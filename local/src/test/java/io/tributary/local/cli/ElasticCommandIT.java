package io.tributary.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tributary.local.sink.SharedElasticsearch;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.TimeSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElasticCommandIT {
    @TempDir
    private Path folder;

    private String config;

    @BeforeEach
    void config() throws IOException, InterruptedException {
        SharedElasticsearch.empty();
        config = Files.writeString(
                        folder.resolve("cdp.yaml"),
                        """
                        kafka: {bootstrap-servers: "localhost:1"}
                        elasticsearch: {hosts: ["%s"]}
                        """
                                .formatted(SharedElasticsearch.node().http()))
                .toString();
    }

    @Test
    void setupTellsWhatItDoesAndMayRunAgain() {
        var again = CommandRun.of("elastic", "setup", "--config", config);

        assertThat(again.err()).isEmpty();
        assertThat(again.exit()).isZero();
        assertThat(again.out())
                .contains(
                        "component template tributary-settings: version 2",
                        "index template tributary-rejects: version 2",
                        "cdp-profiles: its fields are up to date");
    }

    @Test
    void setupDoesNotReplaceWhatANewerReleaseBrought() throws Exception {
        SharedElasticsearch.request(
                "PUT", "/_component_template/tributary-settings", "{\"version\": 99, \"template\": {}}");
        try {
            var refused = CommandRun.of("elastic", "setup", "--config", config);

            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains("tributary-settings has version 99, from a newer release");
        } finally {
            SharedElasticsearch.request(
                    "PUT", "/_component_template/tributary-settings", "{\"version\": 0, \"template\": {}}");
            ElasticsearchSetup.apply(SharedElasticsearch.connection());
        }
    }

    @Test
    void setupGivesIndicesOfAnOlderReleaseTheNewFieldsAndSaysWhereThatCantBe() throws Exception {
        SharedElasticsearch.request("DELETE", "/cdp-personal-v1", "");
        SharedElasticsearch.request(
                "PUT",
                "/cdp-personal-v1",
                """
                {"aliases": {"cdp-personal": {"is_write_index": true}}}""");
        SharedElasticsearch.request("DELETE", "/cdp-rejects-v1-" + month(), "");
        SharedElasticsearch.request("DELETE", "/_index_template/tributary-rejects", "");
        SharedElasticsearch.request(
                "PUT",
                "/cdp-rejects-v1-2020.01",
                """
                {"aliases": {"cdp-rejects": {}}, "mappings": {"properties": {"line": {"type": "keyword"}}}}""");

        var refused = CommandRun.of("elastic", "setup", "--config", config);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("cdp-rejects has fields of other types than this release gives them");
        assertThat(refused.out()).contains("cdp-personal: its fields are up to date");
        SharedElasticsearch.request("DELETE", "/cdp-rejects-v1-2020.01", "");
        assertThat(CommandRun.of("elastic", "setup", "--config", config).exit()).isZero();
    }

    @Test
    void expireDropsMonthsThatAreOverForLongAndLeavesOne() throws Exception {
        for (var month : new String[] {"earlier", "2020.01", "2020.02"}) {
            SharedElasticsearch.request("PUT", "/cdp-triggers-v1-" + month, "");
        }

        var expired = CommandRun.of("elastic", "expire", "--days", "100", "--config", config);
        var again = CommandRun.of("elastic", "expire", "--days", "100", "--config", config);

        assertThat(expired.exit()).isZero();
        assertThat(expired.out().lines())
                .containsExactlyInAnyOrder(
                        "cdp-triggers-v1-earlier is deleted",
                        "cdp-triggers-v1-2020.01 is deleted",
                        "cdp-triggers-v1-2020.02 is deleted");
        assertThat(again.out()).isEqualToIgnoringNewLines("No month is older than 100 days.");
        assertThat(SharedElasticsearch.get("/_alias/cdp-triggers").size()).isEqualTo(1);
    }

    @Test
    void rebuildWithoutKafkaChangesNothing() throws Exception {
        var failed = CommandRun.of("elastic", "rebuild", "--config", config);

        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.err()).contains("cdp.profiles.v1 can't be read from localhost:1");
        assertThat(SharedElasticsearch.get("/_alias/cdp-profiles").fieldNames())
                .toIterable()
                .containsExactly("cdp-profiles-v1");
    }

    @Test
    void namesWhatIsWrongWithItsOptions() throws Exception {
        Path none = Files.writeString(folder.resolve("none.yaml"), "kafka: {bootstrap-servers: x}\n");

        assertThat(CommandRun.of("elastic", "setup", "--config", none.toString())
                        .err())
                .contains("has no elasticsearch.hosts");
        assertThat(CommandRun.of("elastic", "expire", "--days", "0", "--config", config)
                        .exit())
                .isEqualTo(2);
        assertThat(CommandRun.of("elastic").err()).contains("Which command? There are: setup, rebuild, expire.");
    }

    private static String month() {
        return TimeSeries.REJECTS.index(System.currentTimeMillis()).substring("cdp-rejects-v1-".length());
    }
}
