package io.tributary.local.input;

import io.tributary.local.UserException;
import io.tributary.schemas.privacy.PrivacyInbound;
import io.tributary.schemas.privacy.PrivacyParser;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;

/** Files of privacy commands, as JSON lines. */
public final class PrivacyFiles {
    private final List<Path> files;

    private PrivacyFiles(List<Path> files) {
        this.files = files;
    }

    /**
     * Checks the files before anything is read.
     *
     * @throws UserException if one is missing
     */
    public static PrivacyFiles of(List<Path> files) throws UserException {
        Lines.requireReadable(files);
        return new PrivacyFiles(files);
    }

    /**
     * Reads all files.
     *
     * @param consumer receives what the lines are, with their bytes, in no order that means anything
     * @throws UserException if a file can't be read
     */
    public void read(PrivacyParser parser, BiConsumer<PrivacyInbound, byte[]> consumer) throws UserException {
        try {
            for (Path file : files) {
                Lines.read(file, parser::parse, PrivacyInbound.Refused::new, consumer);
            }
        } catch (UncheckedIOException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
