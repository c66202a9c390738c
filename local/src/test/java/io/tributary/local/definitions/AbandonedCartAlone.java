package io.tributary.local.definitions;

import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Sets of which the only trigger is the abandoned cart, as it is shipped. */
public final class AbandonedCartAlone {
    private AbandonedCartAlone() {}

    /** Nothing else. */
    public static Definitions definitions() {
        return Definitions.of(Map.of("abandoned_cart.yaml", yaml()), IdentitySettings.defaults());
    }

    /**
     * With other definitions.
     *
     * @param name of their file
     */
    public static Definitions with(String name, String yaml) {
        return Definitions.of(Map.of(name, yaml, "abandoned_cart.yaml", yaml()), IdentitySettings.defaults());
    }

    private static String yaml() {
        Path file = StarterLibrary.folder().resolve("triggers").resolve("abandoned_cart.yaml");
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
