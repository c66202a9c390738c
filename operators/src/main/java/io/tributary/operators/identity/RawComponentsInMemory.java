package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;
import java.util.HashMap;
import java.util.Map;

/** Components on the heap, as they are. */
public final class RawComponentsInMemory implements RawComponents {
    private final Map<Identifier, Identifier> keys = new HashMap<>();
    private final Map<Identifier, RawComponent> components = new HashMap<>();

    @Override
    public Identifier keyOf(Identifier member) {
        return keys.get(member);
    }

    @Override
    public void index(Identifier member, Identifier key) {
        keys.put(member, key);
    }

    @Override
    public RawComponent get(Identifier key) {
        return components.get(key);
    }

    @Override
    public void put(Identifier key, RawComponent component) {
        components.put(key, component);
    }

    @Override
    public void remove(Identifier key) {
        components.remove(key);
    }
}
