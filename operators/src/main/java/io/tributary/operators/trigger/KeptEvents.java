package io.tributary.operators.trigger;

import io.tributary.operators.serialization.WireType;
import io.tributary.schemas.event.EventOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;

/** The retained events of the present key. */
public final class KeptEvents implements RetainedEvents {
    private final MapState<EventOrder, WatchedEvent> state;

    public KeptEvents(MapState<EventOrder, WatchedEvent> state) {
        this.state = state;
    }

    /** @param name of the state */
    public static MapStateDescriptor<EventOrder, WatchedEvent> descriptor(String name) {
        return new MapStateDescriptor<>(name, WireType.EVENT_ORDER.info(), WireType.WATCHED_EVENT.info());
    }

    @Override
    public void add(WatchedEvent event) {
        try {
            state.put(event.order(), event);
        } catch (Exception e) {
            throw new IllegalStateException("an event can't be retained", e);
        }
    }

    @Override
    public List<WatchedEvent> all() {
        List<WatchedEvent> all = new ArrayList<>();
        try {
            state.values().forEach(all::add);
        } catch (Exception e) {
            throw new IllegalStateException("retained events can't be read", e);
        }
        all.sort(null);
        return all;
    }

    @Override
    public void keepOnly(Collection<WatchedEvent> events) {
        Map<EventOrder, WatchedEvent> others = new HashMap<>();
        try {
            state.entries().forEach(entry -> others.put(entry.getKey(), entry.getValue()));
            for (WatchedEvent event : events) {
                if (!event.equals(others.remove(event.order()))) {
                    state.put(event.order(), event);
                }
            }
            for (EventOrder other : others.keySet()) {
                state.remove(other);
            }
        } catch (Exception e) {
            throw new IllegalStateException("retained events can't be dropped", e);
        }
    }

    @Override
    public void clear() {
        state.clear();
    }
}
