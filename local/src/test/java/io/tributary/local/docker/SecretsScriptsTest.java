package io.tributary.local.docker;

import static io.tributary.local.docker.Script.DOCKER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What is secret in the compose file: how it is made, and who gets it. */
class SecretsScriptsTest {
    private static final Path SECRETS_SH = DOCKER.resolve("setup/secrets.sh");
    private static final List<String> PASSWORDS = List.of(
            "elastic.password",
            "kibana_system.password",
            "tributary_admin.password",
            "tributary_analyst.password",
            "tributary_support.password",
            "tributary_writer.password",
            "kibana.encryption-key");
    private static final List<String> CERTIFICATES =
            List.of("ca.crt", "elasticsearch.crt", "elasticsearch.key", "kibana.crt", "kibana.key");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsOpenssl() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "the script needs openssl");
    }

    @Test
    void makesThemOnceForTheirOwnerOnly() throws Exception {
        var secrets = folder.resolve("secrets");
        var output = Script.run(Map.of(), SECRETS_SH, secrets);

        var made = contents(secrets);
        assertThat(made.keySet())
                .hasSize(PASSWORDS.size() + CERTIFICATES.size())
                .containsAll(PASSWORDS);
        assertThat(made.keySet()).containsAll(CERTIFICATES);
        for (var name : made.keySet()) {
            assertThat(permissions(secrets.resolve(name))).as(name).isEqualTo("rw-------");
        }
        var values = new HashSet<String>();
        for (var password : PASSWORDS) {
            assertThat(made.get(password)).as(password).matches("[0-9a-f]{64}\n");
            assertThat(output)
                    .contains("made " + password)
                    .doesNotContain(made.get(password).strip());
            values.add(made.get(password));
        }
        assertThat(values).hasSameSizeAs(PASSWORDS);

        assertThat(Script.run(Map.of(), SECRETS_SH, secrets)).isEmpty();
        assertThat(contents(secrets)).isEqualTo(made);
    }

    @Test
    void makesAnewWhatIsDeleted() throws Exception {
        Script.run(Map.of(), SECRETS_SH, folder);
        var before = contents(folder);
        Files.delete(folder.resolve("elastic.password"));
        Files.delete(folder.resolve("kibana.crt"));

        Script.run(Map.of(), SECRETS_SH, folder);

        var after = contents(folder);
        assertThat(after.keySet()).isEqualTo(before.keySet());
        for (var name : before.keySet()) {
            if (name.equals("elastic.password") || CERTIFICATES.contains(name)) {
                assertThat(after.get(name)).as(name).isNotEqualTo(before.get(name));
            } else {
                assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"elasticsearch", "kibana"})
    void letsTheAuthorityVouchForAHostUnderAllItsNames(String host) throws Exception {
        Script.run(Map.of(), SECRETS_SH, folder);

        var certificate = certificate(host + ".crt");
        certificate.verify(certificate("ca.crt").getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames().stream()
                        .map(name -> name.get(1).toString()))
                .containsExactlyInAnyOrder(host, "localhost", "127.0.0.1");
        assertThat(certificate.getBasicConstraints())
                .as("can't vouch for others")
                .isEqualTo(-1);
        assertThat(certificate("ca.crt").getBasicConstraints()).isNotNegative();
    }

    @Test
    void givesEachServiceWhatItNeedsAndNothingElse() throws Exception {
        var secrets = folder.resolve("secrets");
        Script.run(Map.of(), SECRETS_SH, secrets);
        var installed = folders();
        for (int times = 0; times < 2; times++) {
            install(secrets, installed);
        }

        var made = contents(secrets);
        var expected = Map.of(
                "elasticsearch",
                List.of("ca.crt", "elastic.password", "elasticsearch.crt", "elasticsearch.key"),
                "kibana",
                List.of("ca.crt", "kibana.crt", "kibana.key", "kibana.yml"),
                "job",
                List.of("ca.crt", "tributary_writer.password"),
                "admin",
                List.of("ca.crt", "tributary_admin.password"),
                "setup",
                List.of(
                        "ca.crt",
                        "elastic.password",
                        "kibana_system.password",
                        "tributary_admin.password",
                        "tributary_analyst.password",
                        "tributary_support.password",
                        "tributary_writer.password"));
        for (var service : expected.keySet()) {
            var found = contents(installed.resolve(service));
            assertThat(found.keySet()).as(service).containsExactlyInAnyOrderElementsOf(expected.get(service));
            for (var name : found.keySet()) {
                assertThat(permissions(installed.resolve(service).resolve(name)))
                        .as(name)
                        .isEqualTo("r--------");
                if (!name.equals("kibana.yml")) {
                    assertThat(found.get(name)).as(name).isEqualTo(made.get(name));
                }
            }
        }
    }

    @Test
    void addsKibanasSecretsToItsConfiguration() throws Exception {
        var secrets = folder.resolve("secrets");
        Script.run(Map.of(), SECRETS_SH, secrets);
        Files.writeString(secrets.resolve("kibana_system.password"), "with \" and \\ in it\n");
        var installed = folders();
        install(secrets, installed);

        Map<String, Object> committed = new Yaml().load(Files.readString(DOCKER.resolve("kibana/kibana.yml")));
        Map<String, Object> complete = new Yaml().load(Files.readString(installed.resolve("kibana/kibana.yml")));
        assertThat(complete).containsAllEntriesOf(committed).hasSize(committed.size() + 3);
        assertThat(complete)
                .containsEntry("elasticsearch.password", "with \" and \\ in it")
                .containsEntry(
                        "xpack.encryptedSavedObjects.encryptionKey",
                        Files.readString(secrets.resolve("kibana.encryption-key"))
                                .strip());
    }

    @Test
    void saysWhatToDoIfThereAreNoSecrets() throws Exception {
        var run = Script.attempt(
                Map.of("KIBANA_YML", DOCKER.resolve("kibana/kibana.yml").toString()),
                DOCKER.resolve("setup/install-secrets.sh"),
                Files.createDirectory(folder.resolve("secrets")),
                folders());

        assertThat(run.exit()).isNotZero();
        assertThat(run.output()).isEqualTo("ca.crt is missing: run docker/setup/secrets.sh first\n");
    }

    @Test
    void comesAsSomebodyWithoutTellingAnybodyThePassword() throws Exception {
        Files.writeString(folder.resolve("ana.password"), "with \" and \\ in it\n");

        var output = Script.run(
                Map.of("SECRETS", folder.toString()),
                DOCKER.resolve("setup/as.sh"),
                "ana",
                "bash",
                "-c",
                "echo $CURL_HOME; stat -c %a $CURL_HOME; cat $CURL_HOME/.curlrc; env | grep -c 'in it' || true");

        var lines = output.lines().toList();
        assertThat(lines.subList(1, lines.size()))
                .containsExactly(
                        "700",
                        "user = \"ana:with \\\" and \\\\ in it\"",
                        "cacert = \"" + folder.resolve("ca.crt") + "\"",
                        "0");
        assertThat(Path.of(lines.get(0))).doesNotExist();
    }

    private static void install(Path secrets, Path installed) throws Exception {
        Script.run(
                Map.of("KIBANA_YML", DOCKER.resolve("kibana/kibana.yml").toString()),
                DOCKER.resolve("setup/install-secrets.sh"),
                secrets,
                installed);
    }

    /** Where volumes are in the compose file. */
    private Path folders() throws IOException {
        for (var service : List.of("elasticsearch", "kibana", "setup", "admin", "job")) {
            Files.createDirectories(folder.resolve("installed").resolve(service));
        }
        return folder.resolve("installed");
    }

    private X509Certificate certificate(String name) throws Exception {
        try (var in = Files.newInputStream(folder.resolve(name))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        var contents = new TreeMap<String, String>();
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
