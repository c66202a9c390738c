package io.tributary.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tributary.local.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The folder of a local stack: its data, its logs, and who runs in it.
 *
 * <p>{@code stack.json} names the process that runs the stack and its child, each with the time it was started, so that
 * a number that the system has given to another process in the meantime is not taken for the stack. A lock on {@code
 * stack.lock}, which ends with its process however that ends, keeps a second stack out. {@code stack.lock} is also the
 * mark by which a folder is recognised as a stack's own before anything in it is deleted.
 */
public final class StackFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> DATA = List.of("kafka", "elasticsearch", "flink");
    /** The system tells start times in ticks of its own clock. */
    private static final Duration SAME_START = Duration.ofSeconds(2);

    private final Path path;

    public StackFolder(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    public Path path() {
        return path;
    }

    /** Present while the stack is ready: see {@link Endpoints}. */
    public Path endpoints() {
        return path.resolve("endpoints.json");
    }

    /** What the components log. */
    public Path log() {
        return path.resolve("logs").resolve("stack.log");
    }

    /** What a detached {@code up} would have printed on the terminal. */
    public Path output() {
        return path.resolve("logs").resolve("up.log");
    }

    Path kafka() {
        return path.resolve("kafka");
    }

    Path elasticsearch() {
        return path.resolve("elasticsearch");
    }

    Path flink() {
        return path.resolve("flink");
    }

    private Path state() {
        return path.resolve("stack.json");
    }

    private Path lock() {
        return path.resolve("stack.lock");
    }

    /** The number of the process that runs a stack here, also while that stack is starting or stopping. */
    public Optional<Long> runningPid() throws IOException {
        return running().map(ProcessHandle::pid);
    }

    /**
     * Stops the stack that runs here and waits until it is gone, with its child processes. Clears up behind one that
     * ended without doing so.
     *
     * @param limit for stopping in good order; after it, the stack is killed
     * @return whether one was running
     * @throws UserException if it belongs to another user
     */
    public boolean stop(Duration limit) throws IOException {
        var stack = running();
        if (stack.isPresent()) {
            var tree = Stream.concat(stack.stream(), stack.get().descendants()).toList();
            if (!stack.get().destroy() && stack.get().isAlive()) {
                throw new UserException("The stack's process %d belongs to another user; that user can stop it"
                        .formatted(stack.get().pid()));
            }
            awaitEnd(tree, limit);
        }
        // Not while a new stack, started since, holds the folder.
        if (Files.exists(lock()) && Files.isWritable(lock())) {
            try (var claim = tryLock()) {
                if (claim != null) {
                    clearUp();
                }
            }
        }
        return stack.isPresent();
    }

    /** Deletes the folder, and what Elasticsearch has left elsewhere because it could not enter it. Nothing may run here. */
    public void delete() throws IOException {
        Folders.delete(ElasticsearchNode.reachable(elasticsearch()));
        Folders.delete(path);
    }

    /**
     * Takes the folder for this process, until the claim is closed. Ends what a crashed stack left running here.
     *
     * @param fresh whether to delete the data of earlier stacks
     * @throws UserException if a stack runs here, or the folder holds files that look like a stack's but are not
     */
    Claim claim(boolean fresh) throws IOException {
        if (!Files.exists(lock())) {
            for (var name : DATA) {
                if (Files.exists(path.resolve(name))) {
                    throw new UserException("%s holds %s, which no stack has made; choose another folder with --dir"
                            .formatted(path, name));
                }
            }
        }
        try {
            Files.createDirectories(path.resolve("logs"));
        } catch (IOException e) {
            throw new UserException("Can't make the folder %s; choose another one with --dir".formatted(path), e);
        }
        var claim = tryLock();
        if (claim == null) {
            throw new UserException(
                    "A stack runs in %s already%s; stop it with ./cdp down, or choose another folder with --dir"
                            .formatted(
                                    path,
                                    runningPid()
                                            .map(pid -> " (process " + pid + ")")
                                            .orElse("")));
        }
        try {
            clearUp();
            if (fresh) {
                // For root it may lie outside.
                Folders.delete(ElasticsearchNode.reachable(elasticsearch()));
                for (var name : DATA) {
                    Folders.delete(path.resolve(name));
                }
            }
            var json = JsonNodeFactory.instance.objectNode();
            json.set("stack", describe(ProcessHandle.current()));
            write(json);
            return claim;
        } catch (IOException | RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    /** Ends what a stack that is gone left running, and removes what it left lying. The folder must be claimed. */
    private void clearUp() throws IOException {
        var orphan = alive(readState().path("child"));
        if (orphan.isPresent()) {
            var tree =
                    Stream.concat(orphan.stream(), orphan.get().descendants()).toList();
            tree.forEach(ProcessHandle::destroy);
            awaitEnd(tree, Duration.ofSeconds(20));
        }
        Files.deleteIfExists(endpoints());
        Files.deleteIfExists(state());
    }

    private static void awaitEnd(List<ProcessHandle> processes, Duration limit) throws IOException {
        var ends = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        try {
            ends.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            processes.forEach(ProcessHandle::destroyForcibly);
            ends.join();
        } catch (ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for the end of a stack", e);
        }
    }

    private Optional<ProcessHandle> running() throws IOException {
        return alive(readState().path("stack"));
    }

    private static Optional<ProcessHandle> alive(JsonNode process) {
        if (!process.has("pid")) {
            return Optional.empty();
        }
        return ProcessHandle.of(process.get("pid").longValue())
                .filter(ProcessHandle::isAlive)
                .filter(handle -> handle.info()
                        .startInstant()
                        .map(start -> Duration.between(
                                                start,
                                                Instant.parse(process.path("started_at")
                                                        .textValue()))
                                        .abs()
                                        .compareTo(SAME_START)
                                <= 0)
                        .orElse(true));
    }

    private static ObjectNode describe(ProcessHandle process) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("pid", process.pid())
                .put(
                        "started_at",
                        process.info().startInstant().orElseGet(Instant::now).toString());
    }

    private JsonNode readState() throws IOException {
        return Files.exists(state())
                ? JSON.readTree(Files.readAllBytes(state()))
                : JsonNodeFactory.instance.objectNode();
    }

    private void write(JsonNode json) throws IOException {
        Endpoints.writeAtomically(state(), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }

    private Claim tryLock() throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UserException("Can't write in %s; choose another folder with --dir".formatted(path), e);
        }
        try {
            if (channel.tryLock() != null) {
                return new Claim(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Taken by this very process: the same answer as for another one.
            channel.close();
            return null;
        }
        channel.close();
        return null;
    }

    /** The right to run a stack in the folder. */
    final class Claim implements AutoCloseable {
        private final FileChannel lock;

        private Claim(FileChannel lock) {
            this.lock = lock;
        }

        /** Notes the child process, so that it can be ended after a crash of this one. */
        void child(long pid) throws IOException {
            var json = (ObjectNode) readState();
            var handle = ProcessHandle.of(pid);
            if (handle.isPresent()) {
                json.set("child", describe(handle.get()));
                write(json);
            }
        }

        /** Gives the folder back: the last thing that a stack does. */
        @Override
        public void close() throws IOException {
            try {
                Files.deleteIfExists(endpoints());
                Files.deleteIfExists(state());
            } finally {
                lock.close();
            }
        }
    }
}
