package io.tributary.kibana.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tributary.kibana.scripts.FakeServers.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsTest {
    private static final Path KIBANA = Path.of(System.getProperty("tributary.root"), "docker/kibana");
    private static final Path CURL = Path.of("/usr/bin/curl");

    @TempDir
    Path folder;

    private FakeServers servers;
    private long objects;

    private record Result(int exit, String output, String errors) {}

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isExecutable(CURL), "the scripts need curl");
        servers = new FakeServers();
        try (var lines = Files.lines(KIBANA.resolve("tributary.ndjson"))) {
            objects = lines.count();
        }
    }

    @AfterEach
    void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    @Test
    void importsTheFileAndReplacesWhatIsThere() throws Exception {
        var result = run("import.sh", Map.of());

        assertThat(result).isEqualTo(new Result(0, "imported " + objects + " objects\n", ""));
        assertThat(servers.requests).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/api/saved_objects/_import?overwrite=true");
            assertThat(request.xsrf()).isNotBlank();
            assertThat(request.authorization()).isNull();
            assertThat(request.body())
                    .contains("filename=\"tributary.ndjson\"")
                    .contains(Files.readString(KIBANA.resolve("tributary.ndjson")));
        });
    }

    @Test
    void importsIntoASpace() throws Exception {
        run("import.sh", Map.of("KIBANA", servers.url() + "/s/shop/"));

        assertThat(servers.requests.get(0).target()).isEqualTo("/s/shop/api/saved_objects/_import?overwrite=true");
    }

    @Test
    void failsIfKibanaRefusesObjectsThoughItAnswers200() throws Exception {
        servers.onImport = answer -> new Answer(
                200,
                "{\"successCount\":3,\"success\":false,\"errors\":[{\"id\":\"tributary-triggers\",\"type\":\"dashboard\","
                        + "\"error\":{\"type\":\"missing_references\"}}]}");
        var result = run("import.sh", Map.of());

        assertThat(result.exit).isEqualTo(1);
        assertThat(result.errors).contains("Kibana imported 3 of " + objects + " objects", "missing_references");
    }

    @Test
    void failsIfKibanaSaysSuccessOfFewerObjects() throws Exception {
        servers.onImport = answer -> new Answer(200, "{\"successCount\": 3, \"success\": true}");
        var result = run("import.sh", Map.of());

        assertThat(result.exit).isEqualTo(1);
        assertThat(result.errors).contains("Kibana imported 3 of " + objects + " objects");
    }

    @Test
    void failsIfTheAnswerIsNotKibanas() throws Exception {
        servers.onImport = answer -> new Answer(200, "<html>log in</html>");
        var result = run("import.sh", Map.of());

        assertThat(result.exit).isEqualTo(1);
        assertThat(result.errors).contains("Kibana imported none of " + objects + " objects");
    }

    @Test
    void failsIfKibanaDoesNotLetItIn() throws Exception {
        servers.authorization = "ApiKey a2V5";
        var result = run("import.sh", Map.of("KIBANA_API_KEY", "b3RoZXI="));

        assertThat(result.exit).isEqualTo(1);
        assertThat(result.errors).contains("Kibana answered 401", "unable to authenticate");
    }

    @Test
    void failsIfNobodyAnswers() throws Exception {
        var url = servers.url();
        servers.close();
        var result = run("import.sh", Map.of("KIBANA", url));

        assertThat(result.exit).isEqualTo(1);
        assertThat(result.errors).contains("Kibana answered 000");
    }

    @Test
    void showsCredentialsToKibanaOnly() throws Exception {
        var password = "it's \"odd\" \\ $HOME #1";
        var arguments = folder.resolve("arguments");
        var curl = Files.writeString(
                Files.createDirectories(folder.resolve("bin")).resolve("curl"),
                "#!/bin/sh\nprintf '%s\\n' \"$@\" >>" + arguments + "\nexec " + CURL + " \"$@\"\n");
        assertThat(curl.toFile().setExecutable(true)).isTrue();
        servers.authorization =
                "Basic " + Base64.getEncoder().encodeToString(("ana:" + password).getBytes(StandardCharsets.UTF_8));
        var result = run("import.sh", Map.of("KIBANA_USER", "ana", "KIBANA_PASSWORD", password));

        assertThat(result.exit).as(result.errors).isZero();
        assertThat(arguments).content().contains("_import").doesNotContain("odd");
    }

    @Test
    void refusesCredentialsThatWouldBeAnOptionOfTheirOwn() throws Exception {
        var result = run("import.sh", Map.of("KIBANA_API_KEY", "key\noutput = /tmp/x"));

        assertThat(result.exit).isEqualTo(1);
        assertThat(result.errors).contains("a line break in credentials");
        assertThat(servers.requests).isEmpty();
    }

    @Test
    void acceptsAKibanaThatTakesEverything() throws Exception {
        var result = run("accept.sh", Map.of());

        assertThat(result.exit).as(result.toString()).isZero();
        assertThat(result.output.lines().filter(line -> !line.startsWith("PASS ")))
                .singleElement()
                .asString()
                .matches("(\\d+) of \\1 checks passed");
        assertThat(result.output)
                .contains("PASS Kibana 8.19.21 answers: 200\n")
                .contains("PASS import: imported " + objects + " objects\n")
                .contains("PASS objects of the type dashboard: 4 of 4\n")
                .contains("PASS index cdp-profiles: 42 documents\n")
                .contains("PASS index cdp-personal: 42 documents\n");
    }

    @Test
    void doesNotAcceptAnImportThatFailed() throws Exception {
        servers.onImport = answer -> new Answer(200, "{\"successCount\":0,\"success\":false}");
        assertFails(run("accept.sh", Map.of()), "FAIL import: Kibana imported 0 of " + objects);
    }

    @Test
    void doesNotAcceptAnExportThatLacksAChart() throws Exception {
        servers.onExport = answer -> new Answer(
                200,
                answer.body().replaceFirst("(?m)^.*\"id\":\"tributary-triggers-fired\",.*\"type\":\"lens\".*\n", ""));
        assertFails(run("accept.sh", Map.of()), "FAIL objects of the type lens: ");
    }

    @Test
    void doesNotAcceptReferencesThatLeadNowhere() throws Exception {
        servers.onExport =
                answer -> new Answer(200, answer.body().replace("\"missingRefCount\":0", "\"missingRefCount\":2"));
        assertFails(run("accept.sh", Map.of()), "FAIL references that lead nowhere: 2");
    }

    @Test
    void doesNotAcceptADataViewThatIsNotThere() throws Exception {
        servers.onDataView = answer -> new Answer(404, "{}");
        assertFails(run("accept.sh", Map.of()), "FAIL data view tributary-profiles: 404");
    }

    @Test
    void doesNotAcceptAnIndexThatIsNotThere() throws Exception {
        servers.onCount =
                answer -> new Answer(404, "{\"error\":{\"type\":\"index_not_found_exception\"},\"status\":404}");
        assertFails(
                run("accept.sh", Map.of()),
                "FAIL index cdp-rejects: {\"error\":{\"type\":\"index_not_found_exception\"}");
    }

    @Test
    void asksNothingMoreOfAKibanaThatDoesNotLetItIn() throws Exception {
        servers.authorization = "ApiKey a2V5";
        assertFails(run("accept.sh", Map.of()), "FAIL Kibana of unknown version answers: 401");
        assertThat(servers.requests).hasSize(1);
    }

    private static void assertFails(Result result, String line) {
        assertThat(result.exit).isEqualTo(1);
        assertThat(result.output).contains(line).contains(" checks passed");
    }

    private Result run(String script, Map<String, String> environment) throws Exception {
        var output = folder.resolve("output");
        var errors = folder.resolve("errors");
        var process = new ProcessBuilder("bash", KIBANA.resolve(script).toString())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        process.environment().put("KIBANA", servers.url());
        process.environment().put("ELASTICSEARCH", servers.url());
        process.environment().merge("PATH", folder.resolve("bin") + ":", (path, bin) -> bin + path);
        process.environment().putAll(environment);
        var running = process.start();
        assertThat(running.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Result(running.exitValue(), Files.readString(output), Files.readString(errors));
    }
}
