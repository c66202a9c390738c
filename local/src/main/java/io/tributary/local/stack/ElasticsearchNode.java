package io.tributary.local.stack;

import io.tributary.operators.sink.ElasticsearchConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elasticsearch.client.Request;

/**
 * One real Elasticsearch server, run from the distribution that Maven unpacks at build time, on 127.0.0.1: for the local
 * stack and for tests, never for production.
 *
 * <p>Everything of a node (a copy of the program, data, logs) lies below its folder, so several nodes run side by side
 * and a later start on the same folder finds its data. Elasticsearch refuses to run as root; a root user's node runs as
 * {@code nobody} through {@code setpriv}, in a folder below {@code java.io.tmpdir} if {@code nobody} can't reach the
 * one asked for. The server ends with this JVM unless that is killed with -9.
 */
public final class ElasticsearchNode implements AutoCloseable {
    /** System property: the unpacked distribution. Default: beside the code, where the build puts it. */
    public static final String HOME_PROPERTY = "tributary.elasticsearch.home";

    private static final Duration BOOT_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final int LINES_KEPT = 40;
    private static final String RESOURCES = "io/tributary/restroot/";
    private static final int NOBODY = 65534;
    private static final Pattern HTTP_ADDRESS =
            Pattern.compile("HttpServerTransport.*publish_address \\{127\\.0\\.0\\.1:(\\d+)}");

    private final Path folder;
    private final Path home;
    private final Access access;
    private final Thread onExit = new Thread(this::stopProcesses, "elasticsearch-node-on-exit");
    private int port;
    private Process process;

    /** Who gets in, and how. */
    public interface Access {
        /** Everybody on this machine, without TLS. */
        Access OPEN = new Access() {
            @Override
            public String prepare(Path home) {
                return """
                        xpack.security.enabled: false
                        xpack.security.enrollment.enabled: false
                        """;
            }

            @Override
            public ElasticsearchConnection connection(int port) {
                return ElasticsearchConnection.to(URI.create("http://127.0.0.1:" + port));
            }
        };

        /**
         * Called before each start of the program in this folder.
         *
         * @return lines for its {@code elasticsearch.yml}
         */
        String prepare(Path home) throws IOException;

        /** One that may ask for the cluster's health. */
        ElasticsearchConnection connection(int port);
    }

    private ElasticsearchNode(Path folder, int port, Access access) {
        this.folder = folder;
        this.home = folder.resolve("home");
        this.port = port;
        this.access = access;
    }

    /**
     * Starts a node and returns when it answers and its indices can be read and written: 10–12 s on an idle machine.
     *
     * @param dataDir the node's folder, made if absent; what an earlier node left there is served again
     * @param httpPort the port, or 0 for a free one
     * @throws IOException if the port is taken, the distribution is missing, or the server does not get ready; the
     *     message carries its last log lines
     */
    public static ElasticsearchNode start(Path dataDir, int httpPort) throws IOException {
        return start(dataDir, httpPort, Access.OPEN);
    }

    /** The same, for a node that does not let everybody in. */
    public static ElasticsearchNode start(Path dataDir, int httpPort, Access access) throws IOException {
        var node = new ElasticsearchNode(reachable(dataDir.toAbsolutePath()), httpPort, access);
        node.install(distribution());
        Runtime.getRuntime().addShutdownHook(node.onExit);
        try {
            node.start();
        } catch (IOException | RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    /** Starts a stopped node again, on its data and its port; does nothing if it runs. */
    public synchronized void start() throws IOException {
        if (isRunning()) {
            return;
        }
        requireFree(port);
        configure();
        var boot = new Boot();
        process = new ProcessBuilder(command())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        var reader = new Thread(() -> boot.read(process), "elasticsearch-node-log");
        reader.setDaemon(true);
        reader.start();
        try {
            port = boot.port.get(BOOT_LIMIT.toSeconds(), TimeUnit.SECONDS);
            awaitIndices();
        } catch (InterruptedException e) {
            stopProcesses();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Elasticsearch was starting", e);
        } catch (ExecutionException | TimeoutException | IOException e) {
            stopProcesses();
            throw new IOException(
                    "Elasticsearch did not get ready; its logs are in %s, the last lines are:%n%s"
                            .formatted(folder.resolve("logs"), boot.lastLines()),
                    e);
        }
    }

    /** Stops the server in good order and keeps its data and its port for the next {@link #start()}. */
    public synchronized void stop() {
        stopProcesses();
    }

    /** Stops the server and its process tree for good. Its folder stays. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException exiting) {
            // The JVM is on its way out and runs the hook itself.
            return;
        }
    }

    /** Where the node listens, for example {@code http://127.0.0.1:9200}. The same after a restart. */
    public URI http() {
        return access.connection(port).hosts().get(0);
    }

    /** The root of the server's process tree: ending it with a TERM signal stops the server in good order. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    private void install(Path distribution) throws IOException {
        var version = distribution.getFileName().toString();
        var marker = home.resolve("installed");
        if (!Files.exists(marker) || !Files.readString(marker).equals(version)) {
            delete(home);
            copy(distribution, home);
            Files.writeString(marker, version);
        }
        var plugin = Files.createDirectories(home.resolve("plugins/rest-root"));
        Files.copy(
                resource("plugin-descriptor.properties"),
                plugin.resolve("plugin-descriptor.properties"),
                StandardCopyOption.REPLACE_EXISTING);
        try (var jar = new JarOutputStream(Files.newOutputStream(plugin.resolve("rest-root.jar")));
                var code = resource("RestRootPlugin.class")) {
            jar.putNextEntry(new JarEntry(RESOURCES + "RestRootPlugin.class"));
            code.transferTo(jar);
        }
        for (var part : List.of("data", "logs", "tmp")) {
            Files.createDirectories(folder.resolve(part));
        }
    }

    private static InputStream resource(String name) throws IOException {
        var found = ElasticsearchNode.class.getClassLoader().getResourceAsStream(RESOURCES + name);
        if (found == null) {
            throw new IOException("The module tributary-rest-root is not on the classpath: " + RESOURCES + name);
        }
        return found;
    }

    private void configure() throws IOException {
        Files.writeString(
                home.resolve("config/elasticsearch.yml"),
                """
                cluster.name: tributary
                node.name: tributary-1
                path.data: "%s"
                path.logs: "%s"
                discovery.type: single-node
                network.host: 127.0.0.1
                http.port: %d
                transport.port: 0
                cluster.routing.allocation.disk.threshold_enabled: false
                """
                                .formatted(folder.resolve("data"), folder.resolve("logs"), port)
                        + access.prepare(home));
    }

    private List<String> command() throws IOException {
        var command = new ArrayList<String>();
        if (isRoot()) {
            run("chown", "-R", NOBODY + ":" + NOBODY, folder.toString());
            command.addAll(
                    List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--inh-caps=-all"));
        }
        command.addAll(List.of(
                "env",
                "HOME=" + folder,
                "ES_JAVA_HOME=" + System.getProperty("java.home"),
                "ES_JAVA_OPTS=-Xms512m -Xmx512m",
                "ES_TMPDIR=" + folder.resolve("tmp"),
                home.resolve("bin/elasticsearch").toString()));
        return command;
    }

    private static void run(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted during " + String.join(" ", command), e);
        }
    }

    @SuppressWarnings("deprecation") // The client, as ElasticsearchConnection says.
    private void awaitIndices() throws IOException {
        try (var client = access.connection(port).open()) {
            client.getLowLevelClient()
                    .performRequest(new Request("GET", "/_cluster/health?wait_for_status=yellow&timeout=50s"));
        }
    }

    private void stopProcesses() {
        if (process == null) {
            return;
        }
        // The launcher stops its server and waits for it; what is still alive at the limit is killed.
        var tree = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        process.destroy();
        try {
            CompletableFuture.allOf(tree.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            tree.forEach(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            tree.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }

    private static void requireFree(int port) throws IOException {
        if (port == 0) {
            return;
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new IOException(
                    "Port %d of 127.0.0.1 is taken; choose another one for Elasticsearch, or 0 for a free one"
                            .formatted(port),
                    e);
        }
    }

    private static Path distribution() throws IOException {
        var configured = System.getProperty(HOME_PROPERTY);
        if (configured != null) {
            var home = Path.of(configured).toAbsolutePath();
            if (!Files.isRegularFile(home.resolve("bin/elasticsearch"))) {
                throw new IOException("No Elasticsearch at %s=%s".formatted(HOME_PROPERTY, home));
            }
            return home;
        }
        var unpacked = besideTheCode().resolve("elasticsearch-dist");
        if (Files.isDirectory(unpacked)) {
            try (var found = Files.list(unpacked)) {
                var home = found.filter(path -> Files.isRegularFile(path.resolve("bin/elasticsearch")))
                        .max(Path::compareTo);
                if (home.isPresent()) {
                    return home.get();
                }
            }
        }
        throw new IOException(
                "No Elasticsearch in %s: build the module local with Maven, or set the system property %s to the folder of an Elasticsearch"
                        .formatted(unpacked, HOME_PROPERTY));
    }

    /** The build's target folder: this code is in {@code target/classes} or in a jar in {@code target}. */
    private static Path besideTheCode() throws IOException {
        try {
            return Path.of(ElasticsearchNode.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /** The folder itself, or for root, whose node runs as nobody, one that nobody can reach. */
    static Path reachable(Path dataDir) throws IOException {
        if (!isRoot()) {
            return Files.createDirectories(dataDir);
        }
        Files.createDirectories(dataDir);
        for (var parent = dataDir.toRealPath().getParent(); parent != null; parent = parent.getParent()) {
            if (!Files.getPosixFilePermissions(parent).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                var name = "tributary-elasticsearch-"
                        + Integer.toHexString(dataDir.toString().hashCode());
                return Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), name));
            }
        }
        return dataDir;
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (var path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        for (var program :
                List.of("elasticsearch", "elasticsearch-cli", "elasticsearch-env", "elasticsearch-env-from-file")) {
            var file = to.resolve("bin").resolve(program);
            if (Files.exists(file) && !file.toFile().setExecutable(true, false)) {
                throw new IOException("Can't make executable: " + file);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** What one start of the server prints: the port it took, or why it ended. */
    private static final class Boot {
        private final CompletableFuture<Integer> port = new CompletableFuture<>();
        private final Deque<String> last = new ArrayDeque<>();

        void read(Process process) {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    keep(line);
                    Matcher address = HTTP_ADDRESS.matcher(line);
                    if (address.find()) {
                        port.complete(Integer.valueOf(address.group(1)));
                    }
                }
                port.completeExceptionally(new IOException("The server ended"));
            } catch (IOException e) {
                port.completeExceptionally(new UncheckedIOException(e));
            }
        }

        private synchronized void keep(String line) {
            last.addLast(line);
            if (last.size() > LINES_KEPT) {
                last.removeFirst();
            }
        }

        synchronized String lastLines() {
            return String.join(System.lineSeparator(), last);
        }
    }
}
