package io.tributary.local.cli;

import io.tributary.local.UserException;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the rules of identity are. */
final class IdentityOption {
    @Option(
            names = "--identity",
            paramLabel = "FILE",
            description = "Rules of identity: further namespaces, limits, how values are written. See docs/identity.md"
                    + " (default: the namespaces and limits there).")
    private Path file;

    /**
     * Reads the file.
     *
     * @return empty if none is named
     * @throws UserException if it can't be read, or has a mistake in it
     */
    Optional<IdentitySettings> settings() throws UserException {
        if (file == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(IdentitySettings.load(file));
        } catch (DefinitionException | UncheckedIOException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
