package io.tributary.local.stack;

import io.tributary.local.UserException;
import io.tributary.local.publish.DefinitionPublisher;
import io.tributary.operators.sink.Topic;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinitions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, Elasticsearch, Flink and the suite's jobs on this machine: started in this order, stopped in reverse.
 *
 * <p>Kafka and Flink run in this JVM, Elasticsearch as its child. Data lie in a {@link StackFolder} and survive: the next
 * start on the folder goes on where this one stopped or crashed.
 */
public final class LocalStack implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);

    /**
     * What to start.
     *
     * @param folder where its data are
     * @param fresh whether to delete the data of earlier stacks in the folder
     * @param kafkaPort the broker's port, or 0 for a free one; likewise the next two
     * @param elasticsearchPort of its HTTP interface
     * @param flinkPort of the web UI
     * @param eventPartitions partitions of {@link Topic#EVENTS}
     * @param live whether a {@link Ticker} tells the time
     * @param definitions are published where nothing has been
     * @param jobs what runs on it
     */
    public record Options(
            StackFolder folder,
            boolean fresh,
            int kafkaPort,
            int elasticsearchPort,
            int flinkPort,
            int eventPartitions,
            boolean live,
            Definitions definitions,
            List<StackJob> jobs) {}

    /** Is told what has been started. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param component its name
         * @param detail its address, or what it has done
         * @param took how long that was
         */
        void started(String component, String detail, Duration took);
    }

    @FunctionalInterface
    private interface Start<T> {
        T run() throws IOException;
    }

    private record Running(String name, AutoCloseable component) {}

    private final Options options;
    private final Progress progress;
    private final Deque<Running> running = new ArrayDeque<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;
    private Endpoints endpoints;

    /** Nothing runs before {@link #start()}; {@link #close()} may be called at any time, from any thread. */
    public LocalStack(Options options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * Starts everything and writes {@code endpoints.json} when all of it is ready: about 15 s. What was started is
     * stopped again if something fails.
     *
     * @throws UserException if the folder or a port is taken, or what fails can be mended by the user
     * @throws IOException if a component does not start
     */
    public synchronized Endpoints start() throws IOException {
        try {
            return startAll();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Endpoints startAll() throws IOException {
        var folder = options.folder();
        var claim = begin("Folder", () -> folder.claim(options.fresh()), taken -> folder.path()
                .toString());

        var kafka = begin(
                "Kafka", () -> KafkaBroker.start(folder.kafka(), options.kafkaPort()), KafkaBroker::bootstrapServers);
        begin(
                "Topics",
                () -> {
                    Topics.create(kafka.bootstrapServers(), options.eventPartitions());
                    return Topics.ALL.size();
                },
                count -> count + " topics");
        begin("Definitions", () -> definitions(kafka.bootstrapServers()), set -> "publication " + set.publication());
        var elasticsearch = begin(
                "Elasticsearch", () -> elasticsearch(claim), node -> node.http().toString());
        var flink =
                begin("Flink", () -> FlinkCluster.start(folder.flink(), options.flinkPort()), cluster -> cluster.http()
                        .toString());
        endpoints = new Endpoints(kafka.bootstrapServers(), elasticsearch.http(), flink.http());
        for (var job : options.jobs()) {
            begin("Job", () -> job.submit(flink, endpoints), client -> client.getJobID()
                    .toString());
        }
        if (options.live()) {
            begin("Ticker", () -> Ticker.start(kafka.bootstrapServers(), Clock.systemUTC()), ticker -> "each second");
        }
        endpoints.write(folder.endpoints());
        return endpoints;
    }

    /** What holds; on the first start, what comes with the stack. */
    private PublishedDefinitions definitions(String kafka) throws IOException {
        long now = System.currentTimeMillis();
        DefinitionPublisher.Publication first = DefinitionPublisher.plan(kafka, options.definitions(), now);
        boolean holdsAnything = first.before().publication() > 0;
        if (holdsAnything || first.isNothing()) {
            return first.before();
        }
        return DefinitionPublisher.publish(kafka, options.definitions(), now).after();
    }

    private ElasticsearchNode elasticsearch(StackFolder.Claim claim) throws IOException {
        try {
            var node = ElasticsearchNode.start(options.folder().elasticsearch(), options.elasticsearchPort());
            claim.child(node.pid());
            return node;
        } catch (UserException e) {
            throw e;
        } catch (IOException e) {
            LOG.error("Elasticsearch did not start", e);
            throw new UserException(e.getMessage().lines().findFirst().orElse("Elasticsearch did not start"), e);
        }
    }

    private <T> T begin(String name, Start<T> start, Function<T, String> detail) throws IOException {
        var begun = System.nanoTime();
        var component = start.run();
        if (component instanceof AutoCloseable closeable) {
            keep(name, closeable);
        }
        if (closing) {
            throw new UserException("Stopped while starting");
        }
        progress.started(name, detail.apply(component), Duration.ofNanos(System.nanoTime() - begun));
        return component;
    }

    private void keep(String name, AutoCloseable component) {
        running.push(new Running(name, component));
    }

    /** Waits until {@link #close()} has stopped everything. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /** Whether the stack is being stopped, or has been. */
    public boolean isClosing() {
        return closing;
    }

    /**
     * Stops everything in reverse order. A start that is under way in another thread ends first, with an exception. What
     * does not stop in good order is logged and does not keep the others from stopping.
     */
    @Override
    public void close() {
        closing = true;
        stopAll();
    }

    private synchronized void stopAll() {
        if (endpoints != null) {
            // Nobody shall connect to what is about to go.
            delete();
        }
        while (!running.isEmpty()) {
            var next = running.pop();
            try {
                next.component().close();
            } catch (Exception e) {
                LOG.error("{} did not stop in good order", next.name(), e);
            }
        }
        ended.countDown();
    }

    private void delete() {
        try {
            Files.deleteIfExists(options.folder().endpoints());
        } catch (IOException e) {
            LOG.error("Can't delete {}", options.folder().endpoints(), e);
        }
    }
}
