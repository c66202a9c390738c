package io.tributary.operators.trigger;

import io.tributary.schemas.definition.DefinitionKind;
import io.tributary.schemas.definition.Definitions;
import io.tributary.schemas.definition.PublishedDefinition;
import io.tributary.schemas.definition.PublishedDefinitions;
import io.tributary.schemas.identity.IdentitySettings;
import java.io.Serializable;

/**
 * The abandoned cart as it was published.
 *
 * @param publication the one that wrote it like this, or removed it; 0 if none ever wrote it
 */
public record PublishedTrigger(long publication, AbandonedCart definition) implements Serializable {
    /** Of a set of which everything is published. */
    public static PublishedTrigger of(PublishedDefinitions set) {
        PublishedDefinition published = set.of(DefinitionKind.TRIGGER, AbandonedCart.NAME);
        if (published == null) {
            return new PublishedTrigger(0, AbandonedCart.NONE);
        }
        // Nothing in it looks at what configuration says of identity.
        Definitions triggers = Definitions.ofJson(set.entries(DefinitionKind.TRIGGER), IdentitySettings.defaults());
        return new PublishedTrigger(
                published.publication(), AbandonedCart.of(triggers.abandonedCart(), published.version()));
    }
}
