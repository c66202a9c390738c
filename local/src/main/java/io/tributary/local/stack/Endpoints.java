package io.tributary.local.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tributary.local.UserException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where the components of a running stack listen: the content of its {@code endpoints.json}.
 *
 * @param kafka the bootstrap servers, for example {@code 127.0.0.1:9092}
 * @param elasticsearch for example {@code http://127.0.0.1:9200}
 * @param flink the web UI and REST interface, for example {@code http://127.0.0.1:8081}
 */
public record Endpoints(String kafka, URI elasticsearch, URI flink) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The endpoints of the stack that runs in a folder.
     *
     * @throws UserException if none runs there, or one ended without clearing up; the message says how to start one
     */
    public static Endpoints of(StackFolder folder) throws IOException {
        if (folder.runningPid().isEmpty()) {
            throw new UserException("No stack runs in %s; start one with: ./cdp up --detach --dir %s"
                    .formatted(folder.path(), folder.path()));
        }
        if (!Files.exists(folder.endpoints())) {
            throw new UserException("The stack in %s is still starting; look with: ./cdp status --dir %s"
                    .formatted(folder.path(), folder.path()));
        }
        return read(folder.endpoints());
    }

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @throws UserException if it is something else
     */
    static Endpoints read(Path file) throws IOException {
        var json = JSON.readTree(file.toFile());
        if (!json.path("kafka").isTextual()
                || !json.path("elasticsearch").isTextual()
                || !json.path("flink").isTextual()) {
            throw new UserException(
                    file + " does not name kafka, elasticsearch and flink; stop the stack and start it again");
        }
        return new Endpoints(
                json.get("kafka").textValue(),
                URI.create(json.get("elasticsearch").textValue()),
                URI.create(json.get("flink").textValue()));
    }

    /** Writes the file in one step: who sees it sees all of it. */
    void write(Path file) throws IOException {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("kafka", kafka)
                .put("elasticsearch", elasticsearch.toString())
                .put("flink", flink.toString());
        writeAtomically(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }

    static void writeAtomically(Path file, byte[] content) throws IOException {
        var part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
