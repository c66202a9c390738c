package io.tributary.operators.trigger;

import io.tributary.operators.identity.FragmentId;
import io.tributary.operators.segment.SegmentChange;
import io.tributary.schemas.cel.CelValues;
import io.tributary.schemas.codec.Hashes;
import io.tributary.schemas.definition.DeliveryDefinition;
import io.tributary.schemas.definition.EventSequence;
import io.tributary.schemas.definition.EventSequence.Correlation;
import io.tributary.schemas.definition.EventSequence.Step;
import io.tributary.schemas.definition.EventView;
import io.tributary.schemas.definition.MergerEvent;
import io.tributary.schemas.definition.SegmentEvent;
import io.tributary.schemas.definition.TriggerDefinition;
import io.tributary.schemas.definition.TriggerExpression;
import io.tributary.schemas.event.CustomerEvent;
import io.tributary.schemas.event.EventKind;
import io.tributary.schemas.event.EventOrder;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which events the triggers of sequences look at, and at what of them. Immutable. */
public final class EventWatch {
    /** What is kept of one event takes at most this many bytes; fields that do not fit any more say nothing. */
    public static final int MAX_FIELD_BYTES = 8 << 10;

    /** Things that one event can be about. */
    public static final int MAX_KEYS = 100;

    /** An event's own, which need not be looked up. */
    private static final Set<String> OWN = Set.of("name", "message_id", "timestamp");

    private static final Comparator<List<String>> BY_NAMES =
            Comparator.comparing((List<String> path) -> String.join("\n", path)).thenComparing(List::size);

    /** Why a membership is another one. */
    public enum Cause {
        /** By an event of the customer's, or by time. */
        HAPPENED,

        /** It was found, because the customer has got or lost events of the past. */
        MOVED,

        /** It was found by other definitions. */
        REDEFINED
    }

    /** What triggers look at of the events of one name. */
    private static final class Looks {
        /** One name or two; none for the whole event. */
        private final SortedSet<List<String>> paths = new TreeSet<>(BY_NAMES);

        private final Set<Correlation> correlations = EnumSet.noneOf(Correlation.class);
    }

    private final Map<String, Looks> byName = new HashMap<>();

    /** By {@link SegmentEvent#name}. */
    private final Set<String> segmentEvents = new HashSet<>();

    /** Names of the segments of which any change is named. */
    private final Set<String> segments = new HashSet<>();

    /** Segments for which triggers ask, or what holds them back, and where the profile has a time zone. */
    private final SortedSet<String> asked = new TreeSet<>();

    private boolean namesMerger;

    /** @param delivery what holds the triggers back */
    public EventWatch(Collection<TriggerDefinition> triggers, DeliveryDefinition delivery) {
        if (!triggers.isEmpty()) {
            asked.addAll(delivery.suppress());
            if (delivery.customerZone() != null) {
                asked.add(delivery.customerZone().toString());
            }
        }
        for (TriggerDefinition trigger : triggers) {
            asked.addAll(trigger.segments());
            if (!trigger.isOfCart()) {
                watch(trigger);
            }
        }
    }

    private void watch(TriggerDefinition trigger) {
        EventSequence events = trigger.events();
        Set<List<String>> paths = new LinkedHashSet<>();
        trigger.expressions().forEach(expression -> paths.addAll(expression.eventPaths()));
        for (Step step : events.steps()) {
            for (String name : step.events()) {
                SegmentEvent change = SegmentEvent.ofName(name);
                if (change != null) {
                    segmentEvents.add(name);
                    segments.add(change.segment());
                    continue;
                }
                if (name.equals(MergerEvent.NAME)) {
                    namesMerger = true;
                    continue;
                }
                Looks looks = byName.computeIfAbsent(name, added -> new Looks());
                paths.forEach(path -> looks.paths.add(List.copyOf(path.subList(0, Math.min(2, path.size())))));
                if (events.correlation() != Correlation.CUSTOMER) {
                    looks.correlations.add(events.correlation());
                }
            }
        }
    }

    /** Whether a trigger names an event. */
    public boolean names(CustomerEvent event) {
        return byName.containsKey(event.name());
    }

    /** An event that a trigger names, with what triggers look at of it. */
    public WatchedEvent watched(CustomerEvent event, FragmentId fragment) {
        Looks looks = byName.get(event.name());
        SortedMap<String, Object> fields = new TreeMap<>();
        SortedMap<Correlation, List<String>> keys = new TreeMap<>();
        if (!looks.paths.isEmpty() || !looks.correlations.isEmpty()) {
            Map<?, ?> view =
                    object(new EventView(event).find(TriggerExpression.EVENT).orElseThrow());
            fields = fields(view, looks.paths);
            for (Correlation correlation : looks.correlations) {
                keys.put(correlation, keys(object(view.get("properties")), correlation));
            }
        }
        boolean isOrder = event.kind() == EventKind.ORDER;
        return new WatchedEvent(
                event.order(),
                event.name(),
                event.knownAt(),
                fragment,
                isOrder ? event.purchase().orderId() : null,
                null,
                fields,
                keys);
    }

    /** Whether a trigger names a change of any segment, or it is asked for one or for a time zone. */
    public boolean looksAtProfile() {
        return !segments.isEmpty() || !asked.isEmpty();
    }

    /**
     * The names of the segments for which triggers, or what holds them back, ask, whatever happens; and, if quiet hours are
     * by it, where the profile has a time zone, which is no name of a segment.
     */
    public SortedSet<String> asked() {
        return Collections.unmodifiableSortedSet(asked);
    }

    /**
     * The change of a membership as triggers see it: behind all that happens at its instant. Its message id is {@code sc_} and
     * 16 hexadecimal digits of SHA-256(customer, instant, segment, value, change), joined by line feeds: other customers enter
     * a segment at the same instant, and are to be told of, too. It stays with the customer, so no merger tells of it twice.
     *
     * @param knownFrom before which nobody can know it, milliseconds since 1970. What is found is so from then on.
     * @return null if it is nothing to any trigger: none names it, nor the other way, which it may take back
     */
    public WatchedEvent watched(String customerId, SegmentChange change, Cause cause, long knownFrom) {
        boolean isFound = cause != Cause.HAPPENED;
        String name = new SegmentEvent(change.segment(), change.entered(), isFound).name();
        if (!segments.contains(change.segment()) || (cause == Cause.REDEFINED && !segmentEvents.contains(name))) {
            return null;
        }
        long knownAt = Math.max(change.at(), knownFrom);
        long at = isFound ? knownAt : change.at();
        String value = change.value() == null ? "" : change.value();
        SortedMap<String, Object> properties = new TreeMap<>(Map.of("segment", change.segment()));
        if (change.value() != null) {
            properties.put("value", value);
        }
        String id = String.join(
                "\n",
                customerId,
                Long.toString(at),
                change.segment(),
                value,
                change.entered() ? SegmentEvent.ENTERED : SegmentEvent.EXITED);
        return new WatchedEvent(
                new EventOrder(at, EventKind.SEGMENT_CHANGE, "sc_" + Hashes.shortHex(id), 0),
                name,
                knownAt,
                null,
                null,
                null,
                new TreeMap<>(Map.of("properties", properties)),
                new TreeMap<>());
    }

    /** Whether a trigger names that the customer has become one with another. */
    public boolean namesMerger() {
        return namesMerger;
    }

    /**
     * That the customer has become one with another, as triggers see it: behind all that happens at its instant, ahead of what
     * changes of memberships. Its message id is {@code mg_} and 16 hexadecimal digits of SHA-256(customer, instant), joined by
     * a line feed.
     *
     * @param instant milliseconds since 1970
     */
    public WatchedEvent merger(String customerId, long instant) {
        String id = "mg_" + Hashes.shortHex(customerId + "\n" + instant);
        return new WatchedEvent(
                new EventOrder(instant, EventKind.SEGMENT_CHANGE, id, 0),
                MergerEvent.NAME,
                instant,
                null,
                null,
                null,
                new TreeMap<>(),
                new TreeMap<>());
    }

    private static Map<?, ?> object(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static SortedMap<String, Object> fields(Map<?, ?> view, SortedSet<List<String>> paths) {
        SortedMap<String, Object> fields = new TreeMap<>();
        int room = MAX_FIELD_BYTES;
        boolean isWhole = !paths.isEmpty() && paths.first().isEmpty();
        for (List<String> path : isWhole ? everything(view) : paths) {
            String first = path.get(0);
            Object value = view.get(first);
            if (path.size() > 1) {
                value = object(value).get(path.get(1));
            }
            if (value == null || OWN.contains(first)) {
                continue;
            }
            int bytes = bytes(value);
            if (bytes > room) {
                continue;
            }
            room -= bytes;
            put(fields, path, value);
        }
        return fields;
    }

    private static List<List<String>> everything(Map<?, ?> view) {
        return new TreeSet<Object>(view.keySet())
                .stream().map(name -> List.of((String) name)).toList();
    }

    @SuppressWarnings("unchecked")
    private static void put(SortedMap<String, Object> fields, List<String> path, Object value) {
        String first = path.get(0);
        if (path.size() == 1) {
            fields.put(first, value);
        } else if (!(fields.get(first) instanceof Map<?, ?> whole) || whole.get(path.get(1)) == null) {
            ((Map<String, Object>) fields.computeIfAbsent(first, added -> new TreeMap<String, Object>()))
                    .put(path.get(1), value);
        }
    }

    private static int bytes(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CelValues.CODEC.write(value, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.size();
    }

    private static List<String> keys(Map<?, ?> properties, Correlation correlation) {
        String name =
                switch (correlation) {
                    case PRODUCT -> "product_id";
                    case CATEGORY -> "category";
                    case CART -> "cart_id";
                    case CUSTOMER -> throw new IllegalArgumentException("that is not looked up");
                };
        SortedSet<String> keys = new TreeSet<>();
        addKey(properties.get(name), keys);
        if (correlation != Correlation.CART && properties.get("products") instanceof List<?> products) {
            products.forEach(product -> addKey(object(product).get(name), keys));
        }
        return keys.stream().limit(MAX_KEYS).toList();
    }

    private static void addKey(Object value, SortedSet<String> keys) {
        if (value instanceof String || value instanceof Long) {
            String key = value.toString().trim();
            if (!key.isEmpty() && key.length() <= 200) {
                keys.add(key);
            }
        }
    }
}
