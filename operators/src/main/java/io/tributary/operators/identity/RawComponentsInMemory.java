package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Components on the heap, as they are. */
public final class RawComponentsInMemory implements RawComponents {
    private final Map<Identifier, Identifier> keys = new HashMap<>();
    private final Map<Identifier, RawComponent> components = new HashMap<>();
    private final Set<Long> erased = new HashSet<>();

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
    public void erase(Identifier member) {
        keys.remove(member);
        erased.add(member.hash());
    }

    @Override
    public boolean isErased(Identifier member) {
        return erased.contains(member.hash());
    }

    @Override
    public void remove(Identifier key) {
        components.remove(key);
    }
}
