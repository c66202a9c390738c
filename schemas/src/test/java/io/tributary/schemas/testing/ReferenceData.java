package io.tributary.schemas.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The real data that tests read where it is present; it is never part of the project. */
public final class ReferenceData {
    private ReferenceData() {}

    /** A file or folder of the reference data; the calling test is skipped, visibly, where it is absent. */
    public static Path require(String path) {
        Path file = Path.of(System.getProperty("tributary.root"))
                .resolve("../shared/data")
                .resolve(path)
                .normalize();
        assumeTrue(Files.exists(file), () -> "no reference data " + path);
        return file;
    }

    /** The JSON files of a folder of the reference data, by name. */
    public static List<Path> jsonFiles(String folder) {
        try (Stream<Path> files = Files.list(require(folder))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
