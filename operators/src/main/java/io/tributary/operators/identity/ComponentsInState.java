package io.tributary.operators.identity;

import io.tributary.schemas.identity.Identifier;
import org.apache.flink.api.common.state.MapState;

/** Components in the resolver's keyed state. */
final class ComponentsInState implements RawComponents {
    private final MapState<Identifier, Identifier> keys;
    private final MapState<Identifier, RawComponent> components;
    private final MapState<Long, Boolean> erased;

    /** @param erased by hash, those that are never linked again */
    ComponentsInState(
            MapState<Identifier, Identifier> keys,
            MapState<Identifier, RawComponent> components,
            MapState<Long, Boolean> erased) {
        this.keys = keys;
        this.components = components;
        this.erased = erased;
    }

    @Override
    public Identifier keyOf(Identifier member) {
        return read(() -> keys.get(member));
    }

    @Override
    public void index(Identifier member, Identifier key) {
        write(() -> keys.put(member, key));
    }

    @Override
    public RawComponent get(Identifier key) {
        return read(() -> components.get(key));
    }

    @Override
    public void put(Identifier key, RawComponent component) {
        write(() -> components.put(key, component));
    }

    @Override
    public void erase(Identifier member) {
        write(() -> {
            keys.remove(member);
            erased.put(member.hash(), true);
        });
    }

    @Override
    public boolean isErased(Identifier member) {
        return read(() -> erased.contains(member.hash()));
    }

    @Override
    public void remove(Identifier key) {
        write(() -> components.remove(key));
    }

    private static <T> T read(Access<T> access) {
        try {
            return access.run();
        } catch (Exception e) {
            throw new IllegalStateException("the links can't be read from state", e);
        }
    }

    private static void write(Change change) {
        try {
            change.run();
        } catch (Exception e) {
            throw new IllegalStateException("the links can't be written to state", e);
        }
    }

    private interface Access<T> {
        T run() throws Exception;
    }

    private interface Change {
        void run() throws Exception;
    }
}
