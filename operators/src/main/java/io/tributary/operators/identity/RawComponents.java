package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;

/**
 * Where a {@link PersonGraph} keeps what it knows: raw components by their key, and for each identifier the key of its
 * component. A key is one of the component's members. Of who was erased a hash.
 */
public interface RawComponents {
    /** The key of an identifier's component, or null if the identifier is unknown. */
    Identifier keyOf(Identifier member);

    /** Says to which component an identifier belongs. */
    void index(Identifier member, Identifier key);

    /** The component of a key that {@link #keyOf} has answered. */
    RawComponent get(Identifier key);

    /** Keeps a component as it is now. */
    void put(Identifier key, RawComponent component);

    /** Forgets an identifier, and remembers by a hash that it was erased. */
    void erase(Identifier member);

    /** Whether an identifier without a component was erased. */
    boolean isErased(Identifier member);

    /** Drops a component whose members belong to others now; it may be one that was never kept. */
    void remove(Identifier key);
}
