package io.tributary.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * Where jobs have their checkpoints: a folder per job and state that it began with. A job that is told what state to begin
 * with gets a further folder, because the numbers of its checkpoints may begin below those that are there: neither may they
 * meet in one folder, nor may an older state count as the newest.
 */
final class CheckpointFolders {
    private static final String CHECKPOINT = "chk-";

    private final Path root;

    CheckpointFolders(Path root) {
        this.root = root;
    }

    /** The folder of a job that goes on. */
    Path current(String job) {
        return folder(job, generation(job));
    }

    /** A further folder, for a job that begins with a state that it is told. */
    Path next(String job) throws IOException {
        return Files.createDirectories(folder(job, generation(job) + 1));
    }

    /** The newest completed checkpoint of a job, by the state that it began with last. */
    Optional<Path> newest(String job) throws IOException {
        for (int generation = generation(job); generation >= 0; generation--) {
            Optional<Path> newest = newestIn(folder(job, generation));
            if (newest.isPresent()) {
                return newest;
            }
        }
        return Optional.empty();
    }

    private int generation(String job) {
        int generation = 0;
        while (Files.isDirectory(folder(job, generation + 1))) {
            generation++;
        }
        return generation;
    }

    private Path folder(String job, int generation) {
        return root.resolve(generation == 0 ? job : job + "." + generation);
    }

    private static Optional<Path> newestIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var entries = Files.list(folder)) {
            // The metadata is written last.
            return entries.filter(entry -> entry.getFileName().toString().startsWith(CHECKPOINT)
                            && Files.exists(entry.resolve("_metadata")))
                    .max(Comparator.comparingLong(CheckpointFolders::checkpointId));
        }
    }

    private static long checkpointId(Path directory) {
        return Long.parseLong(directory.getFileName().toString().substring(CHECKPOINT.length()));
    }
}
