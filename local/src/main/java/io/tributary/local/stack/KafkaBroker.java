package io.tributary.local.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One real Kafka broker with its KRaft controller in this JVM, on 127.0.0.1 and without security: for the local stack
 * and for tests, never for production.
 *
 * <p>Its replicated internal topics have one replica, so transactions, consumer groups and compaction work as on a
 * cluster. Nothing expires by default, because the record time of an event is the event's time, which may be years ago,
 * and a topic must be created before it is used, so that a misspelt name is an error.
 */
public final class KafkaBroker implements AutoCloseable {
    private static final int NODE_ID = 1;
    private static final String CONTROLLER = "CONTROLLER";

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private KafkaBroker(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker and returns when it takes requests: about 3 s.
     *
     * @param dataDir the broker's folder, made if absent; what an earlier broker left there is served again
     * @param port the port, or 0 for a free one
     * @throws io.tributary.local.UserException if the port is taken
     * @throws IOException if the folder can't be used
     */
    public static KafkaBroker start(Path dataDir, int port) throws IOException {
        var directory = Files.createDirectories(dataDir).toAbsolutePath();
        var brokerPort = Ports.choose(port, "Kafka");
        var properties = properties(directory, brokerPort, Ports.choose(0, "Kafka's controller"));
        if (!Files.exists(directory.resolve("meta.properties"))) {
            format(directory);
        }
        var server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new IOException("Kafka did not start in " + directory + ": " + e.getMessage(), e);
        }
        return new KafkaBroker(server, "127.0.0.1:" + brokerPort);
    }

    /** What clients connect to, for example {@code 127.0.0.1:9092}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops the broker in good order; its folder stays. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Properties properties(Path directory, int port, int controllerPort) {
        var properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(NODE_ID));
        properties.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        properties.put("controller.listener.names", CONTROLLER);
        properties.put(
                "listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
        properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        properties.put("log.dirs", directory.toString());

        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "4");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "4");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("share.coordinator.state.topic.num.partitions", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("transaction.max.timeout.ms", "3600000");

        properties.put("auto.create.topics.enable", "false");
        properties.put("log.retention.ms", "-1");
        // A simulated event, or the tick that ends a publication, may lie in the future.
        properties.put("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        // The default reserves 128 MB.
        properties.put("log.cleaner.dedupe.buffer.size", "4194304");
        return properties;
    }

    private static void format(Path directory) throws IOException {
        try {
            new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(NODE_ID)
                    .setControllerListenerName(CONTROLLER)
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Can't format " + directory + " for Kafka: " + e.getMessage(), e);
        }
    }
}
