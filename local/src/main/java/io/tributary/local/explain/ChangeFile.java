package io.tributary.local.explain;

import io.tributary.local.UserException;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.input.LineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The {@code identity-changes.jsonl} of a backtest. It is read line by line, and nothing of it is kept. */
final class ChangeFile {
    /** Of identifiers there are at most 256 KiB; the message id comes from an event of at most 1 MiB. */
    private static final int LONGEST_LINE = 16 << 20;

    private final Path file;
    private final IdentitySettings identity;

    ChangeFile(Path file, IdentitySettings identity) {
        this.file = file;
        this.identity = identity;
    }

    /**
     * Reads from the beginning to the end.
     *
     * @throws UserException if a line is no change; the message names it
     */
    void read(Consumer<StoredChange> consumer) throws IOException {
        try (LineReader lines = new LineReader(file, LONGEST_LINE)) {
            while (lines.hasNext()) {
                LineReader.Line line = lines.next();
                consumer.accept(StoredChange.read(line.bytes(), file + ":" + line.number(), identity));
            }
        } catch (UncheckedIOException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
