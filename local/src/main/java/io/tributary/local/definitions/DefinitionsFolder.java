package io.tributary.local.definitions;

import io.tributary.local.UserException;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.DefinitionsException;
import io.tributary.schemas.identity.IdentitySettings;
import io.tributary.schemas.yaml.DefinitionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A folder of definitions that a command needs for something else than to look for mistakes. */
public final class DefinitionsFolder {
    private DefinitionsFolder() {}

    /**
     * Reads it.
     *
     * @param identity says which namespaces of identifiers there are
     * @throws UserException if it can't be read; of several mistakes the first is named
     */
    public static Definitions load(Path folder, IdentitySettings identity) throws UserException {
        try {
            return Definitions.load(folder, identity);
        } catch (DefinitionsException e) {
            int more = e.mistakes().size() - 1;
            throw new UserException(
                    more == 0
                            ? e.getMessage()
                            : "%s (and %d more: cdp definitions check %s names them all)"
                                    .formatted(e.mistakes().get(0), more, folder),
                    e);
        } catch (DefinitionException | UncheckedIOException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
