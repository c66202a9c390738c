package io.tributary.local.docker;

import static io.tributary.local.docker.Script.DOCKER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.tributary.local.sink.SecuredElasticsearch;
import io.tributary.operators.sink.ElasticsearchCredentials.Password;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The set-up of the compose file from its secrets on, against a real Elasticsearch with the certificate that they have
 * for it. Its user of the file realm, root, stands for elastic, whom only the image makes; Kibana is a server that tells
 * who came.
 */
class SecuredSetupIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STORE_PASSWORD = "changeit";

    @TempDir
    static Path folder;

    private static SecuredElasticsearch elasticsearch;
    private static String output = "";

    @BeforeAll
    static void setUp() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "the scripts need curl");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "the scripts need openssl");
        Script.run(Map.of(), DOCKER.resolve("setup/secrets.sh"), secrets());
        for (var service : List.of("elasticsearch", "kibana", "setup", "admin", "job")) {
            Files.createDirectories(installed(service));
        }
        installSecrets();
        elasticsearch = new SecuredElasticsearch(
                folder.resolve("node"),
                installed("setup"),
                Files.readString(installed("elasticsearch").resolve("elasticsearch.crt")),
                Files.readString(installed("elasticsearch").resolve("elasticsearch.key")),
                installed("job").resolve("ca.crt").toString());
        elasticsearch.passwordFile(SecuredElasticsearch.ROOT);
        for (int times = 0; times < 2; times++) {
            output += secure();
            output +=
                    Script.run(Map.of(), DOCKER.resolveSibling("cdp"), "elastic", "setup", "--config", adminsOptions());
        }
    }

    @AfterAll
    static void stop() {
        if (elasticsearch != null) {
            elasticsearch.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tributary_writer, PUT, /cdp-personal/_doc/1?version=1&version_type=external_gte, 200",
        "tributary_writer, GET, /cdp-personal/_search, 403",
        "tributary_analyst, GET, /cdp-profiles/_search, 200",
        "tributary_analyst, GET, /cdp-personal/_search, 403",
        "tributary_support, GET, /cdp-personal/_search, 200",
        "tributary_admin, GET, /_index_template/tributary-profiles, 200",
        "tributary_admin, GET, /_security/user, 403",
        "kibana_system, GET, /_security/_authenticate, 200",
    })
    void makesUsersWhoMayWhatTheirRolesSay(String user, String method, String path, int status) throws Exception {
        assertThat(status(user, installed("setup").resolve(user + ".password"), method, path))
                .isEqualTo(status);
    }

    /** Those that cdp.yaml names. */
    @Test
    void letsTheJobInWithTheFilesThatItGets() throws Exception {
        assertThat(status(
                        "tributary_writer",
                        installed("job").resolve("tributary_writer.password"),
                        "PUT",
                        "/cdp-profiles/_doc/2?version=1&version_type=external_gte"))
                .isEqualTo(200);
    }

    @Test
    void makesANewPasswordHold() throws Exception {
        var old = Files.copy(installed("setup").resolve("tributary_support.password"), folder.resolve("old"));
        Files.writeString(secrets().resolve("tributary_support.password"), "one \"of\" my \\ own\n");
        installSecrets();
        output += secure();

        var changed = installed("setup").resolve("tributary_support.password");
        assertThat(status("tributary_support", changed, "GET", "/cdp-personal/_search"))
                .isEqualTo(200);
        assertThat(status("tributary_support", old, "GET", "/cdp-personal/_search"))
                .isEqualTo(401);
    }

    @Test
    void tellsNobodyAPassword() throws Exception {
        assertThat(output).contains("PUT /_security/user/tributary_writer\n");
        try (var files = Files.list(secrets())) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".password")).toList()) {
                assertThat(output).doesNotContain(Files.readString(file).strip());
            }
        }
    }

    @Test
    void importsTheDashboardsOverTls() throws Exception {
        var objects =
                Files.readAllLines(DOCKER.resolve("kibana/tributary.ndjson")).size();
        var authorizations = new ArrayList<String>();
        var kibana = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        kibana.setHttpsConfigurator(new HttpsConfigurator(kibanasCertificate()));
        kibana.createContext("/api/saved_objects/_import", exchange -> {
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.getRequestBody().readAllBytes();
            var answer =
                    "{\"successCount\":%d,\"success\":true}".formatted(objects).getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        kibana.start();
        try {
            var environment = new HashMap<>(environment());
            environment.put("KIBANA", "https://127.0.0.1:" + kibana.getAddress().getPort());
            assertThat(Script.run(
                            environment,
                            DOCKER.resolve("setup/as.sh"),
                            "elastic",
                            "bash",
                            DOCKER.resolve("kibana/import.sh")))
                    .isEqualTo("imported " + objects + " objects\n");
        } finally {
            kibana.stop(0);
        }
        var elastic = "elastic:"
                + Files.readString(installed("setup").resolve("elastic.password"))
                        .strip();
        assertThat(authorizations)
                .containsExactly("Basic " + Base64.getEncoder().encodeToString(elastic.getBytes(UTF_8)));
    }

    private static SSLContext kibanasCertificate() throws Exception {
        var store = folder.resolve("kibana.p12");
        var process = new ProcessBuilder(
                        "openssl",
                        "pkcs12",
                        "-export",
                        "-in",
                        installed("kibana").resolve("kibana.crt").toString(),
                        "-inkey",
                        installed("kibana").resolve("kibana.key").toString(),
                        "-passout",
                        "pass:" + STORE_PASSWORD,
                        "-out",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(store.toFile(), STORE_PASSWORD.toCharArray()), STORE_PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** Those of the compose file, for this node. */
    private static Path adminsOptions() throws IOException {
        var options = Files.readString(DOCKER.resolve("cdp.admin.yaml"))
                .replace(
                        "https://elasticsearch:9200",
                        elasticsearch.node().http().toString())
                .replace("/run/tributary", installed("admin").toString());
        return Files.writeString(folder.resolve("cdp.yaml"), options);
    }

    private static Path secrets() {
        return folder.resolve("secrets");
    }

    private static Path installed(String service) {
        return folder.resolve("installed").resolve(service);
    }

    private static void installSecrets() throws Exception {
        Script.run(
                Map.of("KIBANA_YML", DOCKER.resolve("kibana/kibana.yml").toString()),
                DOCKER.resolve("setup/install-secrets.sh"),
                secrets(),
                folder.resolve("installed"));
    }

    private static String secure() throws Exception {
        return Script.run(environment(), DOCKER.resolve("setup/security.sh"), DOCKER.resolve("elasticsearch"));
    }

    private static Map<String, String> environment() {
        return Map.of(
                "ELASTICSEARCH",
                elasticsearch.node().http().toString(),
                "SECRETS",
                installed("setup").toString(),
                "ADMINISTRATOR",
                SecuredElasticsearch.ROOT);
    }

    /** 200 for every success. */
    @SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
    private static int status(String user, Path passwordFile, String method, String path) throws IOException {
        try (var client =
                elasticsearch.with(new Password(user, passwordFile.toString())).open()) {
            var request = new Request(method, path);
            if (method.equals("PUT")) {
                request.setJsonEntity("{}");
            }
            JsonNode answer = JSON.readTree(EntityUtils.toString(
                    client.getLowLevelClient().performRequest(request).getEntity()));
            assertThat(answer).isNotEmpty();
            return 200;
        } catch (ResponseException e) {
            return e.getResponse().getStatusLine().getStatusCode();
        }
    }
}
