package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A computed trait.
 *
 * @param title null if there is none
 * @param description null if there is none
 * @param json as it was written: its keys sorted, numbers in their shortest form
 */
public record TraitDefinition(String name, String title, String description, FoldDefinition fold, ObjectNode json) {
    /** How its values are folded. */
    public TraitShape shape() {
        return fold.shape();
    }

    /** See {@link FoldDefinition#fingerprint}; neither the name nor the title is in it. */
    public long fingerprint() {
        return fold.fingerprint();
    }

    /** Equal if they are written alike. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TraitDefinition that && json.equals(that.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }
}
