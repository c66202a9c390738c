package io.tributary.local.sink;

import io.tributary.local.stack.ElasticsearchNode;
import io.tributary.operators.sink.ElasticsearchConnection;
import io.tributary.operators.sink.ElasticsearchCredentials;
import io.tributary.operators.sink.ElasticsearchCredentials.Password;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A real node with security on, as in the compose file: TLS by an authority of its own or of somebody else, users in the
 * file realm, one for each of the suite's roles and one who may do everything. The roles themselves are put by whoever
 * uses it.
 */
public final class SecuredElasticsearch implements ElasticsearchNode.Access, AutoCloseable {
    /** Users have the names of their roles, without the prefix. */
    static final List<String> ROLES = List.of("analyst", "support", "writer", "admin");

    public static final String ROOT = "root";
    private static final List<String> USERS = List.of("analyst", "support", "writer", "admin", ROOT);
    /** What is of security in it is this node's, too. */
    private static final Path CONFIGURATION =
            Path.of(System.getProperty("tributary.root"), "docker/config/elasticsearch.yml");

    private static final int HASH_ITERATIONS = 10_000;

    private final Path folder;
    private final String nodeCertificate;
    private final String nodeKey;
    private final String authorityFile;
    private final String ofThisRun = UUID.randomUUID().toString();
    private final ElasticsearchNode node;

    /** @param nodeFolder of the node alone; what its clients need is in the other folder */
    SecuredElasticsearch(Path nodeFolder, Path folder)
            throws IOException, InterruptedException, GeneralSecurityException {
        this(nodeFolder, folder, new CertificateAuthority(folder.resolve("authority")));
    }

    private SecuredElasticsearch(Path nodeFolder, Path folder, CertificateAuthority authority)
            throws IOException, GeneralSecurityException {
        this(nodeFolder, folder, authority.nodeCertificate(), authority.nodeKey(), authority.file());
    }

    /**
     * With a certificate that somebody else has made.
     *
     * @param nodeCertificate and its key in PEM, for 127.0.0.1
     * @param authorityFile by whom others recognise it
     */
    public SecuredElasticsearch(
            Path nodeFolder, Path folder, String nodeCertificate, String nodeKey, String authorityFile)
            throws IOException {
        this.folder = folder;
        this.nodeCertificate = nodeCertificate;
        this.nodeKey = nodeKey;
        this.authorityFile = authorityFile;
        node = ElasticsearchNode.start(nodeFolder, 0, this);
    }

    public ElasticsearchNode node() {
        return node;
    }

    /** As one of the users. */
    ElasticsearchConnection as(String user) {
        return with(new Password(user, passwordFile(user)));
    }

    public ElasticsearchConnection with(ElasticsearchCredentials credentials) {
        return connectionTo(node.http()).withCredentials(credentials);
    }

    String authorityFile() {
        return authorityFile;
    }

    String password(String user) {
        return "s3cret-of-" + user + "-" + ofThisRun;
    }

    public String passwordFile(String user) {
        try {
            return Files.writeString(folder.resolve(user + ".password"), password(user))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ElasticsearchConnection connection(int port) {
        return connectionTo(URI.create("https://127.0.0.1:" + port))
                .withCredentials(new Password(ROOT, passwordFile(ROOT)));
    }

    private ElasticsearchConnection connectionTo(URI host) {
        return ElasticsearchConnection.to(host).withCertificateAuthorities(authorityFile());
    }

    @Override
    public String prepare(Path home) throws IOException {
        var config = home.resolve("config");
        try {
            var certificates = Files.createDirectories(config.resolve("tributary"));
            Files.writeString(certificates.resolve("elasticsearch.crt"), nodeCertificate);
            Files.writeString(certificates.resolve("elasticsearch.key"), nodeKey);
            var users = new StringBuilder();
            for (var user : USERS) {
                users.append(user).append(':').append(hash(password(user))).append('\n');
            }
            Files.writeString(config.resolve("users"), users);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        Files.writeString(
                config.resolve("users_roles"),
                ROLES.stream()
                                .map(role -> "tributary_" + role + ":" + role + "\n")
                                .collect(Collectors.joining()) + "superuser:" + ROOT + "\n");
        installPlugin(home);
        try (var lines = Files.lines(CONFIGURATION)) {
            return lines.filter(line -> line.startsWith("xpack."))
                    .collect(Collectors.joining("\n", "", "\nxpack.security.authc.realms.file.users.order: 0\n"));
        }
    }

    /** Beside the plugin that every node has, with the same description but for its names. */
    private static void installPlugin(Path home) throws IOException {
        var plugin = Files.createDirectories(home.resolve("plugins/security-index"));
        var other = Files.readString(home.resolve("plugins/rest-root/plugin-descriptor.properties"));
        Files.writeString(
                plugin.resolve("plugin-descriptor.properties"),
                other.replaceFirst("(?m)^name=.*", "name=security-index")
                        .replaceFirst("(?m)^classname=.*", "classname=io.tributary.restroot.SecurityIndexPlugin"));
        try (var jar = new JarOutputStream(Files.newOutputStream(plugin.resolve("security-index.jar")))) {
            for (var code : List.of("SecurityIndexPlugin.class", "SecurityIndexPlugin$Unchanged.class")) {
                var path = "io/tributary/restroot/" + code;
                try (var in = SecuredElasticsearch.class.getClassLoader().getResourceAsStream(path)) {
                    jar.putNextEntry(new JarEntry(path));
                    in.transferTo(jar);
                }
            }
        }
    }

    /** As the file realm keeps a password. */
    private static String hash(String password) throws GeneralSecurityException {
        var salt = new byte[32];
        new SecureRandom().nextBytes(salt);
        var hash = SecretKeyFactory.getInstance("PBKDF2withHMACSHA512")
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, HASH_ITERATIONS, 256))
                .getEncoded();
        var base64 = Base64.getEncoder();
        return "{PBKDF2}%d$%s$%s".formatted(HASH_ITERATIONS, base64.encodeToString(salt), base64.encodeToString(hash));
    }

    @Override
    public void close() {
        node.close();
    }
}
