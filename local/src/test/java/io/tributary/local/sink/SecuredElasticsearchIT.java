package io.tributary.local.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tributary.operators.sink.DocumentWrite;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchCredentials.ApiKey;
import io.tributary.operators.sink.ElasticsearchCredentials.Password;
import io.tributary.operators.sink.ElasticsearchSetup;
import io.tributary.operators.sink.PersonalDocument;
import io.tributary.operators.sink.ProfileDocument;
import io.tributary.operators.sink.PromotedTraits;
import io.tributary.operators.sink.SinkCounter;
import io.tributary.operators.sink.TimeSeries;
import io.tributary.operators.sink.TriggerDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.util.ExceptionUtils;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The sink and the roles on a node that lets nobody in without a name, over TLS. */
class SecuredElasticsearchIT {
    private static final Path DOCKER = Path.of(System.getProperty("tributary.root"), "docker");
    /** As log4j2-test.xml says. */
    private static final Path LOG = Path.of("target/test.log");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> TIME_SERIES =
            Stream.of(TimeSeries.values()).map(TimeSeries::alias).sorted().toList();
    private static final List<String> WITHOUT_PERSONAL_DATA = Stream.concat(
                    Stream.of(ElasticsearchSetup.PROFILES), TIME_SERIES.stream())
            .sorted()
            .toList();

    @TempDir
    static Path nodeFolder;

    @TempDir
    static Path folder;

    private static SecuredElasticsearch elasticsearch;

    private String prefix;

    @BeforeAll
    static void setUpAsOnAnyCluster() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "the script needs curl");
        elasticsearch = new SecuredElasticsearch(nodeFolder, folder);
        putRoles();
        ElasticsearchSetup.apply(elasticsearch.as("admin"));
        assertThat(as(SecuredElasticsearch.ROOT).status("PUT", "/other/_doc/1?refresh=true", "{}"))
                .isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        if (elasticsearch != null) {
            elasticsearch.close();
        }
    }

    @BeforeEach
    void ownIds(TestInfo test) {
        prefix = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT) + "-";
    }

    @Test
    void writesAndDeletesWhateverTheJobsDo() throws Exception {
        var writes = new ArrayList<>(profiles(30));
        for (int i = 0; i < 30; i++) {
            writes.add(PersonalDocument.write(profile(String.valueOf(i), 1)));
            writes.add(trigger("erased", i));
            writes.add(trigger("other", i));
        }
        writes.add(ProfileDocument.delete(prefix + "1", 2));
        writes.add(PersonalDocument.delete(prefix + "1", 2));
        writes.add(TimeSeries.TRIGGERS.deleteAllOf(prefix + "erased"));

        var run =
                new SinkRun().against(elasticsearch.as("writer")).inBatchesOf(7).write(writes);

        assertThat(run.rejected()).isEmpty();
        assertThat(stored(ElasticsearchSetup.PROFILES)).isEqualTo(29);
        assertThat(stored(ElasticsearchSetup.PERSONAL)).isEqualTo(29);
        assertThat(stored(TimeSeries.TRIGGERS.alias())).isEqualTo(30);
    }

    @ParameterizedTest
    @FieldSource("TIME_SERIES")
    void beginsAMonthByWritingIntoIt(String series) throws Exception {
        var write = "/" + series + "-v1-2026.11/_doc/1?version=1&version_type=external_gte";

        assertThat(as("writer").status("PUT", write, "{}")).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /cdp-personal/_search |",
                "GET | /cdp-personal-v1/_doc/1 |",
                "GET | /cdp-profiles/_search |",
                "GET | /cdp-profiles/_mapping |",
                "DELETE | /cdp-profiles-v1 |",
                "PUT | /cdp-profiles-v2 |",
                "PUT | /cdp-profiles/_mapping | {\"properties\": {\"more\": {\"type\": \"keyword\"}}}",
                "PUT | /cdp-profiles/_settings | {\"index.gc_deletes\": \"1s\"}",
                "POST | /_aliases |"
                        + " {\"actions\": [{\"add\": {\"index\": \"cdp-personal-v1\", \"alias\": \"cdp-triggers-x\"}}]}",
                "PUT | /_index_template/tributary-profiles | {\"index_patterns\": [\"cdp-profiles-v*\"]}",
                "PUT | /_component_template/tributary-settings | {\"template\": {}}",
                "PUT | /other/_doc/1 | {}",
                "GET | /other/_search |",
                "GET | /_cluster/health |",
                "PUT | /_security/user/eve | {\"password\": \"changeit\", \"roles\": []}",
                "PUT | /_security/role/tributary_writer | {}",
                "POST | /_security/api_key | {\"name\": \"eve\"}"
            })
    void letsTheJobsDoNothingElse(String method, String path, String body) throws Exception {
        assertThat(as("writer").status(method, path, body)).isEqualTo(403);
    }

    @Test
    void letsAnalystsReadEverythingButPersonalData() throws Exception {
        writeOneOfEach();
        var analyst = as("analyst");

        assertThat(kinds(analyst.indicesFound("/cdp-*"))).containsExactlyElementsOf(WITHOUT_PERSONAL_DATA);
        for (var kind : WITHOUT_PERSONAL_DATA) {
            assertThat(analyst.status("GET", "/" + kind + "-v*/_mapping", null))
                    .as(kind)
                    .isEqualTo(200);
        }
        for (var path : List.of("_search", "_count", "_mapping", "_doc/" + prefix + "1")) {
            assertThat(analyst.status("GET", "/cdp-personal/" + path, null))
                    .as(path)
                    .isEqualTo(403);
            assertThat(analyst.status("GET", "/cdp-personal-v1/" + path, null))
                    .as(path)
                    .isEqualTo(403);
        }
    }

    @Test
    void letsSupportReadPersonalDataToo() throws Exception {
        writeOneOfEach();

        assertThat(kinds(as("support").indicesFound("/cdp-*")))
                .contains(ElasticsearchSetup.PERSONAL)
                .containsAll(WITHOUT_PERSONAL_DATA)
                .hasSize(WITHOUT_PERSONAL_DATA.size() + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | /cdp-profiles/_doc/1 | {}",
                "DELETE | /cdp-profiles/_doc/1 |",
                "DELETE | /cdp-profiles-v1 |",
                "PUT | /cdp-profiles-v2 |",
                "POST | /_aliases |"
                        + " {\"actions\": [{\"add\": {\"index\": \"cdp-personal-v1\", \"alias\": \"cdp-triggers-x\"}}]}",
                "GET | /other/_search |",
                "PUT | /_security/user/eve | {\"password\": \"changeit\", \"roles\": []}"
            })
    void letsReadersOnlyRead(String method, String path, String body) throws Exception {
        assertThat(as("analyst").status(method, path, body)).isEqualTo(403);
        assertThat(as("support").status(method, path, body)).isEqualTo(403);
    }

    @Test
    void letsTheAdminRebuildAndExpireIndices() throws Exception {
        var admin = as("admin");

        assertThat(admin.status("PUT", "/cdp-profiles-v9", null)).isEqualTo(200);
        assertThat(
                        admin.status(
                                "POST",
                                "/_aliases",
                                "{\"actions\": [{\"add\": {\"index\": \"cdp-profiles-v9\", \"alias\": \"cdp-profiles-next\"}}]}"))
                .isEqualTo(200);
        assertThat(admin.status("PUT", "/cdp-profiles-next/_doc/1?version=1&version_type=external", "{}"))
                .isEqualTo(200);
        assertThat(admin.status("GET", "/cdp-profiles-v9/_count", null)).isEqualTo(200);
        assertThat(admin.status("GET", "/_cluster/health", null)).isEqualTo(200);
        assertThat(admin.status("DELETE", "/cdp-profiles-v9", null)).isEqualTo(200);
        ElasticsearchSetup.apply(elasticsearch.as("admin"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /other/_search |",
                "PUT | /other/_doc/1 | {}",
                "DELETE | /other |",
                "PUT | /another |",
                "PUT | /_cluster/settings | {\"persistent\": {\"cluster.routing.allocation.enable\": \"none\"}}",
                "PUT | /_security/user/eve | {\"password\": \"changeit\", \"roles\": []}",
                "PUT | /_security/role/tributary_admin | {}",
                "POST | /_security/api_key | {\"name\": \"eve\"}"
            })
    void letsTheAdminDoNothingBesidesTheSuitesIndices(String method, String path, String body) throws Exception {
        assertThat(as("admin").status(method, path, body)).isEqualTo(403);
    }

    @Test
    void stopsTheJobWhenThePasswordIsWrongAndTellsNobodyWhichItWas() throws Exception {
        var secret = "s3cret-that-is-wrong";
        var file = Files.writeString(folder.resolve("wrong.password"), secret).toString();
        var run = new SinkRun().against(elasticsearch.with(new Password("writer", file)));

        var failure = catchThrowable(() -> run.write(profiles(1)));

        var log = Files.readString(LOG);
        var header = Base64.getEncoder().encodeToString(("writer:" + secret).getBytes(UTF_8));
        assertThat(failure)
                .hasStackTraceContaining("The sink can't write to Elasticsearch")
                .hasStackTraceContaining("unable to authenticate user [writer]");
        assertThat(log).contains("unable to authenticate user [writer]");
        assertThat(log + ExceptionUtils.stringifyException(failure))
                .doesNotContain(secret)
                .doesNotContain(header);
        assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isZero();
    }

    @Test
    void stopsTheJobWhenItsRoleDoesNotLetItWrite() {
        var run = new SinkRun().against(elasticsearch.as("analyst"));

        assertThat(catchThrowable(() -> run.write(profiles(1))))
                .hasStackTraceContaining("The sink can't write to Elasticsearch")
                .hasStackTraceContaining("tributary_analyst");
        assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isZero();
    }

    @Test
    void stopsTheJobWhenNobodyKnownVouchesForElasticsearch() throws Exception {
        var other = new CertificateAuthority(folder.resolve("other-authority")).file();

        assertStopsBecauseOfTheCertificate(elasticsearch.as("writer").withCertificateAuthorities(other));
        assertStopsBecauseOfTheCertificate(elasticsearch.as("writer").withCertificateAuthorities(null));
    }

    @Test
    void stopsTheJobWhenTheCertificateIsOfAnotherHost() {
        var address = elasticsearch.node().http();
        var sameNode = ElasticsearchConnection.to(URI.create("https://localhost:" + address.getPort()))
                .withCredentials(elasticsearch.as("writer").credentials())
                .withCertificateAuthorities(elasticsearch.authorityFile());

        assertStopsBecauseOfTheCertificate(sameNode);
    }

    @Test
    void comesWithAnApiKeyThatHasTheWritersRole() throws Exception {
        var file = Files.writeString(
                folder.resolve("api-key"), apiKey().path("encoded").asText() + "\n");

        new SinkRun().against(elasticsearch.with(new ApiKey(file.toString()))).write(profiles(10));

        assertThat(stored(ElasticsearchSetup.PROFILES)).isEqualTo(10);
    }

    /** The restart that the old one's end brings about reads the new one. */
    @Test
    void takesUpANewApiKeyWhenTheOldOneNoLongerHolds() throws Exception {
        var first = apiKey();
        var second = apiKey();
        var file = Files.writeString(
                folder.resolve("rotated-api-key"), first.path("encoded").asText());
        var attempts = new AtomicInteger();
        var rotated = new AtomicBoolean();

        new SinkRun()
                .against(elasticsearch.with(new ApiKey(file.toString())))
                .restarting(10, new ScriptedSource.Script() {
                    @Override
                    public void starts(int attempt) {
                        attempts.set(attempt);
                    }

                    @Override
                    public void checkpointed(int attempt, int documents) {
                        if (documents >= 10 && rotated.compareAndSet(false, true)) {
                            try {
                                Files.writeString(file, second.path("encoded").asText());
                                as(SecuredElasticsearch.ROOT)
                                        .ask(
                                                "DELETE",
                                                "/_security/api_key",
                                                "{\"ids\": [\"%s\"]}"
                                                        .formatted(
                                                                first.path("id").asText()));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }
                    }
                })
                .write(profiles(60));

        assertThat(attempts).hasValueGreaterThan(1);
        assertThat(stored(ElasticsearchSetup.PROFILES)).isEqualTo(60);
    }

    private static void putRoles() throws Exception {
        Files.writeString(
                folder.resolve(".curlrc"),
                """
                user = "%s:%s"
                cacert = "%s"
                """
                        .formatted(
                                SecuredElasticsearch.ROOT,
                                elasticsearch.password(SecuredElasticsearch.ROOT),
                                elasticsearch.authorityFile()));
        var builder = new ProcessBuilder(
                        "bash",
                        DOCKER.resolve("setup/roles.sh").toString(),
                        DOCKER.resolve("elasticsearch").toString())
                .redirectErrorStream(true);
        builder.environment().put("CURL_HOME", folder.toString());
        builder.environment().put("ELASTICSEARCH", elasticsearch.node().http().toString());
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        for (var role : SecuredElasticsearch.ROLES) {
            assertThat(output).contains("PUT /_security/role/tributary_" + role + "\n");
        }
    }

    private void assertStopsBecauseOfTheCertificate(ElasticsearchConnection connection) {
        var run = new SinkRun().against(connection);

        assertThat(catchThrowable(() -> run.write(profiles(1))))
                .hasStackTraceContaining("The sink can't write to Elasticsearch: its certificate is not trusted: ");
        assertThat(run.count(SinkCounter.DOCUMENTS_RETRIED)).isZero();
    }

    private static JsonNode apiKey() throws IOException {
        var role = Files.readString(DOCKER.resolve("elasticsearch/writer.role.json"));
        return as(SecuredElasticsearch.ROOT)
                .ask(
                        "POST",
                        "/_security/api_key",
                        "{\"name\": \"sink\", \"role_descriptors\": {\"tributary_writer\": %s}}".formatted(role));
    }

    /** One document of each kind. */
    private void writeOneOfEach() throws Exception {
        new SinkRun()
                .against(elasticsearch.as("writer"))
                .write(List.of(
                        ProfileDocument.write(profile("1", 1), PromotedTraits.DEFAULT),
                        PersonalDocument.write(profile("1", 1))));
        for (var series : TIME_SERIES) {
            as("writer").ask("PUT", "/" + series + "-v1-2026.10/_doc/1", "{}");
        }
        as(SecuredElasticsearch.ROOT).ask("POST", "/cdp-*/_refresh", null);
    }

    private static List<String> kinds(List<String> indices) {
        return indices.stream()
                .map(index -> index.replaceFirst("-v\\d.*", ""))
                .distinct()
                .sorted()
                .toList();
    }

    private List<DocumentWrite> profiles(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> ProfileDocument.write(profile(String.valueOf(number), 1), PromotedTraits.DEFAULT))
                .toList();
    }

    /** With an amount in a currency, for which the mapping grows. */
    private byte[] profile(String id, long version) {
        return """
                {"customer_id": "%s", "version": %d, "orders": {"count": 1, "revenue": {"CHF": 3.5}},
                 "identifiers": {"email": ["ana@example.com"]}, "traits": {"first_name": "Ana"}}"""
                .formatted(prefix + id, version)
                .getBytes(UTF_8);
    }

    private DocumentWrite trigger(String customer, int number) {
        return TriggerDocument.write(
                """
                {"trigger_id": "%s-%d", "trigger": "abandoned_cart", "customer_id": "%s",
                "fired_at": "2026-0%d-05T10:30:00.000Z"}"""
                        .formatted(prefix + customer, number, prefix + customer, 1 + number % 9)
                        .getBytes(UTF_8));
    }

    /** Documents of this test. */
    private long stored(String index) throws IOException {
        var root = as(SecuredElasticsearch.ROOT);
        root.ask("POST", "/" + index + "/_refresh", null);
        return root.ask(
                        "GET",
                        "/" + index + "/_count",
                        "{\"query\": {\"prefix\": {\"customer_id\": \"%s\"}}}".formatted(prefix))
                .path("count")
                .asLong(-1);
    }

    private static User as(String name) {
        return new User(elasticsearch.as(name));
    }

    /** One who asks Elasticsearch directly. */
    private record User(ElasticsearchConnection connection) {
        /** 200 for every success. */
        int status(String method, String path, String body) throws IOException {
            try {
                ask(method, path, body);
                return 200;
            } catch (ResponseException e) {
                return e.getResponse().getStatusLine().getStatusCode();
            }
        }

        /** Where a search finds something. */
        List<String> indicesFound(String indices) throws IOException {
            var hits = ask("GET", indices + "/_search?size=1000", null).at("/hits/hits");
            return hits.findValuesAsText("_index").stream().distinct().toList();
        }

        @SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
        JsonNode ask(String method, String path, String body) throws IOException {
            try (var client = connection.open()) {
                var request = new Request(method, path);
                if (body != null) {
                    request.setJsonEntity(body);
                }
                var answer = client.getLowLevelClient().performRequest(request);
                return JSON.readTree(EntityUtils.toString(answer.getEntity()));
            }
        }
    }
}
