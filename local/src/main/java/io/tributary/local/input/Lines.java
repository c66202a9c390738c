package io.tributary.local.input;

import io.tributary.local.UserException;
import io.tributary.schemas.event.Origin;
import io.tributary.schemas.event.Reject;
import io.tributary.schemas.event.RejectReason;
import io.tributary.schemas.input.LineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Files of lines that a parser reads one by one. */
final class Lines {
    private Lines() {}

    /** @throws UserException if a file is missing, or none that can be read */
    static void requireReadable(List<Path> files) throws UserException {
        for (Path file : files) {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new UserException(file + " is no readable file");
            }
        }
    }

    /**
     * Reads a file.
     *
     * @param refused what a line is that is too long to be kept whole
     * @param consumer receives what the lines are, with their bytes
     * @throws UncheckedIOException if the file can't be read
     */
    static <T> void read(
            Path file,
            BiFunction<byte[], Origin, T> parser,
            Function<Reject, T> refused,
            BiConsumer<T, byte[]> consumer) {
        String name = file.getFileName().toString();
        try (LineReader lines = new LineReader(file)) {
            while (lines.hasNext()) {
                LineReader.Line line = lines.next();
                Origin origin = Origin.line(name, line.number());
                T parsed = line.truncated()
                        ? refused.apply(new Reject(
                                RejectReason.TOO_LARGE,
                                line.length() + " bytes; only the first " + line.bytes().length + " are kept",
                                origin,
                                line.bytes(),
                                line.length()))
                        : parser.apply(line.bytes(), origin);
                consumer.accept(parsed, line.bytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be closed: " + e.getMessage(), e);
        }
    }
}
