package io.tributary.local.definitions;

import io.tributary.local.UserException;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.nio.file.Path;
import java.util.Objects;

/** The definitions that come with the suite: what holds where nobody says otherwise. */
public final class StarterLibrary {
    private StarterLibrary() {}

    /** Its folder. */
    public static Path folder() {
        return Path.of(Objects.requireNonNullElse(System.getProperty("tributary.root"), "."))
                .toAbsolutePath()
                .resolve("definitions");
    }

    /**
     * Reads it.
     *
     * @throws UserException if it can't be read, or somebody has made a mistake in it
     */
    public static Definitions load() throws UserException {
        return DefinitionsFolder.load(folder(), IdentitySettings.defaults());
    }
}
