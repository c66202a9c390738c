package io.tributary.local.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Computed traits and segments as they stand in YAML. Triggers and models are not read. What is wrong is refused, so
 * that no test compares what a mistake means; mistakes in the names of fields are not looked for.
 *
 * @param segments each behind those that it asks for
 */
public record Definitions(List<Trait> traits, List<Segment> segments) {
    static final Definitions NONE = new Definitions(List.of(), List.of());

    private static final int DEFAULT_K = 10;
    private static final int DEFAULT_MAX_OF_A_LIST = 100;
    private static final int DEFAULT_MAX_OF_A_COUNT = 1_000;
    private static final int MAX_OF_A_TRAIT = 1_000;
    private static final int DEFAULT_MAX_OF_A_SEGMENT = 20;
    private static final int HUNDRED = 100;
    private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(3_650);

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final Set<String> FILE_KEYS =
            Set.of("traits", "segments", "triggers", "bg_nbd", "gamma_gamma", "clv", "rfm", "delivery");
    private static final Set<String> FOR_PEOPLE = Set.of("title", "description");
    private static final Set<String> FOLDED = Set.of("aggregate", "events", "where", "value", "window");
    private static final Set<String> PARAMETRIC_AGGREGATES = Set.of("count", "sum", "average", "min", "max");

    /** What becomes of what events say. */
    enum Aggregate {
        COUNT,
        SUM,
        AVERAGE,
        MIN,
        MAX,
        FIRST,
        LAST,
        MOST_FREQUENT,
        UNIQUE_COUNT,
        UNIQUE_LIST,
        TOP_K
    }

    /**
     * A computed trait.
     *
     * @param name empty in a parametric segment
     * @param value empty for a count
     * @param window empty for a lifetime
     */
    record Trait(
            String name,
            Aggregate aggregate,
            Set<String> events,
            Expression where,
            Optional<Expression> value,
            Optional<Duration> window,
            int k,
            int maxValues) {}

    /**
     * A segment; a parametric one has both {@code forEach} and {@code trait}.
     *
     * @param maxValues most values of a customer
     */
    record Segment(String name, Expression when, Optional<Expression> forEach, Optional<Trait> trait, int maxValues) {}

    /** Reads one file. */
    public static Definitions read(String yaml) {
        Object file = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        Map<?, ?> root = file == null ? Map.of() : (Map<?, ?>) file;
        require(FILE_KEYS.containsAll(root.keySet()), "unknown key in " + root.keySet());
        List<Trait> traits = new ArrayList<>();
        list(root.get("traits")).forEach(trait -> traits.add(namedTrait((Map<?, ?>) trait)));
        List<Segment> segments = new ArrayList<>();
        list(root.get("segments")).forEach(segment -> segments.add(segment((Map<?, ?>) segment)));
        require(traits.stream().map(Trait::name).distinct().count() == traits.size(), "a trait is there twice");
        return new Definitions(List.copyOf(traits), inOrder(segments));
    }

    private static Trait namedTrait(Map<?, ?> fields) {
        allow(fields, FOLDED, FOR_PEOPLE, Set.of("name", "k", "max_values"));
        return trait(name(fields), fields);
    }

    private static Trait trait(String name, Map<?, ?> fields) {
        Aggregate aggregate =
                Aggregate.valueOf(text(fields, "aggregate").orElseThrow().toUpperCase(Locale.ROOT));
        Set<String> events = new HashSet<>();
        list(fields.get("events")).forEach(event -> events.add(event.toString()));
        require(!events.isEmpty(), name + " has no events");
        Expression where = Expression.condition(text(fields, "where").orElse("true"));
        Optional<Expression> value = text(fields, "value").map(Expression::value);
        require(value.isPresent() == (aggregate != Aggregate.COUNT), name + ": a value for all but a count");
        require(!where.asksForTheTime(), where + " depends on the time");
        Optional<Duration> window = text(fields, "window").map(Values::window);
        require(
                window.isEmpty()
                        || (window.get().compareTo(SHORTEST_WINDOW) >= 0
                                && window.get().compareTo(LONGEST_WINDOW) <= 0),
                name + ": window " + window);
        require(!fields.containsKey("k") || aggregate == Aggregate.TOP_K, name + " has no k");
        int defaultMax =
                switch (aggregate) {
                    case UNIQUE_LIST -> DEFAULT_MAX_OF_A_LIST;
                    case UNIQUE_COUNT -> DEFAULT_MAX_OF_A_COUNT;
                    default -> 0;
                };
        require(!fields.containsKey("max_values") || defaultMax > 0, name + " has no max_values");
        return new Trait(
                name,
                aggregate,
                events,
                where,
                value,
                window,
                number(fields, "k", DEFAULT_K, HUNDRED),
                number(fields, "max_values", defaultMax, MAX_OF_A_TRAIT));
    }

    private static Segment segment(Map<?, ?> fields) {
        allow(fields, FOR_PEOPLE, Set.of("name", "when", "for_each", "max_values", "trait"));
        String name = name(fields);
        Optional<Expression> forEach = text(fields, "for_each").map(Expression::value);
        Optional<Trait> trait = Optional.ofNullable((Map<?, ?>) fields.get("trait"))
                .map(folded -> {
                    allow(folded, FOLDED);
                    require(
                            PARAMETRIC_AGGREGATES.contains(folded.get("aggregate")),
                            name + ": " + folded.get("aggregate"));
                    return trait("", folded);
                });
        require(forEach.isPresent() == trait.isPresent(), name + ": for_each and trait go together");
        require(forEach.isPresent() || !fields.containsKey("max_values"), name + " has no max_values");
        return new Segment(
                name,
                Expression.condition(text(fields, "when").orElseThrow()),
                forEach,
                trait,
                number(fields, "max_values", DEFAULT_MAX_OF_A_SEGMENT, HUNDRED));
    }

    /** Each behind those that it asks for. */
    private static List<Segment> inOrder(List<Segment> segments) {
        Map<String, Segment> open = new LinkedHashMap<>();
        segments.forEach(
                segment -> require(open.put(segment.name(), segment) == null, segment.name() + " is there twice"));
        Set<String> names = Set.copyOf(open.keySet());
        segments.forEach(
                segment -> require(names.containsAll(segment.when().segments()), segment.name() + ": unknown segment"));
        Map<String, Segment> done = new LinkedHashMap<>();
        while (!open.isEmpty()) {
            Map<String, Segment> ready = new HashMap<>(open);
            ready.values().removeIf(segment -> !done.keySet()
                    .containsAll(segment.when().segments()));
            require(!ready.isEmpty(), "a circle among " + open.keySet());
            done.putAll(ready);
            open.keySet().removeAll(ready.keySet());
        }
        return List.copyOf(done.values());
    }

    @SafeVarargs
    private static void allow(Map<?, ?> fields, Set<String>... keys) {
        Set<Object> unknown = new HashSet<>(fields.keySet());
        for (Set<String> some : keys) {
            unknown.removeAll(some);
        }
        require(unknown.isEmpty(), "unknown keys " + unknown);
    }

    private static String name(Map<?, ?> fields) {
        String name = text(fields, "name").orElseThrow();
        require(NAME.matcher(name).matches(), "no name: " + name);
        return name;
    }

    /** YAML has made booleans and numbers of some texts. */
    private static Optional<String> text(Map<?, ?> fields, String key) {
        return Optional.ofNullable(fields.get(key)).map(Object::toString);
    }

    private static int number(Map<?, ?> fields, String key, int otherwise, int most) {
        if (!fields.containsKey(key)) {
            return otherwise;
        }
        int number = (Integer) fields.get(key);
        require(number >= 1 && number <= most, key + ": " + number);
        return number;
    }

    private static List<?> list(Object node) {
        return node == null ? List.of() : (List<?>) node;
    }

    private static void require(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException(what);
        }
    }
}
