package io.tributary.local.bootstrap;

import io.tributary.local.UserException;
import io.tributary.local.stack.Folders;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/**
 * Where a savepoint comes to lie. It is there as a whole or not at all: {@code _metadata}, without which no job starts from
 * it, comes last. What is being made lies below {@code .unfinished}.
 */
final class SavepointFolder {
    private static final String METADATA = "_metadata";
    private static final String UNFINISHED = ".unfinished";

    private final Path path;
    private final boolean isNew;

    /**
     * Makes the folder if it is absent.
     *
     * @throws UserException if something is in it
     */
    SavepointFolder(Path path) throws IOException {
        requireFree(path);
        this.path = path.toAbsolutePath().normalize();
        this.isNew = !Files.exists(path);
        Files.createDirectories(path);
        Folders.delete(work());
        Files.createDirectory(work());
    }

    /** @throws UserException if it is there and no folder, or something is in it but what an interrupted attempt has left */
    static void requireFree(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new UserException(path + " is a file: a savepoint needs a folder");
        }
        try (Stream<Path> entries = Files.list(path)) {
            if (entries.anyMatch(entry -> !entry.endsWith(UNFINISHED))) {
                throw new UserException(path + " is not empty: a savepoint needs a folder of its own");
            }
        }
    }

    Path path() {
        return path;
    }

    /** For what is needed meanwhile. */
    Path work() {
        return path.resolve(UNFINISHED);
    }

    /**
     * Takes a savepoint over.
     *
     * @param written by Flink, below {@link #work()}
     * @param without uids of operators whose state does not come along
     */
    void take(Path written, Set<String> without) throws IOException {
        Path metadata = work().resolve(METADATA);
        write(reduced(written, without), metadata);
        List<Path> files;
        try (Stream<Path> entries = Files.list(written)) {
            files = entries.filter(file -> !file.endsWith(METADATA)).toList();
        }
        // The metadata say where they are beside it.
        for (Path file : files) {
            Files.move(file, path.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(metadata, path.resolve(METADATA), StandardCopyOption.ATOMIC_MOVE);
    }

    private static CheckpointMetadata reduced(Path savepoint, Set<String> without) throws IOException {
        CheckpointMetadata all;
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(savepoint.resolve(METADATA))))) {
            all = Checkpoints.loadCheckpointMetadata(
                    in,
                    SavepointFolder.class.getClassLoader(),
                    savepoint.toUri().toString());
        }
        List<OperatorState> kept = all.getOperatorStates().stream()
                .filter(state -> !without.contains(state.getOperatorUid()
                        .orElseThrow(() -> new IllegalStateException("an operator without a uid: " + state))))
                .toList();
        return new CheckpointMetadata(
                all.getCheckpointId(), kept, all.getMasterStates(), all.getCheckpointProperties());
    }

    private static void write(CheckpointMetadata metadata, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            Checkpoints.storeCheckpointMetadata(metadata, out);
        }
    }

    /** Removes what was needed meanwhile and, of a savepoint that has not come about, all. */
    void tidy() throws IOException {
        Folders.delete(work());
        if (!Files.exists(path.resolve(METADATA))) {
            try (Stream<Path> entries = Files.list(path)) {
                for (Path left : entries.toList()) {
                    Folders.delete(left);
                }
            }
            if (isNew) {
                Files.delete(path);
            }
        }
    }
}
