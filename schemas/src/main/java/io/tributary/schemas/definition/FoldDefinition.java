package io.tributary.schemas.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tributary.schemas.codec.Hashes;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Which events are folded, what is taken of each, and how.
 *
 * @param events names of events, as {@link io.tributary.schemas.event.CustomerEvent#name()} is; not empty
 * @param where null if it holds of every event
 * @param value null for {@link Aggregate#COUNT}, else never
 */
public record FoldDefinition(TraitShape shape, List<String> events, EventExpression where, EventExpression value) {
    public FoldDefinition {
        Objects.requireNonNull(shape);
        events = List.copyOf(events);
        if ((value == null) != (shape.aggregate() == Aggregate.COUNT)) {
            throw new IllegalArgumentException("a value is for every aggregate but count");
        }
    }

    /** Whether the event is one of those that are folded. */
    public boolean takes(EventView view) {
        return events.contains(view.event().name()) && (where == null || where.holds(view));
    }

    /** What the event says, of an event that is folded; see {@link EventExpression#values}. Nothing if it is counted. */
    public List<?> values(EventView view) {
        return value == null ? List.of() : value.values(view, shape.aggregate().takes());
    }

    /**
     * Whether two folds are one: the first eight bytes of the SHA-256 of all that decides what a fold is. White space in
     * expressions, the order of events, and the unit of a window do not.
     */
    public long fingerprint() {
        return fingerprint(deciding("fold"));
    }

    /** All that decides, as JSON. */
    ArrayNode deciding(String kind) {
        ArrayNode all = JsonNodeFactory.instance
                .arrayNode()
                .add(kind)
                .add(shape.aggregate().id())
                .add(shape.window() == null ? 0 : shape.window().millis())
                .add(shape.limit());
        ArrayNode names = all.addArray();
        new TreeSet<>(events).forEach(names::add);
        return all.add(where == null ? null : where.canonical()).add(value == null ? null : value.canonical());
    }

    static long fingerprint(ArrayNode deciding) {
        return Hashes.prefix(Hashes.sha256(deciding.toString()));
    }
}
